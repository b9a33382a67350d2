# SPDX-License-Identifier: Apache-2.0
"""Where the time of the original's "30 us write" goes.

The original wrote its whole registered region of 102,400 bytes for each request, by mistake, and its author put the
30 us down to Python. This measures, on one device, interleaved, in both orders:

  python-region    the write of simple-kv --write region: until the device is done with it
  python-request   the same of --write request
  c-region         a WRITE of 102,400 bytes, one at a time: ib_write_bw -t 1, which is a program in C
  c-request        the same of 64 bytes; Python's requests are of 32 to 133, as the text of a put is longer

What python-region has beyond python-request is the mistake's part, what c-request has is the least that any program
pays for a small write, and what is left of python-request is Python's part. Of Python's writes that is the median of a
round, in which moments that the machine gave to others do not show; perftest tells only the mean of its writes, in which
they do, so that the device's part is too large rather than too small. ib_write_lat of both sizes (half a round trip) and
the means of Python's writes are recorded beside it.

    ./wisp guest ./wisp simple-kv explain-write [--rounds N] [--requests N] [--json FILE]

In the guest everything is emulated: copying a region costs there what it costs in software, and only ratios within
one run mean anything.
"""

import argparse
import os
import re
import statistics
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from simple_kv import perf, protocol, rdma
from simple_kv.command import transports
from simple_kv.load import LoadSettings
from simple_kv.perf import quantile
from simple_kv.rdma_client import REGION, REQUEST, RdmaExchange
from simple_kv.rdma_server import DEFAULT_REGION_BYTES
from simple_kv.request_region import HEADER_BYTES
from wisp_tools import devices, environment, files, packages
from wisp_tools.arguments import Parser, whole
from wisp_tools.beside import side
from wisp_tools.beside.verbs import Perftest
from wisp_tools.interrupts import interruptible
from wisp_tools.processes import says, server
from wisp_tools.tree import WISP

SCHEMA = "wisp-write-cost-1"
SMALL_BYTES = 64
#: The original's settings (its README): keys of 3 digits, values of 100 bytes, 10 requests sent ahead.
SETTINGS = LoadSettings(key_size=3, payload_size=100, ahead=10, seed=1)
SERVER_SECONDS = 60
TIMEOUT_SECONDS = 60.0

Found = dict[str, Any]


@dataclass(frozen=True)
class PythonWrite:
    """Of the requests of a round, in nanoseconds; the write is the post and its completion, the steps are means."""

    writeMean: float
    writeP50: int
    steps: dict[str, float]
    requestsPerSecond: float


@dataclass(frozen=True)
class ProgramWrite:
    """Of perftest, in nanoseconds: a write until the device is done with it, and half a round trip."""

    writeMean: float
    halfRoundTripP50: float


class OneAtATime(Perftest):
    """perftest with one message under way."""

    def write(self, size: int, count: int) -> ProgramWrite:
        row = self.run("ib_write_bw", size, count, ["-t", 1, "-Q", 1, "-I", 0])
        return ProgramWrite(1000 / float(row[4]), self.latency("write", size, count)["p50"])


def main(arguments: list[str]) -> int:
    options = _parse(arguments)
    rdma.require()
    packages.require("record")
    port = devices.choose(options.device)
    if options.json:
        files.prepare(options.json)
    with interruptible():
        found = _measured(options, port)
    files.check(SCHEMA, found)
    if options.json:
        files.write_json(options.json, found)
    print(in_table(found))
    return 0


def _measured(options: argparse.Namespace, port: devices.Port) -> Found:
    placement = "split" if len(os.sched_getaffinity(0)) > 1 else "free"
    started_at = environment.timestamp()
    conditions = environment.capture(started_at, files.without_places(options.arguments), transports())
    cores = side.Cores.of(placement)
    command = [WISP, "simple-kv", "-s", "--transport", "rdma", "--port", 0]
    command += ["--device", f"{port.device}:{port.number}:{port.gid_index}"]
    with tempfile.TemporaryDirectory(prefix="simple-kv-") as folder:
        log = Path(folder) / "simple-kv.log"
        with server(side.pinned(cores.server, command), log, lambda: says(log, "^simple_kv .*\n"), SERVER_SECONDS):
            # It sleeps while nobody is connected.
            found = re.search(r":(\d+),", log.read_text())
            assert found
            rounds = _measure(options, port, cores, Path(folder), int(found[1]))
    return document(options, port, placement, conditions, rounds)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = Parser("./wisp simple-kv explain-write", __doc__, "simple-kv")
    parser.add_argument("--rounds", type=whole(1, 1000), default=5, help="rounds that count (default 5)")
    parser.add_argument("--requests", type=whole(100, 10**6), default=1000, help="writes in a round (default 1000)")
    parser.add_argument("--device", metavar="NAME[:PORT[:GID]]", help="the first that works by default")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write every figure")
    options = parser.parse_args(arguments)
    options.arguments = ["explain-write", *arguments]
    side.need(parser, ("ib_write_bw", "ib_write_lat", "taskset"), "perftest util-linux")
    return options


def _measure(
    options: argparse.Namespace, port: devices.Port, cores: side.Cores, folder: Path, server_port: int
) -> list[Found]:
    mtu = 128 << _active_mtu(port)
    device = {"device": port.device, "port": port.number, "mtu": mtu, "gidIndex": port.gid_index}
    perftest = OneAtATime(device, folder, cores)
    if cores.client:
        os.sched_setaffinity(0, {int(cores.client)})

    def python(write: str) -> PythonWrite:
        return _python_write(server_port, write, str(options.device or port.device), options.requests)

    subjects: dict[str, Callable[[], PythonWrite | ProgramWrite]] = {
        "pythonRegion": lambda: python(REGION),
        "pythonRequest": lambda: python(REQUEST),
        "cRegion": lambda: perftest.write(DEFAULT_REGION_BYTES, options.requests),
        "cRequest": lambda: perftest.write(SMALL_BYTES, options.requests),
    }

    def in_words(measured: dict[str, PythonWrite | ProgramWrite]) -> str:
        values = {name: asdict(found) for name, found in measured.items()}
        return ", ".join(f"{name} {typical(values, name) / 1000:,.1f} us" for name in values)

    return [
        {"order": list(one.order), **{name: asdict(found) for name, found in one.measured.items()}}
        for one in side.interleave("writes", options.rounds, subjects, in_words, warmup=False)
    ]


def request_bytes(settings: LoadSettings) -> dict[str, int]:
    """What Python writes for a request of each kind: a frame's header and the line."""
    key, value = b"1" * settings.key_size, b"x" * settings.payload_size
    return {
        kind: HEADER_BYTES + len(protocol.encode_request(kind, key, value))
        for kind in (protocol.PUT, protocol.GET, protocol.DELETE)
    }


def _active_mtu(port: devices.Port) -> int:
    """As verbs number it: 1 is 256 bytes, 5 is 4096."""
    with rdma.Link(port, sends=1, receives=1) as link:
        return link.address.mtu


def _python_write(port: int, write: str, device: str, requests: int) -> PythonWrite:
    with closing(RdmaExchange("127.0.0.1", port, TIMEOUT_SECONDS, SETTINGS.ahead, write, device)) as exchange:
        measured = perf.measure(exchange, SETTINGS, requests, requests // 10, 1, profile=True)
    steps = measured.steps
    writes = sorted(map(sum, zip(steps["post"], steps["complete"], strict=True)))
    means = {step: statistics.mean(values) for step, values in steps.items()}
    return PythonWrite(statistics.mean(writes), quantile(writes, 0.5), means, measured.requests_per_second)


def typical(measured: Found, subject: str) -> float:
    """Nanoseconds of a subject's write: the median where there is one."""
    found = measured[subject]
    return float(found["writeP50"] if "writeP50" in found else found["writeMean"])


def shares(measured: Found) -> dict[str, float]:
    """What parts a region's write in Python has; they add up to 1."""
    region, request, small = (typical(measured, name) for name in ("pythonRegion", "pythonRequest", "cRequest"))
    return {"mistake": (region - request) / region, "python": (request - small) / region, "device": small / region}


def summarize(rounds: list[Found]) -> Found:
    """The shares and ratios of all rounds."""
    each = [shares(measured) for measured in rounds]

    def ratio(above: str, below: str) -> dict[str, float]:
        return side.spread([typical(measured, above) / typical(measured, below) for measured in rounds])

    return {
        "shares": {name: side.spread([found[name] for found in each]) for name in ("mistake", "python", "device")},
        "ratios": {
            "pythonRegionToPythonRequest": ratio("pythonRegion", "pythonRequest"),
            "cRegionToCRequest": ratio("cRegion", "cRequest"),
            "pythonRequestToCRequest": ratio("pythonRequest", "cRequest"),
            "pythonRegionToCRegion": ratio("pythonRegion", "cRegion"),
        },
    }


def document(
    options: argparse.Namespace, port: devices.Port, placement: str, conditions: Found, rounds: list[Found]
) -> Found:
    return {
        "format": "wisp-write-cost",
        "version": 1,
        "environment": conditions,
        "device": port.device,
        "emulated": port.emulated,
        "placement": placement,
        "settings": {
            "requests": options.requests,
            "regionBytes": DEFAULT_REGION_BYTES,
            "requestBytes": request_bytes(SETTINGS),
            "smallBytes": SMALL_BYTES,
            "keySize": SETTINGS.key_size,
            "payloadSize": SETTINGS.payload_size,
            "ahead": SETTINGS.ahead,
        },
        "rounds": rounds,
        "summary": summarize(rounds),
    }


def in_table(found: Found) -> str:
    """What is printed."""
    parts = {
        "mistake": "the mistake: 102,400 bytes instead of the request",
        "python": "Python: what it takes beyond a program in C",
        "device": "the device: a small write of a program in C",
    }
    ratios = {
        "pythonRegionToPythonRequest": "Python: region to request",
        "cRegionToCRequest": "C: 102,400 to 64 bytes",
        "pythonRequestToCRequest": "request in Python to 64 bytes in C",
        "pythonRegionToCRegion": "region in Python to 102,400 bytes in C",
    }

    def rows(head: tuple[str, str], names: dict[str, str], what: str, form: str) -> str:
        values = found["summary"][what]
        return side.table(head, *((words, side.spread_in_words(values[name], form)) for name, words in names.items()))

    head = ("part of a write of the whole region, in Python", "median share (lowest to highest)")
    other_head = ("ratio of the times of a write", "median (lowest to highest)")
    warning = "Soft-RoCE, emulated: only the ratios mean anything.\n\n" if found["emulated"] else ""
    return f"{warning}{rows(head, parts, 'shares', '.1%')}\n\n{rows(other_head, ratios, 'ratios', '.2f')}"
