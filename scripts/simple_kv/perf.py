# SPDX-License-Identifier: Apache-2.0
"""The perf client: prepares the store, warms up, measures, and makes of it what is printed and recorded."""

import json
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from simple_kv import protocol
from simple_kv.errors import ProtocolError
from simple_kv.exchange import STEPS, Exchange, ProfiledExchange, ask
from simple_kv.load import Load, LoadSettings, Recorded
from wisp_tools import environment
from wisp_tools.devices import content
from wisp_tools.estimates import mean_error

BENCHMARK = "simple_kv.request"


@dataclass(frozen=True)
class ServerDescription:
    """What a server tells of itself on "info"."""

    description: str
    command: str
    cores: str
    emulated: bool


def describe_server(exchange: Exchange) -> ServerDescription:
    """Asks a server what it is. Raises ProtocolError if that is no server of this program."""
    reply = ask(exchange, protocol.encode_request(protocol.INFO))
    try:
        found = json.loads(reply.text)
        description, command, cores = (found[name] for name in ("description", "command", "cores"))
        if not reply.done or not all(isinstance(each, str) for each in (description, command, cores)):
            raise ValueError("not the words of a server")
        return ServerDescription(description, command, cores, bool(found["emulated"]))
    except (ValueError, KeyError, TypeError) as error:
        raise ProtocolError("the server does not describe itself: is it one of simple-kv?") from error


class ProgressLine:
    """Says on the standard error output how far something is that takes more than two seconds.

    On a terminal that is one line, elsewhere a line every ten seconds.
    """

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._began = self._next = 0.0
        self._what = ""
        self._shown = False

    def begin(self, what: str) -> None:
        self._what = what
        self._began = time.monotonic()
        self._next = self._began + (2 if self._is_terminal else 10)

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + (0.5 if self._is_terminal else 10)
        left = f", about {(now - self._began) * (total - done) / done:,.0f} s left" if done else ""
        text = f"{self._what}: {done:,} of {total:,}{left}"
        if self._is_terminal:
            self._shown = True
            print(f"\r{text:<78}", end="", file=sys.stderr, flush=True)
        else:
            print(text, file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._shown:
            print("\r" + " " * 78 + "\r", end="", file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Measured:
    """What a measurement gave."""

    settings: LoadSettings
    server: ServerDescription
    iterations: list[Recorded]
    steps: dict[str, list[int]]

    @property
    def requests_per_second(self) -> float:
        return statistics.mean(each.requests_per_second for each in self.iterations)


def measure(
    exchange: Exchange, settings: LoadSettings, requests: int, warmup: int, iterations: int, profile: bool
) -> Measured:
    """Runs the load, `requests` in all iterations together; `profile`: whether their steps are timed."""
    progress = ProgressLine()
    server = describe_server(exchange)
    load = Load(settings)
    profiled = ProfiledExchange(exchange) if profile else None
    measured: Exchange = profiled or exchange
    try:
        progress.begin("preparing keys")
        load.prepare(exchange, progress)
        progress.begin("warming up")
        load.run(measured, warmup, progress)
        if profiled:
            profiled.reset()
        recorded = []
        for number in range(iterations):
            progress.begin(f"measuring, part {number + 1} of {iterations}")
            part = requests * (number + 1) // iterations - requests * number // iterations
            recorded.append(load.run(measured, part, progress))
    finally:
        progress.end()
    steps = profiled.nanoseconds if profiled else {}
    return Measured(settings, server, recorded, {step: list(each) for step, each in steps.items()})


def measurement(
    measured: Measured, exchange: Exchange, parameters: dict[str, str], warmup: int, log: tuple[Path, str]
) -> dict[str, object]:
    """The measurement of a result file (results/FORMAT.md); writes its histogram log."""
    from simple_kv import latencies  # needs HdrHistogram, which measuring itself does not

    (file, name), settings = log, measured.settings
    latencies.write_log(file, BENCHMARK, measured.iterations)
    samples = [each.requests_per_second for each in measured.iterations]
    client_cores = environment.cores()
    return {
        "benchmark": BENCHMARK,
        "mode": "thrpt",
        "threads": 1,
        "forks": 1,
        "warmupIterations": int(warmup > 0),
        "measuredIterations": len(samples),
        "jvmFlags": [],
        "parameters": {
            "keySize": str(settings.key_size),
            "payloadSize": str(settings.payload_size),
            "operation": "wisp",
            "ahead": str(settings.ahead),
            "placement": placement(client_cores, measured.server.cores),
            **parameters,
        },
        "score": {"value": statistics.mean(samples), "error": mean_error(samples), "unit": "ops/s", "samples": samples},
        "secondary": {
            f"profile.{step}": {"value": statistics.mean(values), "error": None, "unit": "ns/op"}
            for step, values in measured.steps.items()
            if values
        },
        "ends": {
            "client": exchange.description,
            "clientCores": client_cores,
            "server": measured.server.description,
            "serverCores": measured.server.cores,
            "serverCommand": measured.server.command,
            "emulated": measured.server.emulated or getattr(exchange, "emulated", False),
            "keys": settings.keys,
        },
        "latencies": latencies.summaries(measured.iterations),
        "histogramLog": name,
    }


def placement(client_cores: str, server_cores: str) -> str:
    """As the suite calls it: free, shared or split; "other" where it is none of them."""
    if client_cores == server_cores:
        every = content(Path("/sys/devices/system/cpu/online"))
        if client_cores == every:
            return "free"
        return "shared" if client_cores.isdecimal() else "other"
    return "split" if client_cores.isdecimal() and server_cores.isdecimal() else "other"


def summary(measured: Measured) -> str:
    """What is printed of a measurement."""
    settings = measured.settings
    lines = [
        f"{measured.server.description}",
        f"{sum(each.requests for each in measured.iterations):,} requests, {settings.ahead} sent ahead,"
        f" {settings.keys:,} keys of {settings.key_size} digits, values of {settings.payload_size:,} bytes,"
        f" seed {settings.seed}",
        f"{measured.requests_per_second:,.0f} requests/s",
        _rows(measured.iterations),
    ]
    if measured.server.emulated:
        lines.insert(1, "EMULATED RDMA device (Soft-RoCE): only ratios within one machine mean anything")
    if measured.steps:
        lines.append(_profile(measured.steps))
    return "\n".join(lines)


def _rows(iterations: list[Recorded]) -> str:
    lines = ["operation    requests      misses    p50 us    p99 us    max us"]
    for kind in iterations[0].nanoseconds:
        values = sorted(value for each in iterations for value in each.nanoseconds[kind])
        if values:
            misses = sum(each.misses[kind] for each in iterations)
            p50, p99, most = (quantile(values, share) / 1000 for share in (0.5, 0.99, 1))
            lines.append(f"{kind:<9} {len(values):>11,} {misses:>11,} {p50:>9,.1f} {p99:>9,.1f} {most:>9,.1f}")
    return "\n".join(lines)


def _profile(steps: dict[str, list[int]]) -> str:
    total = sum(map(sum, steps.values()))
    lines = ["step of a request    p50 us   mean us     share"]
    for step in STEPS:
        values = sorted(steps[step])
        mean = statistics.mean(values)
        p50 = quantile(values, 0.5) / 1000
        lines.append(f"{step:<17} {p50:>9,.1f} {mean / 1000:>9,.1f} {sum(values) / total:>9.1%}")
    return "\n".join(lines)


def quantile(ordered: list[int], share: float) -> int:
    """The least value that so large a share of all is not above."""
    return ordered[max(0, min(len(ordered), -int(-share * len(ordered) // 1)) - 1)]
