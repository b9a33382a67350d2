# SPDX-License-Identifier: Apache-2.0
"""How much of everything a campaign measures, and why that."""

from collections.abc import Mapping
from dataclasses import dataclass

from wisp_tools.campaign.cells import GUEST, HOST, Cell, FirstWarmup, Load, Plan, Series, WayToMeasure


@dataclass(frozen=True)
class Scale:
    """The plans for both places, and how often all that is measured."""

    name: str
    rounds: int
    host: Plan
    guest: Plan

    def plan(self, place: str) -> Plan:
        return self.guest if place == GUEST else self.host

    def cells(self) -> list[Cell]:
        """Every cell of the first round, in order."""
        cells = [*self.host.cells(), *self.guest.cells()]
        names = [(cell.place, cell.name) for cell in cells]
        assert len(names) == len(set(names)), "two cells of one place have the same name"
        return cells

    def cells_of_round(self, number: int) -> list[Cell]:
        """The cells of the round of this number, from 1: what is measured once is in the first."""
        once = {(plan.place, series.group) for plan in (self.host, self.guest) for series in plan.series if series.once}
        return [cell for cell in self.cells() if number == 1 or (cell.place, cell.group) not in once]


TCP = WayToMeasure("tcp")
ZMQ = WayToMeasure("zmq")
SHM_RING = WayToMeasure("shm", get="ring")
SHM_ONESIDED = WayToMeasure("shm", get="onesided")
SHM_AUTO = WayToMeasure("shm", get="auto")
RDMA_RING = WayToMeasure("rdma", get="ring")
RDMA_ONESIDED = WayToMeasure("rdma", get="onesided")
RDMA_AUTO = WayToMeasure("rdma", get="auto")
NULL = WayToMeasure("null")
PYTHON_TCP = WayToMeasure("tcp", program="simple_kv", requests=30_000)
GUEST_PYTHON_TCP = WayToMeasure("tcp", program="simple_kv", requests=2_000)
GUEST_PYTHON_REQUEST = WayToMeasure("rdma", write="request", program="simple_kv", requests=3_000)
GUEST_PYTHON_REGION = WayToMeasure("rdma", write="region", program="simple_kv", requests=600)

WISP_WAYS = (TCP, ZMQ, SHM_RING, SHM_AUTO)
RDMA_WAYS = (RDMA_RING, RDMA_AUTO, TCP)
GUEST_PYTHON_WAYS = (GUEST_PYTHON_TCP, GUEST_PYTHON_REQUEST, GUEST_PYTHON_REGION)

THE_NOTES = {"100": Load()}
"""A third each of put, get and delete; 3-byte keys, 100-byte values. The sweeps go through it too, so that a campaign
measures one load several times, and its report says whether the figures agree."""
AHEAD = {"10": Load(pipeline=10)}
"""As many requests sent ahead as by the client of the original notes."""


def _sizes(*sizes: int) -> Mapping[str, Load]:
    return {str(size): Load(payload=str(size)) for size in sizes}


def _pipelines(*depths: int) -> Mapping[str, Load]:
    return {str(depth): Load(pipeline=depth) for depth in depths}


def _clients(*counts: int) -> Mapping[str, Load]:
    return {str(count): Load(options=("--clients", str(count))) for count in counts}


def _ycsb(workloads: str, records: int, payload: str, *options: str) -> Mapping[str, Load]:
    """Workloads of YCSB; E, which scans, is none of a store without an order of keys."""
    return {
        f"{payload}-{letter}": Load(
            payload, key_size=6, options=("--workload", letter, "--preload", str(records), *options)
        )
        for letter in workloads
    }


def _rates(*rates: int) -> Mapping[str, Load]:
    """The same rates in every round, so that each is a point with its range."""
    offered = ("--rate", ",".join(map(str, rates)), "--arrivals", "poisson")
    return {"100": Load(pipeline=64, options=offered, rates=len(rates))}


FULL = Scale(
    name="full",
    rounds=5,
    host=Plan(
        HOST,
        series=(
            Series("comparison", THE_NOTES, (*WISP_WAYS, SHM_ONESIDED, NULL, PYTHON_TCP)),
            Series("ahead", AHEAD, (*WISP_WAYS, PYTHON_TCP)),
            # What fits a cache line, the notes' size, a page with its header beyond a segment, and a rendezvous.
            Series("payload", _sizes(10, 100, 1000, 64 << 10), WISP_WAYS),
            Series("pipeline", _pipelines(1, 16, 64), WISP_WAYS),
            # Whether one serving thread has enough to do. Most gets need none over shm; zmq has a thread between in any case.
            Series("clients", _clients(1, 4, 16), (TCP, SHM_AUTO)),
            # Far more records than a core's cache holds, and few enough to be put within a second.
            Series("ycsb", _ycsb("abcdf", 100_000, "100"), (TCP, SHM_RING, SHM_AUTO, SHM_ONESIDED)),
            Series("ycsb", _ycsb("abcdf", 100_000, "etc"), (TCP, SHM_AUTO)),
            Series("verified", _ycsb("a", 100_000, "etc", "--verify"), WISP_WAYS, once=True),
            # From idle to beyond what one core for both ends can do, and what two cores can.
            Series("load", _rates(1_000, 4_000, 16_000, 32_000, 64_000), (TCP,)),
            Series("load", _rates(1_000, 2_000, 4_000, 8_000, 16_000), (ZMQ,)),
            Series("load", _rates(1_000, 16_000, 64_000, 128_000, 256_000), (SHM_RING, SHM_AUTO)),
        ),
        warmup=1,
        measured=2,
        first_warmup=FirstWarmup(5),
        share=0.6,
    ),
    guest=Plan(
        GUEST,
        series=(
            Series("comparison", THE_NOTES, (*RDMA_WAYS, RDMA_ONESIDED, SHM_RING, ZMQ, NULL, *GUEST_PYTHON_WAYS)),
            Series("ahead", AHEAD, RDMA_WAYS),
            Series("payload", _sizes(10, 100, 1000, 64 << 10), RDMA_WAYS),
            Series("pipeline", _pipelines(1, 16, 64), RDMA_WAYS),
            # The guest has one processor for all clients.
            Series("clients", _clients(1, 2, 4), (RDMA_RING, TCP)),
            Series("ycsb", _ycsb("abcdf", 10_000, "100"), RDMA_WAYS),
            Series("ycsb", _ycsb("abcdf", 10_000, "etc"), (RDMA_AUTO, TCP)),
            Series("verified", _ycsb("a", 10_000, "etc", "--verify"), RDMA_WAYS, once=True),
            Series("load", _rates(500, 2_000, 8_000, 16_000, 32_000), (RDMA_AUTO, TCP)),
        ),
        warmup=1,
        measured=2,
        # A JVM that is emulated takes from one to three minutes, depending on the machine below. One that got warm
        # with a single load would compile what the others need while they are measured.
        first_warmup=FirstWarmup(10, passes=4, every_load=True),
        share=0.4,
    ),
)

QUICK = Scale(
    name="quick",
    rounds=2,
    host=Plan(
        HOST,
        series=(
            Series("comparison", THE_NOTES, (*WISP_WAYS, NULL, PYTHON_TCP)),
            Series("payload", _sizes(10, 100, 1000), (TCP, SHM_AUTO)),
            Series("pipeline", _pipelines(1, 16, 64), (TCP, SHM_RING)),
            Series("ycsb", _ycsb("abc", 10_000, "100"), (TCP, SHM_AUTO)),
            Series("load", _rates(1_000, 16_000, 64_000), (TCP,)),
        ),
        warmup=1,
        measured=1,
        first_warmup=FirstWarmup(3),
        share=0.3,
    ),
    guest=Plan(
        GUEST,
        series=(Series("comparison", THE_NOTES, (*RDMA_WAYS, RDMA_ONESIDED, *GUEST_PYTHON_WAYS)),),
        warmup=1,
        measured=2,
        first_warmup=FirstWarmup(15, passes=4),
        share=0.3,
    ),
)

SCALES = {scale.name: scale for scale in (FULL, QUICK)}
