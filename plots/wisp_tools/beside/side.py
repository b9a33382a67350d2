# SPDX-License-Identifier: Apache-2.0
"""What all measurements side by side share: interleaved rounds, ratios with their spread, processes on cores."""

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from wisp_tools import environment, files, packages
from wisp_tools.arguments import Parser, whole
from wisp_tools.processes import Process, ProcessFailure, hold, listens, output_of, resume, server
from wisp_tools.results.fields import Fields
from wisp_tools.tree import BENCHMARKS, WISP, commit

LIMIT_SECONDS = 600
"""Of a client's run."""
READY_SECONDS = 120

T = TypeVar("T")


def parser(what: str, description: str | None, rounds: str = "that count, after one that warms up") -> Parser:
    """Of ``./wisp beside WHAT``, with the options that all have."""
    made = Parser(f"./wisp beside {what}", description)
    made.add_argument("--rounds", type=whole(1, 1000), default=5, help=f"rounds {rounds} (default 5)")
    made.add_argument("--json", type=Path, help="where to write every figure")
    return made


def chosen(made: Parser, cases: Sequence[str], known: Sequence[str]) -> list[str]:
    """The cases that are asked for, all without any. Ends with a sentence where one is not known."""
    if unknown := [case for case in cases if case not in known]:
        made.error(f"no such case: {', '.join(unknown)}; there are {', '.join(known)}")
    return list(cases or known)


def pair_in_words(values: Mapping[str, float], unit: str = "") -> str:
    """Two figures by who has them, and the ratio of the first to the second."""
    first, second = values.values()
    said = ", ".join(f"{name} {value:,.0f}{unit}" for name, value in values.items())
    return f"{said}, ratio {first / second:.3f}"


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Round(Generic[T]):
    order: tuple[str, ...]
    measured: dict[str, T]
    """By subject, in the order of the subjects."""


def interleave(
    label: str,
    rounds: int,
    subjects: Mapping[str, Callable[[], T]],
    in_words: Callable[[dict[str, T]], str],
    warmup: bool = True,
) -> list[Round[T]]:
    """Measures all in each round, every second time in the opposite order. in_words: what is said of a round."""
    found = []
    for index in range(0 if warmup else 1, rounds + 1):
        order = tuple(subjects) if index % 2 == warmup else tuple(subjects)[::-1]
        measured = {name: subjects[name]() for name in order}
        one = Round(order, {name: measured[name] for name in subjects})
        note = f"round {index} of {rounds}" if index else "warm-up"
        say(f"{label}, {note}: {in_words(one.measured)}")
        if index:
            found.append(one)
    return found


def spread(values: Sequence[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "lowest": min(values), "highest": max(values)}


def spread_in_words(found: Mapping[str, float], form: str = ".2f") -> str:
    return f"{found['median']:{form}} ({found['lowest']:{form}} to {found['highest']:{form}})"


def spread_of(found: Fields, form: str = ".2f") -> str:
    """Of one that was recorded, in words."""
    return spread_in_words({name: found.number(name) for name in ("median", "lowest", "highest")}, form)


def median_of(rounds: Sequence[Fields], figure: str, form: str, unit: float = 1) -> str:
    """The median of a recorded figure, in units, for a cell of a table; nothing if it was not counted in each round."""
    values = [each.number(figure) for each in rounds if figure in each]
    return format(statistics.median(values) / unit, form) if len(values) == len(rounds) else ""


def recorded(row: Fields, subjects: str) -> Iterator[tuple[str, Fields, list[Fields]]]:
    """Each that a recorded row compares: its name, what is recorded of it, and its rounds."""
    all_of_row = row.inner(subjects)
    for name in all_of_row.names():
        found = all_of_row.inner(name)
        yield name, found, list(found.each("rounds"))


def table(*rows: Sequence[str]) -> str:
    """A table in Markdown, its head first."""
    head, *others = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, "|---" * len(rows[0]) + "|", *others])


def surroundings() -> dict[str, Any]:
    """Of the conditions of a record, when and where it is made, and of which commit."""
    return {
        "startedAt": environment.timestamp("seconds"),
        "cpu": environment.cpu(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "loadAverage": list(os.getloadavg()),
        "commit": commit(),
    }


def prepare(record: Path | None) -> None:
    """Sees to it, before anything is measured, that the record can be checked and written, if one is wanted."""
    if record:
        packages.require("record")
        files.prepare(record)


def write(record: Path | None, schema: str, found: dict[str, Any]) -> None:
    """Writes the record, checked against its schema, if one is wanted."""
    if record:
        files.write_checked(record, schema, found)


@dataclass(frozen=True)
class Cores:
    """Which core each side has; none where the system may choose."""

    server: str | None = None
    client: str | None = None

    @staticmethod
    def of(placement: str) -> "Cores":
        """split: a core each; shared: one for both; free: any."""
        if placement == "free":
            return Cores()
        first, *others = map(str, sorted(os.sched_getaffinity(0)))
        return Cores(first, others[-1] if placement == "split" and others else first)


def pinned(core: str | None, command: Sequence[object]) -> list[str]:
    return [*(("taskset", "-c", core) if core else ()), *map(str, command)]


def redis_pipe(port: int, commands: str, replies: int) -> None:
    """Has redis-cli send commands. Raises ProcessFailure if one is not answered, or with an error."""
    command = ["redis-cli", "-p", str(port), "--pipe"]
    try:
        done = subprocess.run(
            command, input=commands, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise ProcessFailure(f"redis-cli did not end within {LIMIT_SECONDS} s") from None
    if done.returncode != 0 or f"replies: {replies}" not in done.stdout or "errors: 0" not in done.stdout:
        raise ProcessFailure(f"the keys were not put: {(done.stdout + done.stderr).strip()[-300:]}")


def cores_option(core: str | None) -> tuple[str, ...]:
    """Of Wisp's programs, whose compiler should not take time from what is measured, as under taskset."""
    return ("--cores", core) if core else ()


def need(
    parser: Parser, programs: Sequence[str], packages: str, cores: int = 1, otherwise: str = "", jar: bool = False
) -> None:
    """Ends with a sentence where there are fewer cores or no such programs, or no benchmarks.jar."""
    if len(os.sched_getaffinity(0)) < cores:
        parser.error(f"two cores are needed{otherwise}")
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        parser.error(f"not found: {', '.join(missing)} (Debian: apt-get install {packages})")
    if jar and not BENCHMARKS.exists():
        parser.error("benchmarks.jar is missing: ./wisp bench -l builds it")


@dataclass
class Held:
    """A server that is held still whenever it is not being measured, so that it costs nothing."""

    port: int
    process: Process

    def measured(self, function: Callable[[], T]) -> T:
        resume(self.process)
        try:
            return function()
        finally:
            hold(self.process)


@contextmanager
def serving(
    command: Sequence[object], core: str | None, port: int, log: Path, ready: Callable[[], bool] | None = None
) -> Iterator[Held]:
    """A server on a core inside the block. It serves when `ready` says so, or when it listens on its port."""
    asked = ready or (lambda: listens(port))
    with server(pinned(core, command), log, asked, READY_SECONDS, name=log.stem) as process:
        yield Held(port, process)


@dataclass(frozen=True)
class PerfClient:
    """Wisp's perf client against a server on this machine, closed loop, one connection."""

    port: int
    core: str | None
    folder: Path
    options: Sequence[object] = field(default=())

    def command(self, *options: object) -> list[str]:
        pinned = cores_option(self.core)
        words = (*self.options, *pinned, *options, "--json", self._json)
        return [str(WISP), "-p", f"127.0.0.1:{self.port}", *map(str, words)]

    def run(self, *options: object) -> dict[str, Any]:
        """The run of the file that it leaves. Raises ProcessFailure if it does not measure."""
        self._json.unlink(missing_ok=True)
        output_of(self.command(*options), LIMIT_SECONDS)
        return self.result()

    def result(self) -> dict[str, Any]:
        """The only run in the file of the last call."""
        (found,) = json.loads(self._json.read_text())["runs"]
        if found["outcome"] != "measured":
            raise ProcessFailure(f"wisp -p gave a run that is {found['outcome']}")
        assert isinstance(found, dict)
        return found

    @property
    def _json(self) -> Path:
        return self.folder / "perf.json"
