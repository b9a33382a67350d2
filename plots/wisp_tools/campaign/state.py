# SPDX-License-Identifier: Apache-2.0
"""What a campaign is and how far it has come, in `campaign.json`, which is always whole."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from wisp_tools.campaign.cells import Cell
from wisp_tools.campaign.scales import Scale
from wisp_tools.errors import WispError
from wisp_tools.files import write_json
from wisp_tools.results.campaign import CAMPAIGN_FILE, CAMPAIGN_FORMAT

WAITING, FINISHED, FAILED, SKIPPED = "waiting", "finished", "failed", "skipped"


@dataclass
class CellState:
    """A cell in one round."""

    cell: Cell
    round: int
    state: str = WAITING
    reason: str | None = None
    """Why it failed or was skipped."""
    took: float | None = None
    """Seconds."""
    result: str | None = None
    """Its file or folder, relative to the campaign."""
    guest: str | None = None
    """What ran the virtual machine that it was measured in; None outside of one."""
    trips: list[float] | None = None
    """Of a cell with a core for each end, on the host: nanoseconds of a trip between the cores, before and after."""
    repeats: int = 0
    """How often it was measured before in vain, because the cores were apart then or afterwards."""

    @property
    def path(self) -> str:
        """Where its result goes, relative to the campaign."""
        suffix = ".json" if self.cell.instrument == "client" else ""
        return f"{self.cell.place}/round-{self.round}/{self.cell.name}{suffix}"


@dataclass
class Campaign:
    """Cells of all rounds, in the order in which they run."""

    folder: Path
    scale: str
    rounds: int
    settings: dict[str, Any]
    """What may not change between the beginning and the end: software, machine, and the table of cells."""
    started_at: str
    cells: list[CellState] = field(default_factory=list)
    finished_at: str | None = None

    @property
    def complete(self) -> bool:
        return all(cell.state in (FINISHED, SKIPPED) for cell in self.cells)

    def save(self) -> None:
        """Writes the whole state; a reader sees the old or the new one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        write_json(
            self.folder / CAMPAIGN_FILE,
            {
                "format": CAMPAIGN_FORMAT,
                "version": 1,
                "scale": self.scale,
                "rounds": self.rounds,
                "settings": self.settings,
                "startedAt": self.started_at,
                "finishedAt": self.finished_at,
                "cells": [_written(cell) for cell in self.cells],
            },
            indent=1,
        )


def new_campaign(folder: Path, scale: Scale, rounds: int, settings: dict[str, Any], started_at: str) -> Campaign:
    """The cells of every round; every second one goes backwards, so that a drift favours none."""
    campaign = Campaign(folder, scale.name, rounds, {**settings, "cells": digest(scale.cells())}, started_at)
    for number in range(1, rounds + 1):
        chosen = scale.cells_of_round(number)
        for cell in chosen if number % 2 else reversed(chosen):
            campaign.cells.append(CellState(cell, number))
    return campaign


def read_campaign(folder: Path) -> Campaign:
    """A campaign that was begun. Raises WispError if its file is none."""
    path = folder / CAMPAIGN_FILE
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if values["format"] != CAMPAIGN_FORMAT or values["version"] != 1:
            raise WispError(f"{path}: is not {CAMPAIGN_FORMAT} version 1")
        scale, rounds, settings, started_at = (values[name] for name in ("scale", "rounds", "settings", "startedAt"))
        cells = [_read(cell) for cell in values["cells"]]
        return Campaign(folder, scale, rounds, settings, started_at, cells, values["finishedAt"])
    except OSError as failure:
        raise WispError(f"{path}: cannot be read: {failure.strerror}") from failure
    except (ValueError, KeyError, TypeError) as failure:
        raise WispError(f"{path}: is no campaign: {failure!r}") from failure


def digest(cells: list[Cell]) -> str:
    """Changes when anything in the table of cells does."""
    return hashlib.sha256(json.dumps([asdict(cell) for cell in cells]).encode()).hexdigest()


def _written(state: CellState) -> dict[str, Any]:
    written = asdict(state)
    cell: dict[str, Any] = written.pop("cell")
    return cell | written


def _read(values: dict[str, Any]) -> CellState:
    # What cells had, and did not have, before their file said it.
    values = {"placement": "free", "trips": None, "repeats": 0} | values
    described = {each.name: values[each.name] for each in fields(Cell)}
    outcome = {each.name: values[each.name] for each in fields(CellState) if each.name != "cell"}
    return CellState(Cell(**described | {"options": tuple(described["options"])}), **outcome)
