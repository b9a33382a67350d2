# SPDX-License-Identifier: Apache-2.0
"""Makes reports: of everything recorded, of some runs, or of a campaign that is measured first."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from wisp_tools.campaign.runner import Tools, open_campaign, run_campaign
from wisp_tools.campaign.scales import FULL, QUICK, Scale
from wisp_tools.campaign.state import read_campaign
from wisp_tools.drawings import draw_all
from wisp_tools.errors import WispError, say
from wisp_tools.progress import under_way
from wisp_tools.repeats import in_words
from wisp_tools.report.contents import RunReport
from wisp_tools.report.markdown import write_markdown
from wisp_tools.report.page import write_page
from wisp_tools.report.studies import recorded_studies
from wisp_tools.report.study import Study
from wisp_tools.results.campaign import CAMPAIGN_FILE
from wisp_tools.results.runs import load_runs, recorded_runs

REPORT, PAGE, PLOTS = "REPORT.md", "report.html", "plots"


def report_recorded(results: Path) -> int:
    """Makes the report, the page and the plots of a folder of recorded runs again.

    Returns 1 if a campaign among them does not repeat, else 0.
    """
    return 1 if _report_recorded(results) else 0


def _report_recorded(results: Path) -> list[str]:
    """Returns the names of campaigns that do not repeat."""
    runs = recorded_runs(results)
    if not runs:
        raise WispError(f"{results}: holds no recorded run of a transport")
    return _write(results, [RunReport.of(run, results / run.name) for run in runs], recorded_studies(results))


def report_runs(paths: Sequence[Path], out: Path | None = None) -> int:
    """Makes a report, a page and plots of some runs alone, with the studies in their folders.

    They go to `out`, or else into the folder of the first run; of a file, into a folder of its name beside it.
    Returns 1 if one is a campaign that does not repeat, else 0.
    """
    reports = [RunReport.of(run, path) for run, path in zip(load_runs(paths), paths, strict=True)]
    folder = out or (paths[0] if paths[0].is_dir() else paths[0].with_suffix(""))
    studies = [study for path in paths if path.is_dir() for study in recorded_studies(path)]
    return 1 if _write(folder, reports, studies) else 0


def report_fresh(root: Path, out: Path | None, quick: bool, rounds: int | None, left_out: Mapping[str, str]) -> int:
    """Measures a campaign, or what is left of it, then reports.

    Returns 1 if a measurement failed, or if those of one load do not agree, else 0.

    `left_out` has places that are not measured, each with the reason.
    """
    scale = QUICK if quick else FULL
    tools = Tools(root, root / "wisp")
    results = root / "results"
    folder = out or _folder(results, scale)
    campaign = open_campaign(folder, scale, rounds or scale.rounds, tools)
    status = run_campaign(campaign, tools, left_out)
    if folder.resolve().parent == results.resolve():
        return max(status, 1 if folder.name in _report_recorded(results) else 0)
    return max(status, report_runs([folder]))


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


def _write(folder: Path, reports: Sequence[RunReport], studies: Sequence[Study]) -> list[str]:
    """Returns the names of campaigns that do not repeat, of which it says so."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        plots = folder / PLOTS
        for report in reports:
            drawn = draw_all(report.run.name, report.drawings, plots)
            for earlier in (plots / report.run.name).glob("*"):
                if earlier not in drawn:
                    earlier.unlink()
        with under_way("writing the report and the page"):
            write_markdown(folder / REPORT, reports, plots, studies)
            write_page(folder / PAGE, reports, plots, studies)
    except OSError as failure:
        raise WispError(f"{failure.filename or folder}: cannot be written: {failure.strerror}") from failure
    print(f"{folder / REPORT}\n{folder / PAGE}")
    differing = [
        report for report in reports if report.campaign and not all(repeat.agrees for repeat in report.repeats)
    ]
    for report in differing:
        say(f"{report.run.name}: {in_words(report.repeats)}")
    return [report.run.name for report in differing]
