# SPDX-License-Identifier: Apache-2.0
"""Starts and stops what a cell needs, so that nothing of it outlives the cell."""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

PORTS_OF_A_SERVER = 4
"""Its transports listen on so many ports from the first."""
STOP_SECONDS = 15


class CellFailure(Exception):
    """Why a cell has no result, in words for the report."""


def free_port() -> int:
    """The first of as many free ports as a server takes, below those that the kernel gives to clients."""
    for _ in range(200):
        base = random.randrange(20_000, 32_000)
        if all(_is_free(base + offset) for offset in range(PORTS_OF_A_SERVER)):
            return base
    raise CellFailure("no four free ports in a row were found between 20000 and 32000")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@contextmanager
def server(
    command: Sequence[str], folder: Path, ready: str, log: Path, seconds: float
) -> Iterator[subprocess.Popen]:
    """A server that runs in `folder` inside the block, unless it ends before. `ready` is the pattern of the line that says it serves.

    Raises CellFailure if it ends, or does not say so within `seconds`.
    """
    with log.open("wb") as output:
        process = _start(command, folder, output)
    try:
        _await_line(process, re.compile(ready, re.MULTILINE), log, seconds)
        yield process
    finally:
        _stop(process)


def run(command: Sequence[str], folder: Path, log: Path, seconds: float) -> None:
    """Runs a command in `folder` to its end. Raises CellFailure if it fails or takes longer than `seconds`."""
    with log.open("wb") as output:
        process = _start(command, folder, output)
    try:
        status = process.wait(seconds)
    except subprocess.TimeoutExpired:
        raise CellFailure(f"did not end within {seconds:.0f} s") from None
    finally:
        _stop(process)
    if status:
        raise CellFailure(f"{last_line(log) or 'it said nothing'} (exit code {status})")


def _start(command: Sequence[str], folder: Path, output: BinaryIO) -> subprocess.Popen:
    try:
        return subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as failure:
        raise CellFailure(f"{Path(command[0]).name} cannot be started: {failure.strerror}") from failure


def _await_line(process: subprocess.Popen, ready: re.Pattern[str], log: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not ready.search(log.read_text(errors="replace")):
        if process.poll() is not None:
            raise CellFailure(f"the server ended: {last_line(log) or 'it said nothing'}")
        if time.monotonic() > deadline:
            raise CellFailure(f"the server was not ready within {seconds:.0f} s")
        time.sleep(0.05)


def _stop(process: subprocess.Popen) -> None:
    """Ends a process and whatever it started."""
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def last_line(log: Path) -> str:
    """What a program said last in its own name, as `wisp: ...`, else its last line; shortened."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    own = [line for line in lines if line.startswith(("wisp: ", "simple-kv: "))]
    return (own or lines or [""])[-1][:300]
