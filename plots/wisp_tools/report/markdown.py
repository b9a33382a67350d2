# SPDX-License-Identifier: Apache-2.0
"""The report as Markdown, between two marks in a README whose other text stays."""

import os
from collections.abc import Sequence
from pathlib import Path

from wisp_tools import wording
from wisp_tools.campaign.state import Campaign
from wisp_tools.drawings import Drawing
from wisp_tools.errors import WispError
from wisp_tools.files import replace
from wisp_tools.model import EMULATED_LABEL
from wisp_tools.report.contents import RunReport
from wisp_tools.report.progress import MISSING_HEADER, CampaignSummary
from wisp_tools.report.studies import Study
from wisp_tools.report.tables import table, table_of

BEGIN = "<!-- What follows up to the end mark is made by ./wisp report. -->"
END = "<!-- end of what ./wisp report makes -->"


def write_readme(path: Path, reports: Sequence[RunReport], plots: Path, studies: Sequence[Study] = ()) -> None:
    """Puts the report into a README, whole or not at all. Raises WispError if it has one mark without the other."""
    text = path.read_text(encoding="utf-8") if path.exists() else "# Measurements\n"
    before, after = _around(text, path)
    relative = Path(os.path.relpath(plots, path.parent))
    body = "\n\n".join([BEGIN, _preface(), *map(_study, studies), *(_run(report, relative) for report in reports), END])
    replace(path, f"{before.rstrip()}\n\n{body}{after}")


def _around(text: str, path: Path) -> tuple[str, str]:
    if BEGIN not in text and END not in text:
        return text, "\n"
    before, begins, rest = text.partition(BEGIN)
    _, ends, after = rest.partition(END)
    if not begins or not ends:
        raise WispError(f"{path}: has one of the two marks of the report without the other: {BEGIN} {END}")
    return before, after


def _preface() -> str:
    return (
        "## Report\n\n"
        "Made by `./wisp report` from the runs recorded here; `./wisp report --fresh` measures anew first. The page"
        " `report.html`, which `./wisp report` writes beside this file and the repository does not keep, holds the same"
        " figures with whole histograms and filters.\n\n"
        "Figures compare within one table, never between machines or runs. In a guest the RDMA device is"
        f" {EMULATED_LABEL}: only ratios within that guest mean anything. Throughput is the median of the samples,"
        " with the lowest and the highest; latencies are percentiles of all requests of all repetitions together."
        f" The dashed line in comparisons: {wording.NOTES_LABEL}."
    )


def _study(study: Study) -> str:
    return f"### {study.title}\n\n{study.text}\n\n{table(study.header, study.rows)}"


def _run(report: RunReport, plots: Path) -> str:
    parts = [f"### {report.run.name}"]
    if report.campaign:
        parts.append(_campaign(report.campaign))
    for heading, drawings in report.by_machine().items():
        parts.append(f"#### {heading}\n\n{wording.conditions([p for d in drawings for p in d.points])}.")
        parts += [_drawing(drawing, plots / report.run.name) for drawing in drawings]
    return "\n\n".join(parts)


def _campaign(campaign: Campaign) -> str:
    summary = CampaignSummary.of(campaign)
    text = summary.text.replace("not finished", "**not finished**")
    if summary.missing:
        rows = [tuple(cell.replace("|", "\\|").replace("<", "&lt;") for cell in row) for row in summary.missing]
        text += "\n\nNot measured:\n\n" + table(MISSING_HEADER, rows)
    return text


def _drawing(drawing: Drawing, folder: Path) -> str:
    text = f"![{drawing.title}: {wording.load(drawing.points)}]({(folder / drawing.name).as_posix()}.svg)"
    make = table_of(drawing.kind)
    heading = f"**{drawing.title}.** {wording.sentence(wording.load(drawing.points, drawing.varied))}"
    return "\n\n".join([heading, text, *([make(drawing.points)] if make else [])])
