# SPDX-License-Identifier: Apache-2.0

import re

import pytest

from tests.compare.fixtures import QUIET, figure, ruler, sample
from wisp_tools.compare.sample import RunFailed, Sample, is_rate
from wisp_tools.compare.verdict import AllocationVerdict, Figure, Pair, Verdict, judge, judge_ruler

THRESHOLD = 0.05
NOISY = (0.8, 1.25, 1.0, 0.7, 1.3, 1.0)
STEADY, MOVED = ([judge_ruler(ruler(factor), THRESHOLD)] for factor in (1.0, 1.1))


def verdict(measured, rulers=STEADY):
    return judge(measured, THRESHOLD, rulers).verdict


class TestTime:
    @pytest.mark.parametrize(
        ("factor", "unit", "expected"),
        [
            (0.85, "ops/s", Verdict.SLOWER),
            (1.15, "ops/s", Verdict.FASTER),
            (1.15, "us/op", Verdict.SLOWER),
            (0.85, "us/op", Verdict.FASTER),
            (0.85, "ops/us", Verdict.SLOWER),
            (1.0, "ops/s", Verdict.NO_CLEAR_CHANGE),
            (1.0, "s/op", Verdict.NO_CLEAR_CHANGE),
        ],
    )
    def test_takes_the_direction_from_the_unit(self, factor, unit, expected):
        assert verdict(figure(factor, unit)) is expected

    @pytest.mark.parametrize(
        ("factor", "expected"),
        [
            (0.96, Verdict.NO_CLEAR_CHANGE),
            (0.95, Verdict.SLOWER),
            (1.04, Verdict.NO_CLEAR_CHANGE),
            (1.06, Verdict.FASTER),
        ],
    )
    def test_needs_a_change_above_the_threshold_even_if_the_intervals_are_disjoint(self, factor, expected):
        judgement = judge(figure(factor, noise=(1.0, 1.001, 0.999, 1.0)), THRESHOLD, STEADY)
        assert judgement.base.is_disjoint_from(judgement.head)
        assert judgement.verdict is expected

    def test_needs_disjoint_intervals_even_if_every_pair_agrees(self):
        drift = (1.0, 0.8, 1.2, 0.7)
        measured = figure(0.85, noise=drift)
        measured.pairs = [Pair(pair.order, pair.base, sample(pair.base.score * 0.85)) for pair in measured.pairs]
        judgement = judge(measured, THRESHOLD, STEADY)
        assert judgement.ratio.high < 0.86
        assert not judgement.base.is_disjoint_from(judgement.head)
        assert judgement.verdict is Verdict.NO_CLEAR_CHANGE

    def test_says_nothing_clear_if_the_noise_is_as_large_as_the_change(self):
        judgement = judge(figure(0.9, noise=NOISY), THRESHOLD, STEADY)
        assert judgement.verdict is Verdict.NO_CLEAR_CHANGE
        assert judgement.smallest_visible > 0.1

    def test_says_how_small_a_change_would_have_shown(self):
        quiet = judge(figure(1.0), THRESHOLD, STEADY).smallest_visible
        noisy = judge(figure(1.0, noise=NOISY), THRESHOLD, STEADY).smallest_visible
        assert quiet == THRESHOLD
        assert noisy > 0.3

    def test_gives_no_verdict_for_fewer_than_four_pairs(self):
        measured = figure(0.5, noise=QUIET[:3])
        measured.dropped, measured.failures = 1, ["head: it fell over"]
        judgement = judge(measured, THRESHOLD, STEADY)
        assert judgement.verdict is Verdict.TOO_FEW_PAIRS
        assert "3 complete pairs of the 4 that a verdict needs" in judgement.reason
        assert "head: it fell over" in judgement.reason

    def test_says_why_nothing_was_compared(self):
        judgement = judge(Figure("store get", dropped=6, failures=["head: it fell over"]), THRESHOLD, STEADY)
        assert judgement.verdict is Verdict.NOT_COMPARED
        assert judgement.reason == "head: it fell over"

    @pytest.mark.parametrize("unit", ["B", "ops", "op/", "/op", "ops/", "counts/s"])
    def test_refuses_a_unit_without_a_direction(self, unit):
        with pytest.raises(RunFailed):
            is_rate(unit)


class TestRuler:
    def test_is_steady_if_its_interval_lies_within_the_threshold(self):
        assert judge_ruler(ruler(), THRESHOLD).is_steady

    @pytest.mark.parametrize(
        ("measured", "reason"),
        [
            pytest.param(ruler(1.1), "ruler: memory moved", id="moved"),
            pytest.param(ruler(noise=NOISY), "cannot tell changes of that size", id="its pairs differ too much"),
            pytest.param(
                ruler(noise=(1.0, 1.4, 1.8, 1.8, 1.4, 1.0)), "the runs of ruler: memory spread by", id="its runs drift"
            ),
            pytest.param(ruler(noise=QUIET[:2]), "2 complete pairs", id="too few of its pairs are complete"),
        ],
    )
    def test_is_not_steady_and_says_why(self, measured, reason):
        judged = judge_ruler(measured, THRESHOLD)
        assert not judged.is_steady
        assert reason in judged.reason

    @pytest.mark.parametrize("factor", [0.5, 1.0, 2.0])
    def test_forbids_every_verdict_on_times_that_relies_on_it(self, factor):
        judgement = judge(figure(factor), THRESHOLD, MOVED)
        assert judgement.verdict is Verdict.NOT_STEADY
        assert "moved" in judgement.reason

    def test_does_not_forbid_verdicts_that_rely_on_another_one(self):
        assert verdict(figure(0.5, rulers=("ruler: loopback",)), MOVED) is Verdict.SLOWER


class TestWithoutRulers:
    """As in a suite of somebody else's."""

    def test_does_not_take_noise_for_no_change(self):
        judgement = judge(figure(1.0, noise=NOISY, rulers=()), THRESHOLD, [])
        assert judgement.verdict is Verdict.NOT_STEADY
        assert re.fullmatch(r"its runs spread by \d+%", judgement.reason)

    def test_tells_a_change_that_is_more_than_the_noise(self):
        assert verdict(figure(0.1, noise=NOISY, rulers=()), []) is Verdict.SLOWER
        assert verdict(figure(1.0, rulers=()), []) is Verdict.NO_CLEAR_CHANGE


class TestAllocation:
    def judged(self, base, head, factor=1.0, rulers=STEADY, unit="ops/s"):
        return judge(figure(factor, unit, allocated=(base, head)), THRESHOLD, rulers)

    @pytest.mark.parametrize(
        ("base", "head", "expected"),
        [
            (0.0, 0.9, AllocationVerdict.SAME),
            (0.0, 1.2, AllocationVerdict.MORE),
            (0.0, 32.0, AllocationVerdict.MORE),
            (1000.0, 1045.0, AllocationVerdict.SAME),
            (1000.0, 1100.0, AllocationVerdict.MORE),
            (32.0, 0.0, AllocationVerdict.LESS),
        ],
    )
    def test_gates_growth_beyond_a_byte_and_five_percent(self, base, head, expected):
        judgement = self.judged(base, head)
        assert judgement.allocation.verdict is expected
        assert judgement.is_regression is (expected is AllocationVerdict.MORE)

    def test_gates_it_even_if_the_commit_is_faster_or_the_machine_was_not_steady(self):
        faster = self.judged(0.0, 32.0, factor=1.5)
        unsteady = self.judged(0.0, 32.0, rulers=MOVED)
        assert (faster.verdict, faster.is_regression) == (Verdict.FASTER, True)
        assert (unsteady.verdict, unsteady.is_regression) == (Verdict.NOT_STEADY, True)

    def test_does_not_take_for_growth_that_the_harness_cost_is_shared_by_fewer_operations(self):
        assert self.judged(30.0, 60.0, factor=0.5).allocation.verdict is AllocationVerdict.SAME
        assert self.judged(30.0, 60.0, 2.0, unit="us/op").allocation.verdict is AllocationVerdict.SAME
        assert self.judged(30.0, 15.0, factor=2.0).allocation.verdict is AllocationVerdict.SAME

    def test_knows_that_fewer_operations_share_the_harness_in_a_shorter_iteration(self):
        measured = figure(1.0)
        for seconds, expected in ((None, AllocationVerdict.MORE), (0.001, AllocationVerdict.SAME)):
            base, head = (
                Sample("b", {}, score, "ops/s", allocated, seconds=seconds)
                for score, allocated in ((1e7, 50.0), (8e6, 60.0))
            )
            measured.pairs = [Pair(pair.order, base, head) for pair in measured.pairs]
            assert judge(measured, THRESHOLD, STEADY).allocation.verdict is expected

    def test_sees_growth_in_a_commit_that_is_slower_as_well(self):
        assert self.judged(0.01, 32.0, factor=0.8).allocation.verdict is AllocationVerdict.MORE

    def test_sees_growth_that_is_less_than_the_commit_is_slower(self):
        measured = figure(1.0)
        measured.pairs = [
            Pair(pair.order, sample(1e7, allocated=100.0), sample(8e6, allocated=118.0)) for pair in measured.pairs
        ]
        assert judge(measured, THRESHOLD, STEADY).allocation.verdict is AllocationVerdict.MORE

    def test_does_not_take_for_growth_what_differs_from_pair_to_pair(self):
        measured = figure(1.0)
        measured.pairs = [
            Pair(pair.order, sample(1000, allocated=100), sample(1000, allocated=100 + growth))
            for pair, growth in zip(measured.pairs, (40, -30, 15, 20, -10, 10), strict=True)
        ]
        assert judge(measured, THRESHOLD, STEADY).allocation.verdict is AllocationVerdict.SAME

    def test_is_not_known_without_the_profiler(self):
        assert self.judged(None, None).allocation is None
