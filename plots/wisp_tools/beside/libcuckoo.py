# SPDX-License-Identifier: Apache-2.0
"""Measures Wisp's table inside one process beside libcuckoo's and ConcurrentHashMap, on this machine, in one run.

All three hold the same entries, keys of 16 bytes and values of 100, and are asked for the same keys in the same order, by
one thread and by two, each on a core of its own. Each table has a process of its own that lives from the first round to
the last, so what a JVM has compiled stays, and no JVM sees two kinds of tables; while one measures, the others sleep.
Rounds are interleaved and their order alternates: the answer is the ratio to libcuckoo's operations a second in each
round, its median and its range.

    ./wisp beside libcuckoo [--entries N] [--pages KIND] [--tables NAME,...] [--rounds N] [--seconds S] [--json FILE] [CASE ...]

Cases, an operation and a number of threads: get-1, put-1, mixed-1, get-2, put-2, mixed-2. A get copies the value out of the
table, a put replaces a value, mixed is 95 % gets and 5 % puts. All keys are there, and each comes as often as another. In
get-1-by-16 and the like the keys of 16 operations are known before the first is carried out, as a server knows those of
requests that came together: Wisp then loads what all of them need. The others have no call for that.

Beside the rates stand the bytes that each table occupies when it has just been filled, for an entry and without its key
and value, the CPU time of an operation, and the bytes that it allocates on the heap of the JVM. And, in each round, how long
one load takes of a line anywhere in so much memory as Wisp's table occupies, and at most 4 GiB, if its place is known only
from the load before it: a get of Wisp waits for two such loads, one after the other, for a bucket and for its record. What
is known to differ:

    sizes      libcuckoo's keys and values have fixed sizes and lie in the table; Wisp's have any and lie in a log, with a
               version, a checksum and an expiry, and readers in other processes can read them
    puts       both write over the value where it is; Wisp has readers that take no lock and a new version and checksum
               for each. It has twice the memory of keys and values, and 64 MiB, for what does not fit its old place
    memory     libcuckoo is told the number of entries and has a power of two of buckets: with --entries 1000000 they are
               95 % full, just above a power of two half of that. Wisp grows as it is filled. All three ask for huge
               pages, or with --pages small get none

A machine whose memory does not hold all three at once measures some of them, as --tables wisp.

Needs g++, libcuckoo-dev, two cores, and benchmarks.jar: ./wisp bench -l builds it. The file of --json is checked against
its schema before it is written.
"""

import os
import shutil
import statistics
import sys
import tempfile
from argparse import ArgumentTypeError, Namespace
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from wisp_tools import environment, files
from wisp_tools.arguments import Parser, whole
from wisp_tools.beside import side
from wisp_tools.beside.answering import Answering, answering
from wisp_tools.errors import WispError
from wisp_tools.processes import captured, output_of
from wisp_tools.results.fields import Fields
from wisp_tools.tree import BENCHMARKS, JVM_FLAGS, jdk

FORMAT, SCHEMA = "wisp-beside-libcuckoo", "wisp-beside-libcuckoo-2"
KEY_SIZE, VALUE_SIZE = 16, 100
"""Of MapEntries, and of the program in C++."""
PROGRAM = Path(__file__).with_name("table.cpp")
COMPILER = ("g++", "-O3", "-std=c++17", "-pthread")
PACKAGES = "g++ libcuckoo-dev"
HEADER = "libcuckoo/cuckoohash_map.hh"
RULER = "libcuckoo"
WISP = "wisp"
IN_A_JVM = (WISP, "concurrent-hash-map")
MEMORY = "memory"
"""No table, but the loads that one waits for."""
HUGE, SMALL = "huge", "small"
"""Pages, if the kernel gives huge ones to those who ask."""
WITHOUT_HUGE_PAGES = (
    *(sys.executable, "-c"),
    "import ctypes, os, sys; ctypes.CDLL(None).prctl(41, 1, 0, 0, 0); os.execv(sys.argv[1], sys.argv[1:])",
)
"""Starts a program that gets none, whatever it asks for: PR_SET_THP_DISABLE of linux/prctl.h."""
TABLES = (WISP, RULER, "concurrent-hash-map")
TOGETHER = 16
"""Keys of which a server loads what they need together at most: Prefetcher.MAX_KEYS."""
MOST_CHASED_BYTES = 4 << 30
MOST_THREADS = 2
CPU, ALLOCATED = "cpuNanosecondsPerOperation", "allocatedBytesPerOperation"
SEEDS_OF_A_ROUND = 1000
"""Threads take seeds in a row."""
WARMUP_MILLISECONDS = 5000
"""Of each operation, in each JVM, before the first round: until then its compiler is at work."""


@dataclass(frozen=True)
class Case:
    operation: str
    threads: int
    together: int = 1

    @property
    def name(self) -> str:
        return f"{self.operation}-{self.threads}" + (f"-by-{self.together}" if self.together > 1 else "")


CASES = {
    case.name: case
    for threads in range(1, MOST_THREADS + 1)
    for case in (
        *(Case(each, threads) for each in ("get", "put", "mixed")),
        *(Case(each, threads, TOGETHER) for each in ("get", "put")),
    )
}


@dataclass(frozen=True)
class Figures:
    """What a table did in a round."""

    operationsPerSecond: float
    cpuNanosecondsPerOperation: float
    """Of the threads that ask: beside others' load it says more than the rate, but not that a thread waits."""
    allocatedBytesPerOperation: float | None
    """On the heap of a JVM; None without one."""


class Tables:
    """Some of the three or all, filled."""

    def __init__(
        self, names: Sequence[str], entries: int, milliseconds: int, pages: str, folder: Path, stack: ExitStack
    ) -> None:
        self.names = names
        self._milliseconds = milliseconds
        self._programs: dict[str, Answering] = {}
        self._asked = dict.fromkeys(names, 0)
        filled: dict[str, dict[str, Any]] = {}
        for name, command in commands(entries, pages, folder).items():
            if name in names or name == MEMORY:
                self._programs[name] = stack.enter_context(answering(name, command, folder / f"{name}.log"))
        for name in names:
            side.say(f"filling {name} with {entries:,} entries")
            filled[name] = self._programs[name].ask("fill")
        self._chased_bytes = min(MOST_CHASED_BYTES, filled[names[0]]["memoryBytes"])
        if len({each["digest"] for each in filled.values()}) > 1:
            raise WispError("the programs in Java and in C++ do not ask for the same keys")
        self.runtimes = {name: str(each["runtime"]) for name, each in filled.items()}
        self.beyond = {name: each["memoryBytes"] / entries - KEY_SIZE - VALUE_SIZE for name, each in filled.items()}
        """Bytes that an entry takes beyond its key and value."""

    def warm(self, cases: Sequence[Case]) -> None:
        for operation in dict.fromkeys(case.operation for case in cases):
            for name in self.names:
                if name in IN_A_JVM:
                    together = max(case.together for case in cases if case.operation == operation)
                    for each in sorted({1, together}):
                        self._programs[name].ask("measure", operation, each, 1, WARMUP_MILLISECONDS, 0)

    def measure(self, name: str, case: Case) -> Figures:
        """Asks every table that has been asked as often for the same keys."""
        self._asked[name] += 1
        seed = self._asked[name] * SEEDS_OF_A_ROUND
        how = (case.together, case.threads, self._milliseconds, seed)
        found = self._programs[name].ask("measure", case.operation, *how)
        return Figures(float(found["operationsPerSecond"]), float(found[CPU]), found.get(ALLOCATED))

    def load_nanoseconds(self) -> float:
        """Of one load that waits for the one before it."""
        found = self._programs[MEMORY].ask("chase", self._chased_bytes, self._milliseconds)
        return float(found["nanosecondsPerLoad"])


def commands(entries: int, pages: str, folder: Path) -> dict[str, list[str | Path]]:
    """Of the programs that have the tables, by table."""
    cores = ",".join(map(str, sorted(os.sched_getaffinity(0))[:MOST_THREADS]))
    before = WITHOUT_HUGE_PAGES if pages == SMALL else ()
    flags = (*JVM_FLAGS, "-XX:+UseTransparentHugePages") if pages == HUGE else JVM_FLAGS
    java = (*before, jdk() / "bin" / "java", *flags, "-cp", BENCHMARKS, "io.wisp.bench.store.MapProcess")
    found: dict[str, list[str | Path]] = {name: [*java, name, str(entries), cores] for name in IN_A_JVM}
    found[RULER] = [*before, folder / "table", str(entries), cores]
    found[MEMORY] = [*before, folder / "table", "1", cores]
    return found


def compare(tables: Tables, case: Case, rounds: int) -> dict[str, Any]:
    """Measures a case with all tables, and returns its row."""

    def in_words(measured: dict[str, Figures | float]) -> str:
        rates = (
            f"{name} {found.operationsPerSecond / 1e6:.2f} M/s"
            for name, found in measured.items()
            if isinstance(found, Figures)
        )
        return ", ".join(rates) + f", a load {measured[MEMORY]:.0f} ns"

    subjects: dict[str, Callable[[], Figures | float]] = {
        **{name: partial(tables.measure, name, case) for name in tables.names},
        MEMORY: tables.load_nanoseconds,
    }
    return row(case, [one.measured for one in side.interleave(case.name, rounds, subjects, in_words)])


def row(case: Case, rounds: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    names = [name for name in TABLES if name in rounds[0]]

    def ratio(name: str) -> dict[str, float]:
        return side.spread([one[name].operationsPerSecond / one[RULER].operationsPerSecond for one in rounds])

    def table(name: str) -> dict[str, Any]:
        found = {"rounds": [vars(one[name]) for one in rounds]}
        return found | ({"ratioToLibcuckoo": ratio(name)} if RULER in names else {})

    return {
        "operation": case.operation,
        "threads": case.threads,
        "together": case.together,
        "tables": {name: table(name) for name in names},
        "nanosecondsPerLoad": [one[MEMORY] for one in rounds],
    }


HEAD = (
    *(
        "operation",
        "together",
        "threads",
        "table",
        "M operations/s, median",
        "ratio to libcuckoo: median (lowest to highest)",
    ),
    *("CPU time an operation, ns", "B allocated an operation"),
)


HEAD_BY_ENTRIES = (
    *("entries", "pages", "operation", "together", "threads", *(f"{name}, M operations/s" for name in TABLES)),
    "wisp's ratio to libcuckoo's: median (lowest to highest)",
    *(f"{name}, ns of CPU time an operation" for name in (WISP, RULER)),
    "ns a load that waits for another",
    *("bytes beyond key and value: wisp", "libcuckoo"),
)

IN_TURNS = (
    "All are asked for the same keys in turns, ratios within each round; each thread has a core. A get copies the value out of the"
    " table, a put replaces one, mixed is 95 % gets. Of 16 together the keys are known before the first is carried out: Wisp loads"
    " what all need, the others have no call for that. A load that waits is of a line of memory anywhere in as much as Wisp's table"
    " takes (at most 4 GiB), whose place the load before it tells; a get of Wisp waits for two in a row, for the bucket and for"
    " the record."
)


def cells_by_entries(file: Fields) -> list[tuple[str, ...]]:
    """Of what was measured, a line of the table with HEAD_BY_ENTRIES for each case."""
    conditions, beyond = file.inner("conditions"), file.inner("bytesBeyondKeyAndValue")
    lines: list[tuple[str, ...]] = []
    for row in file.each("rows"):
        tables = {name: (found, rounds) for name, found, rounds in side.recorded(row, "tables")}

        def medians(names: Sequence[str], figure: str, form: str, unit: float = 1, of: Any = tables) -> list[str]:
            return [side.median_of(of[name][1], figure, form, unit) if name in of else "" for name in names]

        lines.append(
            (
                *(f"{conditions.whole('entries'):,}", conditions.text("pages")),
                *operation_of(row),
                *medians(TABLES, "operationsPerSecond", ".2f", 1e6),
                ratio_of(tables[WISP][0]) if WISP in tables else "",
                *medians((WISP, RULER), CPU, ",.0f"),
                f"{statistics.median(row.numbers('nanosecondsPerLoad')):.0f}",
                *(f"{beyond.number(name):.1f}" if name in beyond else "" for name in (WISP, RULER)),
            )
        )
    return lines


def operation_of(row: Fields) -> tuple[str, str, str]:
    return row.text("operation"), str(row.whole("together")), str(row.whole("threads"))


def ratio_of(found: Fields) -> str:
    return side.spread_of(found.inner("ratioToLibcuckoo")) if "ratioToLibcuckoo" in found else ""


def cells_of(row: Fields) -> list[tuple[str, ...]]:
    """Of a case, a line of the table with HEAD for each table."""
    lines: list[tuple[str, ...]] = []
    for name, found, rounds in side.recorded(row, "tables"):
        middle = partial(side.median_of, rounds)
        lines.append(
            (
                *(*operation_of(row), name),
                *(middle("operationsPerSecond", ".2f", 1e6), ratio_of(found)),
                *(middle(CPU, ",.0f"), middle(ALLOCATED, ".1f")),
            )
        )
    return lines


def memory_in_words(beyond: Fields) -> str:
    each = (f"{name} {beyond.number(name):.1f}" for name in beyond.names())
    return f"Bytes an entry beyond key and value, when filled: {', '.join(each)}."


def in_table(found: dict[str, Any]) -> str:
    fields = Fields(found, "what was measured")
    lines = (line for row in fields.each("rows") for line in cells_of(row))
    return side.table(HEAD, *lines) + "\n\n" + memory_in_words(fields.inner("bytesBeyondKeyAndValue"))


def chosen_tables(words: str) -> list[str]:
    """Of the option, in the order in which they take turns. Raises ArgumentTypeError with a sentence."""
    named = words.split(",")
    for name in named:
        if name not in TABLES:
            raise ArgumentTypeError(f"there is no table {name!r}; there are {', '.join(TABLES)}")
    return [name for name in TABLES if name in named]


def conditions(options: Namespace, runtimes: Mapping[str, str]) -> dict[str, Any]:
    return {
        **side.surroundings(),
        "startedAt": options.started_at,
        "runtimes": dict(runtimes),
        "libcuckoo": libcuckoo_version(),
        "keySize": KEY_SIZE,
        "valueSize": VALUE_SIZE,
        "entries": options.entries,
        "pages": options.pages,
        "seconds": options.seconds,
        "rounds": options.rounds,
        "arguments": files.without_places(options.arguments),
    }


def libcuckoo_version() -> str | None:
    """Of Debian's package; None where it came another way, as its headers do not tell."""
    if shutil.which("dpkg-query") is None:
        return None
    asked = captured(["dpkg-query", "--show", "--showformat=${Version}", "libcuckoo-dev"])
    return asked.stdout.strip() or None if asked.returncode == 0 else None


def has_header() -> bool:
    asked = captured([*COMPILER, "-fsyntax-only", "-x", "c++", "-include", HEADER, os.devnull])
    return asked.returncode == 0


def need(made: Parser) -> None:
    """Ends with a sentence that says what is missing and how to get it."""
    side.need(made, COMPILER[:1], PACKAGES, cores=MOST_THREADS, jar=True)
    if not has_header():
        made.error(f"not found: {HEADER} (Debian: apt-get install {PACKAGES})")


def parser() -> Parser:
    made = side.parser("libcuckoo", __doc__)
    help_text = "in each table (default 1000000)"
    made.add_argument("--entries", type=whole(1000, 100_000_000), default=1_000_000, help=help_text)
    help_text = "that the tables ask for: huge, the default, or small"
    made.add_argument("--pages", choices=(HUGE, SMALL), default=HUGE, metavar="KIND", help=help_text)
    help_text = f"to measure, of {', '.join(TABLES)}; the default is all"
    made.add_argument("--tables", type=chosen_tables, default=list(TABLES), metavar="NAME,...", help=help_text)
    help_text = "of each table in a round (default 1)"
    made.add_argument("--seconds", type=whole(1, 600), default=1, help=help_text)
    made.add_argument("cases", nargs="*", metavar="CASE", help="the cases to run; all of them by default")
    return made


def main(arguments: Sequence[str]) -> int:
    made = parser()
    options = made.parse_args(arguments)
    options.arguments = list(arguments)
    options.started_at = environment.timestamp("seconds")
    cases = [CASES[name] for name in side.chosen(made, options.cases, list(CASES))]
    need(made)
    side.prepare(options.json)
    with tempfile.TemporaryDirectory(prefix="wisp-beside-") as name, ExitStack() as stack:
        folder = Path(name)
        output_of([*COMPILER, "-o", str(folder / "table"), str(PROGRAM)], side.LIMIT_SECONDS)
        tables = Tables(options.tables, options.entries, 1000 * options.seconds, options.pages, folder, stack)
        found = {"format": FORMAT, "version": 2, "conditions": conditions(options, tables.runtimes)}
        found |= {"bytesBeyondKeyAndValue": tables.beyond}
        tables.warm(cases)
        found |= {"rows": [compare(tables, case, options.rounds) for case in cases]}
    side.write(options.json, SCHEMA, found)
    print(in_table(found))
    return 0
