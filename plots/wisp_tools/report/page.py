# SPDX-License-Identifier: Apache-2.0
"""The report as one HTML page that needs nothing else: data, style, program and plots are in it."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from wisp_tools import wording
from wisp_tools.figures import thinned
from wisp_tools.files import replace
from wisp_tools.histogram import Histogram
from wisp_tools.points import Point
from wisp_tools.repeats import UNREPEATED
from wisp_tools.report.contents import RunReport
from wisp_tools.report.progress import MISSING_HEADER, CampaignSummary
from wisp_tools.report.sections import Section, sections_of
from wisp_tools.report.study import Study
from wisp_tools.report.tables import in_order, way_label
from wisp_tools.style import PREFERS_DARK, looks_of

PAGE = Path(__file__).resolve().parents[1] / "page"
PROGRAM = ("words.js", "tables.js", "charts.js", "plots.js", "page.js")
"""In the order in which one uses what another says."""
BINS_PER_DECADE = 20
CURVE_STEP = 1.06
PERCENTS = (50, 90, 99, 99.9, 99.99)
FIELDS = ("keys", "clients", "threads", "pipeline", "loop", "offered", "waiting", "placement")
"""Of a configuration, which the page takes as they are."""


def write_page(path: Path, reports: Sequence[RunReport], plots: Path, studies: Sequence[Study] = ()) -> None:
    """Writes the page, whole or not at all. `plots` is the folder of the plots, which it takes in."""
    data = json.dumps(page_data(reports, plots), separators=(",", ":"), allow_nan=False)
    template = (PAGE / "page.html").read_text(encoding="utf-8")
    page = filled(
        template,
        {
            "/*STYLE*/": (PAGE / "page.css").read_text(encoding="utf-8"),
            "<!--STUDIES-->": "\n".join(map(_study, studies)),
            "/*PROGRAM*/": "\n".join((PAGE / name).read_text(encoding="utf-8") for name in PROGRAM),
            "/*DATA*/": data.replace("<", "\\u003c"),
        },
    )
    replace(path, page)


def filled(template: str, parts: Mapping[str, str]) -> str:
    """The template with each part in its place. What a part says is never taken for a place."""
    return re.sub("|".join(map(re.escape, parts)), lambda found: parts[found[0]], template)


def page_data(reports: Sequence[RunReport], plots: Path) -> dict[str, Any]:
    """What the page's program reads."""
    sections = sections_of(reports)
    looks = looks_of([point.configuration.way for section in sections for point in section.points])
    return {
        "looks": {way.label: {"colour": look.colour, "line": look.line} for way, look in looks.items()},
        "prefersDark": PREFERS_DARK,
        "runs": [_section(section, plots) for section in sections],
        "points": [_point(section.name, point) for section in sections for point in section.points],
    }


def _differs(section: Section) -> bool:
    return any(not repeat.agrees for repeat in section.report.repeats if repeat.machine == section.machine)


def _section(section: Section, plots: Path) -> dict[str, Any]:
    campaign = section.report.campaign
    summary = CampaignSummary.of(campaign, section.report.repeats) if campaign else None
    folder = plots / section.report.run.name
    return {
        "name": section.name,
        "date": section.date,
        "conditions": wording.sentence(wording.conditions(section.points)),
        "warning": UNREPEATED if campaign and _differs(section) else "",
        "campaign": summary.text if summary else "",
        "missingHeader": MISSING_HEADER,
        "missing": summary.missing if summary else (),
        "plots": [
            {
                "title": drawing.title,
                "load": wording.sentence(wording.load(drawing.points, drawing.varied)),
                "svg": (folder / f"{drawing.name}.svg").read_text(encoding="utf-8"),
                "points": [section.points.index(point) for point in in_order(drawing.points)],
            }
            for drawing in section.drawings
        ],
    }


def _point(run: str, point: Point) -> dict[str, Any]:
    configuration = point.configuration
    return {
        "run": run,
        "way": configuration.way.label,
        "label": way_label(point),
        "series": configuration.group or "",
        "keySize": configuration.key_size,
        "payload": configuration.sizes if configuration.payload_size is None else configuration.payload_size,
        "mix": wording.mix(configuration.mix),
        "instrument": wording.INSTRUMENTS[configuration.instrument],
        **{name: getattr(configuration, name) for name in FIELDS},
        "samples": len(point.samples),
        "saturated": point.saturated,
        "rate": point.rate,
        "interval": wording.interval(point),
        "operations": {
            operation: _distribution(histogram)
            for operation in point.operations
            if (histogram := point.latency_of(operation)) is not None
        },
    }


def _distribution(histogram: Histogram) -> dict[str, Any]:
    curve = thinned([(1 / above, value) for above, value in histogram.tail()], CURVE_STEP)
    return {
        "count": histogram.count,
        "max": histogram.highest,
        "percentiles": {f"{percent:g}": histogram.percentile(percent) for percent in PERCENTS},
        "curve": [[float(f"{x:.4g}"), value] for x, value in curve],
        "bins": bins_of(histogram),
    }


def bins_of(histogram: Histogram) -> list[list[int]]:
    """Counts in bins of equal width on a logarithmic axis: the number of the bin, and how many fell in it."""
    counts: dict[int, int] = {}
    for value, count in zip(histogram.values, histogram.counts, strict=True):
        number = math.floor(BINS_PER_DECADE * math.log10(max(value, 1)))
        counts[number] = counts.get(number, 0) + count
    return [[number, count] for number, count in sorted(counts.items())]


def _study(study: Study) -> str:
    return (
        f"<section><h2>{escape(study.title)}</h2><p>{escape(study.text)}</p>"
        f"{_table(study.header, study.rows)}</section>"
    )


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col" class="words">{escape(name)}</th>' for name in header)
    body = "".join("<tr>" + "".join(f'<td class="words">{escape(cell)}</td>' for cell in row) + "</tr>" for row in rows)
    return f'<div class="scroll" tabindex="0"><table class="fixed"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
