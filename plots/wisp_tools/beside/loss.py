# SPDX-License-Identifier: Apache-2.0
"""Measures what a lost packet costs over rdma, by how long devices wait for an acknowledgement (--ack-timeout).

A reliable connection sends again what was lost. Where one request is under way at a time, nothing but a clock tells a
device that something was: the ack timeout. Server and client have a software device each, at the ends of a virtual
cable that loses packets at random, both ways (netem). There is a server for each ack timeout, and one client, which
stays warm and measures them in turns: one request at a time, puts and gets in equal parts. Rounds are interleaved and
their order alternates.

    ./wisp guest --virtual ./wisp beside loss [--rounds N] [--requests N] [--ack-timeouts TIME,TIME] [--json FILE]
        [CASE ...]

Cases, by the share of packets that is lost: loss-0, loss-0.1 and loss-1 (percent). Ack timeouts, of both ends, unless
others are named: 1.05, 4.19, 16.8, 67.1, 268 and 537 ms, of which the last is Wisp's own.

The answers are latencies, and counts: packets that the cable lost, the few of control connections included, and how
often both devices sent again (their counter completer_retry_err). Where an ack timeout is too short for the machine,
devices send again what was not lost; and a connection breaks whose other side is silent seven times. The run has failed
then: it is counted, and has no latencies.

It needs the virtual machine, whose routes it changes while it runs. All figures are emulated. The ack timeouts are real
time, in steps of the kernel's clock (4 ms in Debian's); the rest is much slower than in hardware.
"""

import argparse
import json
import os
import re
import statistics
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from wisp_tools import environment, files
from wisp_tools.arguments import Parser, whole
from wisp_tools.beside import cable, side
from wisp_tools.beside.cable import Cable
from wisp_tools.campaign.clients import MeasurementFailure, WarmClient
from wisp_tools.processes import free_port
from wisp_tools.results.fields import Fields
from wisp_tools.tree import WISP

FORMAT, SCHEMA = "wisp-beside-loss", "wisp-beside-loss-1"
CASES = {"loss-0": 0.0, "loss-0.1": 0.1, "loss-1": 1.0}
"""Percent of packets."""
ACK_TIMEOUTS = ("1ms", "4ms", "16ms", "67ms", "268ms", "536ms")
"""As they are asked for. What devices keep is somewhat longer."""
KEY_SIZE, PAYLOAD_SIZE, MIX = 2, 100, "put:1,get:1"
FIRST_WARMUP, WARMUP_REQUESTS = "5s", 100
"""With each server before anything is lost, and in each run that counts."""
REQUEST_TIMEOUT = "60s"
"""Longer than devices try, so that it is they who give up."""
LIMIT_SECONDS = 1800
FIGURES = ("p50", "p99", "p99.9", "max")


@dataclass(frozen=True)
class Sample:
    """What one run came to."""

    lostPackets: int
    retransmissions: int | None
    latencyNanoseconds: dict[str, int] | None
    """FIGURES; None if the run failed."""
    failure: str | None
    """Why it did, in the client's words."""

    def __str__(self) -> str:
        if self.latencyNanoseconds is None:
            return "failed"
        return f"{_milliseconds(self.latencyNanoseconds['p99'])} ms"


class Servers:
    """One for each ack timeout at the far end of the cable, and the client that measures them."""

    def __init__(self, laid: Cable, ack_timeouts: Sequence[str], requests: int, folder: Path, stack: ExitStack) -> None:
        self._cable = laid
        self._requests = requests
        self._folder = folder
        self._cores = side.Cores.of("split")
        self._client = stack.enter_context(closing(WarmClient(WISP, folder)))
        self._servers: dict[str, side.Held] = {}
        self.taken: dict[str, int] = {}
        """Of each ack timeout that is asked for, the nanoseconds that devices keep."""
        for each in ack_timeouts:
            # One after the other: they poll on one core, and stand still once they have been measured.
            self._servers[each] = stack.enter_context(self._serving(each))
            self.taken[each] = self._warm(each)
            side.say(f"the server with --ack-timeout {each} is warm, and so is the client")

    def _serving(self, ack_timeout: str) -> Any:
        port, log = free_port(), self._folder / f"wisp-{ack_timeout}.log"
        command = [
            *(WISP, "-s", "--host", cable.FAR.address, "--port", port, "--threads", 1, "--memory", "64m"),
            *self._end(cable.FAR, ack_timeout, self._cores.server),
        ]
        return side.serving(command, None, port, log, lambda: "ready" in log.read_text())

    @staticmethod
    def _end(end: cable.End, ack_timeout: str, core: str | None) -> tuple[str, ...]:
        """The options that both sides have."""
        manner = ("--wait", "poll", *side.cores_option(core))
        return ("--transport", "rdma", "--device", end.device, "--ack-timeout", ack_timeout, *manner)

    def _warm(self, ack_timeout: str) -> int:
        found = self._run(ack_timeout, "--preload", "all", "--warmup", FIRST_WARMUP)
        return int(found["connection"]["ackTimeoutNanoseconds"])

    def _run(self, ack_timeout: str, *more: object) -> dict[str, Any]:
        """The file that the client leaves. Raises MeasurementFailure if the run fails."""
        server, target = self._servers[ack_timeout], self._folder / "perf.json"
        words = (
            *(f"{cable.FAR.address}:{server.port}", *self._end(cable.NEAR, ack_timeout, self._cores.client)),
            *("--key_size", KEY_SIZE, "--payload_size", PAYLOAD_SIZE, "--mix", MIX, "--requests", self._requests),
            *("--timeout", REQUEST_TIMEOUT, *more, "--json", target),
        )
        log = self._folder / "client.log"
        server.measured(lambda: self._client.measure(tuple(map(str, words)), log, LIMIT_SECONDS))
        found = json.loads(target.read_text())
        assert isinstance(found, dict)
        return found

    def measure(self, ack_timeout: str) -> Sample:
        before, latency, failure = self._cable.counts(), None, None
        try:
            (run,) = self._run(ack_timeout, "--warmup", WARMUP_REQUESTS)["runs"]
            found = run["operations"]["all"]["latencyNanoseconds"]
            latency = {name: int(found[name]) for name in FIGURES}
        except MeasurementFailure as failed:
            failure = str(failed)
        after = self._cable.counts()
        again = (after.retransmissions, before.retransmissions)
        return Sample(
            after.lost - before.lost,
            None if again[0] is None or again[1] is None else again[0] - again[1],
            latency,
            failure,
        )


def compare(servers: Servers, laid: Cable, case: str, rounds: int) -> list[dict[str, Any]]:
    """Measures a case with all ack timeouts, and returns a row for each."""
    laid.lose(CASES[case])
    try:
        subjects: dict[str, Callable[[], Sample]] = {each: partial(servers.measure, each) for each in servers.taken}

        def in_words(measured: dict[str, Sample]) -> str:
            return "p99 " + ", ".join(f"{sample} by {each}" for each, sample in measured.items())

        found = side.interleave(case, rounds, subjects, in_words, warmup=False)
    finally:
        laid.lose(0)
    return [
        {
            "case": case,
            "lossPercent": CASES[case],
            "askedFor": each,
            "ackTimeoutNanoseconds": kept,
            "rounds": [asdict(one.measured[each]) for one in found],
        }
        for each, kept in servers.taken.items()
    ]


HEAD = (
    *("loss", "ack timeout, ms", *(f"{name}, ms: median of rounds (lowest to highest)" for name in FIGURES[:-1])),
    *("longest, ms", "packets lost", "sent again", "runs that failed"),
)


def _milliseconds(nanoseconds: float) -> str:
    return f"{nanoseconds / 1e6:,.2f}"


def cells_of(row: Fields) -> tuple[str, ...]:
    """Of a table with HEAD."""
    rounds = list(row.each("rounds"))
    latencies = [one.inner("latencyNanoseconds") for one in rounds if "latencyNanoseconds" in one]
    again = [one.whole("retransmissions") for one in rounds if "retransmissions" in one]

    def spread(name: str) -> str:
        values = [each.number(name) for each in latencies]
        if not values:
            return ""
        median, lowest, highest = (_milliseconds(of(values)) for of in (statistics.median, min, max))
        return f"{median} ({lowest} to {highest})"

    return (
        *(f"{row.number('lossPercent'):g} %", _milliseconds(row.number("ackTimeoutNanoseconds"))),
        *map(spread, FIGURES[:-1]),
        _milliseconds(max(each.number("max") for each in latencies)) if latencies else "",
        f"{sum(one.whole('lostPackets') for one in rounds):,}",
        f"{sum(again):,}" if len(again) == len(rounds) else "",
        f"{len(rounds) - len(latencies)} of {len(rounds)}",
    )


def in_table(rows: Sequence[dict[str, Any]]) -> str:
    note = "Soft-RoCE, emulated: the ack timeouts are real time, and all else is slower than in hardware.\n\n"
    return note + side.table(HEAD, *(cells_of(Fields(row, row["case"])) for row in rows))


def conditions(options: Any) -> dict[str, Any]:
    return {
        **side.surroundings(),
        "guest": os.environ["WISP_GUEST"],
        "wisp": environment.version_of(str(WISP)),
        "emulated": True,
        "keySize": KEY_SIZE,
        "payloadSize": PAYLOAD_SIZE,
        "mix": MIX,
        "requests": options.requests,
        "rounds": options.rounds,
        "arguments": files.without_places(options.arguments),
    }


def times(text: str) -> tuple[str, ...]:
    """Reads times with commas between them, each once; whether devices can keep them is for Wisp to say."""
    if not re.fullmatch(r"\d{1,9}(ms|s)(,\d{1,9}(ms|s))*", text):
        raise argparse.ArgumentTypeError(f"times as 4ms,67ms are wanted, and {text!r} is not that")
    return tuple(dict.fromkeys(text.split(",")))


def parser() -> Parser:
    made = side.parser("loss", __doc__, "that count")
    help_text = "of a run, of which there is one for each ack timeout in a round (default 5000)"
    made.add_argument("--requests", type=whole(100, 10**6), default=5000, help=help_text)
    help_text = f"of both ends, which devices round up (default {','.join(ACK_TIMEOUTS)})"
    made.add_argument("--ack-timeouts", type=times, default=ACK_TIMEOUTS, metavar="TIME,TIME", help=help_text)
    made.add_argument("cases", nargs="*", metavar="CASE", help="the cases to run; all of them by default")
    return made


def main(arguments: Sequence[str]) -> int:
    made = parser()
    options = made.parse_args(arguments)
    options.arguments = list(arguments)
    cases = side.chosen(made, options.cases, list(CASES))
    if not os.environ.get("WISP_GUEST"):
        made.error("it changes the routes of its machine: run it as ./wisp guest --virtual ./wisp beside loss")
    side.need(made, cable.PROGRAMS, "iproute2", cores=2)
    side.prepare(options.json)
    started = conditions(options)
    with tempfile.TemporaryDirectory(prefix="wisp-beside-") as folder, ExitStack() as stack:
        laid = stack.enter_context(cable.laid())
        servers = Servers(laid, options.ack_timeouts, options.requests, Path(folder), stack)
        rows = [row for case in cases for row in compare(servers, laid, case, options.rounds)]
    found = {"format": FORMAT, "version": 1, "conditions": started, "rows": rows}
    side.write(options.json, SCHEMA, found)
    print(in_table(rows))
    return 0
