# SPDX-License-Identifier: Apache-2.0
"""Runs the program of one client against the servers, and reads what it found.

A program prints a line for each expectation; transports/src/clients/README.md has the lines.
"""

import queue
import re
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

from wisp_tools.interrupts import held
from wisp_tools.processes import ProcessFailure, last_line, stop

SILENCE_SECONDS = 90.0
"""A program that says nothing for so long hangs."""
_LINE = re.compile(r"(ok|FAIL|none) (\S+?)(?:: (.*))?$")


class Places(Protocol):
    """The servers of a trial."""

    @property
    def told(self) -> Sequence[str]:
        """What a program is called with, behind its own words."""
        ...

    @property
    def orders(self) -> Mapping[str, Callable[[], None]]:
        """What a program may ask for, by the line that does so."""
        ...

    def prepare(self) -> None:
        """Has all servers run, whatever the last program did. Raises NoServerError if one does not start."""
        ...

    def doubt(self, name: str) -> str | None:
        """Asked at once when a program says that an expectation holds: why not, as the servers saw it."""
        ...


@dataclass
class Trial:
    """What came of it. What each dictionary says of an expectation is the reason."""

    version: str = "?"
    held: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    without: dict[str, str] = field(default_factory=dict)
    """What the client has no call for."""


def hold(
    command: Sequence[str], folder: Path, servers: Places, contract: Sequence[str], silence: float = SILENCE_SECONDS
) -> Trial:
    """Runs a program to its end, or ends it when it is silent for too long."""
    with tempfile.NamedTemporaryFile() as errors, ExitStack() as started:
        try:
            with held():
                process = subprocess.Popen(
                    [*command, *servers.told],
                    cwd=folder,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    start_new_session=True,
                )
                # It stands at the head of a group of its own, as those of processes.running do.
                started.callback(stop, process, 1)
        except OSError as failure:
            raise ProcessFailure(f"{command[0]} cannot be started: {failure.strerror}") from failure
        lines: queue.Queue[str | None] = queue.Queue()
        assert process.stdout and process.stdin
        reader = threading.Thread(target=_read, args=(process.stdout, lines), daemon=True)
        reader.start()
        try:
            trial, ended = _listen(lines, process.stdin, servers, silence)
            if ended:
                process.wait(silence)
        except subprocess.TimeoutExpired:
            ended = False
        finally:
            stop(process, 1)
            reader.join(5)
            with suppress(BrokenPipeError):
                process.stdin.close()
            process.stdout.close()
        why = f"ended with status {process.returncode}" if ended else f"said nothing for {silence:g} s"
        said = last_line(Path(errors.name))
        _judge(trial, contract, ended and process.returncode == 0, f"the program {why}" + (f": {said}" if said else ""))
        return trial


def _read(output: IO[bytes], lines: "queue.Queue[str | None]") -> None:
    for line in output:
        lines.put(line.decode(errors="replace").rstrip("\n"))
    lines.put(None)


def _listen(
    lines: "queue.Queue[str | None]", answers: IO[bytes], servers: Places, silence: float
) -> tuple[Trial, bool]:
    """What a program says, and whether it ended its output by itself. What is no line of ours is chatter."""
    trial = Trial()
    while True:
        try:
            line = lines.get(timeout=silence)
        except queue.Empty:
            return trial, False
        if line is None:
            return trial, True
        if order := servers.orders.get(line):
            order()
            with suppress(BrokenPipeError):  # who does not wait for it says the rest without it
                answers.write(b"done\n")
                answers.flush()
        elif line.startswith("client "):
            trial.version = line.split()[-1]
        elif found := _LINE.match(line):
            result, name, reason = found.groups()
            if result == "ok" and (doubt := servers.doubt(name)):
                trial.failed[name] = doubt
            elif result == "ok":
                trial.held.append(name)
            else:
                (trial.failed if result == "FAIL" else trial.without)[name] = reason or "it did not say why"


def _judge(trial: Trial, contract: Sequence[str], good_end: bool, end: str) -> None:
    """Has fail what a program left out, what nobody expects of it, and an end that its lines do not explain."""
    told = [*trial.held, *trial.failed, *trial.without]
    missing = [name for name in contract if name not in told]
    for name in missing:
        trial.failed[name] = end if name == missing[0] else "was not reached"
    for name in sorted({name for name in told if name not in contract or told.count(name) > 1}):
        trial.failed[name] = "is not in the list once"
    if not good_end and not trial.failed:
        trial.failed["the end"] = end
