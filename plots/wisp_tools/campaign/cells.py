# SPDX-License-Identifier: Apache-2.0
"""The cells of a campaign, and how a plan for a place makes them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

HOST, GUEST = "host", "guest"
CLIENT, SIMPLE_KV = "client", "simple_kv"
SHARED, SPLIT = "shared", "split"
"""Placements: both ends on one core, or a core for each."""


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
    """`client` (`./wisp -p`) or `simple_kv` (`./wisp simple-kv`)."""
    transport: str
    placement: str
    """`shared` or `split`."""
    options: tuple[str, ...]
    """Of the instrument."""
    seconds: float
    """About how long it takes once its server and its client are warm."""


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


@dataclass(frozen=True)
class Load:
    """What is asked of every way of a series."""

    payload: str = "100"
    """As `--payload_size` takes it."""
    key_size: int = 3
    pipeline: int = 1
    options: tuple[str, ...] = ()
    """Of the client alone; simple_kv has none for them."""
    rates: int = 0
    """How many rates an open loop offers; 0 in a closed loop."""


@dataclass(frozen=True)
class Series:
    """Loads that one plot shows, each with every way."""

    group: str
    loads: Mapping[str, Load]
    """By what tells them apart in names."""
    ways: tuple[WayToMeasure, ...]
    once: bool = False
    """Whether the first round alone measures it."""


@dataclass(frozen=True)
class FirstWarmup:
    """How a client that was just started, and its server, are kept busy before they are measured."""

    seconds: int
    """Of a load."""
    passes: int = 1
    """The most passes. There is no further one once one had hardly more requests a second than the one before."""
    every_load: bool = False
    """Whether a pass goes through all that the client is going to be asked, since each load has code of its own that the
    JVM compiles; else it asks what the first cell asks."""

    def loads(self, cell: Cell, cells: Iterable[Cell]) -> list[tuple[str, ...]]:
        """The options of each measurement of a pass by the client of a cell, which is to make those of `cells`, too."""
        asked = (each for each in cells if each.instrument == CLIENT and client_of(each) == client_of(cell))
        every = (cell, *(asked if self.every_load else ()))
        return list(dict.fromkeys(first_warmup(each, self.seconds) for each in every))

    def usual_seconds(self, loads: int) -> int:
        """With so many loads. It takes a second pass to see that the first was enough."""
        return self.seconds * loads * min(2, self.passes)


@dataclass(frozen=True)
class Plan:
    """What a campaign measures in one place."""

    place: str
    series: tuple[Series, ...]
    warmup: int
    """Seconds, as `measured`, of each measurement by `./wisp -p`."""
    measured: int
    first_warmup: FirstWarmup
    share: float = 1.0
    """Of the requests that each way of simple_kv has."""

    def cells(self) -> Iterator[Cell]:
        for series in self.series:
            for label, load in series.loads.items():
                for way in series.ways:
                    yield self._cell(f"{series.group}-{label}-{way.name}", series.group, load, way)

    def _cell(self, name: str, group: str, load: Load, way: WayToMeasure) -> Cell:
        if way.program == "simple_kv":
            options, seconds = self._simple_kv(load, way), SIMPLE_KV_SECONDS[self.place]
        else:
            options, seconds = self._client(load, way), OVERHEAD_SECONDS[self.place] + self._lasts(load)
        placement = placement_of(self.place, way.transport)
        return Cell(
            self.place, group, name, way.program.replace("wisp", CLIENT), way.transport, placement, options, seconds
        )

    def _lasts(self, load: Load) -> int:
        return self.warmup + self.measured * max(1, load.rates)

    def _client(self, load: Load, way: WayToMeasure) -> tuple[str, ...]:
        return (
            *way_options(self.place, way.transport, way.get),
            *("--key_size", str(load.key_size), "--payload_size", load.payload),
            *("--pipeline", str(load.pipeline)),
            *("--warmup", f"{self.warmup}s", "--duration", f"{self.measured}s", "--timeout", "20s"),
            *load.options,
        )

    def _simple_kv(self, load: Load, way: WayToMeasure) -> tuple[str, ...]:
        requests = max(100, int(way.requests * self.share))
        return (
            *("--key_size", str(load.key_size), "--payload_size", load.payload),
            *("--requests", str(requests), "--warmup", str(requests // 5), "--ahead", str(load.pipeline)),
            *(("--write", way.write) if way.write else ()),
        )


OVERHEAD_SECONDS = {HOST: 0.3, GUEST: 1.5}
"""Of a measurement by a warm client: to connect, and to write the result."""
SIMPLE_KV_SECONDS = {HOST: 6.0, GUEST: 13.0}
"""For a measurement by simple_kv, its server's start included."""


def placement_of(place: str, transport: str) -> str:
    """Where both ends of a transport run. Over memory each polls on a core of its own, which is that transport's point;
    over sockets two cores measure above all how long a sleeping one takes to wake up. The guest has both ends on a
    processor each, whose JVMs the launcher holds there.
    """
    return SPLIT if place == GUEST or transport == "shm" else SHARED


def waiting(place: str, transport: str) -> tuple[str, ...]:
    """Options of clients and servers. In an emulated guest to fall asleep and wake up takes several times as long as
    a request, so that tcp polls too; but not zmq, where JeroMQ's threads need the same processor.
    """
    polls = transport in ("rdma", "shm") or (place == GUEST and transport == "tcp")
    return ("--wait", "poll") if polls else ()


def way_options(place: str, transport: str, get: str | None) -> tuple[str, ...]:
    """The options that make a client ask one way."""
    return ("--transport", transport, *(("--get", get) if get else ()), *waiting(place, transport))


def first_warmup(cell: Cell, seconds: int) -> tuple[str, ...]:
    """Options of a client that was just started: what its cell asks, in a closed loop. It is no result.

    --verify, which has no value and stands last, is not among them.
    """
    asked = dict(zip(cell.options[::2], cell.options[1::2], strict=False)) | {
        "--warmup": "1s",
        "--duration": f"{seconds}s",
    }
    return tuple(
        word for name, value in asked.items() if name not in ("--rate", "--arrivals") for word in (name, value)
    )


def client_of(cell: Cell) -> tuple[str, ...]:
    """What cells have alike that one client measures: the way to ask and the data."""
    return (*cell.options[: cell.options.index("--key_size")], data_of(cell))


LARGE_VALUE = 4096
"""Bytes. Values from there on make a store use all of its memory, and small ones are slower after them."""


def data_of(cell: Cell) -> str:
    """What a store holds because of a cell. Cells with other data have ends of their own: what they leave behind has to
    be carried and compacted, and a client compiles its code for what it asks.
    """
    key_size, payload = (cell.options[cell.options.index(name) + 1] for name in ("--key_size", "--payload_size"))
    large = payload.isdecimal() and int(payload) >= LARGE_VALUE
    return f"{key_size}{'-large' if large else ''}"
