# SPDX-License-Identifier: Apache-2.0
"""The report as Markdown."""

import os
from collections.abc import Sequence
from pathlib import Path

from wisp_tools import wording
from wisp_tools.drawings import Drawing
from wisp_tools.files import replace
from wisp_tools.model import EMULATED_LABEL
from wisp_tools.repeats import UNREPEATED
from wisp_tools.report.contents import RunReport
from wisp_tools.report.progress import MISSING_HEADER, CampaignSummary
from wisp_tools.report.study import Study
from wisp_tools.report.tables import comparison_table, table, table_of


def write_markdown(path: Path, reports: Sequence[RunReport], plots: Path, studies: Sequence[Study] = ()) -> None:
    """Writes the report, whole or not at all. `plots` is the folder of the plots, which it names."""
    relative = Path(os.path.relpath(plots, path.parent))
    replace(
        path, "\n\n".join([_preface(), *map(_study, studies), *(_run(report, relative) for report in reports)]) + "\n"
    )


def _preface() -> str:
    return (
        "# Report\n\n"
        "Made by `./wisp report`; what is changed here by hand is lost when it is made again. The page `report.html`,"
        " which is written beside this file and which the repository does not keep, holds the same figures with whole"
        " histograms and filters.\n\n"
        "Figures compare within one table, never between machines or runs. In a guest the RDMA device is"
        f" {EMULATED_LABEL}: only ratios within that guest mean anything. Throughput of a run of JMH is the mean"
        " of its iterations with the 99.9 % interval; else it is the median of the samples with their range. Latencies are percentiles of all requests of all repetitions together."
        f" The dashed line in comparisons: {wording.NOTES_LABEL}."
    )


def _study(study: Study) -> str:
    return f"## {study.title}\n\n{study.text}\n\n{table(study.header, study.rows)}"


def _run(report: RunReport, plots: Path) -> str:
    parts = [f"## {report.run.name}"]
    if report.campaign:
        parts.append(_campaign(CampaignSummary.of(report.campaign, report.repeats)))
    for heading, drawings in report.by_machine().items():
        parts.append(f"### {heading}\n\n{wording.conditions([p for d in drawings for p in d.points])}.")
        in_no_table = not any(table_of(drawing.kind) for drawing in drawings)
        for drawing in drawings:
            make = comparison_table if in_no_table else table_of(drawing.kind)
            parts += [*_drawing(drawing, plots / report.run.name), *([make(drawing.points)] if make else [])]
    return "\n\n".join(parts)


def _campaign(summary: CampaignSummary) -> str:
    text = summary.text
    for warning in ("not finished", UNREPEATED):
        text = text.replace(warning, f"**{warning}**")
    if summary.missing:
        rows = [tuple(cell.replace("|", "\\|").replace("<", "&lt;") for cell in row) for row in summary.missing]
        text += "\n\nNot measured:\n\n" + table(MISSING_HEADER, rows)
    return text


def _drawing(drawing: Drawing, folder: Path) -> list[str]:
    return [
        f"**{drawing.title}.** {wording.sentence(wording.load(drawing.points, drawing.varied))}",
        f"![{drawing.title}: {wording.load(drawing.points)}]({(folder / drawing.name).as_posix()}.svg)",
    ]
