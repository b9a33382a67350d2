# SPDX-License-Identifier: Apache-2.0
"""Makes reports: of everything recorded, or of one campaign that was just measured."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from wisp_tools.campaign.runner import Tools, open_campaign, run_campaign
from wisp_tools.campaign.scales import FULL, QUICK, Scale
from wisp_tools.campaign.state import read_campaign
from wisp_tools.canvas import save
from wisp_tools.errors import WispError, say
from wisp_tools.report.contents import RunReport
from wisp_tools.report.markdown import write_readme
from wisp_tools.report.page import write_page
from wisp_tools.report.studies import Study, recorded_studies
from wisp_tools.results.campaign import CAMPAIGN_FILE
from wisp_tools.results.runs import load_run, recorded_runs


def report_recorded(results: Path) -> None:
    """Makes README.md, report.html and the plots of a folder of recorded runs again."""
    runs = recorded_runs(results)
    if not runs:
        raise WispError(f"{results}: holds no recorded run of a transport")
    _write(results, [RunReport.of(run, results / run.name) for run in runs], recorded_studies(results))


def report_fresh(root: Path, out: Path | None, quick: bool, rounds: int | None, left_out: Mapping[str, str]) -> int:
    """Measures a campaign, or what is left of it, then reports. Returns 1 if a measurement failed, else 0.

    `left_out` has places that are not measured, each with the reason.
    """
    scale = QUICK if quick else FULL
    tools = Tools(root, root / "wisp")
    results = root / "results"
    folder = out or _folder(results, scale)
    campaign = open_campaign(folder, scale, rounds or scale.rounds, tools)
    status = run_campaign(campaign, tools, left_out)
    if folder.resolve().parent == results.resolve():
        report_recorded(results)
    else:
        _write(folder, [RunReport.of(load_run(folder), folder)], recorded_studies(folder))
    return status


def _folder(results: Path, scale: Scale) -> Path:
    """The campaign of this scale that is not finished, or a new one named by the time.

    Quick ones stand among a machine's own runs, which git ignores: they are no replacement of what is recorded.
    """
    parent = results / "local" if scale is QUICK else results
    for begun in sorted(parent.glob(f"*/{CAMPAIGN_FILE}"), reverse=True):
        campaign = read_campaign(begun.parent)
        if campaign.scale == scale.name and campaign.finished_at is None:
            return begun.parent
    return parent / f"{datetime.now(UTC):%Y-%m-%d-%H%M%S}-{scale.name}"


def _write(folder: Path, reports: Sequence[RunReport], studies: Sequence[Study] = ()) -> None:
    plots = folder / "plots"
    for report in reports:
        for number, drawing in enumerate(report.drawings, 1):
            say(f"drawing {report.run.name}, plot {number} of {len(report.drawings)}")
            save(drawing.draw(), plots / report.run.name, drawing.name)
    write_readme(folder / "README.md", reports, plots, studies)
    write_page(folder / "report.html", reports, plots, studies)
    print(f"{folder / 'README.md'}\n{folder / 'report.html'}")
