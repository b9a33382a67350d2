# SPDX-License-Identifier: Apache-2.0
import unittest

from tests.compare.fixtures import QUIET, figure, ruler, sample
from wisp_tools.compare.run import RunFailed, is_rate
from wisp_tools.compare.verdict import AllocationVerdict, Figure, Pair, Verdict, judge, judge_ruler

THRESHOLD = 0.05
NOISY = (0.8, 1.25, 1.0, 0.7, 1.3, 1.0)
STEADY = [judge_ruler(ruler(), THRESHOLD)]


def verdict(measured, rulers=STEADY):
    return judge(measured, THRESHOLD, rulers).verdict


class TimeTest(unittest.TestCase):
    def test_takes_the_direction_from_the_unit(self):
        cases = [
            (0.85, "ops/s", Verdict.SLOWER),
            (1.15, "ops/s", Verdict.FASTER),
            (1.15, "us/op", Verdict.SLOWER),
            (0.85, "us/op", Verdict.FASTER),
            (0.85, "ops/us", Verdict.SLOWER),
            (1.0, "ops/s", Verdict.NO_CLEAR_CHANGE),
            (1.0, "s/op", Verdict.NO_CLEAR_CHANGE),
        ]
        for factor, unit, expected in cases:
            with self.subTest(factor=factor, unit=unit):
                self.assertIs(verdict(figure(factor, unit)), expected)

    def test_needs_a_change_above_the_threshold_even_if_the_intervals_are_disjoint(self):
        exact = (1.0, 1.001, 0.999, 1.0)
        for factor, expected in (
            (0.96, Verdict.NO_CLEAR_CHANGE),
            (0.95, Verdict.SLOWER),
            (1.04, Verdict.NO_CLEAR_CHANGE),
            (1.06, Verdict.FASTER),
        ):
            with self.subTest(factor=factor):
                judgement = judge(figure(factor, noise=exact), THRESHOLD, STEADY)
                self.assertTrue(judgement.base.is_disjoint_from(judgement.head))
                self.assertIs(judgement.verdict, expected)

    def test_needs_disjoint_intervals_even_if_every_pair_agrees(self):
        drift = (1.0, 0.8, 1.2, 0.7)
        measured = figure(0.85, noise=drift)
        measured.pairs = [Pair(pair.order, pair.base, sample(pair.base.score * 0.85)) for pair in measured.pairs]
        judgement = judge(measured, THRESHOLD, STEADY)
        self.assertLess(judgement.ratio.high, 0.86)
        self.assertFalse(judgement.base.is_disjoint_from(judgement.head))
        self.assertIs(judgement.verdict, Verdict.NO_CLEAR_CHANGE)

    def test_says_nothing_clear_if_the_noise_is_as_large_as_the_change(self):
        judgement = judge(figure(0.9, noise=NOISY), THRESHOLD, STEADY)
        self.assertIs(judgement.verdict, Verdict.NO_CLEAR_CHANGE)
        self.assertGreater(judgement.smallest_visible, 0.1)

    def test_says_how_small_a_change_would_have_shown(self):
        quiet = judge(figure(1.0), THRESHOLD, STEADY).smallest_visible
        noisy = judge(figure(1.0, noise=NOISY), THRESHOLD, STEADY).smallest_visible
        self.assertEqual(quiet, THRESHOLD)
        self.assertGreater(noisy, 0.3)

    def test_gives_no_verdict_for_fewer_than_four_pairs(self):
        measured = figure(0.5, noise=QUIET[:3])
        measured.dropped, measured.failures = 1, ["head: it fell over"]
        judgement = judge(measured, THRESHOLD, STEADY)
        self.assertIs(judgement.verdict, Verdict.TOO_FEW_PAIRS)
        self.assertIn("3 complete pairs of the 4 that a verdict needs", judgement.reason)
        self.assertIn("head: it fell over", judgement.reason)

    def test_says_why_nothing_was_compared(self):
        judgement = judge(Figure("store get", dropped=6, failures=["head: it fell over"]), THRESHOLD, STEADY)
        self.assertIs(judgement.verdict, Verdict.NOT_COMPARED)
        self.assertEqual(judgement.reason, "head: it fell over")

    def test_refuses_a_unit_without_a_direction(self):
        for unit in ("B", "ops", "op/", "/op", "ops/", "counts/s"):
            with self.subTest(unit=unit), self.assertRaises(RunFailed):
                is_rate(unit)


class RulerTest(unittest.TestCase):
    def test_is_steady_if_its_interval_lies_within_the_threshold(self):
        self.assertTrue(judge_ruler(ruler(), THRESHOLD).is_steady)

    def test_is_not_steady_if_it_moved(self):
        judged = judge_ruler(ruler(1.1), THRESHOLD)
        self.assertFalse(judged.is_steady)
        self.assertIn("ruler: memory moved", judged.reason)

    def test_is_not_steady_if_its_pairs_differ_too_much(self):
        judged = judge_ruler(ruler(noise=NOISY), THRESHOLD)
        self.assertIn("cannot tell changes of that size", judged.reason)

    def test_is_not_steady_if_its_runs_drift_far_even_if_its_pairs_agree(self):
        drifting = (1.0, 1.4, 1.8, 1.8, 1.4, 1.0)
        judged = judge_ruler(ruler(noise=drifting), THRESHOLD)
        self.assertIn("the runs of ruler: memory spread by", judged.reason)

    def test_is_not_steady_if_too_few_of_its_pairs_are_complete(self):
        self.assertIn("2 complete pairs", judge_ruler(ruler(noise=QUIET[:2]), THRESHOLD).reason)

    def test_forbids_every_verdict_on_times_that_relies_on_it(self):
        moved = [judge_ruler(ruler(1.1), THRESHOLD)]
        for factor in (0.5, 1.0, 2.0):
            with self.subTest(factor=factor):
                judgement = judge(figure(factor), THRESHOLD, moved)
                self.assertIs(judgement.verdict, Verdict.NOT_STEADY)
                self.assertIn("moved", judgement.reason)

    def test_does_not_forbid_verdicts_that_rely_on_another_one(self):
        moved = [judge_ruler(ruler(1.1), THRESHOLD)]
        self.assertIs(verdict(figure(0.5, rulers=("ruler: loopback",)), moved), Verdict.SLOWER)


class AllocationTest(unittest.TestCase):
    def judged(self, base, head, factor=1.0, rulers=STEADY, unit="ops/s"):
        return judge(figure(factor, unit, allocated=(base, head)), THRESHOLD, rulers)

    def test_gates_growth_beyond_a_byte_and_five_percent(self):
        cases = [
            (0.0, 0.9, AllocationVerdict.SAME),
            (0.0, 1.2, AllocationVerdict.MORE),
            (0.0, 32.0, AllocationVerdict.MORE),
            (1000.0, 1045.0, AllocationVerdict.SAME),
            (1000.0, 1100.0, AllocationVerdict.MORE),
            (32.0, 0.0, AllocationVerdict.LESS),
        ]
        for base, head, expected in cases:
            with self.subTest(base=base, head=head):
                judgement = self.judged(base, head)
                self.assertIs(judgement.allocation.verdict, expected)
                self.assertIs(judgement.is_regression, expected is AllocationVerdict.MORE)

    def test_gates_it_even_if_the_commit_is_faster_or_the_machine_was_not_steady(self):
        moved = [judge_ruler(ruler(1.1), THRESHOLD)]
        faster = self.judged(0.0, 32.0, factor=1.5)
        unsteady = self.judged(0.0, 32.0, rulers=moved)
        self.assertEqual((faster.verdict, faster.is_regression), (Verdict.FASTER, True))
        self.assertEqual((unsteady.verdict, unsteady.is_regression), (Verdict.NOT_STEADY, True))

    def test_does_not_take_for_growth_that_the_harness_cost_is_shared_by_fewer_operations(self):
        self.assertIs(self.judged(30.0, 60.0, factor=0.5).allocation.verdict, AllocationVerdict.SAME)
        self.assertIs(self.judged(30.0, 60.0, 2.0, unit="us/op").allocation.verdict, AllocationVerdict.SAME)
        self.assertIs(self.judged(30.0, 15.0, factor=2.0).allocation.verdict, AllocationVerdict.SAME)

    def test_sees_growth_in_a_commit_that_is_slower_as_well(self):
        self.assertIs(self.judged(0.01, 32.0, factor=0.8).allocation.verdict, AllocationVerdict.MORE)

    def test_sees_growth_that_is_less_than_the_commit_is_slower(self):
        measured = figure(1.0)
        measured.pairs = [
            Pair(pair.order, sample(1e7, allocated=100.0), sample(8e6, allocated=118.0)) for pair in measured.pairs
        ]
        self.assertIs(judge(measured, THRESHOLD, STEADY).allocation.verdict, AllocationVerdict.MORE)

    def test_does_not_take_for_growth_what_differs_from_pair_to_pair(self):
        measured = figure(1.0)
        measured.pairs = [
            Pair(pair.order, sample(1000, allocated=100), sample(1000, allocated=100 + growth))
            for pair, growth in zip(measured.pairs, (40, -30, 15, 20, -10, 10), strict=True)
        ]
        self.assertIs(judge(measured, THRESHOLD, STEADY).allocation.verdict, AllocationVerdict.SAME)

    def test_is_not_known_without_the_profiler(self):
        self.assertIsNone(self.judged(None, None).allocation)
