# SPDX-License-Identifier: Apache-2.0
"""The servers of ./wisp beside durable: Wisp at each level of what lasts, redis-server and a group of etcd."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from wisp_tools.beside import side
from wisp_tools.beside.redis import cpu_seconds
from wisp_tools.errors import WispError
from wisp_tools.processes import Process, ProcessFailure, free_port, hold, last_line, listens, resume, server
from wisp_tools.tree import WISP

MEMORY = "512m"
MEMBERS = ("a", "b", "c")
T = TypeVar("T")


@dataclass
class Running:
    """A server, or a group of some."""

    ports: Sequence[int]
    processes: Sequence[Process]

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self.processes]

    def cpu_seconds(self) -> float:
        return sum(map(cpu_seconds, self.pids))

    def measured(self, function: Callable[[], T]) -> T:
        """Calls a function while the server runs. One that is alone is held still whenever it is not being measured. A group that
        stood still would have to elect a leader first, so that goes on."""
        if len(self.processes) > 1:
            return function()
        (process,) = self.processes
        resume(process)
        try:
            return function()
        finally:
            hold(process)


@dataclass(frozen=True)
class Places:
    """Where servers write, and on which core they run."""

    disk: Path
    memory: Path
    """A folder in /dev/shm."""
    core: str | None


@contextmanager
def lasting(name: str, places: Places) -> Iterator[Running]:
    """One of them inside the block, with folders that are new."""
    with ExitStack() as stack:
        ports = distinct_ports(len(MEMBERS) * 2 if name in GROUPS else 1)
        folder = places.disk / f"{name}-{ports[0]}"
        folder.mkdir()
        if name in GROUPS:
            commands, ports = GROUPS[name](ports, folder), ports[: len(MEMBERS)]
        else:
            commands = [ALONE[name](ports[0], places, folder)]
        processes = []
        for number, command in enumerate(commands):
            log = folder / f"{number}.log"
            label = f"{name} (member {MEMBERS[number]})" if name in GROUPS else name
            started = server(list(map(str, command)), log, lambda: True, side.READY_SECONDS, folder, label)
            processes.append(stack.enter_context(started))
        for number, (port, process) in enumerate(zip(ports, processes, strict=True)):
            await_listening(name, port, process, folder / f"{number}.log")
        yield Running(ports, processes)


def await_listening(name: str, port: int, process: Process, log: Path) -> None:
    """Members wait for each other: all are started before one is ready."""
    deadline = time.monotonic() + side.READY_SECONDS
    while not listens(port):
        if process.poll() is not None:
            raise ProcessFailure(
                f"{name} ended with status {process.returncode}: {last_line(log) or 'it said nothing'}"
            )
        if time.monotonic() > deadline:
            raise ProcessFailure(f"{name} was not ready within {side.READY_SECONDS} s")
        time.sleep(0.05)


def distinct_ports(count: int) -> list[int]:
    ports: list[int] = []
    while len(ports) < count:
        if (port := free_port()) not in ports:
            ports.append(port)
    return ports


def _wisp(*options: object) -> list[object]:
    return [WISP, "-s", "-t", "--threads", 1, "--memory", MEMORY, *options]


def _alone(port: int, places: Places, *options: object) -> list[object]:
    return _wisp("--port", port, *side.cores_option(places.core), *options)


def _redis(port: int, places: Places, folder: Path) -> Sequence[object]:
    log = ("--save", "", "--appendonly", "yes", "--appendfsync", "always", "--dir", folder)
    return side.pinned(places.core, ["redis-server", "--port", port, "--bind", "127.0.0.1", *log])


ALONE: dict[str, Callable[[int, Places, Path], Sequence[object]]] = {
    "memory": lambda port, places, folder: _alone(port, places),
    "keep": lambda port, places, folder: _alone(port, places, f"--keep={places.memory / str(port)}"),
    "data": lambda port, places, folder: _alone(port, places, "--data", folder / "data"),
    "redis": _redis,
}


def _replicas(ports: Sequence[int], folder: Path) -> list[Sequence[object]]:
    first, *others = (
        {"name": name, "host": "127.0.0.1", "port": port} for name, port in zip(MEMBERS, ports, strict=False)
    )
    file = folder / "nodes.json"
    file.write_text(json.dumps({"nodes": [{**first, "slots": "0-16383", "replicas": others}]}))
    return [
        _wisp("--cluster", file, "--cluster-node", name, "--data", folder / name, "--new-member") for name in MEMBERS
    ]


def _etcd(ports: Sequence[int], folder: Path) -> list[Sequence[object]]:
    clients, peers = (
        [f"http://127.0.0.1:{port}" for port in part] for part in (ports[: len(MEMBERS)], ports[len(MEMBERS) :])
    )
    cluster = ",".join(f"{name}={peer}" for name, peer in zip(MEMBERS, peers, strict=True))
    return [
        (
            *("etcd", "--name", name, "--data-dir", folder / name, "--log-level", "warn"),
            *("--listen-client-urls", client, "--advertise-client-urls", client),
            *("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer),
            *("--initial-cluster", cluster, "--initial-cluster-state", "new"),
        )
        for name, client, peer in zip(MEMBERS, clients, peers, strict=True)
    ]


GROUPS: dict[str, Callable[[Sequence[int], Path], list[Sequence[object]]]] = {"replicas": _replicas, "etcd": _etcd}
"""Of ports for clients and as many for members, commands for all."""


def build() -> None:
    """Has the launcher build what a server with a log takes, which it would do while others are measured."""
    if subprocess.run([str(WISP), "-s", "--data", "none", "-h"], stdout=subprocess.DEVNULL, check=False).returncode:
        raise WispError("there is no server to measure, as said above")
