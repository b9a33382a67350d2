# SPDX-License-Identifier: Apache-2.0
"""What the page shows at a time: what of a run was measured on one machine."""

from collections.abc import Sequence
from dataclasses import dataclass

from wisp_tools.drawings import Drawing
from wisp_tools.model import Machine
from wisp_tools.points import Point, by_machine, points_of
from wisp_tools.report.contents import RunReport


@dataclass(frozen=True)
class Section:
    report: RunReport
    machine: Machine
    name: str
    """Different from that of every other section."""
    points: tuple[Point, ...]
    drawings: tuple[Drawing, ...]

    @property
    def date(self) -> str:
        """When it was begun, as far as that is known."""
        if self.report.campaign:
            return self.report.campaign.started_at[:10]
        return max((m.conditions.date or "" for point in self.points for m in point.measurements), default="")

    @property
    def of_whole_campaign(self) -> bool:
        return self.report.campaign is not None and self.report.campaign.finished_at is not None


def sections_of(reports: Sequence[RunReport]) -> list[Section]:
    """In the order in which they are offered, the first being what the page opens on.

    Whole campaigns come before other runs, what ran on a machine itself before what ran in a guest, and the newest
    before the older ones.
    """
    sections = [section for report in reports for section in _of_run(report)]
    newest_first = sorted(sections, key=lambda section: section.date, reverse=True)
    return sorted(newest_first, key=lambda section: (not section.of_whole_campaign, section.machine.guest is not None))


def _of_run(report: RunReport) -> list[Section]:
    sections: list[Section] = []
    for machine, points in by_machine(points_of(report.run.measurements)).items():
        name = f"{report.run.name}, {machine.place}"
        alike = sum(section.machine.place == machine.place for section in sections)
        drawings = tuple(drawing for drawing in report.drawings if drawing.points[0].machine == machine)
        sections.append(Section(report, machine, f"{name} {alike + 1}" if alike else name, tuple(points), drawings))
    return sections
