# SPDX-License-Identifier: Apache-2.0
"""What is compared in two commits: a suite, how its jar is made, and what of it is measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from wisp_tools.compare.build import Recipe, describe
from wisp_tools.compare.errors import ComparisonError
from wisp_tools.compare.groups import BenchmarkSet
from wisp_tools.compare.plan import BASE, HEAD
from wisp_tools.compare.revisions import Revision
from wisp_tools.compare.run import Runner
from wisp_tools.compare.sample import RunFailed
from wisp_tools.compare.verdict import Figure


@dataclass(frozen=True)
class Selection:
    """What can be measured.

    lacking: figures that a commit has not, by title.
    ruler_from: whose jar has the rulers; None if there are none.
    """

    chosen: BenchmarkSet
    lacking: Mapping[str, Figure]
    ruler_from: str | None


class Subject(Protocol):
    """Raises ComparisonError where two commits have nothing that could be compared."""

    @property
    def recipe(self) -> Recipe: ...

    @property
    def pairs(self) -> int:
        """Pairs of runs, if nobody says otherwise."""

    def announcement(self, pairs: int) -> str:
        """What is measured, in so many pairs, and how long that takes."""

    def select(self, revisions: Mapping[str, Revision], jars: Mapping[str, Path], runner: Runner) -> Selection: ...

    def settings(self) -> dict[str, Any]:
        """For the JSON."""

    def conditions(self) -> str:
        """For the report."""


def benchmarks_of(
    revisions: Mapping[str, Revision], jars: Mapping[str, Path], runner: Runner, arguments: Sequence[str] = ()
) -> dict[str, list[str]]:
    """The benchmarks of both commits. Raises ComparisonError if a jar lists none."""
    known = {}
    for side in (BASE, HEAD):
        try:
            known[side] = runner.benchmarks(jars[side], arguments)
        except RunFailed as failure:
            reason = f"its jar is no JMH jar: asked to list its benchmarks (-l), it said: {failure}"
            raise ComparisonError(f"{describe(revisions[side])} cannot be measured: {reason}") from None
    return known
