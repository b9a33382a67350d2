# SPDX-License-Identifier: Apache-2.0
"""The clients of ./wisp beside durable: redis-benchmark, and those in Go for servers that speak different protocols."""

import csv
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from wisp_tools.beside import side
from wisp_tools.beside.answering import Answering, answering
from wisp_tools.beside.clients import timed
from wisp_tools.beside.lasting import Running
from wisp_tools.processes import ProcessFailure
from wisp_tools.stock_clients import programs

KEYS, PAYLOAD_SIZE = 100_000, 100
PUTS = Path(__file__).with_name("puts")


@dataclass(frozen=True)
class Case:
    connections: int
    pipeline: int
    """Requests that are sent together."""
    servers: tuple[str, ...]
    ruler: str
    """The server that is not ours."""
    clients: int

    @property
    def in_go(self) -> bool:
        return self.ruler == "etcd"


@dataclass(frozen=True)
class Asked:
    """What a client says of a run."""

    requests: int
    requestsPerSecond: float
    p50Nanoseconds: int
    p99Nanoseconds: int
    clientCpuNanosecondsPerRequest: float


class Benchmark:
    """redis-benchmark against one server. It takes a number of requests, so that is found first."""

    def __init__(self, port: int, core: str | None, case: Case) -> None:
        self._port = port
        self._core = core
        self._case = case
        self._per_second = 100.0 * case.connections * case.pipeline

    def fit(self, seconds: float) -> None:
        """Finds the number that lasts for so long."""
        while (rate := self.run(seconds).requestsPerSecond) > 1.5 * self._per_second:
            self._per_second *= 2
        self._per_second = rate

    def run(self, seconds: float) -> Asked:
        requests = max(int(self._per_second * seconds), self._case.connections * self._case.pipeline)
        load = ("-n", requests, "-c", self._case.connections, "-P", self._case.pipeline, "-r", KEYS)
        command = ["redis-benchmark", "-p", self._port, *load, "--csv", "SET", "__rand_int__", "x" * PAYLOAD_SIZE]
        output, spent = timed(side.pinned(self._core, command))
        return asked_of(output, requests, spent)


def asked_of(output: str, requests: int, spent: float) -> Asked:
    """By the CSV of redis-benchmark, which heads it with the names of its columns. spent: seconds of CPU."""
    rows = list(csv.DictReader(line for line in output.splitlines() if line.startswith('"')))
    if len(rows) != 1 or "rps" not in rows[0]:
        raise ProcessFailure(f"redis-benchmark printed no result: {output.strip()[-300:]}")
    p50, p99 = (int(1e6 * float(rows[0][f"{name}_latency_ms"])) for name in ("p50", "p99"))
    return Asked(requests, float(rows[0]["rps"]), p50, p99, 1e9 * spent / requests)


class Puts:
    """The clients in Go, of one server or group."""

    def __init__(self, program: Answering) -> None:
        self._program = program

    def fit(self, seconds: float) -> None:
        """There is nothing to find: it puts for a time."""
        self.run(seconds)

    def run(self, seconds: float) -> Asked:
        found = self._program.ask("put", int(1000 * seconds))
        return Asked(**{field: found[field] for field in Asked.__dataclass_fields__})


Client = Benchmark | Puts


def clients_of(
    case: Case, running: Mapping[str, Running], core: str | None, folder: Path, stack: ExitStack
) -> dict[str, Client]:
    """One for each server."""
    if not case.in_go:
        return {name: Benchmark(server.ports[0], core, case) for name, server in running.items()}
    program, found = programs.made("go", PUTS) / "clients", dict[str, Client]()
    for name, server in running.items():
        protocol = "etcd" if name == "etcd" else "redis"
        # go-redis sends no requests of several together over one connection.
        connections = case.connections if name == "etcd" else case.clients
        words = (
            protocol,
            case.clients,
            connections,
            KEYS,
            PAYLOAD_SIZE,
            *(f"127.0.0.1:{port}" for port in server.ports),
        )
        command: list[str | Path] = [program, *map(str, words)]
        found[name] = Puts(
            stack.enter_context(answering(f"the client of {name}", command, folder / f"puts-{name}.log"))
        )
    return found
