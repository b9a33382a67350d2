#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures Wisp's TCP server beside redis-server, on this machine, in one run.

Both servers run all the time, pinned alike; whichever is not being measured is held still (SIGSTOP), so that it costs
nothing. Rounds are interleaved and their order alternates: the answer is the ratio Wisp / Redis of each round, its
median and its range, because absolute figures of a shared machine move by a factor of two between hours.

    scripts/compare_with_redis.py [--rounds N] [--json FILE] [CASE ...]

Cases:
    one-core         one connection, closed loop, GET of 100-byte values; server and client share one core, and both
                     servers have the same client, Wisp's
    one-core-redis-benchmark
                     the same with redis-benchmark as the client of both
    two-cores-busy   one connection; Wisp's server and client both poll without sleeping, a core each, against the
                     best that any client here gets from redis-server on two cores
    pipelined        redis-benchmark -P 16 -c 50, SET and GET, one server thread on one core, the client on the other

Needs redis-server, redis-benchmark and taskset, two cores, and a built Wisp (./wisp builds it).
"""

import argparse
import csv
import datetime
import io
import json
import os
import platform
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WISP = Path(__file__).resolve().parent.parent / "wisp"
SERVER_CORE, CLIENT_CORE = "0", "1"
KEY_SIZE, PAYLOAD_SIZE = 3, 100


class ComparisonError(Exception):
    """What stops a comparison, in words for a user."""


class PinnedServer:
    """A server process on one core, which can be held still while another one is measured."""

    def __init__(self, name, command, port, folder):
        self.name = name
        self.port = port
        self.log = open(Path(folder) / f"{name}.log", "wb")
        self.process = subprocess.Popen(
            ["taskset", "-c", SERVER_CORE, *command],
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            self._wait_until_it_listens()
        except BaseException:
            self.stop()
            raise

    def _wait_until_it_listens(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                said = Path(self.log.name).read_text(errors="replace")[-500:]
                raise ComparisonError(f"{self.name} ended with status {self.process.returncode}: {said}")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise ComparisonError(f"{self.name} does not listen on port {self.port} after 60 s")

    def hold(self):
        os.killpg(self.process.pid, signal.SIGSTOP)

    def resume(self):
        os.killpg(self.process.pid, signal.SIGCONT)

    def stop(self):
        if self.process.poll() is None:
            self.resume()
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(command, core):
    done = subprocess.run(["taskset", "-c", core, *command], capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0:
        raise ComparisonError(f"{' '.join(command)} ended with status {done.returncode}: {done.stderr.strip()[-500:]}")
    return done.stdout


def wisp_client(port, core, folder, mix, requests, busy_poll=False):
    """Requests per second of Wisp's perf client: closed loop, one connection."""
    result = Path(folder) / "perf.json"
    command = [str(WISP), "-p", f"127.0.0.1:{port}", "-t", "--key_size", str(KEY_SIZE)]
    command += ["--payload_size", str(PAYLOAD_SIZE), "--mix", mix, "--requests", str(requests)]
    command += ["--warmup", str(requests // 2), "--json", str(result)]
    run(command + (["--busy-poll"] if busy_poll else []), core)
    return json.loads(result.read_text())["runs"][0]["requestsPerSecond"]


def redis_benchmark(port, core, command, requests, connections, pipeline):
    """Requests per second that redis-benchmark reports."""
    output = run(
        ["redis-benchmark", "-p", str(port), "-t", command, "-n", str(requests), "-d", str(PAYLOAD_SIZE)]
        + ["-r", "1000", "-c", str(connections), "-P", str(pipeline), "--csv"],
        core,
    )
    rows = [row for row in csv.reader(io.StringIO(output)) if row and row[0].lower().startswith(command)]
    return float(rows[0][1])


def preload(server, folder):
    wisp_client(server.port, CLIENT_CORE, folder, "put:1", 50_000)
    redis_benchmark(server.port, CLIENT_CORE, "set", 50_000, 1, 16)


def cases(folder):
    """Of each case: whether Wisp's server polls, and of each of its figures how Wisp and how Redis is measured."""

    def one_core(port):
        return wisp_client(port, SERVER_CORE, folder, "get:1", 200_000)

    def one_core_redis_benchmark(port):
        return redis_benchmark(port, SERVER_CORE, "get", 200_000, 1, 1)

    def both_poll(port):
        return wisp_client(port, CLIENT_CORE, folder, "get:1", 400_000, busy_poll=True)

    def best_of_any_client(port):
        return max(
            wisp_client(port, CLIENT_CORE, folder, "get:1", 100_000, busy_poll=True),
            wisp_client(port, CLIENT_CORE, folder, "get:1", 100_000),
            redis_benchmark(port, CLIENT_CORE, "get", 100_000, 1, 1),
        )

    def pipelined(command):
        return lambda port: redis_benchmark(port, CLIENT_CORE, command, 2_000_000, 50, 16)

    return {
        "one-core": (False, {"GET": (one_core, one_core)}),
        "one-core-redis-benchmark": (False, {"GET": (one_core_redis_benchmark, one_core_redis_benchmark)}),
        "two-cores-busy": (True, {"GET": (both_poll, best_of_any_client)}),
        "pipelined": (False, {"SET": (pipelined("set"),) * 2, "GET": (pipelined("get"),) * 2}),
    }


def measure(server, function):
    server.resume()
    try:
        return function(server.port)
    finally:
        server.hold()


def compare(name, busy_poll, figures, rounds, folder):
    """Runs a case and returns its rows, one a figure."""
    wisp_port, redis_port = free_port(), free_port()
    wisp_command = [str(WISP), "-s", "-t", "--port", str(wisp_port), "--threads", "1", "--memory", "1g"]
    redis_command = ["redis-server", "--port", str(redis_port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    servers = []
    try:
        for server, command, port in (
            ("wisp", wisp_command + (["--busy-poll"] if busy_poll else []), wisp_port),
            ("redis", redis_command, redis_port),
        ):
            servers.append(PinnedServer(f"{server}-{name}", command, port, folder))
            preload(servers[-1], folder)
            servers[-1].hold()
        samples = {figure: [] for figure in figures}
        for index in range(rounds + 1):  # the first round warms the JIT and is dropped
            for figure, functions in figures.items():
                pairs = list(zip(servers, functions))
                ordered = pairs if index % 2 else pairs[::-1]
                measured = {server.name: measure(server, function) for server, function in ordered}
                wisp, redis = (measured[server.name] for server in servers)
                note = "warm-up" if index == 0 else f"round {index} of {rounds}"
                said = f"wisp {wisp:,.0f}/s, redis {redis:,.0f}/s, ratio {wisp / redis:.2f}"
                print(f"{name} {figure} {note}: {said}", file=sys.stderr)
                if index > 0:
                    samples[figure].append((wisp, redis))
    finally:
        for server in servers:
            server.stop()
    return [row(name, figure, pairs) for figure, pairs in samples.items()]


def row(name, figure, pairs):
    ratios = sorted(wisp / redis for wisp, redis in pairs)
    return {
        "case": name,
        "figure": figure,
        "unit": "requests per second",
        "wisp": [wisp for wisp, _ in pairs],
        "redis": [redis for _, redis in pairs],
        "ratio": {"median": statistics.median(ratios), "lowest": ratios[0], "highest": ratios[-1]},
    }


def first_line(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]


def conditions():
    with open("/proc/cpuinfo") as lines:
        cpu = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "unknown")
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "redis": first_line("redis-server", "--version") if shutil.which("redis-server") else None,
        "wisp": first_line(str(WISP), "--version"),
        "started": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "keySize": KEY_SIZE,
        "payloadSize": PAYLOAD_SIZE,
        "placement": f"servers on core {SERVER_CORE}; clients there too if one-core, else on core {CLIENT_CORE}",
    }


def table(rows):
    lines = ["| case | operation | Wisp, median /s | Redis, median /s | ratio: median (lowest to highest) |"]
    lines.append("|---|---|---|---|---|")
    for line in rows:
        ratio = line["ratio"]
        medians = f"{statistics.median(line['wisp']):,.0f} | {statistics.median(line['redis']):,.0f}"
        spread = f"{ratio['median']:.2f} ({ratio['lowest']:.2f} to {ratio['highest']:.2f})"
        lines.append(f"| {line['case']} | {line['figure']} | {medians} | {spread} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="CASE", help="the cases to run; all of them by default")
    parser.add_argument("--rounds", type=int, default=5, help="rounds that count, after one that warms up (default 5)")
    parser.add_argument("--json", type=Path, help="where to write every figure")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error(f"--rounds {options.rounds} is less than 1")
    if len(os.sched_getaffinity(0)) < 2:
        parser.error("two cores are needed")
    missing = [tool for tool in ("redis-server", "redis-benchmark", "taskset") if shutil.which(tool) is None]
    if missing:
        parser.error(f"not found: {', '.join(missing)} (Debian: apt-get install redis-server util-linux)")
    with tempfile.TemporaryDirectory(prefix="wisp-compare-") as folder:
        known = cases(folder)
        unknown = [name for name in options.cases if name not in known]
        if unknown:
            parser.error(f"no such case: {', '.join(unknown)}; there are {', '.join(known)}")
        started = conditions()
        rows = []
        try:
            for name in options.cases or known:
                rows += compare(name, *known[name], options.rounds, folder)
        except (ComparisonError, subprocess.TimeoutExpired) as error:
            sys.exit(f"compare_with_redis: {error}")
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps({"format": 1, "conditions": started, "rows": rows}, indent=2) + "\n")
    print(table(rows))


if __name__ == "__main__":
    main()
