# SPDX-License-Identifier: Apache-2.0
"""Who measures an RDMA device: perftest's programs, and Wisp's binding. Both take the same questions."""

import contextlib
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wisp_tools.beside import side
from wisp_tools.beside.answering import Answering, answering
from wisp_tools.processes import ProcessFailure, free_port, output_of
from wisp_tools.tree import BENCHMARKS, JVM_FLAGS, jdk

# perftest's own defaults, of which a device may offer more.
INLINE = {"read": 0, "write": 220, "send": 236}
RECEIVE_DEPTH = 512
DEPTH, CHAIN, OUTSTANDING_READS = 128, 16, 16
SETTINGS = {"inline": INLINE, "depth": DEPTH, "chain": CHAIN}
SETTINGS |= {"outstandingReads": OUTSTANDING_READS, "receiveDepth": RECEIVE_DEPTH}
"""As --json names them."""

Figures = dict[str, Any]


class Perftest:
    """The programs of perftest, on one device."""

    def __init__(self, device: dict[str, Any], folder: Path, cores: side.Cores) -> None:
        self.folder = folder
        self.cores = cores
        self.common = ["-d", device["device"], "-i", device["port"], "-m", device["mtu"], "-F"]
        if device["gidIndex"] >= 0:
            self.common += ["-x", device["gidIndex"]]

    def latency(self, operation: str, size: int, count: int) -> Figures:
        """p50 and p99 in nanoseconds, as the program reports them."""
        own = ["-o", OUTSTANDING_READS] if operation == "read" else ["-I", INLINE[operation]]
        own += ["-r", RECEIVE_DEPTH] if operation == "send" else []
        row = self.run(f"ib_{operation}_lat", size, count, own)
        # bytes, iterations, then microseconds: min, max, typical, average, stdev, 99 %, 99.9 %
        return {"p50": 1000 * float(row[4]), "p99": 1000 * float(row[7])}

    def rate(self, operation: str, size: int, count: int) -> Figures:
        own = ["-o", OUTSTANDING_READS] if operation == "read" else ["-I", 0]
        row = self.run(f"ib_{operation}_bw", size, count, ["-t", DEPTH, "-l", CHAIN, *own])
        # bytes, iterations, peak and average in units of 2^20 bytes a second, millions of messages a second
        return {"messagesPerSecond": 1e6 * float(row[4])}

    def run(self, program: str, size: int, count: int, options: Sequence[object]) -> list[str]:
        """The words of the row that the program prints for a size."""
        port = free_port()
        command = [program, *self.common, "-s", size, "-n", count, *options, "-p", port]
        with side.serving(command, self.cores.server, port, self.folder / f"{program}.log") as server:
            said = output_of(side.pinned(self.cores.client, [*command, "127.0.0.1"]), side.LIMIT_SECONDS)
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.process.wait(timeout=10)
        for words in map(str.split, said.splitlines()):
            if words[:2] == [str(size), str(count)]:
                return words
        raise ProcessFailure(f"{program} printed no result for {size} bytes: {said.strip()[-500:]}")


class Binding:
    """The processes that measure Wisp's binding on command."""

    def __init__(self, program: Answering, device: str) -> None:
        self._program = program
        self.device = program.ask("device", device)

    def latency(self, operation: str, size: int, count: int) -> Figures:
        return self._program.ask("latency", operation, size, INLINE[operation], count)

    def rate(self, operation: str, size: int, count: int) -> Figures:
        return self._program.ask("rate", operation, size, CHAIN, DEPTH, count)


@contextmanager
def measuring_binding(device: str, folder: Path, cores: side.Cores) -> Iterator[Binding]:
    program = [jdk() / "bin" / "java", *JVM_FLAGS, "-cp", BENCHMARKS, "io.wisp.bench.verbs.MeasuringProcess"]
    command = side.pinned(cores.client, [*program, *side.pinned(cores.server, [])])
    with answering("the measuring process", command, folder / "binding.log") as process:
        yield Binding(process, device)
