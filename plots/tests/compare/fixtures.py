# SPDX-License-Identifier: Apache-2.0
"""Commits, samples and runners for tests."""

from collections.abc import Callable, Sequence
from pathlib import Path

from wisp_tools.compare.groups import BenchmarkSet, Group
from wisp_tools.compare.plan import BASE, HEAD, order_of
from wisp_tools.compare.sample import RunFailed, Sample
from wisp_tools.compare.sets import WispGroup
from wisp_tools.compare.verdict import Figure, Pair

QUIET = (0.99, 1.01, 1.0, 0.995, 1.005, 1.0)
JARS = {BASE: Path("base.jar"), HEAD: Path("head.jar")}

RULER = WispGroup("ruler: memory", "io.wisp.bench.floor.RulerBenchmark.memory", {}, "ruler: memory")
STORE = WispGroup(
    "store",
    "io.wisp.bench.store.StoreBenchmark.request",
    {"operation": ("get", "put")},
    "store {operation}",
    rulers=("ruler: memory",),
)
SMALL_SET = BenchmarkSet("small", "for tests", (RULER, STORE), pairs=4)


def sample(
    score: float,
    unit: str = "ops/s",
    allocated: float | None = 0.0,
    benchmark: str = STORE.benchmark,
    **parameters: str,
) -> Sample:
    return Sample(benchmark, parameters, score, unit, allocated)


def figure(
    factor: float,
    unit: str = "ops/s",
    noise: Sequence[float] = QUIET,
    allocated: tuple[float, float] = (0.0, 0.0),
    title: str = "store get",
    rulers: tuple[str, ...] = ("ruler: memory",),
) -> Figure:
    """Scores of head that are those of base times the factor; both are noisy, in different pairs."""
    pairs = []
    for number, (mine, other) in enumerate(zip(noise, reversed(noise), strict=True), start=1):
        base = sample(1000 * mine, unit, allocated[0])
        head = sample(1000 * factor * other, unit, allocated[1])
        pairs.append(Pair(order_of(number), base, head))
    return Figure(title, rulers, pairs)


def ruler(factor: float = 1.0, noise: Sequence[float] = QUIET) -> Figure:
    return figure(factor, "us/op", noise, title="ruler: memory", rulers=())


class FakeRunner:
    """Answers by a function of group, title and jar, which may raise RunFailed, and remembers what it ran."""

    def __init__(self, answer: Callable[[Group, str, Path], Sample]):
        self._answer = answer
        self.runs: list[tuple[str, str]] = []

    def benchmarks(self, jar: Path, arguments: Sequence[str] = ()) -> list[str]:
        return [group.benchmark for group in SMALL_SET.groups]

    def run(self, group: Group, jar: Path) -> dict[str, Sample]:
        self.runs.append((group.name, jar.name))
        return {title: self._answer(group, title, jar) for title in group.titles()}


def failing(jar_name: str, times: int = 1000) -> Callable[[Group, str, Path], Sample]:
    """Fails so often in a jar, rulers excepted."""
    left = times

    def answer(group: Group, title: str, jar: Path) -> Sample:
        nonlocal left
        if jar.name == jar_name and not group.is_ruler and left > 0:
            left -= 1
            raise RunFailed("the server fell over")
        return sample(1000)

    return answer
