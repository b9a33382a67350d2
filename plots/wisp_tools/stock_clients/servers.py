# SPDX-License-Identifier: Apache-2.0
"""The two servers that clients meet: one for everybody, which can be started again, and one with a password."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path

from wisp_tools.errors import WispError
from wisp_tools.processes import Process, ProcessFailure, free_port, says, server
from wisp_tools.tree import WISP

READY_SECONDS = 120
PASSWORD = "open, sesame"


class NoServerError(WispError):
    """There is none to try a client on, which is no failure of the client."""


class Servers:
    """Clients are told of both, and of the password."""

    def __init__(self, folder: Path, wisp: Sequence[str]) -> None:
        self._folder = folder
        self._wisp = wisp
        self._open = ExitStack()
        self.port = free_port()
        self.guarded_port = self.port

    @property
    def told(self) -> Sequence[str]:
        return str(self.port), str(self.guarded_port), PASSWORD

    @property
    def orders(self) -> Mapping[str, Callable[[], None]]:
        return {"restart": self.restart}

    def prepare(self) -> None:
        """There is nothing to do: a restart ends with a server that runs."""

    def doubt(self, _: str) -> str | None:
        """Nothing, for what a client says of it is enough."""
        return None

    def start(self) -> None:
        """Raises NoServerError if it does not start."""
        try:
            self._open.enter_context(self._serving("open", self.port))
        except ProcessFailure as failure:
            raise NoServerError(str(failure)) from failure

    def restart(self) -> None:
        """Ends the server that everybody may use, with all that it kept, and starts another one on its port."""
        self.stop()
        self.start()

    def stop(self) -> None:
        self._open.close()

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Inside the block there is the one with a password."""
        self.guarded_port = free_port()
        with self._serving("guarded", self.guarded_port, "--requirepass", PASSWORD):
            yield

    def _serving(self, name: str, port: int, *options: str) -> AbstractContextManager[Process]:
        return serve(self._wisp, self._folder / f"{name}.log", port, "--memory", "256m", *options)


def serve(wisp: Sequence[str], log: Path, port: int, *options: str) -> AbstractContextManager[Process]:
    """A server that runs inside the block. Raises ProcessFailure if it does not start."""
    command = [*wisp, "-s", "-t", "--port", str(port), *options]
    return server(command, log, partial(says, log, r"^ready"), READY_SECONDS, name="wisp -s")


@contextmanager
def serving(wisp: Sequence[str] = (str(WISP),)) -> Iterator[Servers]:
    """Both servers inside the block. Raises ProcessFailure if one does not start."""
    with tempfile.TemporaryDirectory() as folder:
        servers = Servers(Path(folder), wisp)
        try:
            servers.start()
            with servers.guarded():
                yield servers
        finally:
            servers.stop()
