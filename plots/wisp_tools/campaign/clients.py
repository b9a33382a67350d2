# SPDX-License-Identifier: Apache-2.0
"""Wisp's perf clients that stay warm from cell to cell."""

import operator
import os
import re
import selectors
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from wisp_tools.campaign.cells import Cell, FirstWarmup, client_of
from wisp_tools.campaign.cores import client_cores
from wisp_tools.interrupts import held
from wisp_tools.processes import Process, ProcessFailure, last_line, stop

END = re.compile(r"^exit code (\d+)\n", re.MULTILINE)
"""What `./wisp -p -` says behind each measurement."""
RATE = re.compile(r"^qps +([0-9.]+)", re.MULTILINE)
"""What it says of a closed loop."""
READ_BYTES = 1 << 16
WARM = 1.05
"""How many times the rate of the pass before one of the warm-up has at most, in the mean of its loads, when its ends are
warm."""


class MeasurementFailure(ProcessFailure):
    """A measurement that a client could not make, and after which it takes the next."""


class WarmClient:
    """One `./wisp -p -`: it makes the measurements that it is told, one after the other, in one JVM."""

    def __init__(self, wisp: Path, folder: Path) -> None:
        """It runs in `folder`, to which its options refer."""
        try:
            self._process: Process = subprocess.Popen(
                [str(wisp), "-p", "-"],
                cwd=folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as failure:
            raise ProcessFailure(f"{wisp.name} cannot be started: {failure.strerror}") from failure

    def measure(self, words: tuple[str, ...], log: Path, seconds: float) -> str:
        """Makes a measurement, and leaves what is said of it in `log`, which is the answer.

        Raises MeasurementFailure if it fails, ProcessFailure if it takes longer than `seconds`, or the client ends.
        """
        assert self._process.stdin is not None
        said = ""
        with log.open("w", encoding="utf-8") as copy, suppress(BrokenPipeError):
            self._process.stdin.write((" ".join(words) + "\n").encode())
            self._process.stdin.flush()
            deadline = time.monotonic() + seconds
            while not (end := END.search(said)):
                part = self._read(deadline - time.monotonic())
                if part is None:
                    raise ProcessFailure(f"did not end within {seconds:.0f} s")
                if not part:
                    break
                said += part
                copy.write(part)
                copy.flush()
            else:
                if end.group(1) != "0":
                    raise MeasurementFailure(f"{_complaint(said)} (exit code {end.group(1)})")
                return said
        raise ProcessFailure(f"the client ended: {last_line(log) or 'it said nothing'}")

    def _read(self, seconds: float) -> str | None:
        """What it says next: empty if it has ended, None if it says nothing in that time."""
        assert self._process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            if not selector.select(max(0.0, seconds)):
                return None
        return os.read(self._process.stdout.fileno(), READ_BYTES).decode(errors="replace")

    def close(self) -> None:
        stop(self._process)
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            with suppress(OSError):
                stream.close()


def until_no_faster(go_through: Callable[[], Sequence[float]], passes: int) -> None:
    """Keeps both ends of some loads busy until they get no faster, since how long that takes depends on the machine.

    `go_through` asks each load once, and returns the requests a second of each, 0 where that is unknown.
    """
    before: Sequence[float] = ()
    for _ in range(passes):
        rates = go_through()
        if not all(rates) or (before and statistics.mean(map(operator.truediv, rates, before)) <= WARM):
            return
        before = rates


def _warm_up(client: WarmClient, loads: Sequence[tuple[str, ...]], log: Path, limit: float, passes: int) -> None:
    def go_through() -> list[float]:
        said = [RATE.search(client.measure(words, log, limit)) for words in loads]
        return [float(rate.group(1)) if rate else 0.0 for rate in said]

    until_no_faster(go_through, passes)


def _complaint(said: str) -> str:
    """What it said last in its own name, or its last line before the exit code."""
    lines = [line.strip() for line in END.sub("", said).splitlines() if line.strip()]
    own = [line for line in lines if line.startswith("wisp: ")]
    return (own or lines or ["it said nothing"])[-1][:300]


class WarmClients(AbstractContextManager["WarmClients"]):
    """A client for each way of asking and kind of data, until a cell of it fails."""

    def __init__(self, wisp: Path, folder: Path, first: FirstWarmup, cells: Iterable[Cell] = ()) -> None:
        """`cells` are all that are going to be measured."""
        self._wisp = wisp
        self._folder = folder
        self._first = first
        self._cells = tuple(cells)
        self._warm: dict[tuple[str, ...], tuple[WarmClient, str]] = {}
        """With the server that each is warm with."""

    def measure(self, cell: Cell, endpoint: str, target: str, log: Path, limit: float) -> None:
        """Makes a cell's measurement. A client that was just started, or has a server that was, is first kept busy."""
        cores = client_cores(cell)
        way = client_of(cell)
        client, warm_with = self._warm.pop(way, (None, ""))
        try:
            with held():
                client = client or WarmClient(self._wisp, self._folder)
            if endpoint != warm_with:
                loads = [(endpoint, *words, *cores) for words in self._first.loads(cell, self._cells)]
                _warm_up(client, loads, log, limit + 2 * self._first.seconds, self._first.passes)
            client.measure((endpoint, *cell.options, *cores, "--json", target), log, limit)
        except BaseException:
            if client:
                client.close()
            raise
        self._warm[way] = client, endpoint

    def __exit__(self, *_: object) -> None:
        while self._warm:
            self._warm.popitem()[1][0].close()
