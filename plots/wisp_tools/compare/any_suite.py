# SPDX-License-Identifier: Apache-2.0
"""Anybody's suite of JMH: a command that builds it, the jar that this leaves, and what of it is measured."""

import hashlib
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from wisp_tools.compare.build import Recipe, describe
from wisp_tools.compare.errors import WRONG_USAGE, ComparisonError
from wisp_tools.compare.groups import BenchmarkSet, exactly
from wisp_tools.compare.plan import BASE, HEAD
from wisp_tools.compare.revisions import Revision
from wisp_tools.compare.run import Runner
from wisp_tools.compare.sample import RunFailed, Sample
from wisp_tools.compare.subject import Selection, benchmarks_of
from wisp_tools.compare.verdict import Figure

PAIRS = 6
_NOTHING = "^$"
# With which this program runs JMH, or after which JMH measures nothing.
_TAKEN = ("-rf", "-rff", "-o", "-foe", "-h", "-l", "-lp", "-lrf", "-lprof")


@dataclass(frozen=True)
class SuiteGroup:
    """A benchmark with all of its parameters and modes, each a figure."""

    name: str
    benchmark: str
    jmh_options: Sequence[str]
    rulers: tuple[str, ...] = ()
    is_ruler: bool = False

    def titles(self) -> list[str]:
        return []

    def title_of(self, sample: Sample) -> str:
        details = [sample.mode, *(f"{name}={value}" for name, value in sample.parameters.items())]
        return f"{self.name} ({', '.join(details)})"

    def options(self) -> list[str]:
        return [exactly(self.benchmark), *self.jmh_options, "-foe", "true"]

    def estimated_seconds(self) -> float:
        return 1.0

    def most_seconds(self) -> None:
        return None


@dataclass(frozen=True)
class AnySuite:
    """build: for a shell, in the folder of a commit. jar: there. include: a pattern of JMH's, all benchmarks if None."""

    build: str
    jar: str
    include: str | None = None
    jmh_options: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raises ComparisonError for what cannot be meant."""
        path = PurePosixPath(self.jar)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise ComparisonError(f'--jar "{self.jar}" is no path below the folder that is built in', WRONG_USAGE)
        if any("**" in part and part != "**" for part in path.parts):
            raise ComparisonError(f'--jar "{self.jar}": ** stands for whole folders alone, as **/x.jar', WRONG_USAGE)
        taken = next((each for each in self.jmh_options if each.partition("=")[0] in _TAKEN), None)
        if taken is not None:
            raise ComparisonError(f"{taken} cannot be among the options for JMH: this program sets it", WRONG_USAGE)

    @property
    def recipe(self) -> Recipe:
        mark = hashlib.sha256(f"{self.build}\0{self.jar}".encode()).hexdigest()[:12]
        return Recipe(("sh", "-c", self.build), f'"{self.build}"', self.jar, mark=f"-{mark}")

    @property
    def pairs(self) -> int:
        return PAIRS

    def announcement(self, pairs: int) -> str:
        return f"{pairs} pairs of runs of {self.jar}; after the first it is said how long they take"

    def select(self, revisions: Mapping[str, Revision], jars: Mapping[str, Path], runner: Runner) -> Selection:
        """The benchmarks that both commits have, and those that only one has."""
        benchmarks_of(revisions, jars, runner)
        included = [self.include or ".*"]
        known = {side: self._listed(jars[side], runner, included) for side in (BASE, HEAD)}
        if others := self._listed(jars[BASE], runner, [_NOTHING]):
            patterns = "a pattern among the options for JMH selects further benchmarks, such as"
            raise ComparisonError(f"{patterns} {others[0]}; give it with --include", WRONG_USAGE)
        both = [name for name in known[BASE] if name in known[HEAD]]
        if not both:
            raise ComparisonError(f"the commits have no benchmark in common{self._of_include()}: {_named(known)}")
        package = _package([name for names in known.values() for name in names])
        lacking = {}
        for side, other in ((BASE, HEAD), (HEAD, BASE)):
            for name in known[other]:
                if name not in known[side]:
                    title = name.removeprefix(package)
                    lacking[title] = Figure(title, failures=[f"{side}, {describe(revisions[side])}, has no {name}"])
        groups = tuple(SuiteGroup(name.removeprefix(package), name, self.jmh_options) for name in both)
        return Selection(BenchmarkSet("suite", "somebody's own", groups, PAIRS), lacking, None)

    def _listed(self, jar: Path, runner: Runner, patterns: Sequence[str]) -> list[str]:
        arguments = [*patterns, *self.jmh_options]
        try:
            return runner.benchmarks(jar, arguments)
        except RunFailed as failure:
            raise ComparisonError(f"JMH does not take {shlex.join(arguments)}: {failure}", WRONG_USAGE) from None

    def _of_include(self) -> str:
        return f' that "{self.include}" matches' if self.include else ""

    def settings(self) -> dict[str, Any]:
        suite = {"build": self.build, "jar": self.jar, "include": self.include, "jmhOptions": list(self.jmh_options)}
        return {"set": "suite", "suite": suite}

    def conditions(self) -> str:
        which = f"benchmarks that {self.include} matches" if self.include else "all benchmarks"
        options = f", run with {shlex.join(self.jmh_options)}" if self.jmh_options else ""
        return f"{which} in {self.jar}, built by {self.build}{options}"


def _named(known: Mapping[str, Sequence[str]]) -> str:
    return "; ".join(f"{side} has {', '.join(names[:3]) or 'none'}" for side, names in known.items())


def _package(names: Sequence[str]) -> str:
    """What all names begin with before class and method, with its last dot."""
    parts = [name.split(".")[:-2] for name in names]
    common = []
    for words in zip(*parts, strict=False):
        if len(set(words)) > 1:
            break
        common.append(words[0])
    return "".join(f"{word}." for word in common)
