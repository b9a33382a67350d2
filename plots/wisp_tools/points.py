# SPDX-License-Identifier: Apache-2.0
"""Repeated measurements put together: what plots and tables show as one point."""

import statistics
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from wisp_tools.histogram import Histogram
from wisp_tools.model import ALL_OPERATIONS, Conditions, Configuration, Machine, Measurement


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
    def saturated(self) -> bool:
        """Whether any repetition did not reach the offered rate."""
        return any(measurement.saturated for measurement in self.measurements)

    @property
    def emulated(self) -> bool:
        return any(measurement.emulated for measurement in self.measurements)

    @property
    def latency(self) -> Histogram | None:
        """Nanoseconds of all requests of all repetitions; None if there are none, or any is saturated."""
        return self._pooled([measurement.latency for measurement in self.measurements])

    @property
    def service(self) -> Histogram | None:
        """In an open loop nanoseconds from when requests were sent, pooled like `latency`."""
        return self.service_of(ALL_OPERATIONS)

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
        return Histogram.sum_of(present)


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
