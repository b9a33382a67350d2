# SPDX-License-Identifier: Apache-2.0
"""Latencies as a result file holds them, by way of HdrHistogram."""

import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from hdrh.histogram import HdrHistogram

from simple_kv.load import KINDS, Recorded

#: Of the suite's histograms as well, so that all of them add up.
HIGHEST_NANOSECONDS, SIGNIFICANT_DIGITS = 60_000_000_000, 3
PERCENTILES = (50, 75, 90, 95, 99, 99.9, 99.99, 99.999)
ALL = "all"


def histogram_of(values: Iterable[int]) -> HdrHistogram:
    histogram = HdrHistogram(1, HIGHEST_NANOSECONDS, SIGNIFICANT_DIGITS)
    for value, count in Counter(values).items():
        histogram.record_value(min(max(value, 1), HIGHEST_NANOSECONDS), count)
    return histogram


def summaries(iterations: list[Recorded]) -> list[dict[str, object]]:
    """One for each kind that occurred, and one for all of them."""
    occurred = [kind for kind in KINDS if any(each.nanoseconds[kind] for each in iterations)]
    found = [_summary(kind, [kind], iterations) for kind in occurred]
    return [*found, _summary(ALL, occurred, iterations)] if len(found) > 1 else found


def _summary(operation: str, kinds: list[str], iterations: list[Recorded]) -> dict[str, object]:
    values = [value for each in iterations for kind in kinds for value in each.nanoseconds[kind]]
    histogram = histogram_of(values)
    return {
        "operation": operation,
        "count": len(values),
        "misses": sum(each.misses[kind] for each in iterations for kind in kinds),
        "min": int(histogram.get_min_value()),
        "mean": histogram.get_mean_value(),
        "max": int(histogram.get_max_value()),
        "percentiles": {f"{each:g}": int(histogram.get_value_at_percentile(each)) for each in PERCENTILES},
        "histogram": histogram.encode().decode("ascii"),
    }


def write_log(file: Path, what: str, iterations: list[Recorded]) -> None:
    """Writes a histogram log: a line for each iteration and kind, tagged with the kind.

    The library's own writer cannot write tags or the time of the start.
    """
    start = iterations[0].started_at
    said = time.strftime("%a %b %d %H:%M:%S UTC %Y", time.gmtime(start))
    lines = [
        "#[Histogram log format version 1.3]",
        f"#[Latencies in nanoseconds of {what}]",
        f"#[StartTime: {start:.3f} (seconds since epoch), {said}]",
        '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
    ]
    for each in iterations:
        for kind in KINDS:
            if each.nanoseconds[kind]:
                histogram = histogram_of(each.nanoseconds[kind])
                interval = f"{each.started_at:.3f},{each.elapsed_nanoseconds / 1e9:.3f}"
                most = histogram.get_max_value() / 1e6
                lines.append(f"Tag={kind},{interval},{most:.3f},{histogram.encode().decode('ascii')}")
    file.write_text("\n".join(lines) + "\n")
