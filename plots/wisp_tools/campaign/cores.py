# SPDX-License-Identifier: Apache-2.0
"""The cores that both ends of a cell are pinned to."""

import os

from wisp_tools.campaign.cells import HOST, SIMPLE_KV, SPLIT, Cell


def client_cores(cell: Cell) -> tuple[str, ...]:
    """Options of the client, on the last core."""
    return _pinned(cell, split_cores()[1])


def server_cores(cell: Cell) -> tuple[str, ...]:
    """Options of the server: on the core of the client, or on the first."""
    return _pinned(cell, split_cores()[0 if cell.placement == SPLIT else 1])


def split_cores() -> tuple[int, int]:
    """The server's and the client's, of cells with a core for each end."""
    return _cores()[0], _cores()[-1]


def _pinned(cell: Cell, core: int) -> tuple[str, ...]:
    """In the guest the launcher pins the JVMs, whole."""
    return ("--cores", str(core)) if cell.place == HOST or cell.instrument == SIMPLE_KV else ()


def _cores() -> list[int]:
    return sorted(os.sched_getaffinity(0))
