# SPDX-License-Identifier: Apache-2.0
"""Intervals for the mean of a few runs, and for the ratio of two commits over pairs of runs.

A run is one JVM: its iterations share one outcome of the JIT compiler and one layout of memory, so that
only whole runs are independent samples, and there are few of them. Hence Student's t over runs, and two
commits differ only if their intervals do not overlap (A. Georges, D. Buytaert, L. Eeckhout: Statistically
Rigorous Java Performance Evaluation, OOPSLA 2007, section 3). What a machine does to both runs of a pair
cancels in the pair's ratio (T. Kalibera, R. Jones: Rigorous Benchmarking in Reasonable Time, ISMM 2013; A.
Abedi, T. Brecht: Conducting Repeatable Experiments in Highly Variable Cloud Computing Environments, ICPE
2017).

Speeds are positive and what disturbs them multiplies, so everything is computed with logarithms: means are
geometric, and a commit that is twice as fast is as far from 1 as one that is half as fast.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

CONFIDENCE_OF_JMH = 0.999
_MOST_FRACTIONS = 300
_PRECISION = 1e-15
_TINY = 1e-300


@dataclass(frozen=True)
class Interval:
    """A mean, and the interval that holds the true one with the given confidence."""

    mean: float
    low: float
    high: float

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high

    def is_disjoint_from(self, other: "Interval") -> bool:
        return self.high < other.low or other.high < self.low


def mean_interval(values: Sequence[float], confidence: float) -> Interval:
    """The t interval of the geometric mean of positive values.

    Raises ValueError for fewer than two values, which have no spread, and for values that are not positive.
    """
    if len(values) < 2:
        raise ValueError(f"an interval needs two values, and there are {len(values)}")
    if not all(value > 0 and math.isfinite(value) for value in values):
        raise ValueError(f"values must be positive: {values}")
    logarithms = [math.log(value) for value in values]
    mean = statistics.fmean(logarithms)
    error = statistics.stdev(logarithms) / math.sqrt(len(values))
    half = student_t_quantile((1 + confidence) / 2, len(values) - 1) * error
    return Interval(math.exp(mean), math.exp(mean - half), math.exp(mean + half))


def ratio_interval(pairs: Sequence[tuple[float, float]], confidence: float) -> Interval:
    """The interval of second / first over pairs of values that were measured one right after the other."""
    return mean_interval([second / first for first, second in pairs], confidence)


def median_error(values: Sequence[float]) -> float:
    """The standard error of the median, from the median absolute deviation, which outliers hardly change.

    Both factors are those of the normal distribution (P. Rousseeuw, C. Croux: Alternatives to the Median
    Absolute Deviation, JASA 1993; the median of n values errs by sqrt(pi / 2n) standard deviations).
    """
    middle = statistics.median(values)
    deviation = 1.4826 * statistics.median(abs(value - middle) for value in values)
    return math.sqrt(math.pi / 2 / len(values)) * deviation


def spread(values: Sequence[float]) -> float:
    """The standard deviation of positive values relative to their geometric mean: 0.1 is 10 %."""
    return math.expm1(statistics.stdev(math.log(value) for value in values))


def student_t_quantile(probability: float, degrees: int) -> float:
    """What Student's t with these degrees of freedom stays below with a probability of 1/2 or more."""
    if not 0.5 <= probability < 1 or degrees < 1:
        raise ValueError(f"no quantile for probability {probability} and {degrees} degrees of freedom")
    low, high = 0.0, 1.0
    while student_t_cdf(high, degrees) < probability:
        low, high = high, high * 2
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if student_t_cdf(middle, degrees) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def student_t_cdf(value: float, degrees: int) -> float:
    """The probability that Student's t stays below a value that is not negative."""
    return 1 - _incomplete_beta(degrees / (degrees + value * value), degrees / 2, 0.5) / 2


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b); NIST Handbook of Mathematical Functions, 8.17."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(1 - x, b, a)
    logarithm = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(logarithm) / a / _continued_fraction(x, a, b)


def _continued_fraction(x: float, a: float, b: float) -> float:
    """8.17.22 of the same handbook, evaluated by Lentz's method."""
    value, numerator, denominator = 1.0, 1.0, 0.0
    for n in range(1, _MOST_FRACTIONS):
        m = n // 2
        if n % 2:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        denominator = 1 / _not_zero(1 + term * denominator)
        numerator = _not_zero(1 + term / numerator)
        change = numerator * denominator
        value *= change
        if abs(change - 1) < _PRECISION:
            break
    return value


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def mean_error(samples: Sequence[float]) -> float | None:
    """Half of the 99.9 % confidence interval of a mean, as JMH states it; None for fewer than three samples."""
    if len(samples) < 3:
        return None
    quantile = student_t_quantile(1 - (1 - CONFIDENCE_OF_JMH) / 2, len(samples) - 1)
    return quantile * statistics.stdev(samples) / math.sqrt(len(samples))
