# SPDX-License-Identifier: Apache-2.0
"""Wisp's servers that cells are measured at."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from wisp_tools.campaign.cells import GUEST, HOST, server_warmup, waiting
from wisp_tools.processes import Process, free_port, run, says, server

READY_SECONDS = {HOST: 60, GUEST: 180}
WARMUP_START_SECONDS = 90
"""For the client that keeps a server busy, beside twice the time that it does so."""
MEMORY_MIB = {HOST: 2048, GUEST: 1536}
"""Room for a thousand of the largest values, where the machine has it."""
SHARED_MEMORY = Path("/dev/shm")


class WispServers(AbstractContextManager["WispServers"]):
    """A server for each cell; but in the guest, where it takes long to start and to compile, one for the cells of a
    transport that follow each other, until one fails. Closing it ends what still runs.
    """

    def __init__(self, wisp: Path, folder: Path, guest_warmup: int = 0) -> None:
        """Servers run in `folder`; those of the guest are first kept busy for `guest_warmup` seconds."""
        self._wisp = wisp
        self._folder = folder
        self._guest_warmup = guest_warmup
        self._kept = ExitStack()
        self._process: Process | None = None
        self._transport = self._endpoint = ""
        self._log = folder / "logs" / "guest-server.log"

    @contextmanager
    def serving(self, place: str, transport: str, log: Path, client_log: Path) -> Iterator[str]:
        """`HOST:PORT` of a server for one cell, inside the block. Raises ProcessFailure if none starts.

        What the server said is in `log` if the cell fails, and what the client said that was to keep it busy in
        `client_log` if that failed.
        """
        if place == HOST:
            with ExitStack() as own:
                _, endpoint = self._start(own, place, (), log)
                yield endpoint
            return
        try:
            if self._process is None or self._process.poll() is not None or transport != self._transport:
                self.close()
                # A thread that polls for another transport would have the same processor.
                alone = ("--transport", transport, *waiting(place, transport))
                self._process, self._endpoint = self._start(self._kept, place, alone, self._log)
                self._transport = transport
                self._warm_up(client_log)
            yield self._endpoint
        except BaseException:
            self._stop()
            if self._log.exists():
                os.replace(self._log, log)
            raise

    def _start(self, stack: ExitStack, place: str, options: Sequence[str], log: Path) -> tuple[Process, str]:
        port = free_port()
        memory = ("--memory", f"{_memory(place)}m")
        command = [str(self._wisp), "-s", "--port", str(port), *memory, *options]
        process = stack.enter_context(
            server(command, log, lambda: says(log, r"^ready"), READY_SECONDS[place], self._folder)
        )
        return process, f"127.0.0.1:{port}"

    def _warm_up(self, log: Path) -> None:
        """What the client says is in `log` if it fails."""
        if self._guest_warmup:
            options = ("--transport", self._transport, *server_warmup(self._transport, self._guest_warmup))
            command = [str(self._wisp), "-p", self._endpoint, *options]
            run(command, log, WARMUP_START_SECONDS + 2 * self._guest_warmup, self._folder)
            log.unlink()

    def _stop(self) -> None:
        self._process = None
        self._kept.close()

    def close(self) -> None:
        self._stop()
        self._log.unlink(missing_ok=True)

    def __exit__(self, *_: object) -> None:
        self.close()


def _memory(place: str) -> int:
    """In MiB. A small guest has less than the largest values need; they alone fail there, and say so."""
    if place == HOST:
        return MEMORY_MIB[HOST]
    free = shutil.disk_usage(SHARED_MEMORY).free >> 20 if SHARED_MEMORY.is_dir() else MEMORY_MIB[GUEST]
    return max(64, min(MEMORY_MIB[GUEST], free // 2))
