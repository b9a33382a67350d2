# SPDX-License-Identifier: Apache-2.0
"""Measures what it costs that a write lasts: Wisp at each level beside redis-server and etcd, on one disk, in one run.

Each server gets SETs of 100 bytes to 100,000 keys. Rounds are interleaved and their order alternates: the answers are the ratio of
writes a second to redis' or etcd's in each round, and that to Wisp's without a log, each as median and range.

    ./wisp beside durable [--rounds N] [--seconds S] [--warmup S] [--placement split|free] [--folder DIR] [--json FILE] [CASE ...]

Servers, and what outlives what when a write is acknowledged:
    memory    wisp -s: nothing is kept
    keep      wisp -s --keep, in /dev/shm: the process may end
    data      wisp -s --data: a log on the disk, forced; the machine may end
    redis     redis-server --appendonly yes --appendfsync always: the same
    replicas  three wisp -s --data --cluster that share a log: two disks have it, one of three machines may be lost
    etcd      three members of etcd: the same

Cases:
    one-1x1, one-50x1, one-50x16   redis-benchmark with so many connections, and so many requests sent together on each:
                                   memory, keep, data and redis. Server and client have a core each, or any (--placement free)
    group-64                       64 clients in Go, each puts one value after the other: memory, data, replicas and
                                   etcd. All choose their cores. Whoever leads is asked; Wisp by go-redis, etcd by its own
                                   client, in the same loop (beside/puts)

Each server of Wisp gets writes for --warmup seconds first, and one round does not count: three JVMs that share two cores were still
getting faster after 30 s, when they had four times their first rate. One that is
alone is held still while it is not measured; groups would elect a leader after that, and stay. Beside the rates stand latencies,
the CPU time of server and client, and what the disk wrote and how often it flushed its cache (/sys/dev/block/*/stat, which has what
others wrote meanwhile too). How often the server itself forced bytes (fsync and its like), strace counts in a run of its own, which it
slows: a server that forces nothing for its writes shows there.

What forcing costs is the disk's: before all, 300 appends of 128 bytes are forced one by one, and the time of one is recorded. A
virtual disk may answer before anything is on a medium, and nothing here can tell. All members of a group share that disk and
these cores, which three machines would not. What is known to differ:

    history    etcd keeps old values of a key, and commits them to a tree beside its log; Wisp and redis keep the last one
    protocol   etcd's clients speak gRPC, whose price is in the CPU time of both ends. They have a connection each, as go-redis' do;
               in the case group-64-shared all have one, as a program that has one client of etcd does
    threads    redis writes, forces and answers in one thread; Wisp and etcd have several
    files      both logs are compacted as their programs do unasked: redis rewrites its file, Wisp takes snapshots

Needs two cores and taskset, strace; redis-server and redis-benchmark for one-*; etcd and Go for group-*, which fetches two modules.
The file of --json is checked against its schema before it is written.
"""

import tempfile
import time
from argparse import Namespace
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from wisp_tools import environment, files
from wisp_tools.arguments import Parser, whole
from wisp_tools.beside import side
from wisp_tools.beside.disk import FORCED_BYTES, Done, disk_of, done_by, forces
from wisp_tools.beside.lasting import Places, Running, build, lasting
from wisp_tools.beside.redis import KEY_DIGITS
from wisp_tools.beside.writers import KEYS, PAYLOAD_SIZE, Asked, Case, Client, clients_of
from wisp_tools.results.fields import Fields
from wisp_tools.stock_clients.roster import NEEDS
from wisp_tools.tree import WISP

FORMAT, SCHEMA = "wisp-beside-durable", "wisp-beside-durable-1"
FLOOR = "memory"
PACKAGES = "redis-server redis-tools etcd-server util-linux strace"
IN_A_JVM = ("memory", "keep", "data", "replicas")
COUNTED_SECONDS = 1
"""Of writes while strace counts."""


ALONE, GROUP = ("memory", "keep", "data", "redis"), ("memory", "data", "replicas", "etcd")
CASES = {
    **{
        f"one-{connections}x{pipeline}": Case(connections, pipeline, ALONE, "redis", connections)
        for connections, pipeline in ((1, 1), (50, 1), (50, 16))
    },
    "group-64": Case(64, 1, GROUP, "etcd", 64),
    "group-64-shared": Case(1, 1, GROUP, "etcd", 64),
}


@dataclass(frozen=True)
class Figures(Asked):
    """And what the server spent meanwhile; a group, all its members together."""

    serverCpuNanosecondsPerRequest: float
    diskBytesPerRequest: float | None
    """That the disk wrote meanwhile, whoever had it do that; None if the kernel does not say."""
    diskFlushesPerRequest: float | None


def warm(client: Client, seconds: float, warmup: float) -> None:
    end = time.monotonic() + warmup
    client.fit(seconds)
    while time.monotonic() < end:
        client.fit(seconds)


def measure(server: Running, client: Client, seconds: float, disk: Path) -> Figures:
    def run() -> Figures:
        cpu, before = server.cpu_seconds(), done_by(disk)
        asked = client.run(seconds)
        spent, after = server.cpu_seconds() - cpu, done_by(disk)
        return figures_of(asked, spent, before, after)

    return server.measured(run)


def figures_of(asked: Asked, spent: float, before: Done | None, after: Done | None) -> Figures:
    """spent: seconds of the server's CPU time."""

    def each(count: float) -> float:
        return count / asked.requests

    return Figures(
        **asdict(asked),
        serverCpuNanosecondsPerRequest=each(1e9 * spent),
        diskBytesPerRequest=each(after.writtenBytes - before.writtenBytes) if before and after else None,
        diskFlushesPerRequest=each(after.flushes - before.flushes) if before and after else None,
    )


def forces_of(server: Running, client: Client, folder: Path) -> float:
    """How often a server has bytes forced, for each write."""

    def run() -> float:
        found: list[Asked] = []
        count = forces(server.pids, folder, lambda: found.append(client.run(COUNTED_SECONDS)))
        return count / found[0].requests

    return server.measured(run)


def compare(name: str, case: Case, options: Namespace, places: Places, folder: Path) -> dict[str, Any]:
    """Measures a case with all its servers, and returns its row."""
    cores = side.Cores.of("free" if case.in_go else options.placement)
    placed = Places(places.disk, places.memory, cores.server)
    with ExitStack() as stack:
        running = {}
        for each in case.servers:
            side.say(f"{name}, starting {each}")
            running[each] = stack.enter_context(lasting(each, placed))
        clients = clients_of(case, running, cores.client, folder, stack)
        for each, server in running.items():
            side.say(f"{name}, warming {each}")
            server.measured(partial(warm, clients[each], options.seconds, options.warmup if each in IN_A_JVM else 0))
        subjects = {
            each: partial(measure, server, clients[each], options.seconds, places.disk)
            for each, server in running.items()
        }
        found = side.interleave(name, options.rounds, subjects, in_words)
        counted = {each: forces_of(server, clients[each], folder) for each, server in running.items()}
    return row(name, case, [one.measured for one in found], counted)


def in_words(found: Mapping[str, Figures]) -> str:
    return ", ".join(f"{name} {figures.requestsPerSecond:,.0f}/s" for name, figures in found.items())


def row(name: str, case: Case, rounds: Sequence[Mapping[str, Figures]], counted: Mapping[str, float]) -> dict[str, Any]:
    def ratio(server: str, to: str) -> dict[str, float]:
        return side.spread([one[server].requestsPerSecond / one[to].requestsPerSecond for one in rounds])

    servers = {
        each: {
            "rounds": [asdict(one[each]) for one in rounds],
            "ratioToRuler": ratio(each, case.ruler),
            "ratioToMemory": ratio(each, FLOOR),
            "forcesPerRequest": counted[each],
        }
        for each in case.servers
    }
    shape = {"clients": case.clients, "connections": case.connections, "pipeline": case.pipeline}
    return {"case": name, **shape, "ruler": case.ruler, "servers": servers}


HEAD = (
    *("case", "server", "writes/s, median", "ratio to redis or etcd: median (lowest to highest)", "ratio to memory"),
    *(
        "p50, us",
        "p99, us",
        "CPU a write, us: server",
        "client",
        "B of the disk a write",
        "its flushes",
        "forces, by strace",
    ),
)


def cells_of(row: Fields) -> list[tuple[str, ...]]:
    """Of a case, a line of the table with HEAD for each server."""
    lines: list[tuple[str, ...]] = []
    for name, found, rounds in side.recorded(row, "servers"):
        middle = partial(side.median_of, rounds)
        lines.append(
            (
                *(row.text("case"), name, middle("requestsPerSecond", ",.0f")),
                *(side.spread_of(found.inner(ratio)) for ratio in ("ratioToRuler", "ratioToMemory")),
                *(middle(f"{each}Nanoseconds", ",.0f", 1000) for each in ("p50", "p99")),
                *(middle(f"{each}CpuNanosecondsPerRequest", ".1f", 1000) for each in ("server", "client")),
                *(middle("diskBytesPerRequest", ",.0f"), middle("diskFlushesPerRequest", ".3f")),
                f"{found.number('forcesPerRequest'):.3f}",
            )
        )
    return lines


def disk_in_words(disk: Fields) -> str:
    force = disk.inner("forceMicroseconds")
    times = [f"{force.number(name):,.0f}" for name in ("median", "p1", "p99")]
    cache = disk.optional_text("writeCache") or "of unknown kind"
    return (
        f"The disk: {disk.text('fileSystem')}, its write cache {cache}; to append {FORCED_BYTES} bytes and force them takes {times[0]} us"
        f" (percentiles 1 and 99: {times[1]} and {times[2]})."
    )


def in_table(found: dict[str, Any]) -> str:
    fields = Fields(found, "what was measured")
    lines = (line for row in fields.each("rows") for line in cells_of(row))
    return side.table(HEAD, *lines) + "\n\n" + disk_in_words(fields.inner("conditions").inner("disk"))


def conditions(options: Namespace, disk: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **side.surroundings(),
        "wisp": environment.version_of(str(WISP)),
        "redis": environment.version_of("redis-server"),
        "redisBenchmark": environment.version_of("redis-benchmark"),
        "etcd": environment.version_of("etcd"),
        "disk": disk,
        "placement": options.placement,
        "keySize": KEY_DIGITS,
        "keys": KEYS,
        "payloadSize": PAYLOAD_SIZE,
        "seconds": options.seconds,
        "warmup": options.warmup,
        "rounds": options.rounds,
        "arguments": files.without_places(options.arguments),
    }


def parser() -> Parser:
    made = side.parser("durable", __doc__)
    help_text = "of each server in a round, about (default 3)"
    made.add_argument("--seconds", type=whole(1, 600), default=3, help=help_text)
    help_text = "seconds of writes to each server of Wisp before its first round (default 60)"
    made.add_argument("--warmup", type=whole(1, 3600), default=60, help=help_text)
    help_text = "a core for each end of one-*, or any (default split)"
    made.add_argument("--placement", choices=("split", "free"), default="split", help=help_text)
    help_text = "where servers write, in a folder that is removed (default: that for temporary files)"
    made.add_argument("--folder", type=Path, metavar="DIR", help=help_text)
    made.add_argument("cases", nargs="*", metavar="CASE", help="the cases to run; all of them by default")
    return made


def need(made: Parser, cases: Sequence[Case]) -> None:
    """Ends with a sentence that says what is missing and how to get it."""
    commands = ["taskset", "strace"]
    if not all(case.in_go for case in cases):
        commands += ["redis-server", "redis-benchmark"]
    if any(case.in_go for case in cases):
        commands.append("etcd")
        for each in NEEDS["go"]:
            if lack := each.lack():
                made.error(f"{lack} (Debian: apt-get install {each.package})")
    side.need(made, commands, PACKAGES, cores=2)


def main(arguments: Sequence[str]) -> int:
    made = parser()
    options = made.parse_args(arguments)
    options.arguments = list(arguments)
    cases = {name: CASES[name] for name in side.chosen(made, options.cases, list(CASES))}
    if options.folder and not options.folder.is_dir():
        made.error(f"--folder {options.folder}: there is no such folder")
    need(made, list(cases.values()))
    side.prepare(options.json)
    build()
    with ExitStack() as stack:
        disk, memory, folder = (
            Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wisp-beside-", dir=place)))
            for place in (options.folder, "/dev/shm", None)
        )
        found = {"format": FORMAT, "version": 1, "conditions": conditions(options, asdict(disk_of(disk)))}
        side.say(disk_in_words(Fields(found, "conditions").inner("conditions").inner("disk")))
        places = Places(disk, memory, None)
        found["rows"] = [compare(name, case, options, places, folder) for name, case in cases.items()]
    side.write(options.json, SCHEMA, found)
    print(in_table(found))
    return 0
