# SPDX-License-Identifier: Apache-2.0
"""Measures Wisp's ibverbs binding, or its rdma transport, beside perftest: one RDMA device, one machine, one run.

Rounds are interleaved and their order alternates: the answer is the ratio of each round, its median and its range.
Where a ratio is of times, less is better for Wisp; where it is of rates, more is.

    ./wisp guest ./wisp beside perftest verbs [--rounds N] [--sizes 8,64] [--json FILE] [CASE ...]
    ./wisp guest ./wisp beside perftest wisp  [--rounds N] [--payloads 10,100] [--json FILE] [CASE ...]

Cases of verbs, each over RC, with perftest's own settings, which are given to both sides explicitly:
    read, write, send          p50 and p99 of one request at a time, beside ib_read_lat, ib_write_lat, ib_send_lat: a
                               READ whole, of the others half a round trip, as perftest reports them
    read-rate, write-rate      messages a second with 128 requests under way, posted in chains of 16 with one completion
                               each, beside ib_read_bw and ib_write_bw --post_list 16

Cases of wisp, keys of 3 digits:
    onesided                   GET with known addresses, without the server, beside ib_read_lat of the record's size
    ring                       GET through the request ring, beside two half trips of ib_write_lat, one of the request
                               frame's size and one of the reply frame's

The binding's two processes and Wisp's server live through all rounds, so that what the JVM has compiled stays; they
sleep while perftest is measured. Rounds that do not count come first and warm the JVM.

Needs an RDMA device, perftest, and what "./wisp guest" builds.
"""

import argparse
import os
import platform
import re
import statistics
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from wisp_tools import devices, environment, files
from wisp_tools.arguments import Parser, whole
from wisp_tools.beside import side
from wisp_tools.beside.verbs import CHAIN, INLINE, SETTINGS, Binding, Figures, Perftest, measuring_binding
from wisp_tools.processes import free_port, listens
from wisp_tools.tree import WISP, commit

FORMAT, VERSION = "wisp-perftest-comparison", 1
"""Of --json; results/schemas has its schema."""

# Of the rdma transport's port from the one that the server is given.
PORT_OFFSET = 2

KEY_SIZE = 3
KEYS = 10**KEY_SIZE


def compare(
    label: str, rounds: int, wisp: Callable[[], Figures], perftest: Callable[[], Figures], figure: str
) -> list[tuple[Figures, Figures]]:
    """Measures both in each round, by turns first, and returns the pairs of figures."""

    def in_words(measured: dict[str, Figures]) -> str:
        return side.pair_in_words({name: found[figure] for name, found in measured.items()})

    found = side.interleave(label, rounds, {"wisp": wisp, "perftest": perftest}, in_words, warmup=False)
    return [(one.measured["wisp"], one.measured["perftest"]) for one in found]


def row(
    case: str, size: int, unit: str, figures: Sequence[str], samples: Sequence[tuple[Figures, Figures]], **more: object
) -> dict[str, Any]:
    wisp, perftest = zip(*samples, strict=True)
    return {
        "case": case,
        "size": size,
        "unit": unit,
        **more,
        "wisp": list(wisp),
        "perftest": list(perftest),
        "ratio": {figure: side.spread([one[figure] / other[figure] for one, other in samples]) for figure in figures},
    }


class Report:
    """What was measured so far, on file from the first row on: a run that is cut short leaves what it has."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.conditions: dict[str, Any] = {}
        self.rows: list[dict[str, Any]] = []

    def begin(self, device: dict[str, Any]) -> None:
        self.conditions = conditions(device, self.options)

    def add(self, line: dict[str, Any]) -> None:
        self.rows.append(line)
        self._write(complete=False)

    def end(self) -> None:
        self._write(complete=True)
        print(in_table(self.rows, self.conditions["emulated"]))

    def _write(self, complete: bool) -> None:
        if self.options.json:
            found = {"format": FORMAT, "version": VERSION, "complete": complete}
            files.write_json(self.options.json, found | {"conditions": self.conditions, "rows": self.rows})


def compare_verbs(options: argparse.Namespace, folder: Path, cores: side.Cores, report: Report) -> None:
    with measuring_binding(options.device, folder, cores) as binding:
        report.begin(binding.device)
        perftest = Perftest(binding.device, folder, cores)
        for case in options.cases:
            warm(binding, case, options)
            for size in options.sizes:
                report.add(compare_binding(binding, perftest, case, size, options))


def split_case(case: str) -> tuple[str, str, list[str], int]:
    """The operation, the name of the method that measures it, the figures that are compared, and requests a post."""
    operation, _, rate = case.partition("-")
    return (operation, "rate", ["messagesPerSecond"], CHAIN) if rate else (operation, "latency", ["p50", "p99"], 1)


def warm(binding: Binding, case: str, options: argparse.Namespace) -> None:
    """Has the JVMs compile what the case needs: for messages that requests carry in themselves, and for others."""
    operation, method, figures, chain = split_case(case)
    small, large = min(options.sizes), max(options.sizes)
    for size in sorted({small, large} if small <= INLINE[operation] < large and chain == 1 else {small}):
        for part in range(2):
            measured = getattr(binding, method)(operation, size, options.warmup_iterations * chain // 2)
            side.say(f"{case} {size} B, warm-up {part + 1} of 2: wisp {measured[figures[0]]:,.0f}")


def compare_binding(
    binding: Binding, perftest: Perftest, case: str, size: int, options: argparse.Namespace
) -> dict[str, Any]:
    operation, method, figures, chain = split_case(case)

    def measured(subject: Binding | Perftest) -> Callable[[], Figures]:
        return lambda: getattr(subject, method)(operation, size, options.iterations * chain)

    label = f"{case} {size} B"
    samples = compare(label, options.rounds, measured(binding), measured(perftest), figures[0])
    unit = "messages per second" if method == "rate" else "nanoseconds"
    allocated = sum(wisp["allocatedBytes"] for wisp, _ in samples)
    return row(case, size, unit, figures, samples, allocatedBytes=allocated)


def compare_wisp(options: argparse.Namespace, folder: Path, cores: side.Cores, report: Report) -> None:
    with measuring_binding(options.device, folder, cores) as binding:
        device = binding.device
    report.begin(device)
    perftest = Perftest(device, folder, cores)
    name = device["device"] if device["gidIndex"] < 0 else f"{device['device']}:{device['port']}:{device['gidIndex']}"
    port = free_port()
    command = [WISP, "-s", "--transport", "rdma", "--port", port, "--threads", 1, "--memory", "256m"]
    command += ["--wait", "poll", "--device", name]
    log = folder / "wisp-server.log"
    with side.serving(command, cores.server, port, log, lambda: listens(port + PORT_OFFSET)) as server:
        fixed = ("--transport", "rdma", "--key_size", KEY_SIZE, "--wait", "poll", "--device", name)
        client = side.PerfClient(port, cores.client, folder, fixed)
        server.measured(lambda: perf(client, "ring", 10, "put:1", 2000, 0))
        for case in options.cases:
            for payload in options.payloads:
                report.add(compare_transport(server, client, perftest, case, payload, options))


def perf(client: side.PerfClient, get: str, payload: int, mix: str, requests: int, warmup: object) -> Figures:
    """p50 and p99 of Wisp's perf client, one request at a time."""
    options = ("--get", get, "--payload_size", payload, "--mix", mix, "--requests", requests, "--warmup", warmup)
    measured = client.run(*options)
    operation = measured["operations"][mix.partition(":")[0]]
    latency = operation["latencyNanoseconds"]
    found = {"hits": operation["hits"], "misses": operation["misses"], "lookups": measured.get("lookups", {})}
    return {"p50": latency["p50"], "p99": latency["p99"], **found}


def compare_transport(
    server: side.Held, client: side.PerfClient, perftest: Perftest, case: str, payload: int, options: argparse.Namespace
) -> dict[str, Any]:
    def wisp() -> Figures:
        warmup = f"{options.warmup_seconds}s"
        return server.measured(lambda: perf(client, case, payload, "get:1", options.iterations, warmup))

    sizes = MESSAGES[case](payload)

    def c_programs() -> Figures:
        operation = "read" if case == "onesided" else "write"
        trips = [perftest.latency(operation, size, options.iterations) for size in sizes]
        return {figure: sum(trip[figure] for trip in trips) for figure in ("p50", "p99")}

    server.measured(lambda: perf(client, "ring", payload, "put:1", 12 * KEYS, 0))
    label = f"{case} {payload} B"
    side.say(f"{label}, warm-up: wisp {wisp()['p50']:,.0f}")
    samples = compare(label, options.rounds, wisp, c_programs, "p50")
    return row(case, payload, "nanoseconds", ["p50", "p99"], samples, perftestSizes=sizes)


def padded(length: int, unit: int) -> int:
    return -(-length // unit) * unit


# What travels for a GET: the record as the table holds it (core/FORMAT.md); a frame of the ring, of a multiple of 16
# bytes, with the request (core/PROTOCOL.md), and another one with the reply.
RECORD_HEADER, FRAME_HEADER, REQUEST_HEADER, REPLY_HEADER = 16, 16, 16, 16
MESSAGES: dict[str, Callable[[int], list[int]]] = {
    "onesided": lambda payload: [padded(RECORD_HEADER + KEY_SIZE + payload, 8)],
    "ring": lambda payload: [
        padded(FRAME_HEADER + REQUEST_HEADER + KEY_SIZE, 16),
        padded(FRAME_HEADER + REPLY_HEADER + payload, 16),
    ],
}


def conditions(device: dict[str, Any], options: argparse.Namespace) -> dict[str, Any]:
    emulated = devices.is_emulated(device["device"])
    return {
        "device": device,
        "emulated": emulated,
        "note": "Soft-RoCE, emulated: only ratios within this run mean anything" if emulated else None,
        "guest": os.environ.get("WISP_GUEST"),
        "cpu": environment.cpu() or "unknown",
        "cores": os.cpu_count(),
        "placement": options.placement,
        "kernel": platform.release(),
        "perftest": environment.version_of("ib_read_lat"),
        "commit": commit(),
        "started": environment.timestamp("seconds"),
        "loadAverage": Path("/proc/loadavg").read_text().split()[:3],
        "arguments": files.without_places(options.arguments),
        "rounds": options.rounds,
        "iterations": options.iterations,
        "warmupIterations": options.warmup_iterations,
        "warmupSeconds": options.warmup_seconds,
        **SETTINGS,
    }


def in_table(rows: Sequence[dict[str, Any]], emulated: bool) -> str:
    lines = [("case", "bytes", "figure", "Wisp, median", "perftest, median", "ratio: median (lowest to highest)")]
    for line in rows:
        for figure, ratio in line["ratio"].items():
            scale, unit = (1, "/s") if figure == "messagesPerSecond" else (1000, "us")
            medians = [
                f"{statistics.median(each[figure] for each in line[side]) / scale:,.1f} {unit}"
                for side in ("wisp", "perftest")
            ]
            name = "messages" if figure == "messagesPerSecond" else figure
            lines.append((line["case"], str(line["size"]), name, *medians, side.spread_in_words(ratio)))
    return ("Soft-RoCE, emulated: only the ratios mean anything.\n\n" if emulated else "") + side.table(*lines)


def numbers(least: int, most: int) -> Callable[[str], list[int]]:
    def parse(text: str) -> list[int]:
        if not re.fullmatch(r"\d+(,\d+)*", text):
            raise argparse.ArgumentTypeError(f"numbers with commas between them are wanted, and {text!r} is not that")
        return [whole(least, most)(word) for word in text.split(",")]

    return parse


COMMANDS: dict[str, tuple[Callable[[argparse.Namespace, Path, side.Cores, Report], None], list[str]]] = {
    "verbs": (compare_verbs, ["read", "write", "send", "read-rate", "write-rate"]),
    "wisp": (compare_wisp, ["onesided", "ring"]),
}


DEFAULTS: dict[str, dict[str, Any]] = {
    "verbs": {"sizes": [8, 64, 128, 1024, 4096, 65536], "warmup_iterations": 20_000},
    "wisp": {"payloads": [10, 100, 1000], "warmup_seconds": 20},
}


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = side.parser("perftest", __doc__, "that count")
    parser.add_argument("command", choices=COMMANDS, help="what is measured")
    parser.add_argument("cases", nargs="*", metavar="CASE", help="all of them by default")
    help_text = f"posts in a round, of {CHAIN} messages each where they are chained (default 2000)"
    parser.add_argument("--iterations", type=whole(100, 10**7), default=2000, help=help_text)
    parser.add_argument("--device", default="any", help="the RDMA device; the first that works by default")
    parser.add_argument("--placement", choices=["split", "free"], default="split", help="a core for each side, or not")
    help_text = "of verbs: bytes of a message (default 8,64,128,1024,4096,65536)"
    parser.add_argument("--sizes", type=numbers(1, 2**26), help=help_text)
    help_text = "of verbs: of Wisp's side, before those that count (default 20000)"
    parser.add_argument("--warmup-iterations", type=whole(0, 10**7), help=help_text)
    parser.add_argument("--payloads", type=numbers(1, 10**6), help="of wisp: bytes of a value (default 10,100,1000)")
    help_text = "of wisp: of each round's new client, which in an emulated guest compiles slowly (default 20)"
    parser.add_argument("--warmup-seconds", type=whole(1, 300), help=help_text)
    options = parser.parse_intermixed_args(arguments)
    options.arguments = list(arguments)
    for command, values in DEFAULTS.items():
        for name, value in values.items():
            if command == options.command:
                setattr(options, name, value if getattr(options, name) is None else getattr(options, name))
            elif getattr(options, name) is not None:
                parser.error(f"--{name.replace('_', '-')} goes with {command}")
    options.cases = side.chosen(parser, options.cases, COMMANDS[options.command][1])
    check_machine(parser, options)
    return options


def check_machine(parser: Parser, options: argparse.Namespace) -> None:
    there = devices.names()
    if not there:
        parser.error(
            "this machine has no RDMA device: run it as ./wisp guest ./wisp beside perftest"
            f" {' '.join(options.arguments)}, on a virtual machine that has one"
        )
    if options.device not in ("any", *there):
        parser.error(f"there is no RDMA device {options.device}; there is {', '.join(there)}")
    if options.placement == "free" and options.command == "wisp" and os.environ.get("WISP_GUEST") == "tcg":
        parser.error(
            "--placement free: in an emulated guest ./wisp holds each JVM to one processor, so split alone is fair"
        )
    programs = ("ib_read_lat", "ib_write_lat", "ib_send_lat", "ib_read_bw", "ib_write_bw", "taskset")
    otherwise = ", one for each side; --placement free does without"
    cores = 2 if options.placement == "split" else 1
    side.need(parser, programs, "perftest util-linux", cores, otherwise, jar=True)


def main(arguments: Sequence[str]) -> int:
    options = parse_arguments(arguments)
    if options.json:
        files.prepare(options.json)
    report = Report(options)
    with tempfile.TemporaryDirectory(prefix="wisp-beside-") as folder:
        COMMANDS[options.command][0](options, Path(folder), side.Cores.of(options.placement), report)
    report.end()
    return 0
