# SPDX-License-Identifier: Apache-2.0
"""Shows that a comparison does what it promises: no false alarms, and what is planted is caught."""

import contextlib
import io
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wisp_tools.arguments import Parser, whole
from wisp_tools.compare import errors
from wisp_tools.compare.command import alone_and_told, java, run, say
from wisp_tools.compare.options import parse
from wisp_tools.compare.plan import FEWEST_PAIRS, MOST_PAIRS, as_time, estimated_seconds
from wisp_tools.compare.revisions import Repository
from wisp_tools.compare.run import JmhRunner
from wisp_tools.compare.sets import SETS
from wisp_tools.compare.verdict import AllocationVerdict, Verdict
from wisp_tools.tree import ROOT

PLANTED = Path(__file__).resolve().parent / "planted"
SLOWER = PLANTED / "slower_lookup.patch"
ALLOCATING = PLANTED / "allocating_get.patch"
_GET = "store get, 1000 entries"
_UNTOLD = (Verdict.NOT_STEADY.value, Verdict.TOO_FEW_PAIRS.value)
# A machine that is hardly ever steady proves nothing, and is not waited for for ever.
_MOST_ATTEMPTS = 2
_MOST_ATTEMPTS_AT_SLOWDOWN = 3

_HELP = """\
Compares a commit with itself and a planted slowdown of gets of 15 %, and with a planted allocation of a
key's bytes in each get, and looks whether each is caught. Then it compares the commit with itself, as two
separate builds, again and again, and counts the false alarms: whatever is called slower, faster, or different
in what it allocates. Where the machine was not steady it says so: that is neither an alarm nor a catch, and
is repeated, up to as many times again.

exit codes: 0 if there was no false alarm and both were caught, 1 if not, 2 for a wrong command line, 3 if the
machine was not steady for what was planted, 4 if something could not be compared, 130 if interrupted.
"""


@dataclass
class Proof:
    """How often comparisons of a commit with itself ended in which way, and what was caught."""

    wanted: int = 0
    same: Counter[str] = field(default_factory=Counter)
    false_alarms: list[str] = field(default_factory=list)
    slower: str = ""
    allocation: str = ""

    @property
    def exit_code(self) -> int:
        if self.false_alarms or self.slower == Verdict.NO_CLEAR_CHANGE.value:
            return errors.REGRESSION
        if self.allocation != AllocationVerdict.MORE.value:
            return errors.REGRESSION
        proved = self.slower == Verdict.SLOWER.value and self.steady >= self.wanted
        return errors.NO_REGRESSION if proved else errors.NO_VERDICT

    @property
    def steady(self) -> int:
        """How many comparisons of a commit with itself the machine was steady enough for."""
        return sum(times for how, times in self.same.items() if how not in _UNTOLD)

    def summary(self) -> str:
        counted = ", ".join(f"{times} times {how}" for how, times in self.same.most_common())
        compared = f"{sum(self.same.values())} comparisons, {len(self.false_alarms)} false alarms ({counted})"
        alarms = "".join(f"  false alarm: {each}\n" for each in self.false_alarms)
        planted = f"planted slowdown of 15 %: {self.slower}\nplanted allocation: {self.allocation}"
        return f"the same commit, built twice: {compared}\n{alarms}{planted}"


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """The exit code. root: the repository's folder."""
    parsed = Parser("./wisp prove-compare", _HELP, "wisp prove-compare")
    parsed.add_argument("--commit", default="HEAD", help="what is compared with itself (default HEAD)")
    help_text = "false alarms are looked for so often"
    parsed.add_argument("--repeats", type=whole(1, 1000), default=20, metavar="N", help=help_text)
    help_text = "pairs of runs in each comparison of a commit with itself (default that of the set)"
    parsed.add_argument("--same-pairs", type=whole(FEWEST_PAIRS, MOST_PAIRS), metavar="N", help=help_text)
    help_text = "keep the JSON of each comparison and the summary in this new folder"
    parsed.add_argument("--out", type=Path, metavar="DIR", help=help_text)
    parsed.add_argument("--set", dest="chosen", choices=SETS, default="proof", help="what is measured (default proof)")
    options = parsed.parse_args(arguments)

    def compare() -> int:
        comparer = Comparer(root, options.chosen, java(root), say, _new_folder(options.out))
        proof = prove(comparer, options.commit, options.repeats, options.same_pairs)
        print(proof.summary())
        if options.out is not None:
            (options.out / "summary.txt").write_text(proof.summary() + "\n", encoding="utf-8")
        return proof.exit_code

    return alone_and_told(compare, "nothing is proved")


def _new_folder(folder: Path | None) -> Path | None:
    """Raises ComparisonError if it cannot be made, or is there already: two proofs are not mixed."""
    if folder is None:
        return None
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise errors.ComparisonError(f"--out {folder} cannot be made: {error.strerror}") from error
    return folder


@dataclass(frozen=True)
class Comparer:
    """Compares commits, and returns the JSON. keep: a folder in which it stays."""

    root: Path
    chosen: str
    program: str
    tell: Callable[[str], None]
    keep: Path | None

    def compare(self, base: str, head: str, name: str, pairs: int | None = None) -> dict[str, Any]:
        """name: of the file that is kept. pairs: those of the set if None. Raises ComparisonError if some figure is not there."""
        options = parse([base, head, "--set", self.chosen])
        options.pairs = pairs
        with tempfile.TemporaryDirectory(prefix="wisp-compare-") as folder:
            options.out = Path(folder) / "comparison"
            report = io.StringIO()
            with contextlib.redirect_stdout(report):
                status = run(options, self.root, self.program, JmhRunner([self.program]), self.tell)
            written = (options.out / "comparison.json").read_text(encoding="utf-8")
        document: dict[str, Any] = json.loads(written)
        if self.keep is not None:
            (self.keep / f"{name}.json").write_text(written, encoding="utf-8")
        self.tell(report.getvalue())
        if status == errors.NOT_COMPARED:
            raise errors.ComparisonError("a figure could not be compared, as said above")
        return document


def prove(comparer: Comparer, commit: str, repeats: int, same_pairs: int | None = None) -> Proof:
    repository = Repository(comparer.root)
    base = repository.revision(commit).commit
    slower = repository.patched(base, SLOWER).commit
    allocating = repository.patched(base, ALLOCATING).commit
    chosen = SETS[comparer.chosen]
    seconds = 2 * estimated_seconds(chosen, chosen.pairs)
    seconds += repeats * estimated_seconds(chosen, same_pairs or chosen.pairs)
    comparer.tell(f"{repeats + 2} comparisons: about {as_time(seconds)} of measuring, and up to 4 builds")
    proof = Proof(repeats)
    for attempt in range(1, _MOST_ATTEMPTS_AT_SLOWDOWN + 1):
        proof.slower = _figure(comparer.compare(base, slower, f"slower-{attempt}"))["verdict"]
        comparer.tell(f"planted slowdown: {proof.slower}")
        if proof.slower not in _UNTOLD:
            break
    allocated = _figure(comparer.compare(base, allocating, "allocating"))["allocation"]
    proof.allocation = allocated["verdict"] if allocated else "not known"
    comparer.tell(f"planted allocation: {proof.allocation}")
    for attempt in range(1, _MOST_ATTEMPTS * repeats + 1):
        document = comparer.compare(base, base, f"same-{attempt:02}", same_pairs)
        proof.same[how_it_ended(document)] += 1
        proof.false_alarms += [f"comparison {attempt}: {each}" for each in alarms(document)]
        ended = how_it_ended(document)
        comparer.tell(f"comparison {attempt}: {ended}; {proof.steady} of {repeats} on a steady machine")
        if proof.steady >= repeats:
            break
    return proof


def alarms(document: dict[str, Any]) -> list[str]:
    """What a comparison of the same code must not say: slower, faster, allocates more or less."""
    alarms = []
    for figure in document["benchmarks"]:
        if figure["verdict"] in (Verdict.SLOWER.value, Verdict.FASTER.value):
            alarms.append(f"{figure['title']} {figure['verdict']}, ratio {figure['ratio']['mean']:.3f}")
        if figure["allocation"] and figure["allocation"]["verdict"] != AllocationVerdict.SAME.value:
            alarms.append(f"{figure['title']} {figure['allocation']['verdict']}")
    return alarms


def how_it_ended(document: dict[str, Any]) -> str:
    if alarms(document):
        return "false alarm"
    verdicts = {figure["verdict"] for figure in document["benchmarks"]}
    return next((verdict for verdict in _UNTOLD if verdict in verdicts), Verdict.NO_CLEAR_CHANGE.value)


def _figure(document: dict[str, Any]) -> dict[str, Any]:
    figure: dict[str, Any] = next(each for each in document["benchmarks"] if each["title"] == _GET)
    return figure
