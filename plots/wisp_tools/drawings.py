# SPDX-License-Identifier: Apache-2.0
"""Which plots a run is worth: chosen by what its measurements vary."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from wisp_tools import figures, wording
from wisp_tools.canvas import save
from wisp_tools.model import Configuration, Run, Way
from wisp_tools.points import Point, by_machine, points_of
from wisp_tools.progress import under_way

THIRDS = "put:1,get:1,delete:1"
"""The mix of the original notes."""

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
    figure_of: Callable[[Sequence[Point], str], Figure]
    """Of points and a title."""

    def draw(self) -> Figure:
        return self.figure_of(self.points, self.title)


def drawings_of(run: Run) -> list[Drawing]:
    """Every plot of a run, those of each machine apart."""
    drawings: list[Drawing] = []
    for machine, points in by_machine(points_of(run.measurements)).items():
        for drawing in _of_machine(points):
            drawings.append(replace(drawing, name=f"{drawing.name}-{machine.place}"))
    return _with_different_names(drawings)


def draw_all(run: str, drawings: Sequence[Drawing], plots: Path) -> list[Path]:
    """Draws the plots of a run into a folder of its name in `plots`; the files, two for each plot."""
    files = []
    for number, drawing in enumerate(drawings, 1):
        with under_way(f"drawing {run}, plot {number} of {len(drawings)}"):
            files += save(drawing.draw(), plots / run, drawing.name)
    return files


def _of_machine(points: Sequence[Point]) -> list[Drawing]:
    closed = [point for point in points if point.configuration.loop == "closed"]
    opened = [point for point in points if point.configuration.loop == "open"]
    drawings = [_comparison(together) for together in _comparisons(closed)]
    for name, axis in figures.AXES.items():
        drawings += [_sweep(together, name, axis) for together in _sweeps(closed, name, axis)]
    for together in _alike(closed, lambda c: c.group == "comparison" or _as_in_the_notes(c), ()):
        if len(together) > 1:
            drawings.append(_percentiles(together))
    for together in _alike(opened, lambda c: True, ("offered",)):
        name = "latency-by-load"
        drawings.append(Drawing(name, name, wording.LOAD_TITLE, together, ("offered",), figures.latency_by_load))
    if not drawings:
        drawings = [_percentiles(together) for together in _alike(closed, lambda c: True, ())]
    return drawings


def _comparison(points: tuple[Point, ...]) -> Drawing:
    ahead = points[0].configuration.pipeline
    name = "throughput" if ahead == 1 else f"throughput-{ahead}-together"
    title = wording.comparison_title(points)
    return Drawing(name, "comparison", title, points, ("payload_size", "sizes"), figures.comparison)


def _sweep(points: tuple[Point, ...], name: str, axis: figures.Axis) -> Drawing:
    return Drawing(f"qps-by-{name}", name, axis.title, points, axis.fields, partial(figures.sweep, axis=axis))


def _percentiles(points: tuple[Point, ...]) -> Drawing:
    payload = points[0].configuration.payload_size
    name = "latency-percentiles" + ("" if payload is None else f"-{payload}")
    return Drawing(name, "percentiles", wording.percentiles_title(points), points, (), figures.percentiles)


def _comparisons(points: Iterable[Point]) -> list[tuple[Point, ...]]:
    """What compares ways under the conditions of the notes."""

    def wanted(configuration: Configuration) -> bool:
        return configuration.group in ("comparison", "ahead") or _as_in_the_notes(configuration)

    alike = _alike(points, wanted, ("payload_size", "sizes"))
    return [together for together in alike if len({point.configuration.way for point in together}) > 1]


def _as_in_the_notes(configuration: Configuration) -> bool:
    """And of no campaign, which has groups for what compares."""
    chosen = (configuration.key_size, configuration.clients, configuration.pipeline, configuration.mix)
    return configuration.group is None and chosen == (3, 1, 1, THIRDS)


def _sweeps(points: Iterable[Point], name: str, axis: figures.Axis) -> list[tuple[Point, ...]]:
    return [
        together
        for together in _alike(points, lambda c: c.group in (None, name) and axis.value(c) is not None, axis.fields)
        if len({axis.value(point.configuration) for point in _measured_for_themselves(together)}) >= FEWEST_VALUES
    ]


def _measured_for_themselves(points: Sequence[Point]) -> Sequence[Point]:
    """Without those that join others, unless they are alone."""
    return [point for point in points if not _joins(point.configuration.way)] or points


def _joins(way: Way) -> bool:
    """Whether points of the way are beside all others: simple_kv, and the harness's own price, which waits for nobody."""
    return way.program == "simple_kv" or way.transport == "null"


def _alike(
    points: Iterable[Point], wanted: Callable[[Configuration], bool], varied: Iterable[str]
) -> list[tuple[Point, ...]]:
    """Points that differ in nothing but the way, how its ends wait and where they run, and what is varied.

    A way has the cores and the waiting that suit it, so that these do not keep ways apart; but where one way was
    measured with several of them, each has plots of its own. simple_kv, whose client is its own, joins all that are
    alike in everything else, as does the harness's own price; the caption names what measured.
    """
    groups: dict[Configuration, list[Point]] = defaultdict(list)
    joining: dict[Configuration, list[Point]] = defaultdict(list)
    for point in points:
        if not wanted(point.configuration):
            continue
        nothing: dict[str, Any] = dict.fromkeys(varied)
        shared = replace(point.configuration, way=Way("", ""), waiting=None, placement=None, **nothing)
        if point.configuration.way.program == "simple_kv":
            joining[_without_instrument(shared)].append(point)
        else:
            groups[shared].append(point)
    accompanied = {_without_instrument(shared) for shared in groups}
    groups |= {shared: [] for shared in joining if shared not in accompanied}
    return [
        layer
        for shared, group in groups.items()
        for layer in _layers([*group, *joining[_without_instrument(shared)]], varied)
    ]


def _without_instrument(configuration: Configuration) -> Configuration:
    return replace(configuration, instrument="")


def _layers(points: list[Point], varied: Iterable[str]) -> list[tuple[Point, ...]]:
    """The points together, or by waiting and placement where a way has several points in one place of the plot."""
    if len(_without_duplicates(points, varied)) == 1:
        return [tuple(points)]
    joining = [point for point in points if _joins(point.configuration.way)]
    ends: dict[tuple[str | None, str | None], list[Point]] = defaultdict(list)
    for point in points:
        if not _joins(point.configuration.way):
            ends[point.configuration.waiting, point.configuration.placement].append(point)
    return [layer for own in ends.values() or [[]] for layer in _without_duplicates([*own, *joining], varied)]


def _without_duplicates(points: list[Point], varied: Iterable[str]) -> list[tuple[Point, ...]]:
    """Splits points of one way and one place in the plot that only waiting or placement tells apart."""
    names = list(varied)
    layers: dict[int, list[Point]] = defaultdict(list)
    seen: Counter[tuple[object, ...]] = Counter()
    for point in points:
        place = (point.configuration.way, *(getattr(point.configuration, name) for name in names))
        layers[seen[place]].append(point)
        seen[place] += 1
    return list(map(tuple, layers.values()))


def _with_different_names(drawings: list[Drawing]) -> list[Drawing]:
    used: Counter[str] = Counter()
    named = []
    for drawing in drawings:
        used[drawing.name] += 1
        number = used[drawing.name]
        named.append(drawing if number == 1 else replace(drawing, name=f"{drawing.name}-{number}"))
    return named
