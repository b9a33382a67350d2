# SPDX-License-Identifier: Apache-2.0
"""What `./wisp plot`, `./wisp report` and `./wisp export` do."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from wisp_plots.errors import WispError

ROOT = Path(__file__).resolve().parents[2]
"""Wisp's source tree."""

EXIT_USAGE = 2
EXIT_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one command and ends the process with its exit code."""
    parsed = _parser().parse_args(arguments)
    try:
        status = parsed.command(parsed)
    except WispError as failure:
        print(f"wisp: {failure}", file=sys.stderr)
        status = 1
    except KeyboardInterrupt:
        print("wisp: interrupted", file=sys.stderr)
        status = EXIT_INTERRUPTED
    sys.exit(status)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./wisp", allow_abbrev=False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    plot = commands.add_parser("plot", help="draw recorded runs", allow_abbrev=False)
    plot.add_argument(
        "runs",
        nargs="*",
        type=Path,
        metavar="RUN",
        help="a folder or file of a run; all of results/ without any",
    )
    plot.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="where plots go, in a folder for each run (default: results/plots)",
    )
    plot.set_defaults(command=_plot)

    report = commands.add_parser(
        "report", help="make the report of the recorded runs again, or measure first", allow_abbrev=False
    )
    report.add_argument(
        "--fresh", action="store_true", help="measure first; goes on where an earlier call was interrupted"
    )
    report.add_argument(
        "--quick", action="store_true", help="with --fresh: a small selection, in some minutes"
    )
    report.add_argument(
        "--rounds", type=_rounds, metavar="N", help="with --fresh: how many rounds are measured"
    )
    places = report.add_mutually_exclusive_group()
    places.add_argument(
        "--no-guest", action="store_true", help="with --fresh: leave out what runs in the virtual machine"
    )
    places.add_argument(
        "--guest-only",
        action="store_true",
        help="with --fresh: leave out what does not run in the virtual machine",
    )
    report.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="with --fresh: where measurements go; if that is not directly in results/, their report goes there too",
    )
    report.set_defaults(command=_report)

    export = commands.add_parser(
        "export", help="write a run in formats of other programs", allow_abbrev=False
    )
    export.add_argument("run", type=Path, metavar="RUN", help="a folder or file of a run")
    formats = export.add_mutually_exclusive_group(required=True)
    formats.add_argument(
        "--hgrm",
        type=Path,
        metavar="DIR",
        help="a .hgrm file (microseconds) for each measurement and operation",
    )
    formats.add_argument(
        "--csv", type=Path, metavar="FILE", help="every figure, a row for each measurement and operation"
    )
    export.set_defaults(command=_export)
    return parser


def _rounds(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 100:
        raise argparse.ArgumentTypeError(f"'{text}' is no number from 1 to 100")
    return int(text)


def _report(arguments: argparse.Namespace) -> int:
    from wisp_plots.campaign.cells import GUEST, HOST
    from wisp_plots.report.making import report_fresh, report_recorded

    if not arguments.fresh:
        for name in ("quick", "rounds", "out", "no_guest", "guest_only"):
            if getattr(arguments, name):
                raise WispError(f"--{name.replace('_', '-')} goes with --fresh")
        report_recorded(ROOT / "results")
        return 0
    left_out = {}
    if arguments.no_guest:
        left_out[GUEST] = "--no-guest was given"
    if arguments.guest_only:
        left_out[HOST] = "--guest-only was given"
    return report_fresh(ROOT, arguments.out, arguments.quick, arguments.rounds, left_out)


def _plot(arguments: argparse.Namespace) -> int:
    from wisp_plots.drawings import draw
    from wisp_plots.load.runs import load_run, recorded_runs

    runs = [load_run(path) for path in arguments.runs] or recorded_runs(ROOT / "results")
    names = [run.name for run in runs]
    for name in names:
        if names.count(name) > 1:
            raise WispError(f"two runs are named {name}, and their plots would overwrite each other")
    out = arguments.out or ROOT / "results" / "plots"
    for run in runs:
        print(f"wisp: drawing {run.name}", file=sys.stderr)
        files = draw(run, out / run.name)
        if not files:
            raise WispError(f"{run.name}: nothing to draw: a plot compares several measurements")
        for path in files:
            print(path)
    return 0


def _export(arguments: argparse.Namespace) -> int:
    from wisp_plots.export import export_csv, export_hgrm
    from wisp_plots.load.runs import load_run

    run = load_run(arguments.run)
    if arguments.hgrm:
        print(f"{len(export_hgrm(run, arguments.hgrm))} files in {arguments.hgrm}")
    else:
        print(f"{export_csv(run, arguments.csv)} rows in {arguments.csv}")
    return 0
