# SPDX-License-Identifier: Apache-2.0
"""Measures Wisp over shared memory beside a bare ping-pong of the same memory, on this machine, in one run.

Two processes, each on a core of its own, both polling. The floor is a message of 128 bytes there and back
(io.wisp.bench.floor.SharedMemoryPingPong); beside it Wisp's perf client, with 3-byte keys and 100-byte values, does ring
gets, ring puts and one-sided gets. Every figure is the median latency of one run; rounds are interleaved and their order
alternates; the answer is the ratio of each round, its median and its range. While the floor is measured, Wisp's server
is held still.

    ./wisp beside shm [--rounds N] [--requests N] [--json FILE]

Needs taskset, two cores, and benchmarks.jar, which has the floor: ./wisp bench -l builds it.
"""

import os
import platform
import statistics
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from wisp_tools import environment
from wisp_tools.arguments import whole
from wisp_tools.beside import side
from wisp_tools.processes import free_port, output_of, running
from wisp_tools.tree import BENCHMARKS, WISP, jdk

FORMAT, SCHEMA = "wisp-beside-shm", "wisp-beside-shm-1"
MESSAGE_BYTES = 128
KEY_SIZE, PAYLOAD_SIZE = 3, 100
SHARED_FOLDER = Path("/dev/shm")
FIGURES = {"ring get": ("ring", "get:1"), "ring put": ("ring", "put:1"), "one-sided get": ("onesided", "get:1")}


def ping_pong(java: Path, cores: side.Cores, count: int) -> int:
    """The median of a bare round trip, in nanoseconds."""
    path = SHARED_FOLDER / f"wisp-ping-pong-{uuid.uuid4()}"
    command = [java, "-cp", BENCHMARKS, "io.wisp.bench.floor.SharedMemoryPingPong"]
    echo = side.pinned(cores.server, [*command, "echo", path, MESSAGE_BYTES])
    measure = side.pinned(cores.client, [*command, "measure", path, MESSAGE_BYTES, count])
    with running(echo, subprocess.DEVNULL):
        try:
            return int(output_of(measure, side.LIMIT_SECONDS).split("p50=")[1].split()[0])
        finally:
            path.unlink(missing_ok=True)


def compare(rounds: int, requests: int, folder: Path, cores: side.Cores) -> dict[str, list[int]]:
    """Of the floor and of each figure: the medians of the rounds, in nanoseconds."""
    java, port = jdk() / "bin" / "java", free_port()
    command = [WISP, "-s", "--transport", "shm", "--port", port, "--threads", 1, "--memory", "256m", "--wait", "poll"]

    def answers() -> bool:
        ask = [str(WISP), "-c", f"127.0.0.1:{port}", "--transport", "shm", "exists", "key"]
        return subprocess.run(ask, capture_output=True, check=False).returncode == 0

    def client(get: str, mix: str) -> int:
        way = ("--transport", "shm", "--get", get, "--wait", "poll")
        options = (*way, "--key_size", KEY_SIZE, "--payload_size", PAYLOAD_SIZE)
        run = side.PerfClient(port, cores.client, folder, options).run
        found = run("--mix", mix, "--requests", requests, "--warmup", requests)
        return int(found["operations"]["all"]["latencyNanoseconds"]["p50"])

    with side.serving(command, cores.server, port, folder / "wisp-shm.log", answers) as server:

        def measured(get: str, mix: str) -> Callable[[], int]:
            return lambda: server.measured(lambda: client(get, mix))

        measured("ring", "put:1")()
        subjects: dict[str, Callable[[], int]] = {"floor": lambda: ping_pong(java, cores, 2 * requests)}
        subjects |= {name: measured(*how) for name, how in FIGURES.items()}
        found = side.interleave(
            "p50, ns", rounds, subjects, lambda each: ", ".join(f"{k} {v}" for k, v in each.items())
        )
    return {name: [one.measured[name] for one in found] for name in subjects}


def rows(samples: dict[str, list[int]]) -> list[dict[str, Any]]:
    return [
        {
            "figure": name,
            "unit": "ns, median of a run",
            "values": values,
            "ratioToFloor": side.spread([value / floor for value, floor in zip(values, samples["floor"], strict=True)]),
        }
        for name, values in samples.items()
    ]


def in_table(lines: Sequence[dict[str, Any]]) -> str:
    def medians(values: list[int]) -> str:
        return f"{statistics.median(values):,.0f} ({min(values):,} to {max(values):,})"

    head = ("", "p50, ns: median of the rounds (lowest to highest)", "ratio to the bare ping-pong (lowest to highest)")
    return side.table(
        head, *((each["figure"], medians(each["values"]), side.spread_in_words(each["ratioToFloor"])) for each in lines)
    )


def conditions(cores: side.Cores) -> dict[str, Any]:
    return {
        "cpu": environment.cpu() or "unknown",
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "wisp": environment.version_of(str(WISP)),
        "started": environment.timestamp("seconds"),
        "keySize": KEY_SIZE,
        "payloadSize": PAYLOAD_SIZE,
        "placement": f"server on core {cores.server}, client on core {cores.client}",
    }


def main(arguments: Sequence[str]) -> int:
    parser = side.parser("shm", __doc__)
    help_text = "requests of a run (default 2000000)"
    parser.add_argument("--requests", type=whole(1000, 10**9), default=2_000_000, help=help_text)
    options = parser.parse_args(arguments)
    side.need(parser, ("taskset",), "util-linux", cores=2, jar=True)
    side.prepare(options.json)
    cores = side.Cores.of("split")
    started = conditions(cores)
    with tempfile.TemporaryDirectory(prefix="wisp-beside-") as folder:
        lines = rows(compare(options.rounds, options.requests, Path(folder), cores))
    found = {"format": FORMAT, "version": 1, "conditions": started, "messageBytes": MESSAGE_BYTES, "rows": lines}
    side.write(options.json, SCHEMA, found)
    print(in_table(lines))
    return 0
