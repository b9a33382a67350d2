# SPDX-License-Identifier: Apache-2.0
"""./wisp compare BASE HEAD: is HEAD slower than BASE, or does it allocate more?"""

import argparse
import contextlib
import fcntl
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from wisp_tools import environment
from wisp_tools.arguments import Parser, number, whole
from wisp_tools.compare import errors
from wisp_tools.compare.build import SECONDS_OF_BUILD, Builder, default_cache, describe
from wisp_tools.compare.comparison import Comparison, judge_all
from wisp_tools.compare.document import as_document
from wisp_tools.compare.errors import ComparisonError
from wisp_tools.compare.groups import BenchmarkSet
from wisp_tools.compare.machine import this_machine
from wisp_tools.compare.measure import Measurement, measure
from wisp_tools.compare.plan import BASE, FEWEST_PAIRS, HEAD, MOST_PAIRS, as_time, estimated_seconds
from wisp_tools.compare.report import as_markdown
from wisp_tools.compare.revisions import WORKING_TREE, Repository, Revision, remark
from wisp_tools.compare.run import JmhRunner, Runner
from wisp_tools.compare.sample import RunFailed
from wisp_tools.compare.sets import SETS
from wisp_tools.compare.verdict import DEFAULT_THRESHOLD_PERCENT, Figure
from wisp_tools.errors import WispError
from wisp_tools.files import replace as replace_file
from wisp_tools.interrupts import interruptible
from wisp_tools.tree import ROOT, jdk

_HELP = f"""\
Builds two commits and measures them on this machine in pairs of runs: base then head, head then base, and
so on. For each figure it says one of faster, slower, no clear change, machine not steady.

BASE and HEAD are commits by any name that git knows; HEAD may also be "{WORKING_TREE}", which is what is in
your working tree now. The same commit twice is built twice, and should never be called slower.

"slower" means that an operation takes longer by more than the threshold, that the 99 % intervals of base and
head are disjoint, that the interval of their ratio does not hold 1, and that the rulers were steady. Rulers
are benchmarks without any code of Wisp, run from one jar in both commits' places. Bytes allocated per
operation are held to about a byte and 5 %, whatever the times.

exit codes:
  0    nothing is slower and nothing allocates more
  1    something is slower or allocates more
  2    the command line is wrong; nothing was measured
  3    no verdict: the machine was not steady, or the rulers that tell it were not measured
  4    something could not be compared: a commit does not build, lacks a benchmark, or crashes
  130  interrupted; no file was written
If several are true, 1 goes before 4 and 4 before 3. Files are written only at the end of a whole comparison.

Jars are kept by commit in {"${XDG_CACHE_HOME:-$HOME/.cache}"}/wisp-compare.
"""


def parser() -> Parser:
    sets = "; ".join(f"{each.name}: {each.purpose}, {each.pairs} pairs" for each in SETS.values())
    parsed = Parser("./wisp compare", _HELP, "wisp compare")
    parsed.add_argument("base", metavar="BASE", help="the commit to compare with")
    parsed.add_argument("head", metavar="HEAD", help=f"the commit that may be slower, or {WORKING_TREE}")
    parsed.add_argument("--set", dest="chosen", choices=SETS, default="short", help=f"what is measured ({sets})")
    pairs, threshold = whole(FEWEST_PAIRS, MOST_PAIRS), DEFAULT_THRESHOLD_PERCENT
    parsed.add_argument("--pairs", type=pairs, metavar="N", help=f"pairs of runs, {FEWEST_PAIRS} or more")
    help_text = "how much longer an operation must take to matter (default %(default)g)"
    parsed.add_argument("--threshold", type=number(0.1, 100), default=threshold, metavar="PERCENT", help=help_text)
    parsed.add_argument("--out", type=Path, metavar="DIR", help="a new folder for comparison.json and comparison.md")
    parsed.add_argument("--json", type=Path, metavar="FILE", help="where else to write the JSON (results/FORMAT.md)")
    parsed.add_argument("--markdown", type=Path, metavar="FILE", help="where else to write the report")
    return parsed


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """The exit code. root: the repository's folder."""
    options = parser().parse_args(arguments)

    def compare() -> int:
        program = java(root)
        return run(options, root, program, JmhRunner([program]), say)

    return alone_and_told(compare, "nothing was written")


def alone_and_told(compare: Callable[[], int], interrupted: str) -> int:
    """The exit code of what compares, while no other comparison does; what stops it is said in a sentence."""
    try:
        with interruptible(), only_one_at_a_time(default_cache()):
            return compare()
    except WispError as error:
        say(str(error))
        return error.exit_code if isinstance(error, ComparisonError) else errors.NOT_COMPARED
    except KeyboardInterrupt:
        say(f"interrupted; {interrupted}")
        return errors.INTERRUPTED


def java(root: Path) -> str:
    """The program java of the JDK that the launcher in a folder finds; builds use that JDK from then on.

    Raises ComparisonError with the launcher's words if there is none.
    """
    try:
        home = jdk(root / "wisp")
    except WispError as failure:
        raise ComparisonError(str(failure), errors.WRONG_USAGE) from None
    os.environ["JAVA_HOME"] = str(home)
    return str(home / "bin" / "java")


def say(text: str) -> None:
    print(f"wisp compare: {text}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def only_one_at_a_time(cache: Path) -> Iterator[None]:
    """Two comparisons at once would each find the machine unsteady."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ComparisonError("another comparison is under way, which this one would disturb") from None
        yield


def run(options: argparse.Namespace, root: Path, program: str, runner: Runner, tell: Callable[[str], None]) -> int:
    """Compares, prints the report, writes the files asked for. program: the java that measures, for the report."""
    chosen, pairs = SETS[options.chosen], options.pairs or SETS[options.chosen].pairs
    started = environment.timestamp("seconds")
    folder = options.out or root / "results" / "local" / f"{started.replace(':', '-')}-compare"
    files = [each for each in (options.json, options.markdown) if each is not None]
    _prepare(folder, files)
    repository = Repository(root)
    base, head = _revision(repository, BASE, options.base), _revision(repository, HEAD, options.head)
    if said := remark(base, head):
        tell(said)
    builder = Builder(repository, default_cache(), tell)
    copies = {BASE: 1, HEAD: 2 if head.commit == base.commit else 1}
    missing = sum(not builder.is_built(each, copies[side]) for side, each in ((BASE, base), (HEAD, head)))
    seconds = estimated_seconds(chosen, pairs)
    builds = f" and about {as_time(missing * SECONDS_OF_BUILD)} of building before that" if missing else ""
    tell(f'set "{chosen.name}", {pairs} pairs: about {as_time(seconds)} of measuring{builds}')
    jars = {BASE: builder.jar(base, copies[BASE]), HEAD: builder.jar(head, copies[HEAD])}
    machine = this_machine(program)
    possible, lacking, ruler_from = _possible(chosen, {BASE: base, HEAD: head}, jars, runner)
    for figure in lacking.values():
        tell(f"{figure.title} is left out: {figure.failures[0]}")
    measurement = measure(possible, pairs, jars, jars[ruler_from], runner, tell)
    measurement = Measurement(measurement.figures | lacking, measurement.rulers)
    moments = (started, environment.timestamp("seconds"))
    judged = judge_all(measurement, options.threshold)
    comparison = Comparison(base, head, chosen, pairs, options.threshold, ruler_from, machine, *moments, *judged)
    _write(comparison, folder, options.json, options.markdown)
    print(as_markdown(comparison), flush=True)
    tell(f"results: {folder}")
    return comparison.exit_code


def _prepare(folder: Path, files: Sequence[Path]) -> None:
    """Refuses places where nothing can be written, before anything is built.

    Older files of these names are removed, so that nobody takes them for what an interrupted comparison
    found.
    """
    for path in (folder, _unfinished(folder)):
        if path.exists():
            raise ComparisonError(f"{path} exists already; name another folder", errors.WRONG_USAGE)
    above = next(each for each in folder.absolute().parents if each.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise ComparisonError(f"{folder} cannot be made: {above} is no folder to write to", errors.WRONG_USAGE)
    for file in files:
        if file.is_dir() or not os.access(file.absolute().parent, os.W_OK):
            raise ComparisonError(f"{file} cannot be written", errors.WRONG_USAGE)
        file.unlink(missing_ok=True)


def _unfinished(folder: Path) -> Path:
    return folder.with_name(folder.name + ".unfinished")


def _revision(repository: Repository, side: str, name: str) -> Revision:
    if side == BASE and name == WORKING_TREE:
        raise ComparisonError(f"{WORKING_TREE} can only be HEAD", errors.WRONG_USAGE)
    return repository.revision(name)


def _possible(
    chosen: BenchmarkSet, revisions: dict[str, Revision], jars: dict[str, Path], runner: Runner
) -> tuple[BenchmarkSet, dict[str, Figure], str]:
    """What both commits have of a set, what they lack, and whose jar has the rulers."""
    known = {}
    for side, revision in revisions.items():
        try:
            known[side] = set(runner.benchmarks(jars[side]))
        except RunFailed as failure:
            raise ComparisonError(f"{describe(revision)} cannot be measured: {failure}") from None
    rulers = {group.benchmark for group in chosen.groups if group.is_ruler}
    ruler_from = next((side for side in (BASE, HEAD) if rulers <= known[side]), None)
    if ruler_from is None:
        raise ComparisonError(
            "neither commit has the rulers that tell whether the machine was steady: " + ", ".join(sorted(rulers))
        )
    groups, lacking = [], {}
    for group in chosen.groups:
        without = [side for side in (BASE, HEAD) if group.benchmark not in known[side]]
        if group.is_ruler or not without:
            groups.append(group)
            continue
        for title in group.titles():
            reason = f"{without[0]}, {describe(revisions[without[0]])}, has no {group.benchmark}"
            lacking[title] = Figure(title, group.rulers, failures=[reason])
    return replace(chosen, groups=tuple(groups)), lacking, ruler_from


def _write(comparison: Comparison, folder: Path, json_file: Path | None, markdown_file: Path | None) -> None:
    """All files, each of them whole or not there."""
    document = json.dumps(as_document(comparison), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    report = as_markdown(comparison)
    unfinished = _unfinished(folder)
    unfinished.mkdir(parents=True)
    (unfinished / "comparison.json").write_text(document, encoding="utf-8")
    (unfinished / "comparison.md").write_text(report, encoding="utf-8")
    unfinished.rename(folder)
    for file, text in ((json_file, document), (markdown_file, report)):
        if file is not None:
            replace_file(file, text)
