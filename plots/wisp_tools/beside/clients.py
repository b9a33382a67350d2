# SPDX-License-Identifier: Apache-2.0
"""Measures one Wisp server with two clients: Wisp's perf client and redis-benchmark. Does Java cost rate?

Both ask the same tcp server for the same number of values of the same size, GET and SET apart: over one connection one
request at a time and 16 sent together, and over 50 connections. Both placements are measured: one core for both ends,
and a core for each. Both clients sleep while they wait for replies, unless --wait says otherwise of Wisp's. Rounds are
interleaved and their order alternates: the answer is the ratio Wisp's client / redis-benchmark of each round, its
median and its range. The clients agree where the median is within 5 % of 1; else Wisp's is the slower or the faster one.

    ./wisp beside clients [--rounds N] [--requests N] [--wait sleep|spin|poll] [--json FILE] [CASE ...]

Cases: PLACEMENT-CONNECTIONSxPIPELINE, as shared-1x1, shared-1x16, shared-50x1, split-1x1, split-1x16, split-50x1.

Beside the rates stand the CPU time and the system calls of each client for a request, without those of its start: Wisp's
client says what it spent while it measured, of redis-benchmark a run of one batch is taken off, and of two runs that
strace counts the shorter is taken off the longer. What is known to differ:

    keys       redis-benchmark's have 12 digits, Wisp's 3: a request has 9 bytes more
    order      both have one thread for all connections; redis-benchmark asks the kernel which has a reply, Wisp's client
               takes the connections in turn
    checks     Wisp's client checks each reply and records its latency; redis-benchmark records latencies too
    start      redis-benchmark counts from its first request on, while it is cold; Wisp's client warms up before

Needs redis-benchmark, redis-cli, taskset, strace and two cores. The file of --json is checked against its schema before
it is written.
"""

import argparse
import itertools
import os
import resource
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from wisp_tools import environment, files
from wisp_tools.arguments import Parser, whole
from wisp_tools.beside import redis, side
from wisp_tools.processes import free_port, output_of
from wisp_tools.tree import WISP

SCHEMA = "wisp-client-agreement-2"
KEY_SIZE, REDIS_KEY_SIZE = 3, 12
KEYS = 10**KEY_SIZE
OPERATIONS = ("get", "set")
NAMES = {"wisp": "wisp -p", "redisBenchmark": "redis-benchmark"}
TOLERANCE = 0.05
WARMUP = "3s"
"""Of Wisp's client: a JVM that is not warm measures its compiler."""
COUNTED_REQUESTS = 10_000
"""By strace, which makes each call some times slower."""


@dataclass(frozen=True)
class Case:
    """How a server and its clients are placed, and what is asked of it."""

    placement: str
    connections: int
    pipeline: int
    factor: int
    """How many times as many requests as --requests says it takes to last some seconds."""

    @property
    def name(self) -> str:
        return f"{self.placement}-{self.connections}x{self.pipeline}"


CASES = {
    case.name: case
    for placement in ("shared", "split")
    for case in (Case(placement, 1, 1, 1), Case(placement, 1, 16, 10), Case(placement, 50, 1, 2))
}


@dataclass(frozen=True)
class Rate:
    """What one run of a client gave."""

    requestsPerSecond: float
    cpuNanosecondsPerRequest: float
    """User and system time, without that of its start and its warm-up."""


@dataclass(frozen=True)
class Clients:
    """How both clients are started for a server."""

    port: int
    core: str | None
    folder: Path
    payload: int
    wait: str

    def wisp_command(self, operation: str, case: Case, requests: int, warmup: object = WARMUP) -> list[str]:
        return self._perf.command(*self.wisp_options(operation, case, requests, warmup))

    def wisp_options(self, operation: str, case: Case, requests: int, warmup: object = WARMUP) -> tuple[object, ...]:
        mix = {"get": "get:1", "set": "put:1"}[operation]
        clients = ("--clients", case.connections, "--client-threads", 1)
        options = ("--mix", mix, *clients, "--pipeline", case.pipeline)
        return (*options, "--requests", requests, "--warmup", warmup)

    def redis_command(self, operation: str, case: Case, requests: int) -> list[str]:
        request = ["GET", "__rand_int__"] if operation == "get" else ["SET", "__rand_int__", "x" * self.payload]
        return side.pinned(
            self.core,
            [
                *("redis-benchmark", "-p", self.port, "-n", requests, "-c", case.connections, "-P", case.pipeline),
                *("-r", KEYS, "--csv", *request),
            ],
        )

    def wisp(self, operation: str, case: Case, requests: int) -> Rate:
        found = self._perf.run(*self.wisp_options(operation, case, requests))
        return Rate(float(found["requestsPerSecond"]), float(found["cpuNanoseconds"]) / requests)

    def redis_benchmark(self, operation: str, case: Case, requests: int) -> Rate:
        output, spent = timed(self.redis_command(operation, case, requests))
        at_least = case.connections * case.pipeline
        _, to_start = timed(self.redis_command(operation, case, at_least))
        return Rate(redis.rate_of(output), 1e9 * max(0.0, spent - to_start) / (requests - at_least))

    def calls(self, operation: str, case: Case) -> dict[str, dict[str, float]]:
        """Calls of the kernel for each request, by client: those that matter."""
        few, many = COUNTED_REQUESTS, 2 * COUNTED_REQUESTS
        wisp = (calls_of(self.wisp_command(operation, case, number, few), self.folder) for number in (few, many))
        redis = (calls_of(self.redis_command(operation, case, number), self.folder) for number in (few, many))
        return {"wisp": calls_between(*wisp), "redisBenchmark": calls_between(*redis)}

    @property
    def _perf(self) -> side.PerfClient:
        options = ("-t", "--key_size", KEY_SIZE, "--payload_size", self.payload, "--wait", self.wait)
        return side.PerfClient(self.port, self.core, self.folder, options)


def timed(command: list[str]) -> tuple[str, float]:
    """What a command prints, and the seconds of CPU that it took."""

    def spent() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = spent()
    return output_of(command, side.LIMIT_SECONDS), spent() - before


def calls_of(command: list[str], folder: Path) -> dict[str, int]:
    """A client's calls of the kernel."""
    counts = folder / "strace"
    output_of(["strace", "-f", "-c", "-o", str(counts), *command], side.LIMIT_SECONDS)
    return parse_strace(counts.read_text())


def calls_between(few: dict[str, int], many: dict[str, int]) -> dict[str, float]:
    """Calls for each request by which a run of twice as many requests has more: those of a start are in both."""
    each = {name: (count - few.get(name, 0)) / COUNTED_REQUESTS for name, count in many.items()}
    return {name: count for name, count in each.items() if count >= 0.02}


def parse_strace(text: str) -> dict[str, int]:
    """Counts by call in the table of strace -c."""
    rows = (words for words in map(str.split, text.splitlines()) if len(words) >= 5 and words[3].isdecimal())
    return {words[-1]: int(words[3]) for words in rows if words[-1] != "total"}


def compare(clients: Clients, operation: str, case: Case, options: argparse.Namespace) -> dict[str, Any]:
    """Measures one operation with both clients and returns its row."""
    requests = options.requests * case.factor
    subjects = {
        "wisp": lambda: clients.wisp(operation, case, requests),
        "redisBenchmark": lambda: clients.redis_benchmark(operation, case, requests),
    }

    def in_words(measured: dict[str, Rate]) -> str:
        return side.pair_in_words({NAMES[client]: rate.requestsPerSecond for client, rate in measured.items()}, "/s")

    found = side.interleave(f"{case.name} {operation}", options.rounds, subjects, in_words)
    rounds = [{"first": one.order[0], **{name: asdict(rate) for name, rate in one.measured.items()}} for one in found]
    return row(operation, case, rounds, clients.calls(operation, case))


def row(operation: str, case: Case, rounds: list[dict[str, Any]], calls: dict[str, dict[str, float]]) -> dict[str, Any]:
    ratios = [each["wisp"]["requestsPerSecond"] / each["redisBenchmark"]["requestsPerSecond"] for each in rounds]
    return {
        "placement": case.placement,
        "connections": case.connections,
        "pipeline": case.pipeline,
        "operation": operation,
        "unit": "requests per second",
        "rounds": rounds,
        "ratio": side.spread(ratios),
        "verdict": verdict(statistics.median(ratios)),
        "calls": calls,
    }


def verdict(ratio: float) -> str:
    """Of Wisp's client: whether it is as fast as redis-benchmark, or how it differs."""
    return "agree" if abs(ratio - 1) <= TOLERANCE else "faster" if ratio > 1 else "slower"


def preload(clients: Clients) -> None:
    """Gives every key of both clients a value, so that every GET finds one."""
    keys = [f"{number:0{size}d}" for number in range(KEYS) for size in (KEY_SIZE, REDIS_KEY_SIZE)]
    side.redis_pipe(clients.port, "".join(f"SET {key} {'x' * clients.payload}\r\n" for key in keys), len(keys))


def measure(options: argparse.Namespace, cases: Sequence[Case], folder: Path) -> dict[str, Any]:
    command = [str(WISP), "-s", "-t", "--threads", "1", "--memory", "1g"]
    started = conditions(options, command)
    rows = []
    for placement, placed in itertools.groupby(cases, key=lambda case: case.placement):
        port, cores = free_port(), side.Cores.of(placement)
        server = [*command, "--port", str(port), *side.cores_option(cores.server)]
        with side.serving(server, None, port, folder / f"wisp-{placement}.log"):
            clients = Clients(port, cores.client, folder, options.payload_size, options.wait)
            preload(clients)
            rows += [compare(clients, operation, case, options) for case in placed for operation in OPERATIONS]
    return {
        "format": "wisp-client-agreement",
        "version": 2,
        "conditions": started,
        "tolerance": TOLERANCE,
        "rows": rows,
        "slower": any(each["verdict"] == "slower" for each in rows),
    }


def conditions(options: argparse.Namespace, server: list[str]) -> dict[str, Any]:
    return {
        **side.surroundings(),
        "guest": os.environ.get("WISP_GUEST"),
        "wisp": environment.version_of(str(WISP)),
        "redisBenchmark": environment.version_of("redis-benchmark"),
        "wait": options.wait,
        "server": " ".join([Path(server[0]).name, *server[1:]]),
        "keySize": KEY_SIZE,
        "redisKeySize": REDIS_KEY_SIZE,
        "keys": KEYS,
        "payloadSize": options.payload_size,
        "requests": options.requests,
        "rounds": options.rounds,
        "arguments": files.without_places(options.arguments),
    }


def median_of(row: dict[str, Any], side: str, figure: str) -> float:
    return float(statistics.median(measured[side][figure] for measured in row["rounds"]))


def in_table(found: dict[str, Any]) -> str:
    rows = [
        (
            *(
                "placement",
                "connections",
                "sent together",
                "operation",
                "wisp -p, median /s",
                "redis-benchmark, median /s",
            ),
            *("ratio: median (lowest to highest)", f"Wisp's client, by {100 * TOLERANCE:.0f} %"),
            *("CPU a request, us: wisp -p, redis-benchmark", "system calls a request: wisp -p, redis-benchmark"),
        )
    ]
    for each in found["rows"]:
        rates = (f"{median_of(each, client, 'requestsPerSecond'):,.0f}" for client in NAMES)
        cpu = ", ".join(f"{median_of(each, client, 'cpuNanosecondsPerRequest') / 1000:,.2f}" for client in NAMES)
        calls = ", ".join(f"{sum(each['calls'][client].values()):.2f}" for client in NAMES)
        said = "**slower**" if each["verdict"] == "slower" else each["verdict"]
        load = (each["placement"], str(each["connections"]), str(each["pipeline"]), each["operation"])
        rows.append((*load, *rates, side.spread_in_words(each["ratio"], ".3f"), said, cpu, calls))
    return side.table(*rows)


def parser() -> Parser:
    made = side.parser("clients", __doc__)
    help_text = "in a round, one by one; some times as many where they are faster (default 150000)"
    made.add_argument("--requests", type=whole(1000, 10**8), default=150_000, help=help_text)
    made.add_argument("--payload_size", type=whole(1, 1 << 20), default=100, help="bytes of a value (default 100)")
    help_text = "how Wisp's client waits for replies (default sleep, as redis-benchmark does)"
    made.add_argument("--wait", choices=("sleep", "spin", "poll"), default="sleep", help=help_text)
    made.add_argument("cases", nargs="*", metavar="CASE", help="the cases to run; all of them by default")
    return made


def main(arguments: Sequence[str]) -> int:
    made = parser()
    options = made.parse_args(arguments)
    options.arguments = list(arguments)
    side.need(made, ("redis-benchmark", "redis-cli", "taskset", "strace"), "redis-tools util-linux strace", cores=2)
    cases = [CASES[name] for name in side.chosen(made, options.cases, list(CASES))]
    side.prepare(options.json)
    with tempfile.TemporaryDirectory(prefix="wisp-beside-") as folder:
        found = measure(options, cases, Path(folder))
    side.write(options.json, SCHEMA, found)
    print(in_table(found))
    return 0
