# SPDX-License-Identifier: Apache-2.0
"""The commands of `./wisp` that are written in Python. What needs packages is imported when it is known that it runs."""

import argparse
import importlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from wisp_tools import packages
from wisp_tools.arguments import Parser, whole
from wisp_tools.errors import WispError, say
from wisp_tools.interrupts import interruptible
from wisp_tools.progress import under_way
from wisp_tools.tree import ROOT
from wisp_tools.wrapping import HelpFormatter

EXIT_INTERRUPTED = 130
MODULES = {
    "compare": "wisp_tools.compare.command",
    "prove-compare": "wisp_tools.compare.prove",
    "scale": "wisp_tools.scale.command",
    "simple-kv": "simple_kv.command",
    "test-clients": "wisp_tools.stock_clients.command",
    "test-python": "wisp_tools.check",
}
"""With a command line of their own."""
BESIDE = {
    name: f"wisp_tools.beside.{name}"
    for name in ("redis", "perftest", "clients", "gets", "loss", "libcuckoo", "durable")
}
BESIDE |= {"fan-in": "wisp_tools.beside.fan_in", "shm": "wisp_tools.beside.shared_memory"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one command and ends the process with its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        status = _run(words)
    except WispError as failure:
        say(str(failure))
        status = 1
    except KeyboardInterrupt:
        say("interrupted")
        status = EXIT_INTERRUPTED
    sys.exit(status)


def _run(words: list[str]) -> int:
    match words:
        case ["beside", name, *others] if name in BESIDE:
            with interruptible():
                return _main(BESIDE[name], others)
        case ["beside", *others]:
            parser = Parser("./wisp beside", "Measures Wisp beside something else, in one run; each explains itself.")
            parser.add_argument("what", choices=sorted(BESIDE), metavar="WHAT", help=", ".join(sorted(BESIDE)))
            parser.parse_args(others)
        case [name, *others] if name in MODULES:
            return _main(MODULES[name], others)
    parsed = _parser().parse_args(words)
    run: Callable[[argparse.Namespace], int] = parsed.command
    return run(parsed)


def _main(module: str, arguments: list[str]) -> int:
    status: int = importlib.import_module(module).main(arguments)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./wisp", allow_abbrev=False, formatter_class=HelpFormatter)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    plot = commands.add_parser("plot", help="draw recorded runs", allow_abbrev=False, formatter_class=HelpFormatter)
    help_text = "a folder or file of a run; all of results/ without any"
    plot.add_argument("runs", nargs="*", type=Path, metavar="RUN", help=help_text)
    help_text = "where plots go, in a folder for each run (default: results/plots)"
    plot.add_argument("--out", type=Path, metavar="DIR", help=help_text)
    plot.set_defaults(command=_plot)

    help_text = "make the report of the recorded runs again, or of some runs, or measure first"
    report = commands.add_parser("report", help=help_text, allow_abbrev=False, formatter_class=HelpFormatter)
    help_text = "a folder or file of a run; the report is of these alone and goes into the folder of the first one"
    report.add_argument("runs", nargs="*", type=Path, metavar="RUN", help=help_text)
    help_text = "with RUN, where the report goes; with --fresh, where measurements go, and their report if that is not directly in results/"
    report.add_argument("--out", type=Path, metavar="DIR", help=help_text)
    help_text = "measure first; goes on where an earlier call was interrupted"
    report.add_argument("--fresh", action="store_true", help=help_text)
    fresh = report.add_argument_group("with --fresh")
    fresh.add_argument("--quick", action="store_true", help="a small selection, in some minutes")
    fresh.add_argument("--rounds", type=whole(1, 100), metavar="N", help="how many rounds are measured")
    places = fresh.add_mutually_exclusive_group()
    places.add_argument("--no-guest", action="store_true", help="leave out what runs in the virtual machine")
    places.add_argument("--guest-only", action="store_true", help="leave out what does not run in the virtual machine")
    report.set_defaults(command=_report)

    export = commands.add_parser(
        "export", help="write a run in formats of other programs", allow_abbrev=False, formatter_class=HelpFormatter
    )
    export.add_argument("run", type=Path, metavar="RUN", help="a folder or file of a run")
    formats = export.add_mutually_exclusive_group(required=True)
    help_text = "a .hgrm file (microseconds) for each measurement and operation"
    formats.add_argument("--hgrm", type=Path, metavar="DIR", help=help_text)
    help_text = "every figure, a row for each measurement and operation"
    formats.add_argument("--csv", type=Path, metavar="FILE", help=help_text)
    export.set_defaults(command=_export)
    return parser


def _report(arguments: argparse.Namespace) -> int:
    for name in () if arguments.fresh else ("quick", "rounds", "no_guest", "guest_only"):
        if getattr(arguments, name):
            raise WispError(f"--{name.replace('_', '-')} goes with --fresh")
    if arguments.fresh and arguments.runs:
        raise WispError(f"--fresh measures a run of its own, and {arguments.runs[0]} names another")
    if arguments.out and not (arguments.fresh or arguments.runs):
        raise WispError("--out goes with a RUN or --fresh: the report of all recorded runs is in results/")
    if any(path.resolve() == ROOT / "results" for path in arguments.runs):
        raise WispError("results/ holds many runs: without RUN, ./wisp report makes the report of all of them")
    packages.require("draw")
    with under_way("loading matplotlib"):
        from wisp_tools.campaign.cells import GUEST, HOST
        from wisp_tools.report.making import report_fresh, report_recorded, report_runs

    if arguments.runs:
        return report_runs(arguments.runs, arguments.out)
    if not arguments.fresh:
        return report_recorded(ROOT / "results")
    left_out = {}
    if arguments.no_guest:
        left_out[GUEST] = "--no-guest was given"
    if arguments.guest_only:
        left_out[HOST] = "--guest-only was given"
    return report_fresh(ROOT, arguments.out, arguments.quick, arguments.rounds, left_out)


def _plot(arguments: argparse.Namespace) -> int:
    packages.require("draw")
    with under_way("loading matplotlib"):
        from wisp_tools.drawings import draw_all, drawings_of
        from wisp_tools.results.runs import load_runs, recorded_runs

    runs = load_runs(arguments.runs) or recorded_runs(ROOT / "results")
    for run in runs:
        files = draw_all(run.name, drawings_of(run), arguments.out or ROOT / "results" / "plots")
        if not files:
            raise WispError(f"{run.name}: nothing to draw: a plot compares several measurements")
        for path in files:
            print(path)
    return 0


def _export(arguments: argparse.Namespace) -> int:
    packages.require("record")
    from wisp_tools.export import export_csv, export_hgrm
    from wisp_tools.results.runs import load_run

    run = load_run(arguments.run)
    if arguments.hgrm:
        print(f"{len(export_hgrm(run, arguments.hgrm))} files in {arguments.hgrm}")
    else:
        print(f"{export_csv(run, arguments.csv)} rows in {arguments.csv}")
    return 0
