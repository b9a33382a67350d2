# SPDX-License-Identifier: Apache-2.0
"""Measures one Wisp server with two clients: Wisp's perf client and redis-benchmark. Do they agree?

Both use one connection to the same tcp server, GET and SET apart, one request at a time and 16 sent together, the same
number of keys, values of the same size. The server has a core of its own and both clients have the other, or all share
one. Both clients sleep while they wait for replies, unless --wait says otherwise of Wisp's. Rounds are interleaved and
their order alternates: the answer is the ratio Wisp's client / redis-benchmark of each round, its median and its range.
The clients agree where the median is within 10 % of 1.

    ./wisp beside clients [--rounds N] [--requests N] [--placement split|shared] [--wait sleep|spin|poll]
                          [--calls] [--json FILE]

Where they do not agree, look at the CPU time of the clients for each request, and at their calls of the kernel, which
--calls has strace count in one more run of each. What is known to differ:

    keys       redis-benchmark's have 12 digits, Wisp's 3: a request has 9 bytes more
    batches    with 16 sent together, both send the next batch after the last reply to the one before
    checks     Wisp's client checks each reply and records its latency; redis-benchmark records latencies too
    start      redis-benchmark counts from its first request on, while it is cold; Wisp's client warms up before

CPU times are of whole processes: those of Wisp's client have the start of a JVM and the warm-up in them, which fewer
requests share than in a long run. They are named accordingly.

Needs redis-benchmark and taskset, two cores for split; --calls needs strace. The file of --json is checked against its
schema before it is written.
"""

import argparse
import csv
import os
import platform
import resource
import statistics
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from wisp_tools import environment, files, packages
from wisp_tools.arguments import Parser, whole
from wisp_tools.beside import side
from wisp_tools.processes import ProcessFailure, free_port, output_of
from wisp_tools.tree import WISP, commit

SCHEMA = "wisp-client-agreement-1"
KEY_SIZE, REDIS_KEY_SIZE = 3, 12
KEYS = 10**KEY_SIZE
PIPELINES = (1, 16)
OPERATIONS = ("get", "set")
NAMES = {"wisp": "wisp -p", "redisBenchmark": "redis-benchmark"}
TOLERANCE = 0.1
#: Requests one by one are so much slower that they need fewer to last as long.
PIPELINE_FACTOR = 4


@dataclass(frozen=True)
class Rate:
    """What one run of a client gave."""

    requestsPerSecond: float
    cpuNanosecondsPerRequestWithStart: float
    """User and system time of the whole process, its start and a warm-up included, for each request of both."""


@dataclass(frozen=True)
class Clients:
    """How both clients are started for a server."""

    port: int
    core: str | None
    folder: Path
    payload: int
    wait: str

    def wisp_command(self, operation: str, pipeline: int, requests: int) -> list[str]:
        mix = {"get": "get:1", "set": "put:1"}[operation]
        options = ("--mix", mix, "--pipeline", pipeline, "--requests", requests, "--warmup", requests // 2)
        return self._perf.command(*options)

    def redis_command(self, operation: str, pipeline: int, requests: int) -> list[str]:
        request = ["GET", "__rand_int__"] if operation == "get" else ["SET", "__rand_int__", "x" * self.payload]
        return [
            *("redis-benchmark", "-p", str(self.port), "-n", str(requests), "-c", "1", "-P", str(pipeline)),
            *("-r", str(KEYS), "--csv", *request),
        ]

    def wisp(self, operation: str, pipeline: int, requests: int) -> Rate:
        _, spent = timed(self.wisp_command(operation, pipeline, requests), self.core)
        rate = float(self._perf.result()["requestsPerSecond"])
        return Rate(rate, 1e9 * spent / (requests + requests // 2))

    def redis_benchmark(self, operation: str, pipeline: int, requests: int) -> Rate:
        output, spent = timed(self.redis_command(operation, pipeline, requests), self.core)
        return Rate(redis_rate(output), 1e9 * spent / requests)

    @property
    def _perf(self) -> side.PerfClient:
        options = ("-t", "--clients", 1, "--key_size", KEY_SIZE, "--payload_size", self.payload, "--wait", self.wait)
        return side.PerfClient(self.port, self.core, self.folder, options)


def redis_rate(output: str) -> float:
    """Requests per second in the CSV of redis-benchmark, which heads it with the names of its columns."""
    rows = [row for row in csv.reader(output.splitlines()) if len(row) > 1]
    if len(rows) != 2 or rows[0][1] != "rps":
        raise ProcessFailure(f"redis-benchmark printed no result: {output.strip()[-300:]}")
    return float(rows[1][1])


def timed(command: list[str], core: str | None) -> tuple[str, float]:
    """What a command prints, and the seconds of CPU that it took."""

    def spent() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = spent()
    return output_of(side.pinned(core, command), side.LIMIT_SECONDS), spent() - before


def calls_of(command: list[str], core: str | None, folder: Path, requests: int) -> dict[str, float]:
    """A client's calls of the kernel for each request, those of its start included: the ones that matter."""
    counts = folder / "strace"
    output_of(side.pinned(core, ["strace", "-f", "-c", "-o", counts, *command]), side.LIMIT_SECONDS)
    found = parse_strace(counts.read_text())
    return {name: count / requests for name, count in found.items() if count >= requests / 50}


def parse_strace(text: str) -> dict[str, int]:
    """Counts by call in the table of strace -c."""
    rows = (words for words in map(str.split, text.splitlines()) if len(words) >= 5 and words[3].isdecimal())
    return {words[-1]: int(words[3]) for words in rows if words[-1] != "total"}


def compare(clients: Clients, operation: str, pipeline: int, options: argparse.Namespace) -> dict[str, Any]:
    """Measures one operation with both clients and returns its row."""
    requests = options.requests * (PIPELINE_FACTOR if pipeline > 1 else 1)
    subjects = {
        "wisp": lambda: clients.wisp(operation, pipeline, requests),
        "redisBenchmark": lambda: clients.redis_benchmark(operation, pipeline, requests),
    }

    def in_words(measured: dict[str, Rate]) -> str:
        return side.pair_in_words({NAMES[client]: rate.requestsPerSecond for client, rate in measured.items()}, "/s")

    found = side.interleave(f"{operation} -P {pipeline}", options.rounds, subjects, in_words)
    rounds = [{"first": one.order[0], **{name: asdict(rate) for name, rate in one.measured.items()}} for one in found]
    calls = None
    if options.calls:
        counted = min(requests, 20_000)
        wisp, redis = (made(operation, pipeline, counted) for made in (clients.wisp_command, clients.redis_command))
        calls = {
            "wisp": calls_of(wisp, clients.core, clients.folder, counted * 3 // 2),
            "redisBenchmark": calls_of(redis, clients.core, clients.folder, counted),
        }
    return row(operation, pipeline, rounds, calls)


def row(
    operation: str, pipeline: int, rounds: list[dict[str, Any]], calls: dict[str, dict[str, float]] | None
) -> dict[str, Any]:
    ratios = [each["wisp"]["requestsPerSecond"] / each["redisBenchmark"]["requestsPerSecond"] for each in rounds]
    return {
        "operation": operation,
        "pipeline": pipeline,
        "unit": "requests per second",
        "rounds": rounds,
        "ratio": side.spread(ratios),
        "verdict": "agree" if abs(statistics.median(ratios) - 1) <= TOLERANCE else "differ",
        "calls": calls,
    }


def preload(clients: Clients) -> None:
    """Gives every key of both clients a value, so that every GET finds one."""
    keys = (f"{number:0{size}d}" for number in range(KEYS) for size in (KEY_SIZE, REDIS_KEY_SIZE))
    lines = [f"SET {key} {'x' * clients.payload}\r\n" for key in keys]
    command = ["redis-cli", "-p", str(clients.port), "--pipe"]
    done = subprocess.run(command, input="".join(lines), capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0 or f"replies: {len(lines)}" not in done.stdout or "errors: 0" not in done.stdout:
        raise ProcessFailure(f"the keys were not put: {(done.stdout + done.stderr).strip()[-300:]}")


def measure(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    port, cores = free_port(), side.Cores.of(options.placement)
    server = [str(WISP), "-s", "-t", "--port", str(port), "--threads", "1", "--memory", "1g"]
    started = conditions(options, server)
    with side.serving(server, cores.server, port, folder / "wisp.log"):
        clients = Clients(port, cores.client, folder, options.payload_size, options.wait)
        preload(clients)
        rows = [compare(clients, each, pipeline, options) for pipeline in PIPELINES for each in OPERATIONS]
    return {
        "format": "wisp-client-agreement",
        "version": 1,
        "conditions": started,
        "tolerance": TOLERANCE,
        "rows": rows,
        "agree": all(each["verdict"] == "agree" for each in rows),
    }


def conditions(options: argparse.Namespace, server: list[str]) -> dict[str, Any]:
    return {
        "startedAt": environment.timestamp("seconds"),
        "cpu": environment.cpu(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "loadAverage": list(os.getloadavg()),
        "guest": os.environ.get("WISP_GUEST"),
        "commit": commit(),
        "wisp": environment.version_of(str(WISP)),
        "redisBenchmark": environment.version_of("redis-benchmark"),
        "placement": options.placement,
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
    head = ["operation", "sent together", "wisp -p, median /s", "redis-benchmark, median /s"]
    rows = [[*head, "ratio: median (lowest to highest)", "within 10 %"]]
    for each in found["rows"]:
        rates = (f"{median_of(each, client, 'requestsPerSecond'):,.0f}" for client in NAMES)
        verdict = "yes" if each["verdict"] == "agree" else "**no**"
        rows.append(
            [each["operation"], str(each["pipeline"]), *rates, side.spread_in_words(each["ratio"], ".3f"), verdict]
        )
    lines = [side.table(*rows), "", "CPU time of a client for each request, its start and warm-up included, median:"]
    for each in found["rows"]:
        times = ", ".join(
            f"{words} {median_of(each, client, 'cpuNanosecondsPerRequestWithStart') / 1000:,.2f} us"
            for client, words in NAMES.items()
        )
        lines.append(f"  {each['operation']} -P {each['pipeline']}: {times}")
    for each in found["rows"]:
        if each["calls"]:
            lines += ["", f"Calls of the kernel for each request, {each['operation']} -P {each['pipeline']}:"]
            for client, counts in each["calls"].items():
                lines.append(f"  {client}: " + ", ".join(f"{name} {count:.2f}" for name, count in counts.items()))
    return "\n".join(lines)


def parser() -> Parser:
    made = side.parser("clients", __doc__)
    help_text = f"in a round, one by one; {PIPELINE_FACTOR} times as many if sent together (default 200000)"
    made.add_argument("--requests", type=whole(1000, 10**8), default=200_000, help=help_text)
    made.add_argument("--payload_size", type=whole(1, 1 << 20), default=100, help="bytes of a value (default 100)")
    made.add_argument("--placement", choices=("split", "shared"), default="split", help="a core each, or one for both")
    help_text = "how Wisp's client waits for replies (default sleep, as redis-benchmark does)"
    made.add_argument("--wait", choices=("sleep", "spin", "poll"), default="sleep", help=help_text)
    made.add_argument("--calls", action="store_true", help="have strace count the clients' calls of the kernel")
    return made


def main(arguments: Sequence[str]) -> int:
    made = parser()
    options = made.parse_args(arguments)
    options.arguments = list(arguments)
    wanted = ["redis-benchmark", "redis-cli", "taskset"] + (["strace"] if options.calls else [])
    cores = 2 if options.placement == "split" else 1
    side.need(made, wanted, "redis-tools util-linux strace", cores, "; --placement shared does with one")
    if options.json:
        packages.require("record")
        files.prepare(options.json)
    with tempfile.TemporaryDirectory(prefix="wisp-beside-") as folder:
        found = measure(options, Path(folder))
    if options.json:
        files.write_checked(options.json, SCHEMA, found)
    print(in_table(found))
    return 0
