# SPDX-License-Identifier: Apache-2.0
"""Measures the ways of a get beside each other: what does each take, in time, and in what it has the fabric do?

One client takes the ways in turns, all in one JVM: auto (reads the record where the server said that it is, and else
asks), onesided (never asks), ring (always asks), and tcp where many requests are sent together. It is warm, for it went
through all loads before until they got no faster, four times at most. Rounds are interleaved and their order alternates. The answer is the
ratio of the requests a second to the ring's in each round, its median and its range; rates of different rounds are not
compared. Beside it stand counts, which do not depend on what else the machine does: reads of the server's memory for
each get, and work requests and posts (doorbells) of the client for each request.

    ./wisp beside gets [--transport shm|rdma] [--rounds N] [--seconds S] [--json FILE] [LOAD ...]

Loads: mix-1 (a third each of put, get and delete, one at a time), mix-10, mix-64 (so many sent together), reads-1 and
reads-16 (gets of keys that are there and whose addresses are known), writes-16; and ycsb-a-1, ycsb-a-4, ycsb-a-16 and so
on, workloads A, B and C of YCSB with so many clients: what share of gets meets an address that another's write, or
compaction, has made stale?

Each server is held still while it is not measured. With two cores, each end has one and polls. In the guest, which has
one processor for each end, it runs as it is: ./wisp guest ./wisp beside gets --transport rdma
"""

import json
import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from wisp_tools import environment, files
from wisp_tools.arguments import Parser, whole
from wisp_tools.beside import side
from wisp_tools.campaign.clients import WarmClient, until_no_faster
from wisp_tools.processes import free_port
from wisp_tools.results.fields import Fields
from wisp_tools.tree import WISP

FORMAT, SCHEMA = "wisp-beside-gets", "wisp-beside-gets-1"
KEY_SIZE, PAYLOAD_SIZE = 3, 100
RULER = "ring"
WARMUP_PASSES = 4
"""The most."""
LIMIT_SECONDS = 600


@dataclass(frozen=True)
class LoadOfGets:
    """What is asked, and how many requests are sent together."""

    name: str
    options: tuple[str, ...]
    """Of `wisp -p`."""
    pipeline: int = 1

    @property
    def ways(self) -> tuple[str, ...]:
        return ("auto", "onesided", RULER, *(("tcp",) if self.pipeline > 1 else ()))


def _mix(name: str, mix: str, pipeline: int) -> LoadOfGets:
    return LoadOfGets(f"{name}-{pipeline}", ("--mix", mix), pipeline)


def _ycsb(workload: str, clients: int) -> LoadOfGets:
    return LoadOfGets(f"ycsb-{workload}-{clients}", ("--workload", workload, "--clients", str(clients)))


THIRDS, READS, WRITES = "put:1,get:1,delete:1", "get:1", "put:1"
LOADS = {
    load.name: load
    for load in (
        _mix("mix", THIRDS, 1),
        _mix("reads", READS, 1),
        _mix("mix", THIRDS, 10),
        _mix("reads", READS, 16),
        _mix("writes", WRITES, 16),
        _mix("mix", THIRDS, 64),
        *(_ycsb(workload, clients) for workload in "abc" for clients in (1, 4, 16)),
    )
}


@dataclass(frozen=True)
class Figures:
    """What one run of a way gave."""

    requestsPerSecond: float
    p50Nanoseconds: int
    readsPerGet: float | None
    """Reads of the server's memory; None without gets, or over tcp."""
    askedShare: float | None
    """Of the gets, those that the server's processor answered."""
    staleShare: float | None
    """Of the gets, those that met an address at which their record was no longer."""
    workRequestsPerRequest: float | None
    postsPerRequest: float | None

    @staticmethod
    def of(run: dict[str, Any]) -> "Figures":
        operations, counts = run["operations"], run.get("lookups", {})
        requests = operations["all"]["requests"]
        gets = operations.get("get", {}).get("requests", 0)

        def each(name: str, of: int) -> float | None:
            return counts[name] / of if name in counts and of else None

        return Figures(
            float(run["requestsPerSecond"]),
            int(operations["all"]["latencyNanoseconds"]["p50"]),
            each("lookup_reads", gets),
            each("gets_asked", gets),
            each("lookup_stale_addresses", gets),
            each("work_requests", requests),
            each("posts", requests),
        )


class Ways:
    """A warm client, and the servers of all ways, which stand still but for the one that is measured."""

    def __init__(self, transport: str, seconds: int, folder: Path, stack: ExitStack) -> None:
        self._transport = transport
        self._seconds = seconds
        self._folder = folder
        self._cores = side.Cores.of("split")
        self._client = stack.enter_context(closing(WarmClient(WISP, folder)))
        self._servers = {name: stack.enter_context(self._serving(name)) for name in (transport, "tcp")}

    def _serving(self, transport: str) -> Any:
        port, log = free_port(), self._folder / f"wisp-{transport}.log"
        command = [
            *(WISP, "-s", "--transport", transport, "--port", port, "--threads", 1, "--memory", "256m"),
            *("--wait", "poll", *side.cores_option(self._cores.server)),
        ]
        return side.serving(command, None, port, log, lambda: "ready" in log.read_text())

    def measure(self, way: str, load: LoadOfGets) -> Figures:
        return Figures.of(self.run(way, load))

    def run(self, way: str, load: LoadOfGets) -> dict[str, Any]:
        """What `wisp -p` says of it."""
        transport = "tcp" if way == "tcp" else self._transport
        server, target = self._servers[transport], self._folder / "perf.json"
        words = (
            *(f"127.0.0.1:{server.port}", "--transport", transport, "--wait", "poll"),
            *(("--get", way) if way != "tcp" else ()),
            *("--key_size", KEY_SIZE, "--payload_size", PAYLOAD_SIZE, "--preload", 10**KEY_SIZE),
            *(*load.options, "--pipeline", load.pipeline, *side.cores_option(self._cores.client)),
            *("--duration", f"{self._seconds}s", "--warmup", f"{self._seconds}s", "--timeout", "20s"),
            *("--json", target),
        )
        log = self._folder / "client.log"
        server.measured(lambda: self._client.measure(tuple(map(str, words)), log, LIMIT_SECONDS))
        (run,) = json.loads(target.read_text())["runs"]
        assert isinstance(run, dict)
        return run


def warm_up(ways: Ways, loads: Sequence[LoadOfGets]) -> None:
    """Each way of each load has code of its own, which a JVM in the guest takes minutes to compile."""

    def go_through() -> list[float]:
        rates = []
        for load in loads:
            side.say(f"{load.name}, warm-up")
            rates += [ways.measure(way, load).requestsPerSecond for way in load.ways]
        return rates

    until_no_faster(go_through, WARMUP_PASSES)


def compare(ways: Ways, load: LoadOfGets, rounds: int) -> dict[str, Any]:
    """Measures a load by all of its ways, and returns its row."""

    def subject(way: str) -> Callable[[], Figures]:
        return lambda: ways.measure(way, load)

    def in_words(measured: dict[str, Figures]) -> str:
        return ", ".join(f"{way} {figures.requestsPerSecond:,.0f}/s" for way, figures in measured.items())

    found = side.interleave(load.name, rounds, {way: subject(way) for way in load.ways}, in_words, warmup=False)
    return row(load, [one.measured for one in found])


def row(load: LoadOfGets, rounds: Sequence[dict[str, Figures]]) -> dict[str, Any]:
    def ratio(way: str) -> dict[str, float]:
        return side.spread([one[way].requestsPerSecond / one[RULER].requestsPerSecond for one in rounds])

    return {
        "load": load.name,
        "options": list(load.options),
        "pipeline": load.pipeline,
        "ways": {way: {"rounds": [vars(one[way]) for one in rounds], "ratioToRing": ratio(way)} for way in load.ways},
    }


HEAD = (
    *("load", "way", "requests/s, median", "ratio to the ring: median (lowest to highest)", "p50, us"),
    *(
        "reads a get",
        "gets by the server's processor",
        "gets that met a stale address",
        "work requests a request",
        "posts a request",
    ),
)


def cells_of(row: Fields) -> list[tuple[str, ...]]:
    """The cells of a load in the table, a line for each way."""
    lines: list[tuple[str, ...]] = []
    for way, found, rounds in side.recorded(row, "ways"):
        middle = partial(side.median_of, rounds)
        lines.append(
            (
                *(row.text("load"), way, middle("requestsPerSecond", ",.0f")),
                *(side.spread_of(found.inner("ratioToRing")), middle("p50Nanoseconds", ",.2f", 1000)),
                *(middle("readsPerGet", ".2f"), middle("askedShare", ".1%"), middle("staleShare", ".1%")),
                *(middle("workRequestsPerRequest", ".2f"), middle("postsPerRequest", ".2f")),
            )
        )
    return lines


def in_table(rows: Sequence[dict[str, Any]]) -> str:
    cells = (cells_of(Fields(row, row["load"])) for row in rows)
    return side.table(HEAD, *(line for lines in cells for line in lines))


def conditions(options: Any) -> dict[str, Any]:
    return {
        **side.surroundings(),
        "guest": os.environ.get("WISP_GUEST"),
        "wisp": environment.version_of(str(WISP)),
        "transport": options.transport,
        "keySize": KEY_SIZE,
        "payloadSize": PAYLOAD_SIZE,
        "seconds": options.seconds,
        "rounds": options.rounds,
        "arguments": files.without_places(options.arguments),
    }


def parser() -> Parser:
    made = side.parser("gets", __doc__)
    help_text = "what carries the requests (default shm)"
    made.add_argument("--transport", choices=("shm", "rdma"), default="shm", help=help_text)
    help_text = "of a run, after as many to warm up (default 2)"
    made.add_argument("--seconds", type=whole(1, 600), default=2, help=help_text)
    made.add_argument("loads", nargs="*", metavar="LOAD", help="the loads to run; all of them by default")
    return made


def main(arguments: Sequence[str]) -> int:
    made = parser()
    options = made.parse_args(arguments)
    options.arguments = list(arguments)
    loads = [LOADS[name] for name in side.chosen(made, options.loads, list(LOADS))]
    side.prepare(options.json)
    started = conditions(options)
    with tempfile.TemporaryDirectory(prefix="wisp-beside-") as folder, ExitStack() as stack:
        ways = Ways(options.transport, options.seconds, Path(folder), stack)
        warm_up(ways, loads)
        rows = [compare(ways, load, options.rounds) for load in loads]
    found = {"format": FORMAT, "version": 1, "conditions": started, "rows": rows}
    side.write(options.json, SCHEMA, found)
    print(in_table(rows))
    return 0
