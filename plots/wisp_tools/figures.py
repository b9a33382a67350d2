# SPDX-License-Identifier: Apache-2.0
"""The plots. Each takes points of one machine and gives a figure."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator

from wisp_tools import wording
from wisp_tools.axes import duration_axis, limit, positive, rate_axis, reach_of, x_ticks
from wisp_tools.canvas import new_figure, title_height
from wisp_tools.model import EMULATED_LABEL, Configuration, Way, mix_weights
from wisp_tools.points import Point
from wisp_tools.style import EDGE, Look, looks_of, order_of

RATE_LABEL = "throughput, requests/s (log scale)"
LATENCY_LABEL = "latency (log scale)"


@dataclass(frozen=True)
class Axis:
    """What a sweep varies."""

    title: str
    """Of the plot."""
    fields: tuple[str, ...]
    """The fields of a configuration that belong to it."""
    value: Callable[[Configuration], float | None]
    label: str
    logarithmic: bool = True
    tick: Callable[[float], str] = "{:.0f}".format
    connected: bool = True
    """Whether there is something between two values."""


def read_percent(configuration: Configuration) -> float | None:
    """Gets among gets and puts; None where a mix has other operations, which a share of reads says nothing of."""
    weights = mix_weights(configuration.mix)
    return 100 * weights.get("get", 0) / sum(weights.values()) if set(weights) <= {"get", "put"} else None


YCSB_WORKLOADS = "abcdf"

AXES = {
    "payload": Axis(
        "Throughput by size of values",
        ("payload_size", "sizes"),
        lambda c: c.payload_size,
        "size of a value, bytes",
        tick=lambda value: wording.size(int(value)),
    ),
    "key-size": Axis(
        "Throughput by size of keys",
        ("key_size",),
        lambda c: c.key_size,
        "size of a key, bytes (decimal digits)",
        False,
    ),
    "clients": Axis(
        "Throughput by number of clients",
        ("clients", "threads"),
        lambda c: c.clients if c.threads == c.clients else None,
        "clients, each a connection and a thread",
    ),
    "pipeline": Axis(
        "Throughput by pipeline depth", ("pipeline",), lambda c: c.pipeline, "requests sent before waiting for replies"
    ),
    "ycsb": Axis(
        "Throughput by workload of YCSB",
        ("mix", "keys", "workload"),
        lambda c: YCSB_WORKLOADS.index(c.workload) if c.workload else None,
        "workload of YCSB: A half updates, B 5 % updates, C reads alone, D reads of the latest, F half read-modify-writes",
        False,
        tick=lambda value: YCSB_WORKLOADS[int(value)].upper(),
        connected=False,
    ),
    "reads": Axis("Throughput by share of reads", ("mix",), read_percent, "gets among all requests, %", False),
}


def sweep(points: Sequence[Point], title: str, axis: Axis) -> Figure:
    """Throughput by what the axis says, a line for each way."""
    figure, (axes,) = new_figure(_place(title, points), _caption(points, (*axis.fields, "group")))
    looks = looks_of([point.configuration.way for point in points])
    for way, look in looks.items():
        own = sorted(
            (point for point in points if point.configuration.way == way),
            key=lambda point: axis.value(point.configuration) or 0,
        )
        axes.errorbar(
            [axis.value(point.configuration) or 0 for point in own],
            [point.rate for point in own],
            yerr=reach_of([(point.low, point.rate, point.high) for point in own]),
            label=_label(way, own),
            ecolor=EDGE,
            elinewidth=0.8,
            capsize=2.5,
            **_line(look, cross_width=1.2) | ({} if axis.connected else {"linestyle": "none"}),
        )
    ticks = sorted({axis.value(point.configuration) or 0 for point in points})
    if axis.logarithmic:
        axes.set_xscale("log", base=2 if ticks[0] > 0 else 10)
    x_ticks(axes, {tick: axis.tick(tick) for tick in ticks})
    axes.set_xlabel(axis.label + (" (log scale)" if axis.logarithmic else ""))
    axes.set_yscale("log")
    limit(axes, [positive(point.low, point.rate) for point in points], [point.high for point in points])
    rate_axis(axes.yaxis)
    axes.set_ylabel(RATE_LABEL)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


def comparison(points: Sequence[Point], title: str) -> Figure:
    """Throughput of every way as bars, a panel for each size of values, beside the original notes' figure."""
    payloads = sorted({(point.configuration.payload_size or 0, point.configuration.sizes) for point in points})
    looks = looks_of([point.configuration.way for point in points])
    figure, panels = new_figure(
        _place(title, points),
        _caption(points, ("payload_size", "group"))
        + f"\nDashed line: {wording.NOTES_LABEL}; another machine, so it orders magnitudes and compares nothing.",
        height=0.4 + len(payloads) * (0.4 + 0.27 * len(looks)),
        legend=0.3,
        rows=len(payloads),
    )
    least = min(*(positive(point.low, point.rate) for point in points), wording.NOTES_RATE)
    start = 10 ** math.floor(math.log10(least / 1.5))
    end = max(point.high for point in points) * 12
    for axes, payload in zip(panels, payloads, strict=True):
        own = {p.configuration.way: p for p in points if p.configuration.sizes == payload[1]}
        _bars(axes, own, looks, start)
        axes.set_title(f"values of {wording.values(next(iter(own.values())).configuration)}")
        axes.set_xlim(start, end)
        axes.axvline(wording.NOTES_RATE, color="black", linestyle="--", linewidth=1, zorder=3)
        axes.set_xscale("log")
        axes.set_xlim(start, end)
        rate_axis(axes.xaxis)
        axes.grid(False, axis="y")
    reference = Line2D([], [], color="black", linestyle="--", linewidth=1, label=f"{wording.NOTES_NAME}: 20 k")
    _legend_below(figure, _place(title, points), [reference])
    for axes in panels[:-1]:
        axes.tick_params(labelbottom=False)
    panels[-1].set_xlabel(f"{RATE_LABEL}; bars begin at {wording.rate(start).strip()}")
    return figure


def _bars(axes: Axes, points: dict[Way, Point], looks: dict[Way, Look], start: float) -> None:
    ways = [way for way in looks if way in points]
    for position, way in enumerate(reversed(ways)):
        point, look = points[way], looks[way]
        axes.barh(
            position,
            point.rate - start,
            left=start,
            height=0.72,
            color=look.fill or look.colour,
            hatch=look.hatch,
            edgecolor=EDGE,
            linewidth=0.6,
            alpha=0.9,
        )
        if point.interval:
            axes.errorbar(
                point.rate,
                position,
                xerr=reach_of([(point.low, point.rate, point.high)]),
                color="black",
                elinewidth=1,
                capsize=3,
                zorder=4,
            )
        axes.annotate(
            wording.rate(point.rate),
            (point.high, position),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            zorder=5,
            bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"},
        )
    axes.set_yticks(range(len(ways)), [_label(way, [points[way]]) for way in reversed(ways)])
    axes.tick_params(axis="y", length=0)


PERCENT_TICKS = (50, 90, 99, 99.9, 99.99, 99.999, 99.9999)


def percentiles(points: Sequence[Point], title: str) -> Figure:
    """Latency by percentile, x being the logarithm of 1/(1-p), so that each nine is as wide as the last."""
    figure, (axes,) = new_figure(
        _place(title, points),
        _caption(points, ("group",), repeated=False)
        + "\nEach curve ends at the highest of all latencies recorded; repeated runs are added up.",
    )
    looks = looks_of([point.configuration.way for point in points])
    rightmost = 10.0
    for point in sorted(points, key=lambda point: order_of(point.configuration.way)):
        if point.latency is None:
            continue
        look = looks[point.configuration.way]
        tail = thinned([(1 / above, value) for above, value in point.latency.tail()])
        rightmost = max(rightmost, tail[-1][0])
        axes.plot(
            [1.0] + [x for x, _ in tail],
            [point.latency.values[0]] + [value for _, value in tail],
            drawstyle="steps-pre",
            label=_label(point.configuration.way, [point]),
            markevery=0.12,
            markersize=4.5,
            **_line(look),
        )
    axes.set_xscale("log")
    axes.set_xlim(1, rightmost * 1.3)
    shown = [percent for percent in PERCENT_TICKS if 100 / (100 - percent) <= rightmost * 1.3]
    x_ticks(axes, {1: "0"} | {100 / (100 - percent): f"{percent:g}" for percent in shown})
    axes.set_xlabel("percentile, % of requests (spaced by the log of 1/(1-p))")
    axes.set_yscale("log")
    duration_axis(axes)
    axes.set_ylabel(LATENCY_LABEL)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


LOAD_PERCENTS: tuple[tuple[float, Literal["-", "--", ":"], str], ...] = (
    (50, "-", "o"),
    (99, "--", "s"),
    (99.9, ":", "^"),
)


def latency_by_load(points: Sequence[Point], title: str) -> Figure:
    """Latency from when requests were due, by the rate at which they became due; a panel for each way.

    A rate that was not reached has no latency: it is marked at the top edge, with what was reached.
    """
    looks = looks_of([point.configuration.way for point in points])
    columns = min(2, len(looks))
    rows = math.ceil(len(looks) / columns)
    figure, panels = new_figure(
        _place(title, points),
        _caption(points, ("offered", "group"), repeated=False)
        + "\nLatency counts from when a request was due."
        + (
            " Repeated loads are added up; bars reach from the lowest repetition to the highest."
            if any(len(point.measurements) > 1 for point in points)
            else ""
        )
        + " Crosses: saturated, the offered rate was not reached"
        " (with the share of it that was), so there is no latency to show.",
        height=0.3 + 2.9 * rows,
        legend=0.3,
        rows=rows,
        columns=columns,
    )
    highest = max((p.latency.percentile(99.9) for p in points if p.latency), default=1e6)
    lowest = min((p.latency.percentile(50) for p in points if p.latency), default=1e3)
    for axes, (way, look) in zip(panels, looks.items(), strict=False):
        own = sorted(
            (point for point in points if point.configuration.way == way), key=lambda p: p.configuration.offered or 0
        )
        _load_curves(axes, own, look.colour)
        axes.set_title(_label(way, own))
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_ylim(lowest / 2, highest * 6)
        offered = [point.configuration.offered or 0 for point in own]
        axes.set_xlim(min(offered) / 1.4, max(offered) * 1.4)
        narrow = max(offered) < 100 * min(offered)
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if narrow else (1,)))
        rate_axis(axes.xaxis)
        duration_axis(axes)
        axes.set_xlabel("offered load, requests/s (log scale)")
        axes.set_ylabel(LATENCY_LABEL)
    _legend_below(figure, _place(title, points), _load_legend())
    for axes in panels[len(looks) :]:
        axes.remove()
    return figure


def _load_curves(axes: Axes, points: Sequence[Point], colour: str) -> None:
    measured = [(point.configuration.offered or 0, point.latency) for point in points if point.latency]
    for percent, line, marker in LOAD_PERCENTS:
        axes.plot(
            [offered for offered, _ in measured],
            [latency.percentile(percent) for _, latency in measured],
            color=colour,
            linestyle=line,
            marker=marker,
            markeredgecolor=EDGE,
            markeredgewidth=0.6,
            label=f"{percent:g} %",
        )
        ranges = [(p.configuration.offered or 0, p.latency, p.range_of_latency(percent)) for p in points]
        repeated = [
            (offered, (each[0], latency.percentile(percent), each[1]))
            for offered, latency, each in ranges
            if latency and each
        ]
        if repeated:
            axes.errorbar(
                [offered for offered, _ in repeated],
                [middle for _, (_, middle, _) in repeated],
                yerr=reach_of([each for _, each in repeated]),
                fmt="none",
                ecolor=EDGE,
                elinewidth=0.8,
                capsize=2.5,
            )
    for point in points:
        if not point.saturated:
            continue
        offered = point.configuration.offered or 0
        axes.axvline(offered, color="#666666", linestyle=(0, (1, 2)), linewidth=1)
        axes.plot([offered], [0.96], transform=axes.get_xaxis_transform(), marker="X", color="black", clip_on=False)
        axes.annotate(
            f"saturated: {100 * point.rate / offered:.0f} % reached",
            (offered, 0.9),
            xycoords=("data", "axes fraction"),
            xytext=(3, 0),
            textcoords="offset points",
            rotation=90,
            ha="left",
            va="top",
            fontsize=7,
        )


def _legend_below(figure: Figure, title: str, handles: list[Line2D]) -> None:
    place = (0, 1 - title_height(title) / figure.get_figheight())
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=place, ncols=len(handles)).set_in_layout(False)


def _load_legend() -> list[Line2D]:
    lines = [
        Line2D([], [], color="#444444", linestyle=line, marker=marker, label=f"{percent:g} % of requests")
        for percent, line, marker in LOAD_PERCENTS
    ]
    return [*lines, Line2D([], [], color="black", linestyle="", marker="X", label="saturated")]


def thinned(curve: Sequence[tuple[float, int]], step: float = 1.012) -> list[tuple[float, int]]:
    """Of the points of a curve by ascending x, those that are not seen to be left out."""
    kept = [curve[0]]
    for point in curve[1:-1]:
        if point[0] >= kept[-1][0] * step or point[1] >= kept[-1][1] * step:
            kept.append(point)
    return kept if len(curve) == 1 else [*kept, curve[-1]]


def _place(title: str, points: Sequence[Point]) -> str:
    guest = points[0].machine.guest
    return f"{title}\nin the guest ({EMULATED_LABEL})" if guest else title


def _caption(points: Sequence[Point], varied: tuple[str, ...], repeated: bool = True) -> str:
    repetition = f" {wording.repetition(points)}" if repeated else ""
    load, conditions = wording.load(points, varied), wording.conditions(points)
    return f"{wording.sentence(load)}{repetition}\n{wording.sentence(conditions)}"


def _label(way: Way, points: Sequence[Point]) -> str:
    return way.label + (" (emulated)" if any(point.emulated for point in points) else "")


def _line(look: Look, cross_width: float = 0.6) -> dict[str, Any]:
    """How a line with markers looks, of which a cross alone has no face."""
    is_cross = look.marker == "x"
    return {
        "color": look.colour,
        "linestyle": look.line,
        "marker": look.marker,
        "markeredgecolor": look.colour if is_cross else EDGE,
        "markeredgewidth": cross_width if is_cross else 0.6,
    }
