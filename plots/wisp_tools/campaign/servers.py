# SPDX-License-Identifier: Apache-2.0
"""Wisp's servers that cells are measured at."""

import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from wisp_tools.campaign.cells import GUEST, HOST, Cell, data_of, waiting
from wisp_tools.campaign.cores import server_cores
from wisp_tools.processes import Process, free_port, hold, resume, says, server

READY_SECONDS = {HOST: 60, GUEST: 180}
MEMORY_MIB = {HOST: 2048, GUEST: 768}
"""Room for a thousand of the largest values, where the machine has it."""
SHARED_MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class _Kept:
    """A server that is held still whenever it is not being measured, so that it costs nothing."""

    process: Process
    endpoint: str
    log: Path
    stack: ExitStack


class WispServers(AbstractContextManager["WispServers"]):
    """A warm server for each transport and kind of data, until a cell fails at it. Closing it ends those that still run."""

    def __init__(self, wisp: Path, folder: Path) -> None:
        """Servers run in `folder`."""
        self._wisp = wisp
        self._folder = folder
        self._kept: dict[tuple[str, str], _Kept] = {}

    @contextmanager
    def serving(self, cell: Cell, log: Path) -> Iterator[str]:
        """`HOST:PORT` of a server for one cell, inside the block. Raises ProcessFailure if none starts.

        What the server said is in `log` if the cell fails.
        """
        kept = self._running(cell, log)
        try:
            resume(kept.process)
            yield kept.endpoint
            hold(kept.process)
        except BaseException:
            self._drop(_key(cell))
            with suppress(FileNotFoundError):
                os.replace(kept.log, log)
            raise

    def _running(self, cell: Cell, log: Path) -> _Kept:
        key = _key(cell)
        kept = self._kept.get(key)
        if kept and kept.process.poll() is not None:
            self._drop(key)
            kept = None
        if not kept:
            kept = self._kept[key] = self._start(cell, log)
        return kept

    def _start(self, cell: Cell, log: Path) -> _Kept:
        port = free_port()
        command = [
            *(str(self._wisp), "-s", "--port", str(port), "--memory", f"{_memory(cell.place)}m"),
            *("--transport", cell.transport, *waiting(cell.place, cell.transport), *server_cores(cell)),
        ]
        own = log.with_name(f"{cell.place}-server-{'-'.join(_key(cell))}.log")
        stack = ExitStack()
        try:
            process = stack.enter_context(
                server(command, own, lambda: says(own, r"^ready"), READY_SECONDS[cell.place], self._folder)
            )
        except BaseException:
            os.replace(own, log)
            raise
        return _Kept(process, f"127.0.0.1:{port}", own, stack)

    def _drop(self, key: tuple[str, str]) -> Path:
        kept = self._kept.pop(key)
        kept.stack.close()
        return kept.log

    def close(self) -> None:
        for key in list(self._kept):
            self._drop(key).unlink(missing_ok=True)

    def __exit__(self, *_: object) -> None:
        self.close()


def _key(cell: Cell) -> tuple[str, str]:
    return cell.transport, data_of(cell)


def _memory(place: str) -> int:
    """In MiB. A small guest has less than the largest values need; they alone fail there, and say so."""
    if place == HOST:
        return MEMORY_MIB[HOST]
    free = shutil.disk_usage(SHARED_MEMORY).free >> 20 if SHARED_MEMORY.is_dir() else MEMORY_MIB[GUEST]
    return max(64, min(MEMORY_MIB[GUEST], free // 4))
