"""Wisp's servers that cells are measured at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from wisp_plots.campaign.cells import GUEST, HOST
from wisp_plots.campaign.processes import free_port, server

READY_SECONDS = {HOST: 60, GUEST: 180}
MEMORY = {HOST: "2g", GUEST: "1536m"}
"""Room for a thousand of the largest values."""


class WispServers:
    """A server for each cell; but in the guest, where it takes half a minute to start, one for all cells until
    one fails. Closing it ends what still runs.
    """

    def __init__(self, wisp: Path, folder: Path) -> None:
        """`wisp` is the launcher; servers run in `folder` and write to its `logs`."""
        self._wisp = wisp
        self._folder = folder
        self._log = folder / "logs" / "guest-server.log"
        self._kept = ExitStack()
        self._endpoint: str | None = None

    @contextmanager
    def serving(self, place: str, log: Path) -> Iterator[str]:
        """`HOST:PORT` of a server for one cell, inside the block. Raises CellFailure if none starts.

        What a server of this cell alone says goes to `log`.
        """
        if place == HOST:
            with ExitStack() as own:
                yield self._start(own, place, log)
            return
        try:
            if self._endpoint is None:
                self._endpoint = self._start(self._kept, place, self._log)
            yield self._endpoint
        except BaseException:
            self.close()
            raise

    def _start(self, stack: ExitStack, place: str, log: Path) -> str:
        port = free_port()
        command = [str(self._wisp), "-s", "--port", str(port), "--memory", MEMORY[place]]
        stack.enter_context(server(command, self._folder, r"^ready", log, READY_SECONDS[place]))
        return f"127.0.0.1:{port}"

    def close(self) -> None:
        self._endpoint = None
        self._kept.close()

    def __enter__(self) -> WispServers:
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        self.close()
        if failure is None:
            self._log.unlink(missing_ok=True)
