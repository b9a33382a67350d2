# SPDX-License-Identifier: Apache-2.0
"""Everything that is said of two commits, and the exit code that sums it up."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from wisp_tools.compare import errors
from wisp_tools.compare.machine import Machine
from wisp_tools.compare.measure import Measurement
from wisp_tools.compare.plan import HEAD
from wisp_tools.compare.revisions import Revision
from wisp_tools.compare.subject import Subject
from wisp_tools.compare.verdict import AllocationVerdict, Judgement, Steadiness, Verdict, judge, judge_ruler


class Reason(Enum):
    """Why a comparison does not end well, the weightiest first: the words for it, and the exit code."""

    SLOWER = ("slower", errors.REGRESSION)
    ALLOCATES_MORE = ("allocates more", errors.REGRESSION)
    NOT_IN_BOTH = ("not in both commits", errors.NOT_COMPARED)
    FAILED = ("no pair of runs was complete", errors.NOT_COMPARED)
    TOO_FEW_PAIRS = ("too few pairs of runs were complete", errors.NOT_COMPARED)
    HEAD_FAILED = ("a run of head failed", errors.NOT_COMPARED)
    NOT_STEADY = ("the machine was not steady", errors.NO_VERDICT)
    NO_RULER = ("too few pairs of a ruler were complete", errors.NO_VERDICT)

    def __init__(self, words: str, exit_code: int):
        self.words = words
        self.exit_code = exit_code


@dataclass(frozen=True)
class Comparison:
    """A comparison that ran to its end.

    pairs: of runs, as asked for.
    threshold_percent: by how much longer an operation must take to matter.
    ruler_from: whose jar the rulers came from; None if there were none.
    started, finished: UTC, ISO 8601.
    """

    base: Revision
    head: Revision
    subject: Subject
    pairs: int
    threshold_percent: float
    ruler_from: str | None
    machine: Machine
    started: str
    finished: str
    rulers: Sequence[Steadiness]
    judgements: Sequence[Judgement]

    @property
    def exit_code(self) -> int:
        return next(iter(self.reasons)).exit_code if self.reasons else errors.NO_REGRESSION

    @property
    def reasons(self) -> dict[Reason, list[str]]:
        """Those that hold, the weightiest first, each with the titles that it holds for."""
        found = {
            reason: [each.figure.title for each in self.judgements if reason in self._of(each)] for reason in Reason
        }
        return {reason: titles for reason, titles in found.items() if titles}

    def _of(self, judgement: Judgement) -> set[Reason]:
        figure, verdict = judgement.figure, judgement.verdict
        reasons = set()
        if verdict is Verdict.SLOWER:
            reasons.add(Reason.SLOWER)
        if judgement.allocation is not None and judgement.allocation.verdict is AllocationVerdict.MORE:
            reasons.add(Reason.ALLOCATES_MORE)
        if verdict is Verdict.NOT_COMPARED:
            reasons.add(Reason.FAILED if figure.dropped else Reason.NOT_IN_BOTH)
        elif verdict is Verdict.TOO_FEW_PAIRS:
            reasons.add(Reason.TOO_FEW_PAIRS)
        elif any(why.startswith(f"{HEAD}: ") for why in figure.failures):
            reasons.add(Reason.HEAD_FAILED)
        if verdict is Verdict.NOT_STEADY and not figure.rulers:
            reasons.add(Reason.NOT_STEADY)
        elif verdict is Verdict.NOT_STEADY:
            rulers = [each for each in self.rulers if each.figure.title in figure.rulers and not each.is_steady]
            reasons |= {Reason.NOT_STEADY if each.is_known else Reason.NO_RULER for each in rulers}
        return reasons


def judge_all(measurement: Measurement, threshold_percent: float) -> tuple[list[Steadiness], list[Judgement]]:
    threshold = threshold_percent / 100
    rulers = [judge_ruler(figure, threshold) for figure in measurement.rulers.values()]
    return rulers, [judge(figure, threshold, rulers) for figure in measurement.figures.values()]
