# SPDX-License-Identifier: Apache-2.0
"""How much of everything a campaign measures."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from wisp_tools.campaign.cells import CLIENT, GUEST, HOST, Cell, Plan, Sweep, WayToMeasure, suite_cell

GUEST_SERVER_SECONDS = 40.0
"""For a server of the guest to start, and the client that keeps it busy."""


@dataclass(frozen=True)
class Scale:
    """The plans for both places, what the suite sweeps on the host, and how often all that is measured."""

    name: str
    rounds: int
    host: Plan
    guest: Plan
    key_sizes: tuple[int, ...]
    payloads: tuple[int, ...]
    """Bytes, of the suite's sweeps as the sizes of keys are."""
    suite_ways: tuple[WayToMeasure, ...]
    iterations: int
    """Of a second each, in the suite."""
    guest_server_warmup: int = 0
    """Seconds that a new server of the guest is kept busy before it is measured."""
    once: tuple[str, ...] = ()
    """Groups that only the first round measures: sweeps, whose neighbouring points support each other."""

    def cells_of_round(self, number: int, cells: list[Cell]) -> list[Cell]:
        """Those cells that the round of this number, from 1, measures."""
        return [cell for cell in cells if number == 1 or cell.group not in self.once]


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

WISP_WAYS = (TCP, ZMQ, SHM_RING, SHM_ONESIDED)
HOST_WAYS = (*WISP_WAYS, NULL, PYTHON_TCP)
GUEST_PYTHON_WAYS = (GUEST_PYTHON_TCP, GUEST_PYTHON_REQUEST, GUEST_PYTHON_REGION)


def _swept(ways: tuple[WayToMeasure, ...], **values: tuple[int, ...]) -> Mapping[str, Sweep]:
    return {group: Sweep(each, ways) for group, each in values.items()}


FULL = Scale(
    name="full",
    rounds=3,
    host=Plan(
        HOST,
        ways=HOST_WAYS,
        payloads=(10, 100, 1000),
        ahead=True,
        share=0.6,
        warmup=3,
        measured=5,
        load_ways=WISP_WAYS,
        load_seconds=5,
        sweeps=_swept(WISP_WAYS, pipeline=(1, 4, 16, 64), clients=(1, 4, 16), reads=(0, 50, 95, 100)),
    ),
    guest=Plan(
        GUEST,
        ways=(RDMA_RING, RDMA_ONESIDED, SHM_RING, SHM_ONESIDED, TCP, ZMQ, NULL, *GUEST_PYTHON_WAYS),
        payloads=(10, 100, 1000),
        ahead=True,
        share=0.6,
        warmup=30,
        measured=6,
        load_ways=(RDMA_ONESIDED, TCP),
        load_seconds=4,
        sweeps={
            "pipeline": Sweep((1, 16, 64), (RDMA_RING, SHM_RING, TCP)),
            "clients": Sweep((1, 2, 4), (RDMA_RING, TCP)),
            "reads": Sweep((0, 50, 100), (RDMA_ONESIDED, RDMA_RING, TCP)),
            "payload": Sweep((1, 1 << 10, 64 << 10, 1 << 20), (RDMA_RING, RDMA_ONESIDED, SHM_ONESIDED, TCP, ZMQ)),
        },
    ),
    key_sizes=(1, 2, 3, 4, 5, 6, 7, 8),
    payloads=(1, 16, 256, 4 << 10, 64 << 10, 1 << 20),
    suite_ways=(*WISP_WAYS, NULL),
    iterations=3,
    guest_server_warmup=60,
    once=("key-size", "payload", "pipeline", "clients", "reads", "load"),
)

QUICK = Scale(
    name="quick",
    rounds=1,
    host=Plan(
        HOST,
        ways=HOST_WAYS,
        payloads=(100,),
        ahead=True,
        share=0.4,
        warmup=2,
        measured=2,
        load_ways=(TCP,),
        load_seconds=2,
        sweeps=_swept((TCP, SHM_RING), pipeline=(1, 8, 64), clients=(1, 2, 4), reads=(0, 50, 100)),
    ),
    guest=Plan(
        GUEST,
        ways=(RDMA_RING, RDMA_ONESIDED, SHM_ONESIDED, TCP, *GUEST_PYTHON_WAYS),
        payloads=(100,),
        ahead=False,
        share=0.4,
        warmup=25,
        measured=4,
    ),
    key_sizes=(1, 4, 8),
    payloads=(16, 1 << 10, 64 << 10),
    suite_ways=(TCP, SHM_ONESIDED),
    iterations=2,
)

SCALES = {scale.name: scale for scale in (FULL, QUICK)}


def cells_of(scale: Scale) -> list[Cell]:
    """Every cell of a round, in order."""
    cells = [*_host(scale), *_guest(scale)]
    names = [(cell.place, cell.name) for cell in cells]
    assert len(names) == len(set(names)), "two cells of one place have the same name"
    return cells


def _host(scale: Scale) -> Iterator[Cell]:
    yield from scale.host.comparison()
    for group, values in (("key-size", scale.key_sizes), ("payload", scale.payloads)):
        for value, way in itertools.product(values, scale.suite_ways):
            yield suite_cell(group, value, way, scale.iterations)
    for group in ("pipeline", "clients", "reads"):
        yield from scale.host.sweep(group)
    yield from scale.host.loads()


def _guest(scale: Scale) -> Iterator[Cell]:
    """RDMA is there alone, and so whatever it is compared with is measured there too."""
    by_server: dict[tuple[str, str], list[Cell]] = {}
    for cell in _in_the_guest(scale.guest):
        by_server.setdefault((cell.instrument, cell.transport), []).append(cell)
    # The cells of a server follow each other: in emulation it takes a minute to start and to compile.
    for (instrument, transport), (first, *others) in by_server.items():
        own_server = instrument == CLIENT and transport != "null"
        start = GUEST_SERVER_SECONDS + scale.guest_server_warmup if own_server else 0
        yield replace(first, seconds=first.seconds + start)
        yield from others


def _in_the_guest(plan: Plan) -> Iterator[Cell]:
    yield from plan.comparison()
    for group in ("pipeline", "clients", "reads"):
        yield from plan.sweep(group)
    yield from plan.loads()
    yield from plan.sweep("payload")
