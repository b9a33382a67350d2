# SPDX-License-Identifier: Apache-2.0
"""What a campaign measures, as a table of cells."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

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


TCP = WayToMeasure("tcp")
ZMQ = WayToMeasure("zmq")
SHM_RING = WayToMeasure("shm", get="ring")
SHM_ONESIDED = WayToMeasure("shm", get="onesided")
RDMA_RING = WayToMeasure("rdma", get="ring")
RDMA_ONESIDED = WayToMeasure("rdma", get="onesided")
NULL = WayToMeasure("null")
PYTHON_TCP = WayToMeasure("tcp", program="simple_kv", requests=30_000)
GUEST_PYTHON_TCP = WayToMeasure("tcp", program="simple_kv", requests=2_000)
GUEST_PYTHON_REQUEST = WayToMeasure("rdma", write="request", program="simple_kv", requests=3_000)
GUEST_PYTHON_REGION = WayToMeasure("rdma", write="region", program="simple_kv", requests=600)

HOST_WAYS = (TCP, ZMQ, SHM_RING, SHM_ONESIDED, NULL, PYTHON_TCP)
GUEST_WAYS = (
    RDMA_RING,
    RDMA_ONESIDED,
    SHM_RING,
    SHM_ONESIDED,
    TCP,
    ZMQ,
    NULL,
    GUEST_PYTHON_TCP,
    GUEST_PYTHON_REQUEST,
    GUEST_PYTHON_REGION,
)


@dataclass(frozen=True)
class Times:
    """How long a measurement by `./wisp -p` takes, in seconds."""

    warmup: int
    measured: int


@dataclass(frozen=True)
class Scale:
    """How much of everything a campaign measures."""

    name: str
    rounds: int
    share: float
    """Of the requests that each way of simple_kv has."""
    host_times: Times
    guest_times: Times
    """Of each measurement by `./wisp -p`."""
    guest_server_warmup: int
    """Seconds that a new server of the guest is kept busy before it is measured."""
    payloads: tuple[int, ...]
    """Bytes, of the notes' comparison."""
    key_sizes: tuple[int, ...]
    payload_sweep: tuple[int, ...]
    pipelines: tuple[int, ...]
    clients: tuple[int, ...]
    read_percents: tuple[int, ...]
    suite_ways: tuple[WayToMeasure, ...]
    sweep_ways: tuple[WayToMeasure, ...]
    load_ways: tuple[WayToMeasure, ...]
    load_seconds: int
    """At each offered rate."""
    iterations: int
    """Of a second each, in the suite."""
    guest_ways: tuple[WayToMeasure, ...]
    guest_ahead: bool
    """Whether the comparison is also made with ten requests sent ahead in the guest."""
    guest_payload_sweep: tuple[int, ...]
    guest_pipelines: tuple[int, ...]
    guest_clients: tuple[int, ...]
    guest_read_percents: tuple[int, ...]
    guest_load_ways: tuple[WayToMeasure, ...]
    guest_load_seconds: int
    """At each offered rate."""
    once: tuple[str, ...] = ()
    """Groups that only the first round measures: sweeps, whose neighbouring points support each other."""

    def times(self, place: str) -> Times:
        return self.host_times if place == HOST else self.guest_times

    def cells_of_round(self, number: int, cells: list[Cell]) -> list[Cell]:
        """Those cells that the round of this number, from 1, measures."""
        return [cell for cell in cells if number == 1 or cell.group not in self.once]


FULL = Scale(
    name="full",
    rounds=3,
    share=0.6,
    host_times=Times(warmup=3, measured=5),
    guest_times=Times(warmup=30, measured=6),
    guest_server_warmup=60,
    payloads=(10, 100, 1000),
    key_sizes=(1, 2, 3, 4, 5, 6, 7, 8),
    payload_sweep=(1, 16, 256, 4 << 10, 64 << 10, 1 << 20),
    pipelines=(1, 4, 16, 64),
    clients=(1, 4, 16),
    read_percents=(0, 50, 95, 100),
    suite_ways=(TCP, ZMQ, SHM_RING, SHM_ONESIDED, NULL),
    sweep_ways=(TCP, ZMQ, SHM_RING, SHM_ONESIDED),
    load_ways=(TCP, ZMQ, SHM_RING, SHM_ONESIDED),
    load_seconds=5,
    iterations=3,
    guest_ways=GUEST_WAYS,
    guest_ahead=True,
    guest_payload_sweep=(1, 1 << 10, 64 << 10, 1 << 20),
    guest_pipelines=(1, 16, 64),
    guest_clients=(1, 2, 4),
    guest_read_percents=(0, 50, 100),
    guest_load_ways=(RDMA_ONESIDED, TCP),
    guest_load_seconds=4,
    once=("key-size", "payload", "pipeline", "clients", "reads", "load"),
)

QUICK = Scale(
    name="quick",
    rounds=1,
    share=0.4,
    host_times=Times(warmup=2, measured=2),
    guest_times=Times(warmup=25, measured=4),
    guest_server_warmup=0,
    payloads=(100,),
    key_sizes=(1, 4, 8),
    payload_sweep=(16, 1 << 10, 64 << 10),
    pipelines=(1, 8, 64),
    clients=(1, 2, 4),
    read_percents=(0, 50, 100),
    suite_ways=(TCP, SHM_ONESIDED),
    sweep_ways=(TCP, SHM_RING),
    load_ways=(TCP,),
    load_seconds=2,
    iterations=2,
    guest_ways=(
        RDMA_RING,
        RDMA_ONESIDED,
        SHM_ONESIDED,
        TCP,
        GUEST_PYTHON_TCP,
        GUEST_PYTHON_REQUEST,
        GUEST_PYTHON_REGION,
    ),
    guest_ahead=False,
    guest_payload_sweep=(),
    guest_pipelines=(),
    guest_clients=(),
    guest_read_percents=(),
    guest_load_ways=(),
    guest_load_seconds=2,
)

KEY_SIZE = 3
PAYLOAD_SIZE = 100
SENT_AHEAD = 10
"""By the client of the original notes."""

SCALES = {scale.name: scale for scale in (FULL, QUICK)}

START_SECONDS = {HOST: 3.0, GUEST: 24.0}
"""For a client to start and stop, on the host with its server."""
GUEST_SERVER_SECONDS = 40.0
"""For a server of the guest to start, and the client that keeps it busy."""
SIMPLE_KV_SECONDS = {HOST: 6.0, GUEST: 13.0}
"""For a measurement by simple_kv, its server's start included."""
LOAD_STEPS = 18
"""Rates that a climb offers until it saturates, about."""


def cells_of(scale: Scale) -> list[Cell]:
    """Every cell of a round, in order."""
    cells = [*_host(scale), *_guest(scale)]
    names = [(cell.place, cell.name) for cell in cells]
    assert len(names) == len(set(names)), "two cells of one place have the same name"
    return cells


def server_warmup(transport: str, seconds: int) -> tuple[str, ...]:
    """Options of the client that keeps a new server of the guest busy. It is no measurement."""
    through_the_server = ("--get", "ring") if transport in ("rdma", "shm") else ()
    times = ("--warmup", "1s", "--duration", f"{seconds}s", "--timeout", "20s")
    return (*_sizes(PAYLOAD_SIZE), *through_the_server, *times, *waiting(GUEST, transport))


def waiting(place: str, transport: str) -> tuple[str, ...]:
    """Options of clients and servers. In an emulated guest to fall asleep and wake up takes several times as long as
    a request, and each side has a processor of its own, so that both poll; but not over zmq, where JeroMQ's threads
    need the same processor.
    """
    return ("--wait", "poll") if place == GUEST and transport in ("rdma", "shm", "tcp") else ()


def _host(scale: Scale) -> Iterable[Cell]:
    yield from _comparison(scale, HOST, HOST_WAYS)
    yield from _ahead(scale, HOST, HOST_WAYS)
    for key_size in scale.key_sizes:
        for way in scale.suite_ways:
            yield _suite(scale, "key-size", f"key-{key_size}", way, key_size, PAYLOAD_SIZE)
    for payload in scale.payload_sweep:
        for way in scale.suite_ways:
            yield _suite(scale, "payload", f"payload-{payload}", way, KEY_SIZE, payload)
    yield from _pipelines(scale, HOST, scale.pipelines, scale.sweep_ways)
    yield from _clients(scale, HOST, scale.clients, scale.sweep_ways)
    yield from _reads(scale, HOST, scale.read_percents, scale.sweep_ways)
    for way in scale.load_ways:
        yield _load(scale, HOST, way, "climb:1000", scale.load_seconds)


def _guest(scale: Scale) -> Iterable[Cell]:
    """RDMA is there alone, and so whatever it is compared with is measured there too."""
    by_server: dict[tuple[str, str], list[Cell]] = {}
    for cell in _in_the_guest(scale):
        by_server.setdefault((cell.instrument, cell.transport), []).append(cell)
    # The cells of a server follow each other: in emulation it takes a minute to start and to compile.
    for (instrument, transport), (first, *others) in by_server.items():
        own_server = instrument == CLIENT and transport != "null"
        start = GUEST_SERVER_SECONDS + scale.guest_server_warmup if own_server else 0
        yield replace(first, seconds=first.seconds + start)
        yield from others


def _in_the_guest(scale: Scale) -> Iterable[Cell]:
    yield from _comparison(scale, GUEST, scale.guest_ways)
    if scale.guest_ahead:
        yield from _ahead(scale, GUEST, scale.guest_ways)
    yield from _pipelines(scale, GUEST, scale.guest_pipelines, (RDMA_RING, SHM_RING, TCP))
    yield from _clients(scale, GUEST, scale.guest_clients, (RDMA_RING, TCP))
    yield from _reads(scale, GUEST, scale.guest_read_percents, (RDMA_ONESIDED, RDMA_RING, TCP))
    for way in scale.guest_load_ways:
        yield _load(scale, GUEST, way, "climb:100", scale.guest_load_seconds)
    for payload in scale.guest_payload_sweep:
        for way in (RDMA_RING, RDMA_ONESIDED, SHM_ONESIDED, TCP, ZMQ):
            # The server still has the values of the cells before.
            yield _client(scale, GUEST, "payload", f"payload-{payload}", way, payload, ("--preload", "all"))


def _clients(scale: Scale, place: str, counts: Iterable[int], ways: Iterable[WayToMeasure]) -> Iterable[Cell]:
    for clients in counts:
        for way in ways:
            options = ("--clients", str(clients))
            yield _client(scale, place, "clients", f"clients-{clients}", way, PAYLOAD_SIZE, options)


def _reads(scale: Scale, place: str, percents: Iterable[int], ways: Iterable[WayToMeasure]) -> Iterable[Cell]:
    for percent in percents:
        for way in ways:
            mix = ",".join(f"{name}:{weight}" for name, weight in (("get", percent), ("put", 100 - percent)) if weight)
            options = ("--mix", mix, "--preload", "all")
            yield _client(scale, place, "reads", f"reads-{percent}", way, PAYLOAD_SIZE, options)


def _load(scale: Scale, place: str, way: WayToMeasure, rate: str, seconds: int) -> Cell:
    return Cell(
        place,
        "load",
        f"load-{way.name}",
        CLIENT,
        way.transport,
        (
            *_sizes(PAYLOAD_SIZE),
            *_get(way),
            *("--rate", rate, "--arrivals", "poisson", "--preload", "all"),
            *("--warmup", f"{scale.times(place).warmup}s", "--duration", f"{seconds}s"),
            *("--pipeline", "64"),
            *waiting(place, way.transport),
        ),
        START_SECONDS[place] + scale.times(place).warmup + LOAD_STEPS * seconds,
    )


def _comparison(scale: Scale, place: str, ways: Iterable[WayToMeasure]) -> Iterable[Cell]:
    """The notes' comparison, one request at a time."""
    for payload in scale.payloads:
        for way in ways:
            yield _compared(scale, place, "comparison", f"comparison-{payload}", way, payload, 1)


def _ahead(scale: Scale, place: str, ways: Iterable[WayToMeasure]) -> Iterable[Cell]:
    """The same with ten requests sent ahead, as the notes' client did."""
    for way in ways:
        if way.transport != "null":
            yield _compared(scale, place, "ahead", "ahead", way, PAYLOAD_SIZE, SENT_AHEAD)


def _compared(scale: Scale, place: str, group: str, name: str, way: WayToMeasure, payload: int, ahead: int) -> Cell:
    if way.program == "simple_kv":
        requests = max(100, int(way.requests * scale.share))
        return Cell(
            place,
            group,
            f"{name}-{way.name}",
            SIMPLE_KV,
            way.transport,
            (
                *_sizes(payload),
                *("--requests", str(requests), "--warmup", str(requests // 5), "--ahead", str(ahead)),
                *(("--write", way.write) if way.write else ()),
            ),
            SIMPLE_KV_SECONDS[place],
        )
    options = ("--pipeline", str(ahead)) if ahead > 1 else ()
    return _client(scale, place, group, name, way, payload, options)


def _pipelines(scale: Scale, place: str, depths: Iterable[int], ways: Iterable[WayToMeasure]) -> Iterable[Cell]:
    for depth in depths:
        for way in ways:
            options = ("--pipeline", str(depth))
            yield _client(scale, place, "pipeline", f"pipeline-{depth}", way, PAYLOAD_SIZE, options)


def _client(
    scale: Scale, place: str, group: str, name: str, way: WayToMeasure, payload: int, options: tuple[str, ...] = ()
) -> Cell:
    times = scale.times(place)
    return Cell(
        place,
        group,
        f"{name}-{way.name}",
        CLIENT,
        way.transport,
        (
            *_sizes(payload),
            *_get(way),
            *("--warmup", f"{times.warmup}s", "--duration", f"{times.measured}s"),
            *("--timeout", "20s"),
            *waiting(place, way.transport),
            *options,
        ),
        START_SECONDS[place] + times.warmup + times.measured,
    )


def _suite(scale: Scale, group: str, name: str, way: WayToMeasure, key_size: int, payload: int) -> Cell:
    parameters = {
        "transport": way.transport,
        "keySize": str(key_size),
        "payloadSize": str(payload),
        "operation": "wisp",
        **({"get": way.get} if way.get else {}),
    }
    return Cell(
        HOST,
        group,
        f"{name}-{way.name}",
        SUITE,
        way.transport,
        (
            "TransportBenchmark",
            *(word for key, value in parameters.items() for word in ("-p", f"{key}={value}")),
            *("-f", "1", "-wi", "2", "-w", "1", "-i", str(scale.iterations), "-r", "1"),
        ),
        4.0 + 2 + scale.iterations,
    )


def _sizes(payload: int) -> tuple[str, ...]:
    return ("--key_size", str(KEY_SIZE), "--payload_size", str(payload))


def _get(way: WayToMeasure) -> tuple[str, ...]:
    return ("--get", way.get) if way.get else ()
