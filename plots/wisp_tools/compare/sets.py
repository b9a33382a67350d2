# SPDX-License-Identifier: Apache-2.0
"""What is measured of Wisp."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

from wisp_tools.compare.groups import BenchmarkSet, exactly
from wisp_tools.compare.sample import Sample

MEMORY_RULER = "ruler: memory"
LOOPBACK_RULER = "ruler: loopback"
_RULER = "io.wisp.bench.floor.RulerBenchmark"
_STORE = "io.wisp.bench.store.StoreBenchmark"
_TRANSPORT = "io.wisp.bench.TransportBenchmark"

# About what a run takes beside the measuring on a quiet machine of two cores: JMH's own JVM, and for each
# figure a forked JVM, to which come a server and its keys. Only what is announced depends on them.
_SECONDS_OF_LAUNCHER = 1.0
_SECONDS_OF_FORK = 0.6
_SECONDS_OF_SERVER = 0.6
# Beyond this many times the estimate, a run hangs.
_PATIENCE = 8
_SECONDS_OF_GRACE = 60


@dataclass(frozen=True)
class Timing:
    """How long one JVM of a benchmark warms up and measures.

    Runs are short, because many JVMs tell more than long ones: much of what runs differ by comes from how a
    JVM happened to compile and to lay out its memory.
    """

    warmup_iterations: int = 4
    warmup_milliseconds: int = 200
    milliseconds: int = 1000

    @property
    def seconds(self) -> float:
        return (self.warmup_iterations * self.warmup_milliseconds + self.milliseconds) / 1000


@dataclass(frozen=True)
class WispGroup:
    """A group of Wisp's suite, whose figures are known beforehand.

    title: the name of a figure, with its parameters in braces.
    """

    name: str
    benchmark: str
    parameters: Mapping[str, tuple[str, ...]]
    title: str
    rulers: tuple[str, ...] = ()
    threads: int = 1
    timing: Timing = field(default_factory=Timing)

    @property
    def is_ruler(self) -> bool:
        return self.benchmark.startswith(_RULER)

    def titles(self) -> list[str]:
        values = [[(name, value) for value in self.parameters[name]] for name in self.parameters]
        return [self.title.format(**dict(chosen)) for chosen in itertools.product(*values)]

    def title_of(self, sample: Sample) -> str:
        return self.title.format(**sample.parameters)

    def options(self) -> list[str]:
        timing = self.timing
        arguments = [exactly(self.benchmark)]
        for name, values in self.parameters.items():
            arguments += ["-p", f"{name}={','.join(values)}"]
        arguments += ["-f", "1", "-t", str(self.threads)]
        arguments += ["-wi", str(timing.warmup_iterations), "-w", f"{timing.warmup_milliseconds}ms"]
        arguments += ["-i", "1", "-r", f"{timing.milliseconds}ms", "-prof", "gc"]
        return arguments

    def estimated_seconds(self) -> float:
        servers = _SECONDS_OF_SERVER if self.benchmark.startswith(_TRANSPORT) else 0
        return _SECONDS_OF_LAUNCHER + len(self.titles()) * (_SECONDS_OF_FORK + servers + self.timing.seconds)

    def most_seconds(self) -> float:
        return _SECONDS_OF_GRACE + _PATIENCE * self.estimated_seconds()


def _ruler(name: str, timing: Timing = Timing(warmup_milliseconds=150, milliseconds=800)) -> WispGroup:
    named = f"ruler: {name}"
    return WispGroup(named, f"{_RULER}.{name}", {"placement": ("shared",)}, named, timing=timing)


def _store(operations: tuple[str, ...], entries: str, timing: Timing = Timing()) -> WispGroup:
    return WispGroup(
        name=f"store {' and '.join(operations)}, {entries} entries",
        benchmark=f"{_STORE}.request",
        parameters={"store": ("wisp",), "entries": (entries,), "operation": operations},
        title="store {operation}, {entries} entries",
        rulers=(MEMORY_RULER,),
        timing=timing,
    )


def _transport(
    name: str,
    title: str,
    rulers: tuple[str, ...] = (MEMORY_RULER, LOOPBACK_RULER),
    threads: int = 1,
    **parameters: str | tuple[str, ...],
) -> WispGroup:
    """One core for client and server: being woken on another one is what differs most from run to run."""
    values = {key: (value,) if isinstance(value, str) else value for key, value in parameters.items()}
    return WispGroup(
        name=name,
        benchmark=f"{_TRANSPORT}.request",
        parameters={"payloadSize": ("100",), "placement": ("shared",)} | values,
        title=title,
        rulers=rulers,
        threads=threads,
    )


_RULERS = (_ruler("memory"), _ruler("loopback"))
# Gets and puts apart: what makes one of them 10 % slower makes a third each of gets, puts and deletes slower by 3 %,
# which is less than the threshold. Five minutes pay for six figures, so each is a way of its own through the code.
_SHORT = (
    # The table alone, which is less than a hundredth of a request over tcp: nothing of it can be seen there.
    _store(("get", "put"), "1000"),
    # The server's and the client's parsing: a value on the way back, or on the way there.
    _transport("tcp gets and puts", "tcp {operation}", transport="tcp", operation=("get", "put")),
    # A get is reads of the client alone, a put the ring both ways. A get through the ring takes a put's way, so it is
    # left to the full set.
    _transport("shm gets and puts", "shm {operation}", transport="shm", operation=("get", "put"), get="onesided"),
)
_LONG = (
    _store(("mixed", "delete"), "1000"),
    _store(("get", "put"), "1000000", Timing(milliseconds=1500)),
    # The harness by itself (null), which the short set has in all of its cells, and the original's mix, with deletes.
    _transport("null and tcp", "{transport} {operation}", transport=("null", "tcp"), operation="wisp"),
    _transport(
        "tcp gets and puts by size",
        "tcp {operation}, {payloadSize} bytes",
        transport="tcp",
        operation=("get", "put"),
        payloadSize=("10", "10000"),
    ),
    _transport("tcp pipelined", "tcp wisp, pipeline {pipeline}", transport="tcp", operation="wisp", pipeline="16"),
    _transport("tcp clients", "tcp wisp, 8 clients", transport="tcp", operation="wisp", threads=8),
    _transport("shm gets by ring", "shm get by ring", transport="shm", operation="get", get="ring"),
    # Gets as they are by default, whatever way that is in either of two commits.
    _transport("shm by default", "shm wisp", transport="shm", operation="wisp"),
)
_QUICK = Timing(warmup_iterations=3, warmup_milliseconds=100, milliseconds=500)
_PROOF = (_ruler("memory", _QUICK), _store(("get", "put"), "1000", _QUICK))

SETS = {
    each.name: each
    for each in (
        BenchmarkSet("short", "for a pull request", _RULERS + _SHORT, pairs=6),
        BenchmarkSet("full", "for a schedule", _RULERS + _SHORT + _LONG, pairs=10),
        BenchmarkSet("proof", "the fewest that show that a comparison works", _PROOF, pairs=6),
    )
}
