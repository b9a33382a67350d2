# SPDX-License-Identifier: Apache-2.0
"""What the disk below a folder takes to force bytes, what it is had to do, and how often processes force."""

import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from wisp_tools.beside.clients import parse_strace
from wisp_tools.devices import content
from wisp_tools.errors import WispError
from wisp_tools.processes import ProcessFailure, running

IN_MEMORY = ("tmpfs", "ramfs", "devtmpfs")
FORCES = 300
FORCED_BYTES = 128
"""About an entry of one write."""
FORCING = "fsync,fdatasync,msync,sync_file_range"
"""The calls by which a process has its bytes forced."""
ATTACH_SECONDS = 20


@dataclass(frozen=True)
class Disk:
    fileSystem: str
    writeCache: str | None
    """As the kernel sees it: where it is "write through", to force bytes asks nothing of the disk. None if it does not say."""
    forceMicroseconds: dict[str, float]
    """Of a write at the end of a file and fdatasync, one after the other: median and percentiles 1 and 99."""


def disk_of(folder: Path) -> Disk:
    """Raises WispError if the folder is in memory, where nothing lasts and to force costs nothing."""
    kind, numbers = kind_of(folder), _device_of(folder)
    if kind in IN_MEMORY:
        raise WispError(f"{folder}: is in memory ({kind}); --folder names one on a disk")
    return Disk(kind, content(block_device(numbers) / "queue/write_cache"), forced(folder / "forced"))


def block_device(numbers: str) -> Path:
    """What the kernel says of a disk, or of that which a partition is of; no folder where it is no block device."""
    found = Path(f"/sys/dev/block/{numbers}").resolve()
    return found.parent if (found / "partition").exists() else found


@dataclass(frozen=True)
class Done:
    """By a disk since the machine started, whoever had it do that."""

    writtenBytes: int
    flushes: int
    """Of its write cache."""


def done_by(folder: Path) -> Done | None:
    """By the disk below a folder; None if the kernel does not say. write_bytes of /proc/PID/io is of no use: it counts all of a
    large page of the cache when a byte of it is written."""
    words = (content(block_device(_device_of(folder)) / "stat") or "").split()
    # The kernel's Documentation/block/stat.rst: write sectors, of 512 bytes always, and flush I/Os.
    return Done(512 * int(words[6]), int(words[15])) if len(words) > 15 else None


def kind_of(folder: Path) -> str:
    """Of its file system."""
    return file_system(Path("/proc/self/mountinfo").read_text(), _device_of(folder))


def _device_of(folder: Path) -> str:
    device = folder.stat().st_dev
    return f"{os.major(device)}:{os.minor(device)}"


def file_system(mounts: str, numbers: str) -> str:
    """The kind of that on a device, by the table of mounts (proc(5): /proc/PID/mountinfo)."""
    for line in mounts.splitlines():
        words = line.split()
        if words[2] == numbers:
            return words[words.index("-") + 1]
    return "unknown"


def forced(file: Path) -> dict[str, float]:
    taken = []
    with file.open("wb", buffering=0) as output:
        for _ in range(FORCES):
            began = time.perf_counter_ns()
            output.write(b"x" * FORCED_BYTES)
            os.fdatasync(output.fileno())
            taken.append((time.perf_counter_ns() - began) / 1000)
    file.unlink()
    shares = statistics.quantiles(taken, n=100)
    return {"median": statistics.median(taken), "p1": shares[0], "p99": shares[-1]}


def forces(processes: Sequence[int], folder: Path, act: Callable[[], object]) -> int:
    """How often processes, all their threads together, have bytes forced while something is done. It slows them."""
    counts, log = folder / "forces", folder / "strace.log"
    attached = [word for each in processes for word in ("-p", str(each))]
    command = ["strace", "-f", "-c", "-e", f"trace={FORCING}", "-o", str(counts), *attached]
    with log.open("wb") as output, running(command, output) as strace:
        deadline = time.monotonic() + ATTACH_SECONDS
        while log.read_text().count(" attached") < len(processes):
            if strace.poll() is not None or time.monotonic() > deadline:
                raise ProcessFailure(f"strace cannot watch the server: {log.read_text().strip()[-300:]}")
            time.sleep(0.05)
        act()
    return sum(parse_strace(counts.read_text()).values())
