# SPDX-License-Identifier: Apache-2.0
"""Repeated measurements put together: what plots and tables show as one point."""

import statistics
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from wisp_tools.estimates import mean_error
from wisp_tools.histogram import Histogram
from wisp_tools.model import ALL_OPERATIONS, Conditions, Configuration, Machine, Measurement


@dataclass(frozen=True)
class Interval:
    """Around a figure of several samples. Its lower end may be below 0 where there are few that differ much."""

    low: float
    middle: float
    high: float
    of_jmh: bool
    """Whether it is JMH's, of 99.9 %, and not the range of all samples."""


@dataclass(frozen=True)
class Point:
    """All repetitions of one configuration on one machine."""

    configuration: Configuration
    machine: Machine
    measurements: tuple[Measurement, ...]

    @property
    def samples(self) -> tuple[float, ...]:
        """Requests per second of every run or iteration."""
        return tuple(sample for measurement in self.measurements for sample in measurement.throughput)

    @property
    def median(self) -> float:
        """Requests per second."""
        return statistics.median(self.samples)

    @property
    def lowest(self) -> float:
        return min(self.samples)

    @property
    def highest(self) -> float:
        return max(self.samples)

    @property
    def rate(self) -> float:
        """Requests per second, as they are shown: what the interval is around, or the only sample."""
        return self.interval.middle if self.interval else self.samples[0]

    @cached_property
    def interval(self) -> "Interval | None":
        """Around requests per second; None of a single sample.

        Of one run of JMH its own: the mean of three iterations or more, with 99.9 % confidence.
        Of anything else the median, and the range from the lowest to the highest.
        """
        if len(self.samples) < 2:
            return None
        of_jmh = self.configuration.instrument == "suite" and len(self.measurements) == 1
        error = mean_error(self.samples) if of_jmh else None
        if error is None:
            return Interval(self.lowest, self.median, self.highest, of_jmh=False)
        mean = statistics.fmean(self.samples)
        return Interval(mean - error, mean, mean + error, of_jmh=True)

    @property
    def low(self) -> float:
        """The lower end of the interval, or the only sample."""
        return self.interval.low if self.interval else self.rate

    @property
    def high(self) -> float:
        """The upper end of the interval, or the only sample."""
        return self.interval.high if self.interval else self.rate

    @property
    def saturated(self) -> bool:
        """Whether any repetition did not reach the offered rate."""
        return any(measurement.saturated for measurement in self.measurements)

    @property
    def emulated(self) -> bool:
        return any(measurement.emulated for measurement in self.measurements)

    @cached_property
    def latency(self) -> Histogram | None:
        """Nanoseconds of all requests of all repetitions; None if there are none, or any is saturated."""
        return self._pooled([measurement.latency for measurement in self.measurements])

    @property
    def service(self) -> Histogram | None:
        """In an open loop nanoseconds from when requests were sent, pooled like `latency`."""
        return self.service_of(ALL_OPERATIONS)

    def range_of_latency(self, percent: float) -> tuple[int, int] | None:
        """The lowest and the highest of a percentile of each repetition, in nanoseconds; None of a single one."""
        each = [measurement.latency for measurement in self.measurements]
        found = [latency.percentile(percent) for latency in each if latency]
        return (min(found), max(found)) if len(found) > 1 and not self.saturated else None

    def latency_of(self, operation: str) -> Histogram | None:
        return self._pooled([measurement.latencies.get(operation) for measurement in self.measurements])

    def service_of(self, operation: str) -> Histogram | None:
        return self._pooled([measurement.service.get(operation) for measurement in self.measurements])

    @property
    def operations(self) -> list[str]:
        return list(self.measurements[0].latencies)

    def _pooled(self, histograms: list[Histogram | None]) -> Histogram | None:
        present = [histogram for histogram in histograms if histogram is not None]
        if self.saturated or not present or len(present) < len(histograms):
            return None
        return present[0] if len(present) == 1 else Histogram.sum_of(present)


def points_of(measurements: Iterable[Measurement]) -> list[Point]:
    """A point for each configuration and machine, in the order in which they first appear."""
    together: dict[tuple[Configuration, Machine], list[Measurement]] = defaultdict(list)
    for measurement in measurements:
        together[measurement.configuration, measurement.conditions.machine].append(measurement)
    return [Point(*key, tuple(repetitions)) for key, repetitions in together.items()]


def by_machine(points: Iterable[Point]) -> dict[Machine, list[Point]]:
    """Points of each machine: those of different ones are never compared."""
    machines: dict[Machine, list[Point]] = defaultdict(list)
    for point in points:
        machines[point.machine].append(point)
    return machines


def conditions_of(points: Iterable[Point]) -> list[Conditions]:
    """The different conditions of some points, in order."""
    return list(dict.fromkeys(measurement.conditions for point in points for measurement in point.measurements))
