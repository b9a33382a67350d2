# SPDX-License-Identifier: Apache-2.0
"""The cluster that clients meet: two nodes that share the slots, and one that has an old map and no slots."""

import json
import os
import re
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from wisp_tools.processes import Process, ProcessFailure, free_port
from wisp_tools.stock_clients.servers import NoServerError, serve
from wisp_tools.tree import WISP

LOW, HIGH = "0-8191", "8192-16383"
PATIENCE = 30
"""Seconds for the reply to a request of ours."""


class Nodes:
    """Clients are told a port of the cluster, and that of the node with the old map.

    They may have node `b`, which has the higher slots, killed and started again. The old map has the slots of both
    nodes exchanged, so that whoever goes by it asks the wrong one first.
    """

    def __init__(self, folder: Path, wisp: Sequence[str]) -> None:
        self._folder = folder
        self._wisp = wisp
        self._others = ExitStack()
        self._b = ExitStack()
        self._process_of_b: Process | None = None
        self.ports = _ports("a", "b", "old")
        self._redirected = 0
        self._write("now", 2, a=LOW, b=HIGH)
        self._write("past", 1, a=HIGH, b=LOW, old="")

    @property
    def told(self) -> Sequence[str]:
        return str(self.ports["a"]), str(self.ports["old"])

    @property
    def orders(self) -> Mapping[str, Callable[[], None]]:
        return {"kill": self.kill, "start": self.start_b}

    def prepare(self) -> None:
        self.start_b()

    def doubt(self, name: str) -> str | None:
        before, self._redirected = self._redirected, moved(self.ports["a"])
        if name == "follow-a-redirection" and self._redirected == before:
            return "no key went to the wrong node"
        return None

    def start(self) -> None:
        """Raises ProcessFailure if a node does not start."""
        self._others.enter_context(self._serving("a", "now"))
        self._others.enter_context(self._serving("old", "past"))
        self.start_b()

    def start_b(self) -> None:
        """Starts `b` unless it runs. Raises NoServerError if it does not start."""
        if self._process_of_b is None:
            try:
                self._process_of_b = self._b.enter_context(self._serving("b", "now"))
            except ProcessFailure as failure:
                raise NoServerError(str(failure)) from failure

    def kill(self) -> None:
        """Ends `b` as a power cut would."""
        if self._process_of_b is not None:
            os.killpg(self._process_of_b.pid, signal.SIGKILL)
            self._process_of_b.wait()
            self._process_of_b = None
        self._b.close()

    def stop(self) -> None:
        self._b.close()
        self._others.close()

    def _write(self, name: str, epoch: int, **slots: str) -> None:
        nodes = [
            {"name": node, "host": "127.0.0.1", "port": self.ports[node], "slots": runs} for node, runs in slots.items()
        ]
        (self._folder / f"{name}.json").write_text(json.dumps({"epoch": epoch, "nodes": nodes}))

    def _serving(self, node: str, map_name: str) -> AbstractContextManager[Process]:
        file = str(self._folder / f"{map_name}.json")
        options = ("--memory", "64m", "--cluster", file, "--cluster-node", node)
        return serve(self._wisp, self._folder / f"{node}.log", self.ports[node], *options)


def _ports(*names: str) -> dict[str, int]:
    ports: dict[str, int] = {}
    for name in names:
        while (port := free_port()) in ports.values():
            pass
        ports[name] = port
    return ports


def moved(port: int) -> int:
    """How often the node at a port has answered MOVED."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as node, node.makefile("rb") as replies:
        node.sendall(b"INFO errorstats\r\n")
        text = replies.read(int(replies.readline()[1:])).decode()
    found = re.search(r"^errorstat_MOVED:count=(\d+)", text, re.MULTILINE)
    return int(found[1]) if found else 0


@contextmanager
def clustered(wisp: Sequence[str] = (str(WISP),)) -> Iterator[Nodes]:
    """The nodes inside the block. Raises ProcessFailure if one does not start."""
    with tempfile.TemporaryDirectory() as folder:
        nodes = Nodes(Path(folder), wisp)
        try:
            nodes.start()
            yield nodes
        finally:
            nodes.stop()
