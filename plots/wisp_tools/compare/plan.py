# SPDX-License-Identifier: Apache-2.0
"""In which order everything runs, and how long it takes."""

from collections.abc import Iterator
from dataclasses import dataclass

from wisp_tools.compare.groups import BenchmarkSet, Group

BASE, HEAD = "base", "head"
FEWEST_PAIRS = 4
MOST_PAIRS = 1000


@dataclass(frozen=True)
class PairOfRuns:
    """Two runs of a group, one right after the other.

    round: from 1; in every round each group has one pair.
    order: the commits, in the order in which they run.
    """

    round: int
    group: Group
    order: tuple[str, str]


def order_of(round_number: int) -> tuple[str, str]:
    """AB, BA, AB, BA: what gets faster or slower steadily favours neither commit."""
    return (BASE, HEAD) if round_number % 2 else (HEAD, BASE)


def schedule(chosen: BenchmarkSet, pairs: int) -> Iterator[PairOfRuns]:
    """Round by round, so that each figure's pairs are spread over the whole comparison."""
    for round_number in range(1, pairs + 1):
        for group in chosen.groups:
            yield PairOfRuns(round_number, group, order_of(round_number))


def estimated_seconds(chosen: BenchmarkSet, pairs: int) -> float:
    return sum(2 * each.group.estimated_seconds() for each in schedule(chosen, pairs))


def as_time(seconds: float) -> str:
    """For a reader: 45 s, 5 min 20 s."""
    whole = max(0, round(seconds))
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"
