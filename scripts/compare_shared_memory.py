#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures Wisp over shared memory beside a bare ping-pong of the same memory, on this machine, in one run.

Two processes, each on a core of its own, both polling. The floor is a message of 128 bytes there and back
(io.wisp.bench.floor.SharedMemoryPingPong); beside it Wisp's perf client, with 3-byte keys and 100-byte values, does ring
gets, ring puts and one-sided gets. Every figure is the median latency of one run; rounds are interleaved and their order
alternates; the answer is the ratio of each round, its median and its range. While the floor is measured, Wisp's server
is held still.

    scripts/compare_shared_memory.py [--rounds N] [--requests N] [--json FILE]

Needs taskset, two cores, and a built Wisp (./wisp builds it; the floor is in benchmarks.jar: ./wisp bench -l).
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

from compare_with_redis import CLIENT_CORE, SERVER_CORE, WISP, ComparisonError, PinnedServer, conditions, free_port, run

MESSAGE_BYTES = 128
SHARED_FOLDER = Path("/dev/shm")
BENCHMARKS = WISP.parent / "benchmarks" / "target" / "benchmarks.jar"
PORT_OFFSET = 3
FIGURES = {
    "ring get": ("ring", "get:1"),
    "ring put": ("ring", "put:1"),
    "one-sided get": ("onesided", "get:1"),
}


class ShmServer(PinnedServer):
    """A server over shared memory, which listens on no port of the network."""

    def _wait_until_it_listens(self):
        wait = [str(WISP), "-c", f"127.0.0.1:{self.port}", "--transport", "shm", "exists", "key"]
        for _ in range(30):
            if self.process.poll() is not None:
                said = Path(self.log.name).read_text(errors="replace")[-500:]
                raise ComparisonError(f"{self.name} ended with status {self.process.returncode}: {said}")
            if subprocess.run(wait, capture_output=True, check=False).returncode == 0:
                return
        raise ComparisonError(f"{self.name} cannot be reached")


def java():
    home = subprocess.run([str(WISP), "jdk"], capture_output=True, text=True, check=True).stdout.strip()
    return f"{home}/bin/java"


def ping_pong(program, count):
    """The median of a bare round trip, in nanoseconds."""
    path = SHARED_FOLDER / f"wisp-ping-pong-{uuid.uuid4()}"
    command = [program, "-cp", str(BENCHMARKS), "io.wisp.bench.floor.SharedMemoryPingPong"]
    echo = subprocess.Popen(["taskset", "-c", SERVER_CORE, *command, "echo", str(path), str(MESSAGE_BYTES)])
    try:
        said = run(command + ["measure", str(path), str(MESSAGE_BYTES), str(count)], CLIENT_CORE)
        return int(said.split("p50=")[1].split()[0])
    finally:
        path.unlink(missing_ok=True)
        try:
            echo.wait(timeout=20)
        except subprocess.TimeoutExpired:
            echo.kill()


def wisp(port, folder, path, mix, requests):
    """The median latency of the perf client, in nanoseconds."""
    result = Path(folder) / "perf.json"
    command = [str(WISP), "-p", f"127.0.0.1:{port}", "--transport", "shm", "--get", path, "--wait", "poll"]
    command += ["--key_size", "3", "--payload_size", "100", "--mix", mix, "--requests", str(requests)]
    command += ["--warmup", str(requests), "--json", str(result)]
    run(command, CLIENT_CORE)
    return json.loads(result.read_text())["runs"][0]["operations"]["all"]["latencyNanoseconds"]["p50"]


def compare(rounds, requests, folder):
    """Of each figure and the floor: the medians of the rounds, in nanoseconds."""
    program = java()
    port = free_port() - PORT_OFFSET
    command = [str(WISP), "-s", "--transport", "shm", "--port", str(port), "--threads", "1"]
    server = ShmServer("wisp-shm", command + ["--memory", "256m", "--wait", "poll"], port, folder)
    samples = {"floor": [], **{name: [] for name in FIGURES}}
    try:
        wisp(port, folder, "ring", "put:1", requests)
        for index in range(rounds + 1):  # the first round warms the server's JIT and is dropped
            names = list(samples) if index % 2 else list(samples)[::-1]
            for name in names:
                if name == "floor":
                    server.hold()
                    nanoseconds = ping_pong(program, 2 * requests)
                    server.resume()
                else:
                    nanoseconds = wisp(port, folder, *FIGURES[name], requests)
                note = "warm-up" if index == 0 else f"round {index} of {rounds}"
                print(f"{note}: {name} p50 {nanoseconds} ns", file=sys.stderr)
                if index > 0:
                    samples[name].append(nanoseconds)
    finally:
        server.stop()
    return samples


def rows(samples):
    result = []
    for name, values in samples.items():
        ratios = sorted(value / floor for value, floor in zip(values, samples["floor"]))
        ratio = {"median": statistics.median(ratios), "lowest": ratios[0], "highest": ratios[-1]}
        result.append({"figure": name, "unit": "ns, median of a run", "values": values, "ratioToFloor": ratio})
    return result


def table(lines):
    text = ["| | p50, ns: median of the rounds (lowest to highest) | ratio to the bare ping-pong (lowest to highest) |"]
    text.append("|---|---|---|")
    for line in lines:
        values, ratio = line["values"], line["ratioToFloor"]
        spread = f"{statistics.median(values):,.0f} ({min(values):,} to {max(values):,})"
        text.append(
            f"| {line['figure']} | {spread} | {ratio['median']:.2f} ({ratio['lowest']:.2f} to {ratio['highest']:.2f}) |"
        )
    return "\n".join(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="rounds that count, after one that warms up (default 5)")
    parser.add_argument("--requests", type=int, default=2_000_000, help="requests of a run (default 2000000)")
    parser.add_argument("--json", type=Path, help="where to write every figure")
    options = parser.parse_args()
    if options.rounds < 1 or options.requests < 1000:
        parser.error("--rounds must be at least 1 and --requests at least 1000")
    if len(os.sched_getaffinity(0)) < 2:
        parser.error("two cores are needed")
    if shutil.which("taskset") is None:
        parser.error("taskset is missing (Debian: apt-get install util-linux)")
    if not BENCHMARKS.exists():
        parser.error("benchmarks.jar is missing: ./wisp bench -l builds it")
    started = conditions()
    with tempfile.TemporaryDirectory(prefix="wisp-compare-") as folder:
        try:
            lines = rows(compare(options.rounds, options.requests, folder))
        except (ComparisonError, subprocess.TimeoutExpired) as error:
            sys.exit(f"compare_shared_memory: {error}")
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        record = {"format": 1, "conditions": started, "messageBytes": MESSAGE_BYTES, "rows": lines}
        options.json.write_text(json.dumps(record, indent=2) + "\n")
    print(table(lines))


if __name__ == "__main__":
    main()
