# SPDX-License-Identifier: Apache-2.0
"""Says how far a campaign is and how long the rest will take."""

from collections.abc import Iterable

from wisp_tools.campaign.state import FINISHED, WAITING, Campaign, CellState

FASTEST, SLOWEST = 0.3, 4.0
"""Bounds of how an estimate is corrected by what cells really took."""


def in_words(seconds: float) -> str:
    """A length of time for people."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


def seconds_left(campaign: Campaign) -> float:
    """What the table says of the cells that wait, corrected in each place by those that are done."""
    return sum(
        correction * cell.cell.seconds
        for place, correction in _corrections(campaign.cells).items()
        for cell in campaign.cells
        if cell.cell.place == place and cell.state == WAITING
    )


def _corrections(cells: Iterable[CellState]) -> dict[str, float]:
    estimated: dict[str, float] = {}
    took: dict[str, float] = {}
    for cell in cells:
        place = cell.cell.place
        estimated.setdefault(place, 0)
        took.setdefault(place, 0)
        if cell.state == FINISHED and cell.took is not None:
            estimated[place] += cell.cell.seconds
            took[place] += cell.took
    return {
        place: min(SLOWEST, max(FASTEST, took[place] / estimated[place])) if estimated[place] else 1.0
        for place in estimated
    }


def beginning(campaign: Campaign, cell: CellState) -> str:
    """What is said before a cell is measured."""
    number = campaign.cells.index(cell) + 1
    return (
        f"cell {number} of {len(campaign.cells)}, round {cell.round} of {campaign.rounds},"
        f" {in_words(seconds_left(campaign))} left: {cell.cell.place}, {cell.cell.name}"
    )
