# SPDX-License-Identifier: Apache-2.0
"""Everything that is said of two commits, and the exit code that sums it up."""

from collections.abc import Sequence
from dataclasses import dataclass

from wisp_tools.compare import errors
from wisp_tools.compare.machine import Machine
from wisp_tools.compare.measure import Measurement
from wisp_tools.compare.plan import HEAD
from wisp_tools.compare.revisions import Revision
from wisp_tools.compare.sets import BenchmarkSet
from wisp_tools.compare.verdict import Judgement, Steadiness, Verdict, judge, judge_ruler


@dataclass(frozen=True)
class Comparison:
    """A comparison that ran to its end.

    pairs: of runs, as asked for.
    threshold_percent: by how much longer an operation must take to matter.
    ruler_from: whose jar the rulers came from.
    started, finished: UTC, ISO 8601.
    """

    base: Revision
    head: Revision
    chosen: BenchmarkSet
    pairs: int
    threshold_percent: float
    ruler_from: str
    machine: Machine
    started: str
    finished: str
    rulers: Sequence[Steadiness]
    judgements: Sequence[Judgement]

    @property
    def exit_code(self) -> int:
        if any(each.is_regression for each in self.judgements):
            return errors.REGRESSION
        verdicts = {each.verdict for each in self.judgements}
        if verdicts & {Verdict.NOT_COMPARED, Verdict.TOO_FEW_PAIRS} or self._head_failed_now_and_then:
            return errors.NOT_COMPARED
        if Verdict.NOT_STEADY in verdicts:
            return errors.NO_VERDICT
        return errors.NO_REGRESSION

    @property
    def _head_failed_now_and_then(self) -> bool:
        """A change that makes runs fail is no good, however fast the others were."""
        return any(why.startswith(f"{HEAD}: ") for each in self.judgements for why in each.figure.failures)


def judge_all(measurement: Measurement, threshold_percent: float) -> tuple[list[Steadiness], list[Judgement]]:
    threshold = threshold_percent / 100
    rulers = [judge_ruler(figure, threshold) for figure in measurement.rulers.values()]
    return rulers, [judge(figure, threshold, rulers) for figure in measurement.figures.values()]
