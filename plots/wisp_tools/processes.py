# SPDX-License-Identifier: Apache-2.0
"""Starts and stops what a measurement needs, so that nothing of it outlives the measurement."""

import os
import random
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TextIO

from wisp_tools.errors import WispError
from wisp_tools.interrupts import held

PORTS_OF_A_SERVER = 4
"""Its transports listen on so many ports from the first."""
STOP_SECONDS = 15

Process = subprocess.Popen[bytes]


class ProcessFailure(WispError):
    """What is wrong with a program that was started, in words for a report."""


def free_port() -> int:
    """The first of as many free ports as a server takes, below those that the kernel gives to clients."""
    for _ in range(200):
        base = random.randrange(20_000, 32_000)
        if all(_is_free(base + offset) for offset in range(PORTS_OF_A_SERVER)):
            return base
    raise ProcessFailure("no four free ports in a row were found between 20000 and 32000")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@contextmanager
def server(
    command: Sequence[str],
    log: Path,
    ready: Callable[[], bool],
    seconds: float,
    folder: Path | None = None,
    name: str = "the server",
) -> Iterator[Process]:
    """A server that runs in `folder` inside the block, unless it ends before. `ready` is asked whether it serves.

    Raises ProcessFailure if it ends, or is not ready within `seconds`.
    """
    with log.open("wb") as output, running(command, output, folder) as process:
        deadline = time.monotonic() + seconds
        while not ready():
            if process.poll() is not None:
                said = last_line(log) or "it said nothing"
                raise ProcessFailure(f"{name} ended with status {process.returncode}: {said}")
            if time.monotonic() > deadline:
                raise ProcessFailure(f"{name} was not ready within {seconds:.0f} s")
            time.sleep(0.05)
        yield process


def status_of(command: Sequence[str], log: Path, seconds: float | None, folder: Path | None = None) -> int | None:
    """Runs a command in `folder` to its end: its exit status, or None if it took longer and was ended.

    seconds: None for as long as it likes.
    """
    with log.open("wb") as output, running(command, output, folder) as process:
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None


@contextmanager
def running(
    command: Sequence[str],
    output: BinaryIO | TextIO | int,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Process]:
    """A process inside the block, at the head of a group of its own, so that the end of it ends all that it started."""
    with ExitStack() as stack:
        with held():
            process = _start(command, output, folder, environment)
            stack.callback(stop, process)
        yield process


def run(command: Sequence[str], log: Path, seconds: float, folder: Path | None = None) -> None:
    """Runs a command in `folder` to its end. Raises ProcessFailure if it fails or takes longer than `seconds`."""
    status = status_of(command, log, seconds, folder)
    if status is None:
        raise ProcessFailure(f"did not end within {seconds:.0f} s")
    if status:
        raise ProcessFailure(f"{last_line(log) or 'it said nothing'} (exit code {status})")


def captured(
    command: Sequence[str | Path], timeout: float | None = None, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """What a command left that was told nothing and ran to its end."""
    nothing = subprocess.DEVNULL
    return subprocess.run(
        command, stdin=nothing, capture_output=True, text=True, errors="replace", timeout=timeout, env=env, check=False
    )


def output_of(command: Sequence[str], seconds: float) -> str:
    """What a command prints. Raises ProcessFailure, which names it, if it fails or takes longer than `seconds`."""
    name = Path(command[0] if command[0] != "taskset" else command[3]).name
    try:
        done = captured(command, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise ProcessFailure(f"{name} did not end within {seconds:.0f} s") from None
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip())[-500:]
        raise ProcessFailure(f"{name} ended with status {done.returncode}: {said}")
    return done.stdout


def listens(port: int) -> bool:
    """Whether something listens on a port, found out without connecting, which some take for their only client."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with suppress(FileNotFoundError), Path(table).open() as lines:
            for words in map(str.split, lines):
                if words[3] == "0A" and words[1].endswith(f":{port:04X}"):
                    return True
    return False


def _start(
    command: Sequence[str], output: BinaryIO | TextIO | int, folder: Path | None, environment: Mapping[str, str] | None
) -> Process:
    try:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as failure:
        raise ProcessFailure(f"{Path(command[0]).name} cannot be started: {failure.strerror}") from failure


def stop(process: Process, seconds: float = STOP_SECONDS) -> None:
    """Ends a process, which has some seconds for it, and whatever it started."""
    if process.poll() is None:
        resume(process)
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def hold(process: Process) -> None:
    """Stops a process and what it started for the time being, so that they cost nothing."""
    os.killpg(process.pid, signal.SIGSTOP)


def resume(process: Process) -> None:
    os.killpg(process.pid, signal.SIGCONT)


def says(log: Path, pattern: str) -> bool:
    """Whether a program has said something: the pattern is of lines."""
    return re.search(pattern, log.read_text(errors="replace"), re.MULTILINE) is not None


def last_line(log: Path) -> str:
    """What a program said last in its own name, as `wisp: ...`, else its last line; shortened."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    own = [line for line in lines if line.startswith(("wisp: ", "simple-kv: "))]
    return (own or lines or [""])[-1][:300]
