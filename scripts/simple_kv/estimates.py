# SPDX-License-Identifier: Apache-2.0
"""A mean with its confidence interval, as JMH states it."""

import math
import statistics

CONFIDENCE = 0.999


def mean_error(samples: list[float]) -> float | None:
    """Half of the 99.9 % confidence interval of a mean, by Student's t; None for fewer than three samples."""
    if len(samples) < 3:
        return None
    freedom = len(samples) - 1
    return (
        student_quantile(1 - (1 - CONFIDENCE) / 2, freedom)
        * statistics.stdev(samples)
        / math.sqrt(len(samples))
    )


def student_quantile(probability: float, freedom: int) -> float:
    """The t below which a share above a half of Student's distribution lies."""
    low, high = 0.0, 1.0
    while _distribution(high, freedom) < probability:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        if _distribution(middle, freedom) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _distribution(t: float, freedom: int) -> float:
    """The share below t, at least 0: Abramowitz and Stegun, 26.7.3 and 26.7.4."""
    angle = math.atan(t / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    term = total = cosine if freedom % 2 else 1.0
    if freedom == 1:
        return 0.5 + angle / math.pi
    for index in range(3 if freedom % 2 else 2, freedom - 1, 2):
        term *= cosine * cosine * (index - 1) / index
        total += term
    between = 2 / math.pi * (angle + sine * total) if freedom % 2 else sine * total
    return 0.5 + between / 2
