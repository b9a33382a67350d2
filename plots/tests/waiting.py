# SPDX-License-Identifier: Apache-2.0
"""Waits for other processes, and looks whether they live."""

import time
from collections.abc import Callable
from pathlib import Path

#: Longer than anything takes, however busy the machine is.
PATIENCE_SECONDS = 300


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def wait_for_pid(file: Path) -> int:
    """The number that a process that was started writes into a file."""
    wait_for(lambda: file.exists() and file.read_text())
    return int(file.read_text())


def wait_until_gone(*pids: int) -> None:
    """Whoever is killed takes a moment to be gone, and only a parent can wait for that."""
    wait_for(lambda: not any(map(is_alive, pids)))


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
