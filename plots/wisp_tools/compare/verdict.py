# SPDX-License-Identifier: Apache-2.0
"""What the pairs of a figure say.

Time. "slower" and "faster" need all of: the change is more than the threshold; the intervals of base and
head over their runs are disjoint; the interval of the ratio over the pairs does not hold 1; and the
figure's rulers were steady. Three different questions: whether the change matters, whether it is more than
what runs of one commit differ by, and whether it is there when both ran at the same moment.

Rulers. The same work from the same jar takes both commits' places. It was steady if the interval of its
ratio lies within the threshold, so that the machine itself has made no such difference, and if its runs
have not spread too far. If not, nothing is said about times. Somebody else's suite has no rulers: there a figure
without a clear change must not have spread too far itself, so that "no clear change" is never said of mere noise.

Allocation. Bytes per operation depend on the code, hardly on the machine, so the bound is tiny: more than a
byte and 5 %, which is less than an object in every tenth operation, and three standard errors of the median
over the pairs, which are next to nothing unless the machine starves. JMH divides what the whole JVM
allocates, its own some hundred thousand bytes an iteration included, by the operations, so that a slower
run seems to allocate more; what may be the harness's of base's bytes is scaled up to head's number of
operations first, and no more than that, so that being slower hides no allocation.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from wisp_tools.compare.plan import BASE, FEWEST_PAIRS, HEAD
from wisp_tools.compare.sample import Sample
from wisp_tools.estimates import Interval, mean_interval, median_error, ratio_interval, spread

DEFAULT_THRESHOLD_PERCENT = 5.0
# Several figures are judged in each comparison, and none may be called slower by chance: of two commits that
# are alike, 95 % intervals of a few runs would be disjoint too often.
CONFIDENCE = 0.99
RULER_CONFIDENCE = 0.95
LARGEST_RULER_SPREAD = 0.25
ALLOCATION_BYTES = 1.0
ALLOCATION_SHARE = 0.05
ALLOCATION_ERRORS = 3.0
# What JMH and the recorder of latencies allocate in an iteration at most (300 to 840 thousand bytes were seen),
# and the shortest iteration of a set; somebody else's may be shorter.
HARNESS_BYTES = 1_000_000
SHORTEST_SECONDS = 0.5


class Verdict(Enum):
    """The value is the words for it, in tables and files."""

    FASTER = "faster"
    SLOWER = "slower"
    NO_CLEAR_CHANGE = "no clear change"
    NOT_STEADY = "machine not steady"
    TOO_FEW_PAIRS = "too few pairs"
    NOT_COMPARED = "not compared"


class AllocationVerdict(Enum):
    """The value is the words for it, in tables and files."""

    MORE = "allocates more"
    LESS = "allocates less"
    SAME = "no change"


@dataclass(frozen=True)
class Pair:
    """A complete pair: what both commits measured, in the order in which they ran."""

    order: tuple[str, str]
    base: Sample
    head: Sample

    @property
    def speed_ratio(self) -> float:
        """How many times as fast head was, whatever the unit."""
        ratio = self.head.score / self.base.score
        return ratio if self.head.more_is_better else 1 / ratio


@dataclass
class Figure:
    """All that was measured of a figure; of each pair that was `dropped` a run failed, and a sentence says why."""

    title: str
    rulers: tuple[str, ...] = ()
    pairs: list[Pair] = field(default_factory=list)
    dropped: int = 0
    failures: list[str] = field(default_factory=list)

    @property
    def sample(self) -> Sample | None:
        return self.pairs[0].base if self.pairs else None

    def scores(self, side: str) -> list[float]:
        return [(pair.base if side == BASE else pair.head).score for pair in self.pairs]


@dataclass(frozen=True)
class Allocation:
    """Bytes per operation: medians over the pairs, what head allocates beyond base, and what it may."""

    base: float
    head: float
    growth: float
    bound: float
    verdict: AllocationVerdict


@dataclass(frozen=True)
class Judgement:
    """What is said of a figure. The intervals are None with fewer than two pairs.

    ratio: head / base in the figure's unit.
    smallest_visible: the change, as a fraction of the time for an operation, from which on the intervals
    would have
        been disjoint and above the threshold.
    reason: one sentence, or nothing if the figures say it all.
    """

    figure: Figure
    verdict: Verdict
    base: Interval | None = None
    head: Interval | None = None
    ratio: Interval | None = None
    smallest_visible: float | None = None
    allocation: Allocation | None = None
    reason: str = ""

    @property
    def is_regression(self) -> bool:
        more = self.allocation is not None and self.allocation.verdict is AllocationVerdict.MORE
        return self.verdict is Verdict.SLOWER or more


@dataclass(frozen=True)
class Steadiness:
    """What is said of a ruler; reason is empty if it was steady. Without a ratio too few of its pairs were complete."""

    figure: Figure
    ratio: Interval | None
    spread: float | None
    reason: str

    @property
    def is_steady(self) -> bool:
        return not self.reason

    @property
    def is_known(self) -> bool:
        return self.ratio is not None


def judge_ruler(figure: Figure, threshold: float) -> Steadiness:
    """threshold: the share by which an operation may take longer, such as 0.05."""
    if len(figure.pairs) < FEWEST_PAIRS:
        return Steadiness(figure, None, None, _too_few(figure))
    ratio = ratio_interval([(pair.base.score, pair.head.score) for pair in figure.pairs], RULER_CONFIDENCE)
    spread_of_runs = spread(figure.scores(BASE) + figure.scores(HEAD))
    reason = ""
    if not (1 / (1 + threshold) <= ratio.low and ratio.high <= 1 + threshold):
        moved = "moved" if not ratio.holds(1) else "cannot tell changes of that size"
        reason = f"{figure.title} {moved}: {ratio.low:.3f} to {ratio.high:.3f} times itself"
    elif spread_of_runs > LARGEST_RULER_SPREAD:
        reason = f"the runs of {figure.title} spread by {spread_of_runs:.0%}"
    return Steadiness(figure, ratio, spread_of_runs, reason)


def judge(figure: Figure, threshold: float, rulers: Sequence[Steadiness]) -> Judgement:
    """rulers: all of the comparison, of which the figure's own count."""
    if not figure.pairs:
        why = figure.failures[0] if figure.failures else "nothing was measured"
        return Judgement(figure, Verdict.NOT_COMPARED, reason=why)
    if len(figure.pairs) < FEWEST_PAIRS:
        return Judgement(figure, Verdict.TOO_FEW_PAIRS, reason=_too_few(figure))
    base = mean_interval(figure.scores(BASE), CONFIDENCE)
    head = mean_interval(figure.scores(HEAD), CONFIDENCE)
    ratio = ratio_interval([(pair.base.score, pair.head.score) for pair in figure.pairs], CONFIDENCE)
    unsteady = [each.reason for each in rulers if each.figure.title in figure.rulers and not each.is_steady]
    verdict = Verdict.NOT_STEADY if unsteady else _verdict_on_time(figure, base, head, ratio, threshold)
    widest = max(spread(figure.scores(side)) for side in (BASE, HEAD))
    if verdict is Verdict.NO_CLEAR_CHANGE and not figure.rulers and widest > LARGEST_RULER_SPREAD:
        verdict, unsteady = Verdict.NOT_STEADY, [f"its runs spread by {widest:.0%}"]
    visible, allocation = _smallest_visible(base, head, threshold), _judge_allocation(figure.pairs)
    return Judgement(figure, verdict, base, head, ratio, visible, allocation, "; ".join(unsteady))


def _too_few(figure: Figure) -> str:
    lost = f", {figure.dropped} were dropped: {figure.failures[0]}" if figure.failures else ""
    complete = len(figure.pairs)
    return f"{figure.title} has {complete} complete pairs of the {FEWEST_PAIRS} that a verdict needs{lost}"


def _verdict_on_time(figure: Figure, base: Interval, head: Interval, ratio: Interval, threshold: float) -> Verdict:
    speed = ratio.mean if figure.pairs[0].head.more_is_better else 1 / ratio.mean
    if not base.is_disjoint_from(head) or ratio.holds(1):
        return Verdict.NO_CLEAR_CHANGE
    if speed * (1 + threshold) < 1:
        return Verdict.SLOWER
    return Verdict.FASTER if speed > 1 + threshold else Verdict.NO_CLEAR_CHANGE


def _smallest_visible(base: Interval, head: Interval, threshold: float) -> float:
    halves = math.log(base.high / base.mean) + math.log(head.high / head.mean)
    return max(threshold, math.expm1(halves))


def _judge_allocation(pairs: Sequence[Pair]) -> Allocation | None:
    known = [
        (pair, pair.base.allocated, pair.head.allocated)
        for pair in pairs
        if pair.base.allocated is not None and pair.head.allocated is not None
    ]
    if len(known) < FEWEST_PAIRS:
        return None
    base = statistics.median(each for _, each, _ in known)
    head = statistics.median(each for _, _, each in known)
    growths = [_growth(pair.base, mine, other, pair.speed_ratio) for pair, mine, other in known]
    shrinking = statistics.median(_growth(pair.head, other, mine, 1 / pair.speed_ratio) for pair, mine, other in known)
    growth = statistics.median(growths)
    bound = ALLOCATION_BYTES + ALLOCATION_SHARE * base + ALLOCATION_ERRORS * median_error(growths)
    if growth > bound:
        verdict = AllocationVerdict.MORE
    else:
        verdict = AllocationVerdict.LESS if shrinking > bound else AllocationVerdict.SAME
    return Allocation(base, head, growth, bound, verdict)


def _growth(one: Sample, allocated: float, other: float, speed: float) -> float:
    """What another allocates beyond the one, which it was so many times as fast as."""
    seconds = min(one.seconds or SHORTEST_SECONDS, SHORTEST_SECONDS)
    harness = min(allocated, HARNESS_BYTES / (one.operations_per_second * seconds))
    return other - allocated - harness * max(0.0, 1 / speed - 1)
