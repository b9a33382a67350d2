# SPDX-License-Identifier: Apache-2.0
"""Latency distributions: HdrHistogram's recordings, added up and asked for percentiles."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress

from hdrh.histogram import HdrHistogram

from wisp_tools.errors import WispError


@dataclass(frozen=True)
class Histogram:
    """Nanoseconds that were recorded, in ascending order, and how often each was.

    A value stands for all that HdrHistogram does not tell apart from it, and is the highest of them,
    as in HdrHistogram's own percentiles.
    """

    values: tuple[int, ...]
    counts: tuple[int, ...]

    @staticmethod
    def decode(text: str, where: str) -> "Histogram":
        """Of HdrHistogram's compressed encoding (V2, Base64). Raises WispError, which names `where`, if it is none."""
        try:
            decoded = HdrHistogram.decode(text)
            counts = decoded.counts[: decoded.get_counts_array_index(decoded.max_value) + 1]
            values = tuple(compress(_values_like(decoded), counts))
        except Exception as failure:  # the library lets zlib's, binascii's and its own out
            raise WispError(f"{where}: the histogram cannot be decoded: {failure}") from failure
        if not values:
            raise WispError(f"{where}: the histogram is empty")
        return Histogram(values, tuple(filter(None, counts)))

    @staticmethod
    def sum_of(histograms: Iterable["Histogram"]) -> "Histogram":
        """All recordings of several histograms together."""
        total: Counter[int] = Counter()
        for histogram in histograms:
            for value, count in zip(histogram.values, histogram.counts, strict=True):
                total[value] += count
        ordered = sorted(total.items())
        return Histogram(tuple(value for value, _ in ordered), tuple(count for _, count in ordered))

    @property
    def count(self) -> int:
        return sum(self.counts)

    @property
    def highest(self) -> int:
        """The highest recording, in nanoseconds."""
        return self.values[-1]

    @property
    def mean(self) -> float:
        """Nanoseconds, to the histogram's own precision."""
        return sum(value * count for value, count in zip(self.values, self.counts, strict=True)) / self.count

    def percentile(self, percent: float) -> int:
        """Nanoseconds that `percent` of the recordings do not exceed, as HdrHistogram for Java rounds."""
        if not 0 <= percent <= 100:
            raise ValueError(f"a percentile is from 0 to 100, not {percent}")
        # One step down first: 99.9 of 1,000 is 999 recordings, which its product in binary exceeds.
        wanted = max(1, math.ceil(math.nextafter(percent, -math.inf) * self.count / 100))
        reached = 0
        for value, count in zip(self.values, self.counts, strict=True):
            reached += count
            if reached >= wanted:
                return value
        return self.highest

    def tail(self) -> list[tuple[float, int]]:
        """For each value the fraction of recordings above it, descending; at least one recording, never 0."""
        total = self.count
        above = total
        curve = []
        for value, count in zip(self.values, self.counts, strict=True):
            above -= count
            curve.append((max(above, 1) / total, value))
        return curve


def _values_like(histogram: HdrHistogram) -> tuple[int, ...]:
    """The value of each bucket of a histogram, the empty ones included."""
    return _values(histogram.lowest_trackable_value, histogram.highest_trackable_value, histogram.significant_figures)


@lru_cache(maxsize=16)
def _values(lowest: int, highest: int, figures: int) -> tuple[int, ...]:
    """Kept, because all histograms of a run are of one kind, and the library takes long for each bucket."""
    of_kind = HdrHistogram(lowest, highest, figures)
    return tuple(
        of_kind.get_highest_equivalent_value(of_kind.get_value_from_index(index)) for index in range(of_kind.counts_len)
    )
