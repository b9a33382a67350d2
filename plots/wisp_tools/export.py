# SPDX-License-Identifier: Apache-2.0
"""Runs in the formats of other programs: `.hgrm` for HdrHistogram's plotters, and CSV."""

import csv
import io
import math
import re
from collections.abc import Iterator
from pathlib import Path

from wisp_tools.errors import WispError
from wisp_tools.files import replace
from wisp_tools.histogram import Histogram
from wisp_tools.model import Run
from wisp_tools.points import Point, points_of

NANOSECONDS_IN_MICROSECOND = 1000.0
TICKS_PER_HALF_DISTANCE = 5
SUB_BUCKETS = 2048
"""Of a histogram that keeps three digits."""
PERCENTS = (50, 90, 99, 99.9, 99.99)

DUE, SENT, REPLY = "due", "sent", "previous reply"
"""From when a latency counts: in an open loop the first two, in a closed loop the second, but in the suite of old the
third."""
SUITE_COUNTS_FROM_SENT = "2026-11-28"
"""The first day of runs of the suite whose latencies do."""


def export_hgrm(run: Run, folder: Path) -> list[Path]:
    """A file for each point and operation, values in microseconds, as HdrHistogram's plotters take them.

    Saturated points have none. Raises WispError if the run holds no latency at all.
    """
    written: list[Path] = []
    for point in points_of(run.measurements):
        for operation, counted_from, histogram in _distributions(point):
            folder.mkdir(parents=True, exist_ok=True)
            name = _name(run.name, point, operation, counted_from)
            path, number = folder / f"{name}.hgrm", 2
            while path in written:
                path, number = folder / f"{name}-{number}.hgrm", number + 1
            replace(path, hgrm(histogram).encode())
            written.append(path)
    if not written:
        raise WispError(f"{run.name}: holds no latencies to export")
    return written


def hgrm(histogram: Histogram) -> str:
    """The percentile distribution as HdrHistogram for Java prints it, in microseconds."""
    lines = [f"{'Value':>12} {'Percentile':>14} {'TotalCount':>10} {'1/(1-Percentile)':>14}", ""]
    for value, level, count in _levels(histogram):
        odds = f" {1 / (1 - level):14.2f}" if level < 1 else ""
        lines.append(f"{value / NANOSECONDS_IN_MICROSECOND:12.3f} {level:2.12f} {count:10d}{odds}")
    mean = histogram.mean
    variance = (
        sum(count * (value - mean) ** 2 for value, count in zip(histogram.values, histogram.counts, strict=True))
        / histogram.count
    )
    buckets = 1
    while SUB_BUCKETS << (buckets - 1) <= histogram.highest:
        buckets += 1
    mean, deviation, highest = (
        figure / NANOSECONDS_IN_MICROSECOND for figure in (mean, math.sqrt(variance), histogram.highest)
    )
    lines += [
        f"#[Mean    = {mean:12.3f}, StdDeviation   = {deviation:12.3f}]",
        f"#[Max     = {highest:12.3f}, Total count    = {histogram.count:12d}]",
        f"#[Buckets = {buckets:12d}, SubBuckets     = {SUB_BUCKETS:12d}]",
    ]
    return "\n".join(lines) + "\n"


def _levels(histogram: Histogram) -> Iterator[tuple[int, float, int]]:
    """Value, level (0 to 1) and count up to the value, in the steps of HdrHistogram's own PercentileIterator."""
    total, reached, percent = histogram.count, 0, 0.0
    for value, count in zip(histogram.values, histogram.counts, strict=True):
        reached += count
        while 100 * reached / total >= percent:
            yield value, percent / 100, reached
            halvings = int(math.log2(100 / (100 - percent))) + 1
            percent += 100 / (TICKS_PER_HALF_DISTANCE * 2**halvings)
            if reached == total:
                break
    yield histogram.highest, 1.0, total


def export_csv(run: Run, path: Path) -> int:
    """Every figure of a run, a row for each point, operation and way to count; returns how many rows.

    A saturated point has one row, without latencies. What could not be found out is empty.
    """
    rows = [row for point in points_of(run.measurements) for row in _rows(run.name, point)]
    output = io.StringIO()
    writer = csv.DictWriter(output, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace(path, output.getvalue().encode())
    return len(rows)


def _rows(run: str, point: Point) -> Iterator[dict[str, object]]:
    base = _columns(run, point)
    distributions = list(_distributions(point))
    for operation, counted_from, histogram in distributions:
        yield base | _latency_columns(operation, counted_from, histogram)
    if not distributions:
        yield base | _latency_columns("", "", None)


def _columns(run: str, point: Point) -> dict[str, object]:
    configuration = point.configuration
    conditions = point.measurements[0].conditions
    shortfalls = [m.shortfall for m in point.measurements if m.shortfall is not None]
    return {
        "run": run,
        "place": point.machine.place,
        "emulated": point.emulated,
        **_fields(conditions, "cpu", "cores", "kernel", "jdk", "software", "date"),
        **_fields(configuration.way, "program", "transport", "get", "write"),
        "server": configuration.way.server or configuration.way.program,
        "instrument": configuration.instrument,
        "series": configuration.group,
        "key_bytes": configuration.key_size,
        "value_bytes": configuration.payload_size,
        "value_sizes": configuration.sizes,
        **_fields(
            configuration, "keys", "clients", "threads", "pipeline", "mix", "loop", "arrivals", "waiting", "placement"
        ),
        "offered_per_second": configuration.offered,
        "outcome": "saturated" if point.saturated else "measured",
        "shortfall": max(shortfalls, default=None),
        "samples": len(point.samples),
        **{f"requests_per_second_{name}": rate for name, rate in _fields(point, "median", "lowest", "highest").items()},
    }


def _fields(described: object, *names: str) -> dict[str, object]:
    """Those of which a column has the name."""
    return {name: getattr(described, name) for name in names}


def _latency_columns(operation: str, counted_from: str, histogram: Histogram | None) -> dict[str, object]:
    percentiles = {f"p{percent:g}_ns": histogram.percentile(percent) if histogram else None for percent in PERCENTS}
    return {
        "operation": operation,
        "latency_counts_from": counted_from,
        "requests": histogram.count if histogram else None,
        "mean_ns": round(histogram.mean, 1) if histogram else None,
        **percentiles,
        "max_ns": histogram.highest if histogram else None,
    }


def _distributions(point: Point) -> Iterator[tuple[str, str, Histogram]]:
    counted_from = _counted_from(point)
    for operation in point.operations:
        histogram = point.latency_of(operation)
        if histogram is not None:
            yield operation, counted_from, histogram
        service = point.service_of(operation)
        if service is not None:
            yield operation, SENT, service


def _counted_from(point: Point) -> str:
    if point.configuration.loop == "open":
        return DUE
    dates = [measurement.conditions.date or "" for measurement in point.measurements]
    return REPLY if point.configuration.instrument == "suite" and min(dates) < SUITE_COUNTS_FROM_SENT else SENT


def _name(run: str, point: Point, operation: str, counted_from: str) -> str:
    configuration = point.configuration
    words = [
        run,
        point.machine.place,
        configuration.group or "",
        configuration.way.label,
        f"key {configuration.key_size}",
        f"value {configuration.sizes.removeprefix('fixed:')}",
        f"clients {configuration.clients}",
        f"pipeline {configuration.pipeline}",
        configuration.mix,
        f"offered {configuration.offered:g}" if configuration.offered is not None else "",
        f"{operation} from {counted_from}" if configuration.loop == "open" else operation,
        "us",
    ]
    return re.sub(r"[^A-Za-z0-9.]+", "-", "-".join(word for word in words if word)).strip("-")
