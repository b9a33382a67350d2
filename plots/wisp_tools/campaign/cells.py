# SPDX-License-Identifier: Apache-2.0
"""The cells of a campaign, and which of them a plan for a place makes."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

HOST, GUEST = "host", "guest"
CLIENT, SUITE, SIMPLE_KV = "client", "suite", "simple_kv"


@dataclass(frozen=True)
class Cell:
    """One measurement of a campaign, which each of its rounds makes once."""

    place: str
    """`host`, or `guest` for the machine with an RDMA device."""
    group: str
    """The series that it belongs to; plots never mix two."""
    name: str
    """Unique in its place; the name of its file or folder."""
    instrument: str
    """`client` (`./wisp -p`), `suite` (`./wisp bench`) or `simple_kv` (`./wisp simple-kv`)."""
    transport: str
    options: tuple[str, ...]
    """Of the instrument."""
    seconds: float
    """About how long it takes, starting and stopping included."""


@dataclass(frozen=True)
class WayToMeasure:
    """A transport with what its cells need to know of it."""

    transport: str
    get: str | None = None
    write: str | None = None
    program: str = "wisp"
    requests: int = 0
    """Of simple_kv in one measurement of some seconds, which has nothing to compile; the others go by time."""

    @property
    def name(self) -> str:
        program = "simple-kv-" if self.program == "simple_kv" else ""
        return program + self.transport + "".join(f"-{word}" for word in (self.get, self.write) if word)


KEY_SIZE = 3
PAYLOAD_SIZE = 100
SENT_AHEAD = 10
"""By the client of the original notes."""

START_SECONDS = {HOST: 3.0, GUEST: 24.0}
"""For a client to start and stop, on the host with its server."""
SIMPLE_KV_SECONDS = {HOST: 6.0, GUEST: 13.0}
"""For a measurement by simple_kv, its server's start included."""
FIRST_RATE = {HOST: 1000, GUEST: 100}
"""Requests a second, where a climb begins."""
LOAD_STEPS = 18
"""Rates that a climb offers until it saturates, about."""

Options = tuple[str, ...]

SWEPT: dict[str, Callable[[int], Options]] = {
    "pipeline": lambda depth: ("--pipeline", str(depth)),
    "clients": lambda count: ("--clients", str(count)),
    "reads": lambda percent: ("--mix", _mix(percent), "--preload", "all"),
    # The server still has the values of the cells before.
    "payload": lambda size: ("--preload", "all"),
}
"""By group, the options of the client for a value of what is swept."""


@dataclass(frozen=True)
class Sweep:
    """Values of one thing, each with every way."""

    values: tuple[int, ...]
    ways: tuple[WayToMeasure, ...]


@dataclass(frozen=True)
class Plan:
    """What a campaign measures in one place by clients and by simple_kv."""

    place: str
    ways: tuple[WayToMeasure, ...]
    """Of the notes' comparison."""
    payloads: tuple[int, ...]
    """Bytes, of the same."""
    ahead: bool
    """Whether that is also made with ten requests sent ahead, as the notes' client did."""
    share: float
    """Of the requests that each way of simple_kv has."""
    warmup: int
    """Seconds, as `measured`, of each measurement by `./wisp -p`."""
    measured: int
    load_ways: tuple[WayToMeasure, ...] = ()
    load_seconds: int = 0
    """At each offered rate."""
    sweeps: Mapping[str, Sweep] = field(default_factory=dict)
    """By group, of those of SWEPT."""

    def comparison(self) -> Iterator[Cell]:
        """One request at a time, then ten sent ahead."""
        for payload, way in itertools.product(self.payloads, self.ways):
            yield self._compared("comparison", f"comparison-{payload}", way, payload, 1)
        for way in self.ways if self.ahead else ():
            if way.transport != "null":
                yield self._compared("ahead", "ahead", way, PAYLOAD_SIZE, SENT_AHEAD)

    def sweep(self, group: str) -> Iterator[Cell]:
        """None if nothing of the group is swept here."""
        sweep = self.sweeps.get(group, Sweep((), ()))
        for value, way in itertools.product(sweep.values, sweep.ways):
            payload = value if group == "payload" else PAYLOAD_SIZE
            yield self._closed(group, f"{group}-{value}", way, payload, SWEPT[group](value))

    def loads(self) -> Iterator[Cell]:
        for way in self.load_ways:
            options = (
                *("--rate", f"climb:{FIRST_RATE[self.place]}", "--arrivals", "poisson", "--preload", "all"),
                *("--warmup", f"{self.warmup}s", "--duration", f"{self.load_seconds}s", "--pipeline", "64"),
                *waiting(self.place, way.transport),
            )
            yield self._by_client("load", "load", way, PAYLOAD_SIZE, options, LOAD_STEPS * self.load_seconds)

    def _compared(self, group: str, name: str, way: WayToMeasure, payload: int, ahead: int) -> Cell:
        if way.program != "simple_kv":
            return self._closed(group, name, way, payload, ("--pipeline", str(ahead)) if ahead > 1 else ())
        requests = max(100, int(way.requests * self.share))
        options = (
            *sizes(payload),
            *("--requests", str(requests), "--warmup", str(requests // 5), "--ahead", str(ahead)),
            *(("--write", way.write) if way.write else ()),
        )
        seconds = SIMPLE_KV_SECONDS[self.place]
        return Cell(self.place, group, f"{name}-{way.name}", SIMPLE_KV, way.transport, options, seconds)

    def _closed(self, group: str, name: str, way: WayToMeasure, payload: int, options: Options) -> Cell:
        times = ("--warmup", f"{self.warmup}s", "--duration", f"{self.measured}s", "--timeout", "20s")
        options = (*times, *waiting(self.place, way.transport), *options)
        return self._by_client(group, name, way, payload, options, self.measured)

    def _by_client(
        self, group: str, name: str, way: WayToMeasure, payload: int, options: Options, seconds: int
    ) -> Cell:
        options = (*sizes(payload), *(("--get", way.get) if way.get else ()), *options)
        seconds_in_all = START_SECONDS[self.place] + self.warmup + seconds
        return Cell(self.place, group, f"{name}-{way.name}", CLIENT, way.transport, options, seconds_in_all)


def suite_cell(group: str, value: int, way: WayToMeasure, iterations: int) -> Cell:
    """By the suite, which sweeps sizes of keys and of values."""
    parameters = {
        "transport": way.transport,
        "keySize": str(value if group == "key-size" else KEY_SIZE),
        "payloadSize": str(value if group == "payload" else PAYLOAD_SIZE),
        "operation": "wisp",
        **({"get": way.get} if way.get else {}),
    }
    options = (
        "TransportBenchmark",
        *(word for key, text in parameters.items() for word in ("-p", f"{key}={text}")),
        *("-f", "1", "-wi", "2", "-w", "1", "-i", str(iterations), "-r", "1"),
    )
    name = f"{group.removesuffix('-size')}-{value}-{way.name}"
    return Cell(HOST, group, name, SUITE, way.transport, options, 4.0 + 2 + iterations)


def server_warmup(transport: str, seconds: int) -> Options:
    """Options of the client that keeps a new server of the guest busy. It is no measurement."""
    through_the_server = ("--get", "ring") if transport in ("rdma", "shm") else ()
    times = ("--warmup", "1s", "--duration", f"{seconds}s", "--timeout", "20s")
    return (*sizes(PAYLOAD_SIZE), *through_the_server, *times, *waiting(GUEST, transport))


def waiting(place: str, transport: str) -> Options:
    """Options of clients and servers. In an emulated guest to fall asleep and wake up takes several times as long as
    a request, and each side has a processor of its own, so that both poll; but not over zmq, where JeroMQ's threads
    need the same processor.
    """
    return ("--wait", "poll") if place == GUEST and transport in ("rdma", "shm", "tcp") else ()


def sizes(payload: int) -> Options:
    return ("--key_size", str(KEY_SIZE), "--payload_size", str(payload))


def _mix(read_percent: int) -> str:
    weights = {"get": read_percent, "put": 100 - read_percent}
    return ",".join(f"{name}:{weight}" for name, weight in weights.items() if weight)
