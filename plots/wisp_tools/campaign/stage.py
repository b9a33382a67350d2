# SPDX-License-Identifier: Apache-2.0
"""The cells of a place, one after the other: run here, or by this module's command inside the guest."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from wisp_tools.campaign.cells import GUEST
from wisp_tools.campaign.measuring import Ends
from wisp_tools.campaign.progress import beginning
from wisp_tools.campaign.scales import SCALES
from wisp_tools.campaign.state import FAILED, SKIPPED, WAITING, Campaign, CellState, read_campaign
from wisp_tools.errors import say
from wisp_tools.files import write_json
from wisp_tools.interrupts import interruptible

TO_RUN = (WAITING, FAILED, SKIPPED)
OUTCOME = ("state", "reason", "took", "result", "guest", "trips", "repeats")
"""Fields of a cell that measuring it sets."""


def cells_to_run(campaign: Campaign, place: str, number: int | None = None) -> list[CellState]:
    """Of one round, or of all."""
    return [
        cell
        for cell in campaign.cells
        if cell.cell.place == place and number in (None, cell.round) and cell.state in TO_RUN
    ]


def run_cells(campaign: Campaign, cells: list[CellState], wisp: Path, record: Callable[[CellState], None]) -> None:
    """Measures cells of one place one after the other; `record` is called after each with its outcome set."""
    for cell in cells:
        cell.state = WAITING
    if not cells:
        return
    first_warmup = SCALES[campaign.scale].plan(cells[0].cell.place).first_warmup
    with Ends(wisp, campaign.folder, first_warmup, [cell.cell for cell in cells]) as ends:
        for cell in cells:
            say(beginning(campaign, cell))
            ends.measure(cell)
            if cell.state == FAILED:
                say(f"  failed: {cell.reason}")
            record(cell)


def outcome_file(folder: Path, cell: CellState) -> Path:
    """Where the guest writes how a cell ended."""
    return folder / cell.cell.place / f"round-{cell.round}" / f"{cell.cell.name}.outcome.json"


def record_outcome(folder: Path, cell: CellState) -> None:
    path = outcome_file(folder, cell)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, {name: getattr(cell, name) for name in OUTCOME})


def collect_outcomes(campaign: Campaign, cells: list[CellState]) -> None:
    """Takes over, and removes, what the guest wrote of some cells."""
    for cell in cells:
        path = outcome_file(campaign.folder, cell)
        try:
            outcome = json.loads(path.read_text())
        except (OSError, ValueError):
            continue
        for name in OUTCOME:
            setattr(cell, name, outcome[name])
        path.unlink()
    campaign.save()


def main() -> None:
    """`python -m wisp_tools.campaign.stage FOLDER WISP [PROGRAM ...]`: the guest's cells, of all rounds.

    The programs are those that the cells start; who starts the guest reads them, this does not.
    """
    folder, wisp = Path(sys.argv[1]), Path(sys.argv[2])
    try:
        with interruptible():
            campaign = read_campaign(folder)
            cells = cells_to_run(campaign, GUEST)
            run_cells(campaign, cells, wisp, lambda cell: record_outcome(folder, cell))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
