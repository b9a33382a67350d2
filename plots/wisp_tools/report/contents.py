# SPDX-License-Identifier: Apache-2.0
"""What the report says of one run."""

from dataclasses import dataclass
from pathlib import Path

from wisp_tools.campaign.state import Campaign, read_campaign
from wisp_tools.drawings import Drawing, drawings_of
from wisp_tools.model import EMULATED_LABEL, Machine, Run
from wisp_tools.repeats import Repeat, repeats_of
from wisp_tools.results.campaign import CAMPAIGN_FILE


@dataclass(frozen=True)
class RunReport:
    """A run with its plots, and the campaign that measured it, if one did."""

    run: Run
    drawings: tuple[Drawing, ...]
    campaign: Campaign | None

    @staticmethod
    def of(run: Run, folder: Path) -> "RunReport":
        """The report of what a folder holds. Raises WispError if its campaign cannot be read."""
        campaign = read_campaign(folder) if (folder / CAMPAIGN_FILE).exists() else None
        return RunReport(run, tuple(drawings_of(run)), campaign)

    @property
    def repeats(self) -> list[Repeat]:
        return repeats_of(self.run)

    def by_machine(self) -> dict[str, list[Drawing]]:
        """Plots under a heading for each machine, which says where and what it is."""
        machines: dict[str, list[Drawing]] = {}
        for drawing in self.drawings:
            machines.setdefault(_heading(drawing.points[0].machine), []).append(drawing)
        return machines


def _heading(machine: Machine) -> str:
    words = [machine.cpu, machine.cores and f"{machine.cores} core{'s' if machine.cores > 1 else ''}", machine.kernel]
    place = f"In the guest ({EMULATED_LABEL})" if machine.guest else "On the machine itself"
    return f"{place}: {', '.join(word for word in words if word)}"
