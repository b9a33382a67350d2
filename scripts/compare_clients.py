#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures one Wisp server with two clients: Wisp's perf client and redis-benchmark. Do they agree?

Both use one connection to the same tcp server, GET and SET apart, one request at a time and 16 sent together, the same
number of keys, values of the same size. The server has a core of its own and both clients have the other, or all share
one. Both clients sleep while they wait for replies, unless --wait says otherwise of Wisp's. Rounds are interleaved and
their order alternates: the answer is the ratio Wisp's client / redis-benchmark of each round, its median and its range.
The clients agree where the median is within 10 % of 1.

    scripts/compare_clients.py [--rounds N] [--requests N] [--placement split|shared] [--wait sleep|spin|poll]
                               [--calls] [--json FILE]

Where they do not agree, look at the CPU time of the clients for each request, and at their calls of the kernel, which
--calls has strace count in one more run of each. What is known to differ:

    keys       redis-benchmark's have 12 digits, Wisp's 3: a request has 9 bytes more
    batches    with 16 sent together, both send the next batch after the last reply to the one before
    checks     Wisp's client checks each reply and records its latency; redis-benchmark records latencies too
    start      redis-benchmark counts from its first request on, while it is cold; Wisp's client warms up before

CPU times are of whole processes: those of Wisp's client have the start of a JVM and the warm-up in them, which fewer
requests share than in a long run. They are named accordingly.

Needs redis-benchmark, taskset, two cores for split, and a built Wisp (./wisp builds it); --calls needs strace, and --json Python's jsonschema,
by which the file is checked before it is written.
"""

import argparse
import csv
import datetime
import io
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import json_file
from compare_with_redis import ComparisonError, PinnedServer, first_line, free_port, run
from interrupts import interruptible

try:
    from simple_kv import schemas
    from simple_kv.errors import SimpleKvError
except ImportError:  # jsonschema is not there, which only --json needs
    schemas = None

ROOT = Path(__file__).resolve().parent.parent
WISP = ROOT / "wisp"
SCHEMA = "wisp-client-agreement-1"
KEY_SIZE, REDIS_KEY_SIZE = 3, 12
KEYS = 10**KEY_SIZE
PIPELINES = (1, 16)
OPERATIONS = ("get", "set")
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
    core: str
    folder: Path
    payload: int
    wait: str

    def wisp_command(self, operation: str, pipeline: int, requests: int) -> list[str]:
        mix = {"get": "get:1", "set": "put:1"}[operation]
        return [
            *(str(WISP), "-p", f"127.0.0.1:{self.port}", "-t", "--clients", "1"),
            *("--key_size", str(KEY_SIZE), "--payload_size", str(self.payload), "--mix", mix),
            *("--pipeline", str(pipeline), "--requests", str(requests), "--warmup", str(requests // 2)),
            *("--wait", self.wait, "--json", str(self._json)),
        ]

    def redis_command(self, operation: str, pipeline: int, requests: int) -> list[str]:
        request = (
            ["GET", "__rand_int__"] if operation == "get" else ["SET", "__rand_int__", "x" * self.payload]
        )
        return [
            *("redis-benchmark", "-p", str(self.port), "-n", str(requests), "-c", "1", "-P", str(pipeline)),
            *("-r", str(KEYS), "--csv", *request),
        ]

    def wisp(self, operation: str, pipeline: int, requests: int) -> Rate:
        self._json.unlink(missing_ok=True)
        _, spent = timed(self.wisp_command(operation, pipeline, requests), self.core)
        return Rate(wisp_rate(json.loads(self._json.read_text())), 1e9 * spent / (requests + requests // 2))

    def redis_benchmark(self, operation: str, pipeline: int, requests: int) -> Rate:
        output, spent = timed(self.redis_command(operation, pipeline, requests), self.core)
        return Rate(redis_rate(output), 1e9 * spent / requests)

    @property
    def _json(self) -> Path:
        return self.folder / "perf.json"


def wisp_rate(document: dict) -> float:
    """Requests per second in a file of wisp-perf: of its only run in version 2, of its result in version 1."""
    if document.get("formatVersion") == 1:
        measured = document["result"]
    else:
        (measured,) = document["runs"]
        if measured["outcome"] != "measured":
            raise ComparisonError(f"wisp -p gave a run that is {measured['outcome']}")
    return float(measured["requestsPerSecond"])


def redis_rate(output: str) -> float:
    """Requests per second in the CSV of redis-benchmark, which heads it with the names of its columns."""
    rows = [row for row in csv.reader(io.StringIO(output)) if len(row) > 1]
    if len(rows) != 2 or rows[0][1] != "rps":
        raise ComparisonError(f"redis-benchmark printed no result: {output.strip()[-300:]}")
    return float(rows[1][1])


def timed(command: list[str], core: str) -> tuple[str, float]:
    """What a command prints, and the seconds of CPU that it took."""

    def spent() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = spent()
    return run(command, core), spent() - before


def calls_of(command: list[str], core: str, folder: Path, requests: int) -> dict[str, float]:
    """A client's calls of the kernel for each request, those of its start included: the ones that matter."""
    counts = folder / "strace"
    run(["strace", "-f", "-c", "-o", str(counts), *command], core)
    found = parse_strace(counts.read_text())
    return {name: count / requests for name, count in found.items() if count >= requests / 50}


def parse_strace(text: str) -> dict[str, int]:
    """Counts by call in the table of strace -c."""
    found = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 5 and words[3].isdecimal() and words[-1] != "total":
            found[words[-1]] = int(words[3])
    return found


def compare(clients: Clients, operation: str, pipeline: int, options: argparse.Namespace) -> dict:
    """Measures one operation with both clients and returns its row."""
    requests = options.requests * (PIPELINE_FACTOR if pipeline > 1 else 1)
    subjects = {"wisp": clients.wisp, "redisBenchmark": clients.redis_benchmark}
    rounds = []
    for index in range(options.rounds + 1):  # the first round warms the server's JIT and is dropped
        order = list(subjects) if index % 2 else list(subjects)[::-1]
        measured = {name: subjects[name](operation, pipeline, requests) for name in order}
        wisp, redis = (measured[name].requestsPerSecond for name in subjects)
        note = "warm-up" if index == 0 else f"round {index} of {options.rounds}"
        said = f"wisp -p {wisp:,.0f}/s, redis-benchmark {redis:,.0f}/s, ratio {wisp / redis:.3f}"
        print(f"{operation} -P {pipeline} {note}: {said}", file=sys.stderr, flush=True)
        if index > 0:
            rounds.append({"first": order[0], **{name: asdict(measured[name]) for name in subjects}})
    calls = None
    if options.calls:
        counted = min(requests, 20_000)
        calls = {
            "wisp": calls_of(
                clients.wisp_command(operation, pipeline, counted),
                clients.core,
                clients.folder,
                counted * 3 // 2,
            ),
            "redisBenchmark": calls_of(
                clients.redis_command(operation, pipeline, counted), clients.core, clients.folder, counted
            ),
        }
    return row(operation, pipeline, rounds, calls)


def row(operation: str, pipeline: int, rounds: list[dict], calls: dict | None) -> dict:
    ratios = [
        each["wisp"]["requestsPerSecond"] / each["redisBenchmark"]["requestsPerSecond"] for each in rounds
    ]
    median = statistics.median(ratios)
    return {
        "operation": operation,
        "pipeline": pipeline,
        "unit": "requests per second",
        "rounds": rounds,
        "ratio": {"median": median, "lowest": min(ratios), "highest": max(ratios)},
        "verdict": "agree" if abs(median - 1) <= TOLERANCE else "differ",
        "calls": calls,
    }


def preload(clients: Clients) -> None:
    """Gives every key of both clients a value, so that every GET finds one."""
    lines = []
    for number in range(KEYS):
        for key in (f"{number:0{KEY_SIZE}d}", f"{number:0{REDIS_KEY_SIZE}d}"):
            lines.append(f"SET {key} {'x' * clients.payload}\r\n")
    command = ["redis-cli", "-p", str(clients.port), "--pipe"]
    done = subprocess.run(
        command, input="".join(lines), capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode != 0 or f"replies: {len(lines)}" not in done.stdout or "errors: 0" not in done.stdout:
        raise ComparisonError(f"the keys were not put: {(done.stdout + done.stderr).strip()[-300:]}")


def measure(options: argparse.Namespace, folder: Path) -> dict:
    port = free_port()
    server = [str(WISP), "-s", "-t", "--port", str(port), "--threads", "1", "--memory", "1g"]
    cores = sorted(os.sched_getaffinity(0))
    placed = {"server": str(cores[0]), "client": str(cores[-1] if options.placement == "split" else cores[0])}
    started = conditions(options, server)
    running = PinnedServer("wisp", server, port, folder)
    try:
        clients = Clients(port, placed["client"], folder, options.payload_size, options.wait)
        preload(clients)
        rows = [compare(clients, each, pipeline, options) for pipeline in PIPELINES for each in OPERATIONS]
    finally:
        running.stop()
    return {
        "format": "wisp-client-agreement",
        "version": 1,
        "conditions": started,
        "tolerance": TOLERANCE,
        "rows": rows,
        "agree": all(each["verdict"] == "agree" for each in rows),
    }


def conditions(options: argparse.Namespace, server: list[str]) -> dict:
    with open("/proc/cpuinfo") as lines:
        cpu = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), None)
    command = ["git", "-C", str(ROOT), "rev-parse", "HEAD"]
    commit = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return {
        "startedAt": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "cpu": cpu,
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "loadAverage": list(os.getloadavg()),
        "guest": os.environ.get("WISP_GUEST"),
        "commit": commit or None,
        "wisp": first_line(str(WISP), "--version"),
        "redisBenchmark": first_line("redis-benchmark", "--version"),
        "placement": options.placement,
        "wait": options.wait,
        "server": " ".join([Path(server[0]).name, *server[1:]]),
        "keySize": KEY_SIZE,
        "redisKeySize": REDIS_KEY_SIZE,
        "keys": KEYS,
        "payloadSize": options.payload_size,
        "requests": options.requests,
        "rounds": options.rounds,
        "arguments": json_file.without_places(sys.argv[1:]),
    }


def median_of(row: dict, side: str, figure: str) -> float:
    return statistics.median(measured[side][figure] for measured in row["rounds"])


def table(found: dict) -> str:
    lines = [
        "| operation | sent together | wisp -p, median /s | redis-benchmark, median /s"
        " | ratio: median (lowest to highest) | within 10 % |",
        "|---|---|---|---|---|---|",
    ]
    for each in found["rows"]:
        wisp, redis = (median_of(each, side, "requestsPerSecond") for side in ("wisp", "redisBenchmark"))
        ratio = each["ratio"]
        spread = f"{ratio['median']:.3f} ({ratio['lowest']:.3f} to {ratio['highest']:.3f})"
        verdict = "yes" if each["verdict"] == "agree" else "**no**"
        rates = f"{wisp:,.0f} | {redis:,.0f}"
        lines.append(f"| {each['operation']} | {each['pipeline']} | {rates} | {spread} | {verdict} |")
    lines += ["", "CPU time of a client for each request, its start and warm-up included, median:"]
    for each in found["rows"]:
        times = ", ".join(
            f"{words} {median_of(each, side, 'cpuNanosecondsPerRequestWithStart') / 1000:,.2f} us"
            for side, words in (("wisp", "wisp -p"), ("redisBenchmark", "redis-benchmark"))
        )
        lines.append(f"  {each['operation']} -P {each['pipeline']}: {times}")
    for each in found["rows"]:
        if each["calls"]:
            lines += ["", f"Calls of the kernel for each request, {each['operation']} -P {each['pipeline']}:"]
            for side, counts in each["calls"].items():
                lines.append(
                    f"  {side}: " + ", ".join(f"{name} {count:.2f}" for name, count in counts.items())
                )
    return "\n".join(lines)


def write(path: Path, found: dict) -> None:
    """Writes a document that is as its schema says. Raises ComparisonError if it is not."""
    try:
        schemas.check(SCHEMA, found)
    except SimpleKvError as error:
        raise ComparisonError(str(error)) from error
    json_file.write(path, found)


def whole(least: int, most: int):
    def parse(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least} to {most}")
        return int(text)

    return parse


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument(
        "--rounds", type=whole(1, 1000), default=5, help="that count, after a warm-up (default 5)"
    )
    help_text = f"in a round, one by one; {PIPELINE_FACTOR} times as many if sent together (default 200000)"
    made.add_argument("--requests", type=whole(1000, 10**8), default=200_000, help=help_text)
    made.add_argument(
        "--payload_size", type=whole(1, 1 << 20), default=100, help="bytes of a value (default 100)"
    )
    made.add_argument(
        "--placement", choices=("split", "shared"), default="split", help="a core each, or one for both"
    )
    help_text = "how Wisp's client waits for replies (default sleep, as redis-benchmark does)"
    made.add_argument("--wait", choices=("sleep", "spin", "poll"), default="sleep", help=help_text)
    made.add_argument(
        "--calls", action="store_true", help="have strace count the clients' calls of the kernel"
    )
    made.add_argument("--json", type=Path, help="where to write every figure")
    return made


def main() -> int:
    made = parser()
    options = made.parse_args()
    wanted = ["redis-benchmark", "redis-cli", "taskset"] + (["strace"] if options.calls else [])
    missing = [tool for tool in wanted if shutil.which(tool) is None]
    if missing:
        made.error(f"not found: {', '.join(missing)} (Debian: apt-get install redis-tools util-linux strace)")
    if options.placement == "split" and len(os.sched_getaffinity(0)) < 2:
        made.error("two cores are needed; --placement shared does with one")
    if options.json and schemas is None:
        made.error("--json needs Python's jsonschema (Debian: apt-get install python3-jsonschema)")
    try:
        if options.json:
            json_file.prepare(options.json)
        with interruptible(), tempfile.TemporaryDirectory(prefix="wisp-clients-") as folder:
            found = measure(options, Path(folder))
        if options.json:
            write(options.json, found)
    except (ComparisonError, json_file.JsonFileError, subprocess.TimeoutExpired) as error:
        sys.exit(f"compare_clients: {error}")
    except KeyboardInterrupt:
        print("compare_clients: interrupted", file=sys.stderr)
        return 130
    print(table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
