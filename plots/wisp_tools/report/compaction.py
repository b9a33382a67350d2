# SPDX-License-Identifier: Apache-2.0
"""What the report says of puts into a table that is nearly full: how long they take, and what is moved for them."""

from wisp_tools.report.study import Study
from wisp_tools.results.fields import Fields

BENCHMARK = "io.wisp.bench.store.CompactionBenchmark.replace"
SAMPLED = "sample"
"""The mode of JMH that times each operation, so it has percentiles."""

HEAD = ("full", "p50, us", "p99, us", "p99.9, us", "p99.99, us", "longest, us", "bytes moved for each that is won")

TEXT = (
    "Each put replaces a value of 100 bytes by one of 92 or the reverse, at random, in a table of 16 MiB with keys of 16 bytes,"
    " which is so full, of what there is when a put is refused. One thread times each put by itself. A put that finds no room"
    " has the compactor make some: it copies what is alive out of segments. Values of one size are written over each other in"
    " place and move nothing."
)


def nearly_full(file: Fields) -> Study | None:
    """The answer in the result.json of `./wisp bench CompactionBenchmark -bm sample`; None if it is of something else."""
    rows = tuple(
        _cells(each)
        for each in file.each("measurements")
        if each.optional_text("benchmark") == BENCHMARK and each.optional_text("mode") == SAMPLED
    )
    return (
        Study(
            "Puts in a table that is nearly full",
            f"{TEXT} From {file.where}, whose conditions stand in environment.json beside it.",
            HEAD,
            rows,
        )
        if rows
        else None
    )


def _cells(measurement: Fields) -> tuple[str, ...]:
    secondary = measurement.inner("secondary")

    def figure(name: str) -> float:
        return secondary.inner(name).number("value")

    return (
        f"{measurement.inner('parameters').text('full')} %",
        *(f"{figure(name):,.2f}" for name in ("p0.50", "p0.99")),
        *(f"{figure(name):,.0f}" for name in ("p0.999", "p0.9999", "p1.00")),
        f"{figure('movedBytes') / figure('wonBytes'):.1f}" if figure("wonBytes") else "none was won",
    )
