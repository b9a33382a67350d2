# SPDX-License-Identifier: Apache-2.0
"""Logarithmic axes: their ticks in words, their limits, and how far intervals reach on them."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.axis import Axis as AxisOfPlot
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter, LogLocator, NullFormatter, NullLocator

from wisp_tools import wording

OUTSIDE = 1e-9


def positive(low: float, middle: float, otherwise: float = 0.1) -> float:
    """The lower end of an interval, or that part of its middle where the end is on no logarithmic axis."""
    return low if low > 0 else middle * otherwise


def reach_of(intervals: Sequence[tuple[float, float, float]]) -> list[list[float]]:
    """How far intervals reach below and above their middles; out of the plot, where they reach to 0."""
    below = [middle - positive(low, middle, OUTSIDE) for low, middle, _ in intervals]
    return [below, [high - middle for _, middle, high in intervals]]


def x_ticks(axes: Axes, words: dict[float, str]) -> None:
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_locator(FixedLocator(list(words)))
    axes.xaxis.set_major_formatter(FixedFormatter(list(words.values())))


def rate_axis(axis: AxisOfPlot) -> None:
    _ticks_in(axis, wording.RATE_UNITS)


def duration_axis(axes: Axes) -> None:
    _ticks_in(axes.yaxis, wording.DURATION_UNITS)


def _ticks_in(axis: AxisOfPlot, units: Sequence[tuple[float, str]]) -> None:
    def in_words(value: float, _: object) -> str:
        size, unit = next(each for each in units if value >= each[0] or each[0] == 1)
        return f"{value / size:g}{unit}"

    axis.set_major_formatter(FuncFormatter(in_words))
    axis.set_minor_formatter(NullFormatter())


def limit(axes: Axes, lows: Sequence[float], highs: Sequence[float]) -> None:
    """Limits of a logarithmic y axis that hold at least a decade, with enough ticks to read it by."""
    low, high = min(lows) / 1.4, max(highs) * 1.4
    if high / low < 10:
        middle = math.sqrt(low * high)
        low, high = middle / math.sqrt(10), middle * math.sqrt(10)
    axes.set_ylim(low, high)
    if high / low < 200:
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
