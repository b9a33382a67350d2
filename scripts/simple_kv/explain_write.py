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
import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import json_file
from compare_with_perftest import ComparisonError, Cores, Perftest, end
from interrupts import interruptible
from simple_kv import devices, environment, perf, protocol, rdma, schemas
from simple_kv.command import Parser, whole
from simple_kv.errors import SimpleKvError
from simple_kv.load import LoadSettings
from simple_kv.perf import quantile
from simple_kv.rdma_client import REGION, REQUEST, RdmaExchange
from simple_kv.rdma_server import DEFAULT_REGION_BYTES
from simple_kv.request_region import HEADER_BYTES

SCHEMA = "wisp-write-cost-1"
SMALL_BYTES = 64
#: The original's settings (its README): keys of 3 digits, values of 100 bytes, 10 requests sent ahead.
SETTINGS = LoadSettings(key_size=3, payload_size=100, ahead=10, seed=1)
SERVER_SECONDS = 60
TIMEOUT_SECONDS = 60.0


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
        options = ["-s", size, "-n", count, "-t", 1, "-Q", 1, "-I", 0]
        row = self._run("ib_write_bw", options, size, count)
        return ProgramWrite(1000 / float(row[4]), self.latency("write", size, count)["p50"])


class SimpleKvServer:
    """A server process of simple-kv; it sleeps while nobody is connected."""

    def __init__(self, device: str, cores: Cores, folder: Path) -> None:
        self._log = open(folder / "simple-kv.log", "w+")
        program = Path(__file__).resolve().parent.parent / "simple_kv.py"
        command = [sys.executable, program, "-s", "--transport", "rdma", "--port", "0", "--device", device]
        self._process = subprocess.Popen(
            cores.command("server", command),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def port(self) -> int:
        """Waits until it listens."""
        deadline = time.monotonic() + SERVER_SECONDS
        while time.monotonic() < deadline:
            said = self._said()
            if self._process.poll() is not None:
                raise ComparisonError(f"the server ended: {said.strip()[-300:]}")
            if said.endswith("\n"):
                return int(said.split(",")[0].rpartition(":")[2])
            time.sleep(0.1)
        raise ComparisonError(f"the server does not listen after {SERVER_SECONDS} s")

    def close(self) -> None:
        end(self._process)
        self._log.close()

    def _said(self) -> str:
        with open(self._log.name) as log:
            return log.read()


def main(arguments: list[str]) -> int:
    options = _parse(arguments)
    rdma.require()
    port = devices.choose(options.device)
    missing = [each for each in ("ib_write_bw", "ib_write_lat", "taskset") if shutil.which(each) is None]
    if missing:
        raise SimpleKvError(f"not found: {', '.join(missing)} (Debian: apt-get install perftest util-linux)")
    try:
        if options.json:
            json_file.prepare(options.json)
        with interruptible():
            found = _measured(options, port)
        schemas.check(SCHEMA, found)
        if options.json:
            json_file.write(options.json, found)
    except (ComparisonError, json_file.JsonFileError) as error:
        raise SimpleKvError(str(error)) from error
    except subprocess.TimeoutExpired as error:
        raise SimpleKvError(f"{error.cmd[0]} did not end in time") from error
    print(table(found))
    return 0


def _measured(options: argparse.Namespace, port: devices.Port) -> dict[str, object]:
    placement = "split" if len(os.sched_getaffinity(0)) > 1 else "free"
    started_at = environment.timestamp()
    conditions = environment.capture(started_at, json_file.without_places(sys.argv[1:]))
    with tempfile.TemporaryDirectory(prefix="simple-kv-") as folder, contextlib.ExitStack() as stack:
        cores = Cores(placement)
        server = SimpleKvServer(f"{port.device}:{port.number}:{port.gid_index}", cores, Path(folder))
        stack.callback(server.close)
        rounds = _measure(options, port, cores, Path(folder), server.port())
    return _document(options, port, placement, conditions, rounds)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = Parser(
        "simple-kv explain-write", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=whole(1, 1000), default=5, help="rounds that count (default 5)")
    parser.add_argument(
        "--requests", type=whole(100, 10**6), default=1000, help="writes in a round (default 1000)"
    )
    parser.add_argument("--device", metavar="NAME[:PORT[:GID]]", help="the first that works by default")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write every figure")
    return parser.parse_args(arguments)


def _measure(
    options: argparse.Namespace, port: devices.Port, cores: Cores, folder: Path, server_port: int
) -> list[dict[str, object]]:
    mtu = 128 << _active_mtu(port)
    device = {"device": port.device, "port": port.number, "mtu": mtu, "gidIndex": port.gid_index}
    perftest = OneAtATime(device, folder, cores)
    if cores.placement == "split":
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

    def python(write: str) -> PythonWrite:
        return _python_write(server_port, write, str(options.device or port.device), options.requests)

    subjects = {
        "pythonRegion": lambda: python(REGION),
        "pythonRequest": lambda: python(REQUEST),
        "cRegion": lambda: perftest.write(DEFAULT_REGION_BYTES, options.requests),
        "cRequest": lambda: perftest.write(SMALL_BYTES, options.requests),
    }
    rounds = []
    for number in range(options.rounds):
        order = list(subjects) if number % 2 else list(subjects)[::-1]
        measured = {name: asdict(subjects[name]()) for name in order}
        rounds.append({"order": order, **{name: measured[name] for name in subjects}})
        said = ", ".join(f"{name} {typical(measured, name) / 1000:,.1f} us" for name in subjects)
        print(f"round {number + 1} of {options.rounds}: {said}", file=sys.stderr, flush=True)
    return rounds


def request_bytes(settings: LoadSettings) -> dict[str, int]:
    """What Python writes for a request of each kind: a frame's header and the line."""
    key, value = b"1" * settings.key_size, b"x" * settings.payload_size
    return {
        kind: HEADER_BYTES + len(protocol.encode_request(kind, key, value))
        for kind in (protocol.PUT, protocol.GET, protocol.DELETE)
    }


def _active_mtu(port: devices.Port) -> int:
    """As verbs number it: 1 is 256 bytes, 5 is 4096."""
    link = rdma.Link(port, sends=1, receives=1)
    try:
        return link.address.mtu
    finally:
        link.close()


def _python_write(port: int, write: str, device: str, requests: int) -> PythonWrite:
    exchange = RdmaExchange("127.0.0.1", port, TIMEOUT_SECONDS, SETTINGS.ahead, write, device)
    try:
        measured = perf.measure(exchange, SETTINGS, requests, requests // 10, 1, profile=True)
    finally:
        exchange.close()
    steps = measured.steps
    writes = sorted(map(sum, zip(steps["post"], steps["complete"], strict=True)))
    means = {step: statistics.mean(values) for step, values in steps.items()}
    return PythonWrite(statistics.mean(writes), quantile(writes, 0.5), means, measured.requests_per_second)


def typical(measured: dict[str, dict[str, float]], subject: str) -> float:
    """Nanoseconds of a subject's write: the median where there is one."""
    found = measured[subject]
    return found["writeP50"] if "writeP50" in found else found["writeMean"]


def shares(measured: dict[str, dict[str, float]]) -> dict[str, float]:
    """What parts a region's write in Python has; they add up to 1."""
    region, request, small = (
        typical(measured, name) for name in ("pythonRegion", "pythonRequest", "cRequest")
    )
    return {
        "mistake": (region - request) / region,
        "python": (request - small) / region,
        "device": small / region,
    }


def _spread(values: list[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "lowest": min(values), "highest": max(values)}


def summarize(rounds: list[dict[str, dict[str, float]]]) -> dict[str, object]:
    """The shares and ratios of all rounds."""
    each = [shares(measured) for measured in rounds]

    def ratio(above: str, below: str) -> dict[str, float]:
        return _spread([typical(measured, above) / typical(measured, below) for measured in rounds])

    return {
        "shares": {
            name: _spread([found[name] for found in each]) for name in ("mistake", "python", "device")
        },
        "ratios": {
            "pythonRegionToPythonRequest": ratio("pythonRegion", "pythonRequest"),
            "cRegionToCRequest": ratio("cRegion", "cRequest"),
            "pythonRequestToCRequest": ratio("pythonRequest", "cRequest"),
            "pythonRegionToCRegion": ratio("pythonRegion", "cRegion"),
        },
    }


def _document(
    options: argparse.Namespace,
    port: devices.Port,
    placement: str,
    conditions: dict[str, object],
    rounds: list[dict[str, object]],
) -> dict[str, object]:
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


def table(found: dict[str, object]) -> str:
    """What is printed."""
    shares_of, ratios = found["summary"]["shares"], found["summary"]["ratios"]
    names = {
        "mistake": "the mistake: 102,400 bytes instead of the request",
        "python": "Python: what it takes beyond a program in C",
        "device": "the device: a small write of a program in C",
    }
    lines = ["Soft-RoCE, emulated: only the ratios mean anything.", ""] if found["emulated"] else []
    lines += [
        "| part of a write of the whole region, in Python | median share (lowest to highest) |",
        "|---|---|",
    ]
    for name, words in names.items():
        share = shares_of[name]
        lines.append(f"| {words} | {share['median']:.1%} ({share['lowest']:.1%} to {share['highest']:.1%}) |")
    lines += ["", "| ratio of the times of a write | median (lowest to highest) |", "|---|---|"]
    for name, words in {
        "pythonRegionToPythonRequest": "Python: region to request",
        "cRegionToCRequest": "C: 102,400 to 64 bytes",
        "pythonRequestToCRequest": "request in Python to 64 bytes in C",
        "pythonRegionToCRegion": "region in Python to 102,400 bytes in C",
    }.items():
        ratio = ratios[name]
        lines.append(f"| {words} | {ratio['median']:.2f} ({ratio['lowest']:.2f} to {ratio['highest']:.2f}) |")
    return "\n".join(lines)
