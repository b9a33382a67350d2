# SPDX-License-Identifier: Apache-2.0
"""Measures Wisp's TCP server beside redis-server, on this machine, in one run.

Both servers run all the time, pinned alike; whichever is not being measured is held still (SIGSTOP), so that it costs
nothing. Rounds are interleaved and their order alternates: the answer is the ratio Wisp / Redis of each round, its
median and its range, because absolute figures of a shared machine move by a factor of two between hours.

    ./wisp beside redis [--rounds N] [--json FILE] [CASE ...]

Cases:
    one-core         one connection, closed loop, GET of 100-byte values; server and client share one core, and both
                     servers have the same client, Wisp's
    one-core-redis-benchmark
                     the same with redis-benchmark as the client of both
    two-cores-busy   one connection; Wisp's server and client both poll without sleeping, a core each, against the
                     best that any client here gets from redis-server on two cores
    pipelined        redis-benchmark -P 16 -c 50, SET and GET, one server thread on one core, the client on the other

Needs redis-server, redis-benchmark and taskset, and two cores.
"""

import csv
import os
import platform
import statistics
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wisp_tools import environment, files
from wisp_tools.beside import side
from wisp_tools.processes import free_port, output_of
from wisp_tools.tree import WISP

KEY_SIZE, PAYLOAD_SIZE = 3, 100

Measure = Callable[[int], float]
"""Requests per second of the server at a port."""


@dataclass(frozen=True)
class Case:
    """wisp_polls: whether its server does. figures: of each, how Wisp and how Redis is measured."""

    wisp_polls: bool
    figures: dict[str, tuple[Measure, Measure]]


def redis_benchmark(port: int, core: str | None, command: str, requests: int, connections: int, pipeline: int) -> float:
    """Requests per second that redis-benchmark reports."""
    options = ["-p", port, "-t", command, "-n", requests, "-d", PAYLOAD_SIZE, "-r", 1000]
    options += ["-c", connections, "-P", pipeline, "--csv"]
    output = output_of(side.pinned(core, ["redis-benchmark", *options]), side.LIMIT_SECONDS)
    return next(float(row[1]) for row in csv.reader(output.splitlines()) if row and row[0].lower().startswith(command))


def wisp_client(port: int, core: str | None, folder: Path, mix: str, requests: int, poll: bool = False) -> float:
    options = ("-t", "--key_size", KEY_SIZE, "--payload_size", PAYLOAD_SIZE, *(("--busy-poll",) if poll else ()))
    client = side.PerfClient(port, core, folder, options)
    return float(client.run("--mix", mix, "--requests", requests, "--warmup", requests // 2)["requestsPerSecond"])


def cases(folder: Path, cores: side.Cores) -> dict[str, Case]:
    def wisp(core: str | None, requests: int, poll: bool = False) -> Measure:
        return lambda port: wisp_client(port, core, folder, "get:1", requests, poll)

    def redis(core: str | None, command: str, requests: int, connections: int = 1, pipeline: int = 1) -> Measure:
        return lambda port: redis_benchmark(port, core, command, requests, connections, pipeline)

    def both(measure: Measure) -> tuple[Measure, Measure]:
        return measure, measure

    def best_of_any_client(port: int) -> float:
        any_client = (wisp(second, 100_000, poll=True), wisp(second, 100_000), redis(second, "get", 100_000))
        return max(measure(port) for measure in any_client)

    first, second = cores.server, cores.client
    pipelined = {command: both(redis(second, command.lower(), 2_000_000, 50, 16)) for command in ("SET", "GET")}
    return {
        "one-core": Case(False, {"GET": both(wisp(first, 200_000))}),
        "one-core-redis-benchmark": Case(False, {"GET": both(redis(first, "get", 200_000))}),
        "two-cores-busy": Case(True, {"GET": (wisp(second, 400_000, poll=True), best_of_any_client)}),
        "pipelined": Case(False, pipelined),
    }


def compare(name: str, case: Case, rounds: int, folder: Path, cores: side.Cores) -> list[dict[str, Any]]:
    """Runs a case and returns its rows, one a figure."""
    ports = {"wisp": free_port(), "redis": free_port()}
    commands: dict[str, list[object]] = {
        "wisp": [WISP, "-s", "-t", "--port", ports["wisp"], "--threads", 1, "--memory", "1g"],
        "redis": ["redis-server", "--port", ports["redis"], "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
    }
    if case.wisp_polls:
        commands["wisp"].append("--busy-poll")
    with ExitStack() as stack:
        servers: dict[str, side.Held] = {}
        for each, command in commands.items():
            log = folder / f"{each}-{name}.log"
            servers[each] = stack.enter_context(side.serving(command, cores.server, ports[each], log))
            servers[each].measured(lambda port=ports[each]: preload(port, folder, cores))  # type: ignore[misc]
        return [
            row(name, figure, compare_figure(f"{name} {figure}", servers, both, rounds))
            for figure, both in case.figures.items()
        ]


def preload(port: int, folder: Path, cores: side.Cores) -> None:
    wisp_client(port, cores.client, folder, "put:1", 50_000)
    redis_benchmark(port, cores.client, "set", 50_000, 1, 16)


def compare_figure(
    label: str, servers: dict[str, side.Held], both: tuple[Measure, Measure], rounds: int
) -> list[dict[str, float]]:
    def measured(name: str, measure: Measure) -> Callable[[], float]:
        return lambda: servers[name].measured(lambda: measure(servers[name].port))

    subjects = {name: measured(name, measure) for name, measure in zip(servers, both, strict=True)}
    found = side.interleave(label, rounds, subjects, lambda each: side.pair_in_words(each, "/s"))
    return [one.measured for one in found]


def row(name: str, figure: str, rounds: Sequence[dict[str, float]]) -> dict[str, Any]:
    return {
        "case": name,
        "figure": figure,
        "unit": "requests per second",
        "wisp": [each["wisp"] for each in rounds],
        "redis": [each["redis"] for each in rounds],
        "ratio": side.spread([each["wisp"] / each["redis"] for each in rounds]),
    }


def conditions(cores: side.Cores) -> dict[str, Any]:
    return {
        "cpu": environment.cpu() or "unknown",
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "redis": environment.version_of("redis-server"),
        "wisp": environment.version_of(str(WISP)),
        "started": environment.timestamp("seconds"),
        "keySize": KEY_SIZE,
        "payloadSize": PAYLOAD_SIZE,
        "placement": f"servers on core {cores.server}; clients there too if one-core, else on core {cores.client}",
    }


def in_table(rows: Sequence[dict[str, Any]]) -> str:
    head = ("case", "operation", "Wisp, median /s", "Redis, median /s", "ratio: median (lowest to highest)")
    return side.table(
        head,
        *(
            (each["case"], each["figure"], *(f"{statistics.median(each[side]):,.0f}" for side in ("wisp", "redis")))
            + (side.spread_in_words(each["ratio"]),)
            for each in rows
        ),
    )


def main(arguments: Sequence[str]) -> int:
    parser = side.parser("redis", __doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help="the cases to run; all of them by default")
    options = parser.parse_args(arguments)
    side.need(parser, ("redis-server", "redis-benchmark", "taskset"), "redis-server util-linux", cores=2)
    if options.json:
        files.prepare(options.json)
    cores = side.Cores.of("split")
    with tempfile.TemporaryDirectory(prefix="wisp-beside-") as folder:
        known = cases(Path(folder), cores)
        names = side.chosen(parser, options.cases, list(known))
        started = conditions(cores)
        rows = [row for name in names for row in compare(name, known[name], options.rounds, Path(folder), cores)]
    if options.json:
        files.write_json(options.json, {"format": 1, "conditions": started, "rows": rows})
    print(in_table(rows))
    return 0
