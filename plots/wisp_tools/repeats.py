# SPDX-License-Identifier: Apache-2.0
"""Whether a campaign repeats: loads that it measured in more than one series have to come to the same."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from wisp_tools import wording
from wisp_tools.model import Configuration, Machine, Run
from wisp_tools.points import points_of

TOLERANCE = 0.10
"""By how much two medians of one load may differ."""


@dataclass(frozen=True)
class Repeat:
    """One load that several series hold."""

    configuration: Configuration
    machine: Machine
    medians: dict[str, float]
    """Requests per second by series."""

    @property
    def difference(self) -> float:
        """How much more the highest median is than the lowest."""
        return max(self.medians.values()) / min(self.medians.values()) - 1

    @property
    def agrees(self) -> bool:
        return self.difference <= TOLERANCE

    def __str__(self) -> str:
        figures = ", ".join(f"{wording.rate(median)} ({group})" for group, median in self.medians.items())
        return f"{self.machine.place}, {self.configuration.way.label}: {figures}"


def repeats_of(run: Run) -> list[Repeat]:
    """Every closed load that a run holds in more than one series."""
    series: dict[tuple[Configuration, Machine], dict[str, float]] = defaultdict(dict)
    for point in points_of(run.measurements):
        group = point.configuration.group
        if group and point.configuration.loop == "closed":
            series[replace(point.configuration, group=None), point.machine][group] = point.median
    return [Repeat(*load, medians) for load, medians in series.items() if len(medians) > 1]


UNREPEATED = "These figures do not repeat"


def in_words(repeats: Sequence[Repeat]) -> str:
    """Whether they agree, in a sentence that names each that does not."""
    worst = max(repeats, key=lambda each: each.difference)
    differ = [each for each in repeats if not each.agrees]
    if not differ:
        return (
            f"{len(repeats)} loads were measured in more than one series: the medians of each agree within"
            f" {_percent(TOLERANCE)} (furthest apart, by {_percent(worst.difference)}: {worst})."
        )
    named = "; ".join(f"{each} differ by {_percent(each.difference)}" for each in differ)
    return (
        f"{UNREPEATED}. {len(repeats)} loads were measured in more than one series, and"
        f" {len(differ)} came to medians more than {_percent(TOLERANCE)} apart: {named}."
    )


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.0f} %"
