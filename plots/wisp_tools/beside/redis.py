# SPDX-License-Identifier: Apache-2.0
"""Measures Wisp's TCP server beside redis-server, on this machine, in one run.

Every server has one thread, pinned alike, and the same client, redis-benchmark. Whichever is not being measured is held
still (SIGSTOP), so that it costs nothing. Rounds are interleaved and their order alternates: the answers are ratios to
redis-server in each round, their median and range. The CPU time that a server spends for a request stands beside the
rate, because a rate says no more than which of client and server is the slower.

    ./wisp beside redis [--rounds N] [--json FILE] [CASE ...]

Servers: Wisp; redis-server; valkey-server where that is installed; and the floor, a server in C that reads requests and
writes replies of the same bytes without a table (floor.c). memcached is not among them: it speaks a protocol of its
own, and two clients would be compared.

Cases, each with a thousand and with a million keys, 1k and 1m:
    one-KEYS        one connection, one request at a time, GET; server and client share one core
    fifty-KEYS      50 connections, SET and GET; the server has a core and the client another
    pipelined-KEYS  the same with 16 requests sent together

Needs redis-server, redis-benchmark, redis-cli, taskset, a C compiler (cc) and two cores. The file of --json is checked
against its schema before it is written.
"""

import csv
import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from wisp_tools import environment
from wisp_tools.beside import side
from wisp_tools.errors import WispError
from wisp_tools.processes import ProcessFailure, free_port, output_of
from wisp_tools.results.fields import Fields
from wisp_tools.tree import WISP, commit

SCHEMA = "wisp-beside-redis-1"
PAYLOAD_SIZE = 100
KEY_DIGITS = 12
"""Of redis-benchmark's random keys."""
FLOOR = Path(__file__).with_name("floor.c")


@dataclass(frozen=True)
class Case:
    """What redis-benchmark asks of each server."""

    keys: int
    placement: str
    connections: int
    pipeline: int
    requests: int
    operations: tuple[str, ...]


CASES = {
    f"{name}-{words}": Case(keys, *shape)
    for words, keys in (("1k", 1_000), ("1m", 1_000_000))
    for name, shape in {
        "one": ("shared", 1, 1, 100_000, ("GET",)),
        "fifty": ("split", 50, 1, 200_000, ("SET", "GET")),
        "pipelined": ("split", 50, 16, 1_500_000, ("SET", "GET")),
    }.items()
}


@dataclass(frozen=True)
class Figures:
    """What one run of the client came to."""

    requestsPerSecond: float
    serverCpuNanosecondsPerRequest: float


def servers(folder: Path, core: str | None) -> dict[str, Callable[[int], Sequence[object]]]:
    """Commands by name, of servers that listen on a port."""
    plain = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
    found: dict[str, Callable[[int], Sequence[object]]] = {
        "wisp": lambda port: [
            *(WISP, "-s", "-t", "--port", port, "--threads", 1, "--memory", "1g", *side.cores_option(core))
        ],
        "redis": lambda port: side.pinned(core, ["redis-server", "--port", port, *plain]),
        "floor": lambda port: side.pinned(core, [folder / "floor", port, PAYLOAD_SIZE]),
    }
    if shutil.which("valkey-server"):
        found["valkey"] = lambda port: side.pinned(core, ["valkey-server", "--port", port, *plain])
    return found


def run_client(server: side.Held, core: str | None, case: Case, operation: str) -> Figures:
    """What redis-benchmark reports, and what the server spent meanwhile."""
    request = ["GET", "__rand_int__"] if operation == "GET" else ["SET", "__rand_int__", "x" * PAYLOAD_SIZE]
    shape = ("-n", case.requests, "-c", case.connections, "-P", case.pipeline, "-r", case.keys)
    before = cpu_seconds(server.process.pid)
    output = output_of(
        side.pinned(core, ["redis-benchmark", "-p", server.port, *shape, "--csv", *request]), side.LIMIT_SECONDS
    )
    spent = cpu_seconds(server.process.pid) - before
    return Figures(rate_of(output), 1e9 * spent / case.requests)


def rate_of(output: str) -> float:
    """Requests per second in the CSV of redis-benchmark, which heads it with the names of its columns."""
    rows = [row for row in csv.reader(output.splitlines()) if len(row) > 1]
    if len(rows) != 2 or rows[0][1] != "rps":
        raise ProcessFailure(f"redis-benchmark printed no result: {output.strip()[-300:]}")
    return float(rows[1][1])


def cpu_seconds(process: int) -> float:
    """User and system time of a process, all its threads together (proc(5): /proc/PID/stat, fields 14 and 15)."""
    behind_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(behind_name[11]) + int(behind_name[12])) / os.sysconf("SC_CLK_TCK")


def preload(port: int, keys: int) -> None:
    """Gives every key a value, so that every GET finds one."""
    lines = "".join(f"SET {number:0{KEY_DIGITS}d} {'x' * PAYLOAD_SIZE}\r\n" for number in range(keys))
    side.redis_pipe(port, lines, keys)


def compare(name: str, case: Case, rounds: int, folder: Path) -> list[dict[str, Any]]:
    """Runs a case and returns its rows, one for each operation."""
    cores = side.Cores.of(case.placement)
    with ExitStack() as stack:
        held: dict[str, side.Held] = {}
        for each, command in servers(folder, cores.server).items():
            port = free_port()
            log = folder / f"{each}-{name}.log"
            held[each] = stack.enter_context(side.serving(command(port), None, port, log))
            if each != "floor":
                held[each].measured(partial(preload, port, case.keys))
        return [compare_operation(name, case, operation, rounds, held, cores.client) for operation in case.operations]


def compare_operation(
    name: str, case: Case, operation: str, rounds: int, held: Mapping[str, side.Held], core: str | None
) -> dict[str, Any]:
    def measured(server: side.Held) -> Figures:
        return server.measured(lambda: run_client(server, core, case, operation))

    def in_words(found: Mapping[str, Figures]) -> str:
        return ", ".join(
            f"{each} {figures.requestsPerSecond:,.0f}/s at {figures.serverCpuNanosecondsPerRequest / 1000:.2f} us"
            for each, figures in found.items()
        )

    subjects = {each: partial(measured, server) for each, server in held.items()}
    found = side.interleave(f"{name} {operation}", rounds, subjects, in_words)
    return row(name, case, operation, [one.measured for one in found])


def row(name: str, case: Case, operation: str, rounds: Sequence[Mapping[str, Figures]]) -> dict[str, Any]:
    shape = {field: value for field, value in asdict(case).items() if field != "operations"}
    return {
        "case": name,
        "operation": operation,
        **shape,
        "rounds": [{each: asdict(figures) for each, figures in one.items()} for one in rounds],
    }


LEAST = 1e-9
"""Of a figure by which another is divided."""
RATE, CPU = "requestsPerSecond", "serverCpuNanosecondsPerRequest"
HEAD = (
    *("case", "operation", "server", "requests/s", "ratio to redis: median (lowest to highest)"),
    *("CPU of the server a request", "ratio to redis", "ratio to the floor"),
)


def cells_of(row: Fields, rounds: Sequence[Fields]) -> list[tuple[str, ...]]:
    """Of a table with HEAD: a row for each server of a case. Raises WispError if there is no round, or a figure is 0."""
    if not rounds:
        raise WispError(f"{row.where}: holds no round")

    def figures(server: str, figure: str) -> list[float]:
        return [one.inner(server).number(figure, LEAST) for one in rounds]

    def ratio(server: str, figure: str, to: str) -> str:
        pairs = zip(figures(server, figure), figures(to, figure), strict=True)
        return side.spread_in_words(side.spread([one / other for one, other in pairs]))

    return [
        (
            *(row.text("case"), row.text("operation"), server, f"{median(figures(server, RATE)):,.0f}"),
            ratio(server, RATE, "redis"),
            f"{median(figures(server, CPU)) / 1000:.2f} us",
            ratio(server, CPU, "redis"),
            ratio(server, CPU, "floor"),
        )
        for server in rounds[0].names()
    ]


def in_table(found: dict[str, Any]) -> str:
    rows = Fields(found, "what was measured").each("rows")
    return side.table(HEAD, *(cells for row in rows for cells in cells_of(row, list(row.each("rounds")))))


def conditions(rounds: int) -> dict[str, Any]:
    valkey = environment.version_of("valkey-server") if shutil.which("valkey-server") else None
    return {
        "startedAt": environment.timestamp("seconds"),
        "cpu": environment.cpu(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "commit": commit(),
        "wisp": environment.version_of(str(WISP)),
        "redis": environment.version_of("redis-server"),
        "valkey": valkey,
        "redisBenchmark": environment.version_of("redis-benchmark"),
        "payloadSize": PAYLOAD_SIZE,
        "rounds": rounds,
    }


def main(arguments: Sequence[str]) -> int:
    parser = side.parser("redis", __doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help="the cases to run; all of them by default")
    options = parser.parse_args(arguments)
    programs = ("redis-server", "redis-benchmark", "redis-cli", "taskset", "cc")
    side.need(parser, programs, "redis-server redis-tools util-linux gcc", cores=2)
    names = side.chosen(parser, options.cases, list(CASES))
    side.prepare(options.json)
    with tempfile.TemporaryDirectory(prefix="wisp-beside-") as made:
        folder = Path(made)
        output_of(["cc", "-O2", "-o", str(folder / "floor"), str(FLOOR)], side.LIMIT_SECONDS)
        started = conditions(options.rounds)
        rows = [row for name in names for row in compare(name, CASES[name], options.rounds, folder)]
    found = {"format": "wisp-beside-redis", "version": 1, "conditions": started, "rows": rows}
    side.write(options.json, SCHEMA, found)
    print(in_table(found))
    return 0
