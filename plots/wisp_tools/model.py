# SPDX-License-Identifier: Apache-2.0
"""What was measured, whichever program measured it and whatever file it was read from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wisp_tools.histogram import Histogram

EMULATED_LABEL = "Soft-RoCE, emulated"
ALL_OPERATIONS = "all"


@dataclass(frozen=True)
class Conditions:
    """The machine and software of a measurement. None is what could not be found out."""

    cpu: str | None = None
    cores: int | None = None
    """That programs could use."""
    kernel: str | None = None
    jdk: str | None = None
    software: str | None = None
    """Wisp's version or commit."""
    date: str | None = None
    """UTC, as YYYY-MM-DD."""
    guest: str | None = None
    """What runs the project's own virtual machine, `tcg` or `kvm`; None outside of it."""
    devices: tuple[str, ...] = ()
    """RDMA devices that the measurements used."""

    @property
    def machine(self) -> "Machine":
        return Machine(self.cpu, self.cores, self.kernel, self.guest)


@dataclass(frozen=True, order=True)
class Machine:
    """Figures compare only if they come from one of these."""

    cpu: str | None
    cores: int | None
    kernel: str | None
    guest: str | None

    @property
    def place(self) -> str:
        return "guest" if self.guest else "host"


@dataclass(frozen=True, order=True)
class Way:
    """How requests travelled: what plots tell apart by colour, marker and hatch."""

    program: str
    """`wisp` or `simple_kv`."""
    transport: str
    get: str | None = None
    """`auto`, `onesided` or `ring` where there are several."""
    write: str | None = None
    """What simple_kv sends with a write over RDMA: the `request` or the whole `region`."""
    server: str | None = None
    """Who served where that was not the program's own server, as `redis 7.0.15`."""

    @property
    def label(self) -> str:
        if self.server:
            return f"{self.transport} to {self.server}"
        if self.program == "simple_kv":
            return f"simple_kv, {self.transport}" + (f", write {self.write}" if self.write else "")
        if self.get:
            return f"{self.transport}, {'one-sided' if self.get == 'onesided' else self.get} get"
        return "null (harness alone)" if self.transport == "null" else self.transport


@dataclass(frozen=True)
class Configuration:
    """Everything that was chosen for a measurement. Equal ones are repetitions of one measurement."""

    way: Way
    instrument: str
    """What measured: `suite` (JMH), `client` (`./wisp -p`) or `simple_kv`."""
    key_size: int
    """Decimal digits, which are bytes."""
    payload_size: int | None
    """Bytes of a value; None where they differ, as `sizes` says."""
    sizes: str
    clients: int
    threads: int
    """That drive the clients."""
    pipeline: int
    """Requests sent before waiting for replies."""
    mix: str
    """Operations and their weights, as `get:95,put:5`."""
    keys: str = "uniform"
    """How keys were chosen."""
    workload: str | None = None
    """The letter of YCSB's workload that mix and keys are of."""
    loop: str = "closed"
    arrivals: str | None = None
    """In an open loop how requests became due: `uniform` or `poisson`."""
    offered: float | None = None
    """Requests per second that became due in an open loop."""
    waiting: str | None = None
    placement: str | None = None
    """Where both ends ran: `shared`, `split`, `free`; or what is known of it."""
    group: str | None = None
    """The series of a campaign that this belongs to."""


@dataclass(frozen=True)
class Measurement:
    """Figures of one configuration on one machine."""

    source: str
    """The file that it was read from, relative to the run."""
    configuration: Configuration
    conditions: Conditions
    throughput: tuple[float, ...]
    """Requests per second: a sample for each run or iteration."""
    latencies: Mapping[str, Histogram] = field(default_factory=dict)
    """Nanoseconds by operation; in an open loop from when a request was due. Empty if saturated."""
    service: Mapping[str, Histogram] = field(default_factory=dict)
    """In an open loop nanoseconds from when a request was sent, by operation."""
    emulated: bool = False
    saturated: bool = False
    """Whether the offered rate was not reached, so that latencies only tell how long it ran."""
    shortfall: float | None = None
    """The fraction of the offered rate that was not reached; None in a closed loop."""

    @property
    def latency(self) -> Histogram | None:
        """Nanoseconds of all operations together; None where none were recorded."""
        if ALL_OPERATIONS in self.latencies:
            return self.latencies[ALL_OPERATIONS]
        return next(iter(self.latencies.values())) if len(self.latencies) == 1 else None


@dataclass(frozen=True)
class Run:
    """Measurements that were made to be compared with one another."""

    name: str
    measurements: tuple[Measurement, ...]


def mix_weights(mix: str) -> dict[str, float]:
    """Weights by operation of a mix as `./wisp -p --mix` takes it. Raises ValueError for another text."""
    weights = {}
    for part in mix.split(","):
        operation, separator, weight = part.partition(":")
        if not separator or not operation:
            raise ValueError(f"'{mix}' is no mix of operations and weights")
        weights[operation] = float(weight)
    if not weights or sum(weights.values()) <= 0 or min(weights.values()) < 0:
        raise ValueError(f"'{mix}' has no operation of positive weight")
    return weights
