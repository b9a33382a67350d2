# SPDX-License-Identifier: Apache-2.0
"""Points as Markdown tables."""

from collections.abc import Callable, Sequence

from wisp_tools import figures, wording
from wisp_tools.points import Point
from wisp_tools.style import order_of


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; numbers are expected to stand right of the first column."""
    lines = [header, ["---", *("---:" for _ in header[1:])], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def comparison_table(points: Sequence[Point]) -> str:
    """Throughput and latency of every way, by size of values."""
    return table(
        ("way", "value", "requests/s", "interval", "samples", "p50", "p99", "p99.9", "max"),
        [
            (
                way_label(point),
                wording.values(point.configuration),
                f"{point.rate:,.0f}",
                wording.interval(point),
                str(len(point.samples)),
                *latencies(point),
            )
            for point in in_order(points)
        ],
    )


def in_order(points: Sequence[Point]) -> list[Point]:
    """By the size of values, then as plots show ways."""
    return sorted(points, key=lambda point: (point.configuration.payload_size or 0, order_of(point.configuration.way)))


def sweep_table(points: Sequence[Point], axis: figures.Axis) -> str:
    """Throughput by what is varied (columns) and way (rows)."""
    values = sorted({axis.value(point.configuration) or 0 for point in points})
    ways = sorted({point.configuration.way for point in points}, key=order_of)
    found = {(point.configuration.way, axis.value(point.configuration) or 0): point for point in points}
    rows = []
    for way in ways:
        own = [found.get((way, value)) for value in values]
        label = next(way_label(point) for point in own if point)
        rows.append((label, *(f"{point.rate:,.0f}" if point else "" for point in own)))
    return table(("requests/s", *(axis.tick(value) for value in values)), rows)


def load_table(points: Sequence[Point]) -> str:
    """Latency from when requests were due, by offered load; a saturated rate says how much was reached."""
    ordered = sorted(points, key=lambda p: (order_of(p.configuration.way), p.configuration.offered or 0))
    return table(
        ("way", "offered, requests/s", "reached, requests/s", "p50", "p99", "p99.9", "max", "p99 from sending"),
        [
            (
                way_label(point),
                f"{point.configuration.offered:,.0f}",
                f"{point.rate:,.0f}" + (" (saturated)" if point.saturated else ""),
                *latencies(point),
                wording.duration(point.service.percentile(99)) if point.service else "",
            )
            for point in ordered
        ],
    )


def way_label(point: Point) -> str:
    return point.configuration.way.label + (" (emulated)" if point.emulated else "")


def latencies(point: Point) -> tuple[str, str, str, str]:
    latency = point.latency
    if latency is None:
        return ("", "", "", "")
    p50, p99, p999 = (wording.duration(latency.percentile(percent)) for percent in (50, 99, 99.9))
    return (p50, p99, p999, wording.duration(latency.highest))


TableOf = Callable[[Sequence[Point]], str]


def table_of(name: str) -> TableOf | None:
    """The table beside the plot of that kind; None where another plot's table holds the figures."""
    if name == "comparison":
        return comparison_table
    if name == "latency-by-load":
        return load_table
    if name in figures.AXES:
        return lambda points: sweep_table(points, figures.AXES[name])
    return None
