# SPDX-License-Identifier: Apache-2.0
"""What is measured: groups of figures, each group a JMH command line."""

import re
from dataclasses import dataclass
from typing import Protocol

from wisp_tools.compare.sample import Sample


class Group(Protocol):
    """Figures that one process measures, one after the other, each in a JVM of its own."""

    @property
    def name(self) -> str: ...

    @property
    def benchmark(self) -> str:
        """Class and method."""

    @property
    def is_ruler(self) -> bool: ...

    @property
    def rulers(self) -> tuple[str, ...]:
        """The rulers that must have been steady for a verdict."""

    def titles(self) -> list[str]:
        """The names of the figures that a run must give; none if only a run tells which there are."""

    def title_of(self, sample: Sample) -> str:
        """The name of a sample's figure."""

    def options(self) -> list[str]:
        """The arguments for the jar."""

    def estimated_seconds(self) -> float:
        """How long a run takes, at least compared with other groups."""

    def most_seconds(self) -> float | None:
        """After how long a run hangs; None if that is not known."""


@dataclass(frozen=True)
class BenchmarkSet:
    """Groups that are measured together, and in how many pairs of runs if nobody says otherwise."""

    name: str
    purpose: str
    groups: tuple[Group, ...]
    pairs: int


def exactly(benchmark: str) -> str:
    """The pattern for JMH that matches one benchmark by its whole name."""
    return f"^{re.escape(benchmark)}$"
