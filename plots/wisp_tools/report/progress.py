# SPDX-License-Identifier: Apache-2.0
"""How far a campaign is, and what of it was not measured, for the report."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from wisp_tools.campaign.nearness import TOLERANCE
from wisp_tools.campaign.state import FAILED, FINISHED, SKIPPED, WAITING, Campaign
from wisp_tools.repeats import Repeat, in_words

LACKING = {FAILED: "failed", SKIPPED: "skipped", WAITING: "not reached"}
"""States of measurements without a result, in words."""
MISSING_HEADER = ("measurement", "rounds", "state", "why")


@dataclass(frozen=True)
class CampaignSummary:
    """Text and the rows of a table, neither of them escaped for where they go."""

    text: str
    missing: tuple[tuple[str, str, str, str], ...]
    """What failed, each by itself, and what was skipped for one reason together: name, rounds, state, reason."""

    @staticmethod
    def of(campaign: Campaign, repeats: Sequence[Repeat] = ()) -> "CampaignSummary":
        command = "./wisp report --fresh" + (" --quick" if campaign.scale == "quick" else "")
        end = f"finished {campaign.finished_at}" if campaign.finished_at else "not finished"
        text = f"Measured by {command}: {_rounds(campaign)}, begun {campaign.started_at}, {end}, {_software(campaign)}."
        counts = Counter(cell.state for cell in campaign.cells)
        lacking = [f"{counts[state]} {words}" for state, words in LACKING.items() if counts[state]]
        if lacking:
            text += f" Without a result, and so in no figure: {', '.join(lacking)}, of {len(campaign.cells)}."
        text += _nearness(campaign)
        if repeats:
            text += f" {in_words(repeats)}"
        missing: dict[tuple[str, str, str], list[int]] = {}
        for cell in campaign.cells:
            if cell.state in (FAILED, SKIPPED):
                name = f"{cell.cell.place}, {cell.cell.name}" if cell.state == FAILED else cell.cell.place
                missing.setdefault((name, cell.state, cell.reason or ""), []).append(cell.round)
        rows = (
            (
                name if state == FAILED else f"{name}, {len(rounds)} measurement{'s' if len(rounds) > 1 else ''}",
                ", ".join(map(str, sorted(set(rounds)))),
                state,
                reason,
            )
            for (name, state, reason), rounds in missing.items()
        )
        return CampaignSummary(text, tuple(rows))


def _nearness(campaign: Campaign) -> str:
    """How near the cores were to each other where each end had one."""
    trips = [max(cell.trips) for cell in campaign.cells if cell.trips and cell.state == FINISHED]
    if not trips:
        return ""
    shortest = min(min(cell.trips) for cell in campaign.cells if cell.trips)
    far = sum(trip > TOLERANCE * shortest for trip in trips)
    again = sum(cell.repeats for cell in campaign.cells)
    return (
        f" Of {len(trips)} measurements with a core for each end, {far} had the cores apart before or after (a trip"
        f" between them took more than {TOLERANCE:g} times the shortest); {again} such were thrown away and made again."
    )


def _rounds(campaign: Campaign) -> str:
    """How many measurements each round has: what is measured once is in the first."""
    counts = [sum(cell.round == number for cell in campaign.cells) for number in range(1, campaign.rounds + 1)]
    if len(counts) == 1:
        return f"1 round of {counts[0]} measurements"
    if len(set(counts)) == 1:
        return f"{len(counts)} rounds of {counts[0]} measurements"
    return f"{len(counts)} rounds, of {', '.join(map(str, counts[:-1]))} and {counts[-1]} measurements"


def _software(campaign: Campaign) -> str:
    commit = campaign.settings.get("commit")
    if not commit:
        return "sources without Git"
    return f"commit {commit[:8]}{' with changes' if campaign.settings.get('changes') else ''}"
