# SPDX-License-Identifier: Apache-2.0
"""The report as one HTML page that needs nothing else: data, style, program and plots are in it."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from wisp_tools import wording
from wisp_tools.figures import thinned
from wisp_tools.files import replace
from wisp_tools.histogram import Histogram
from wisp_tools.points import Point, points_of
from wisp_tools.report.contents import RunReport
from wisp_tools.report.progress import MISSING_HEADER, CampaignSummary
from wisp_tools.report.studies import Study
from wisp_tools.report.tables import way_label
from wisp_tools.style import looks_of

PAGE = Path(__file__).resolve().parents[1] / "page"
PLAIN_IN_A_PICTURE = " =:;/,'<>!?-._~*+@$|[]{}^`"
"""What a data URL in an attribute may hold as it is; the rest is written %XX, far shorter than Base64 of all."""
BINS_PER_DECADE = 20
CURVE_STEP = 1.06
PERCENTS = (50, 90, 99, 99.9, 99.99)


def write_page(path: Path, reports: Sequence[RunReport], plots: Path, studies: Sequence[Study] = ()) -> None:
    """Writes the page, whole or not at all. `plots` is the folder of the plots, which it takes in."""
    data = json.dumps(page_data(reports), separators=(",", ":"), allow_nan=False)
    template = (PAGE / "page.html").read_text(encoding="utf-8")
    page = filled(
        template,
        {
            "/*STYLE*/": (PAGE / "page.css").read_text(encoding="utf-8"),
            "<!--CAMPAIGNS-->": "\n".join(_campaign(report) for report in reports if report.campaign),
            "<!--PLOTS-->": "\n".join(_plots(report, plots) for report in reports),
            "<!--STUDIES-->": "\n".join(map(_study, studies)),
            "/*PROGRAM*/": (PAGE / "page.js").read_text(encoding="utf-8"),
            "/*DATA*/": data.replace("<", "\\u003c"),
        },
    )
    replace(path, page)


def filled(template: str, parts: Mapping[str, str]) -> str:
    """The template with each part in its place. What a part says is never taken for a place."""
    return re.sub("|".join(map(re.escape, parts)), lambda found: parts[found[0]], template)


def page_data(reports: Sequence[RunReport]) -> dict[str, Any]:
    """What the page's program reads."""
    points = [(report.run.name, point) for report in reports for point in points_of(report.run.measurements)]
    looks = looks_of([point.configuration.way for _, point in points])
    return {
        "looks": {way.label: {"colour": look.colour, "line": look.line} for way, look in looks.items()},
        "points": [_point(run, point) for run, point in points],
    }


def _point(run: str, point: Point) -> dict[str, Any]:
    configuration = point.configuration
    place = "guest" if point.machine.guest else "host"
    return {
        "run": f"{run}, {place}",
        "conditions": wording.conditions([point]),
        "load": wording.load([point]),
        "way": configuration.way.label,
        "label": way_label(point),
        "series": configuration.group or "",
        "keySize": configuration.key_size,
        "payload": configuration.sizes if configuration.payload_size is None else configuration.payload_size,
        **{name: getattr(configuration, name) for name in ("clients", "pipeline", "mix", "loop", "offered")},
        "samples": len(point.samples),
        **{name: getattr(point, name) for name in ("saturated", "median", "lowest", "highest")},
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


def _campaign(report: RunReport) -> str:
    assert report.campaign is not None
    summary = CampaignSummary.of(report.campaign, report.repeats)
    missing = ""
    if summary.missing:
        table = _table(MISSING_HEADER, summary.missing)
        missing = f"<details><summary>Not measured: {len(summary.missing)}</summary>{table}</details>"
    return (
        f'<section class="campaign"><h2>Campaign {escape(report.run.name)}</h2>'
        f"<p>{escape(summary.text.replace('**', ''))}</p>{missing}</section>"
    )


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in header)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _plots(report: RunReport, plots: Path) -> str:
    pictures = []
    for drawing in report.drawings:
        picture = quote(
            (plots / report.run.name / f"{drawing.name}.svg").read_text(encoding="utf-8"), safe=PLAIN_IN_A_PICTURE
        )
        words = escape(f"{drawing.title}: {wording.load(drawing.points)}")
        pictures.append(f'<figure><img loading="lazy" alt="{words}" src="data:image/svg+xml,{picture}"></figure>')
    return f"<details><summary>Plots of {escape(report.run.name)}</summary>{''.join(pictures)}</details>"
