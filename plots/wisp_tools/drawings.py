# SPDX-License-Identifier: Apache-2.0
"""Which plots a run is worth: chosen by what its measurements vary."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from wisp_tools import figures, wording
from wisp_tools.canvas import save
from wisp_tools.model import Configuration, Run, Way
from wisp_tools.points import Point, by_machine, points_of

THIRDS = "put:1,get:1,delete:1"
"""The mix of the original notes."""

Loosening = Callable[[Configuration], Configuration]

FEWEST_VALUES = 3
"""A sweep has at least so many different values of what it varies."""


@dataclass(frozen=True)
class Drawing:
    """A plot that can be drawn, and what it shows in words."""

    name: str
    """Of its files, without their ending."""
    kind: str
    """`comparison`, `percentiles`, `latency-by-load`, or the axis of a sweep."""
    title: str
    points: tuple[Point, ...]
    varied: tuple[str, ...]
    """Fields of a configuration that the plot varies, beside the way."""
    draw: Callable[[], Figure]


TITLES = {
    "payload": "Throughput by size of values",
    "key-size": "Throughput by size of keys",
    "clients": "Throughput by number of clients",
    "pipeline": "Throughput by pipeline depth",
    "reads": "Throughput by share of reads",
}


def drawings_of(run: Run) -> list[Drawing]:
    """Every plot of a run, those of each machine apart."""
    drawings: list[Drawing] = []
    for machine, points in by_machine(points_of(run.measurements)).items():
        for drawing in _of_machine(points):
            drawings.append(replace(drawing, name=f"{drawing.name}-{machine.place}"))
    return _with_different_names(drawings)


def draw(run: Run, folder: Path) -> list[Path]:
    """Draws every plot of a run; the files, two for each plot."""
    return [path for drawing in drawings_of(run) for path in save(drawing.draw(), folder, drawing.name)]


def _of_machine(points: Sequence[Point]) -> list[Drawing]:
    closed = [point for point in points if point.configuration.loop == "closed"]
    opened = [point for point in points if point.configuration.loop == "open"]
    drawings = [_comparison(together) for together in _comparisons(closed)]
    for name, axis in figures.AXES.items():
        drawings += [_sweep(together, name, axis) for together in _sweeps(closed, name, axis)]
    for together in _alike(closed, lambda c: c.group == "comparison" or (c.group is None and _as_in_the_notes(c)), ()):
        if len(together) > 1:
            drawings.append(_percentiles(together))
    for together in _alike(opened, lambda c: True, ("offered",)):
        drawings.append(
            _drawing(
                "latency-by-load",
                "latency-by-load",
                "Latency by offered load",
                together,
                ("offered",),
                figures.latency_by_load,
            )
        )
    if not drawings:
        drawings = [_percentiles(together) for together in _alike(closed, lambda c: True, ())]
    return drawings


def _comparison(points: Sequence[Point]) -> Drawing:
    ahead = points[0].configuration.pipeline
    title = "The notes' comparison" if ahead == 1 else f"The notes' comparison, {ahead} requests sent ahead"
    name = "comparison" if ahead == 1 else f"comparison-{ahead}-ahead"
    return _drawing(name, "comparison", title, points, ("payload_size", "sizes"), figures.comparison)


def _sweep(points: Sequence[Point], name: str, axis: figures.Axis) -> Drawing:
    def draw(shown: Sequence[Point], title: str) -> Figure:
        return figures.sweep(shown, axis, title)

    return _drawing(f"qps-by-{name}", name, TITLES[name], points, axis.fields, draw)


def _percentiles(points: Sequence[Point]) -> Drawing:
    payload = points[0].configuration.payload_size
    suffix, size = ("", "") if payload is None else (f"-{payload}", f", values of {wording.size(payload)}")
    return _drawing(
        f"latency-percentiles{suffix}", "percentiles", f"Latency by percentile{size}", points, (), figures.percentiles
    )


def _drawing(
    name: str, kind: str, title: str, points: Sequence[Point], varied: tuple[str, ...], draw: Callable[..., Figure]
) -> Drawing:
    return Drawing(name, kind, title, tuple(points), varied, lambda: draw(points, title))


def _comparisons(points: Iterable[Point]) -> list[list[Point]]:
    """What compares ways under the conditions of the notes."""
    return [
        together
        for together in _alike(
            points,
            lambda c: c.group in ("comparison", "ahead") or (c.group is None and _as_in_the_notes(c)),
            ("payload_size", "sizes"),
        )
        if len({point.configuration.way for point in together}) > 1
    ]


def _as_in_the_notes(configuration: Configuration) -> bool:
    return (
        configuration.key_size == 3
        and configuration.clients == 1
        and configuration.pipeline == 1
        and configuration.mix == THIRDS
    )


def _sweeps(points: Iterable[Point], name: str, axis: figures.Axis) -> list[list[Point]]:
    return [
        together
        for together in _alike(points, lambda c: c.group in (None, name) and axis.value(c) is not None, axis.fields)
        if len({axis.value(point.configuration) for point in _measured_for_themselves(together)}) >= FEWEST_VALUES
    ]


def _measured_for_themselves(points: Sequence[Point]) -> Sequence[Point]:
    """Without those that join others, unless they are alone."""
    return [point for point in points if not _loosening(point.configuration.way)] or points


def _loosening(way: Way) -> Loosening | None:
    """What the points of a way that join others need not have alike with them; None of those that join nothing."""
    if way.program == "simple_kv":
        return _without_instrument
    return _without_waiting if way.transport == "null" else None


def _alike(
    points: Iterable[Point], wanted: Callable[[Configuration], bool], varied: Iterable[str]
) -> list[list[Point]]:
    """Points that differ in nothing but the way and what is varied.

    Some points join all that are alike in everything else: the harness's own price, which waits for nobody, and
    simple_kv, whose client is its own and waits in its own way; the caption names what measured.
    """
    groups: dict[Configuration, list[Point]] = defaultdict(list)
    joining: dict[Loosening, dict[Configuration, list[Point]]] = {
        _without_waiting: defaultdict(list),
        _without_instrument: defaultdict(list),
    }
    for point in points:
        if not wanted(point.configuration):
            continue
        nothing: dict[str, Any] = dict.fromkeys(varied)
        shared = replace(point.configuration, way=Way("", ""), **nothing)
        loosened = _loosening(point.configuration.way)
        if loosened:
            joining[loosened][loosened(shared)].append(point)
        else:
            groups[shared].append(point)
    for loosened, joined in joining.items():
        accompanied = {loosened(shared) for shared in groups}
        groups |= {shared: [] for shared in joined if shared not in accompanied}
    return [
        layer
        for shared, group in groups.items()
        for layer in _without_duplicates(
            [*group, *(point for loosened, joined in joining.items() for point in joined[loosened(shared)])], varied
        )
    ]


def _without_waiting(configuration: Configuration) -> Configuration:
    return replace(configuration, waiting=None)


def _without_instrument(configuration: Configuration) -> Configuration:
    return replace(configuration, instrument="", waiting=None, placement=None)


def _without_duplicates(points: list[Point], varied: Iterable[str]) -> list[list[Point]]:
    """Splits points of one way and one place in the plot that only waiting or placement tells apart."""
    names = list(varied)
    layers: list[dict[tuple[object, ...], Point]] = []
    for point in points:
        place = (point.configuration.way, *(getattr(point.configuration, name) for name in names))
        for layer in layers:
            if place not in layer:
                layer[place] = point
                break
        else:
            layers.append({place: point})
    return [list(layer.values()) for layer in layers]


def _with_different_names(drawings: list[Drawing]) -> list[Drawing]:
    used: dict[str, int] = defaultdict(int)
    named = []
    for drawing in drawings:
        used[drawing.name] += 1
        number = used[drawing.name]
        named.append(drawing if number == 1 else replace(drawing, name=f"{drawing.name}-{number}"))
    return named
