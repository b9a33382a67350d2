# SPDX-License-Identifier: Apache-2.0
import re
import unittest

from tests.compare.fixtures import RULER, SMALL_SET, STORE
from wisp_tools.compare.plan import BASE, FEWEST_PAIRS, HEAD, as_time, estimated_seconds, schedule
from wisp_tools.compare.sets import SETS


class ScheduleTest(unittest.TestCase):
    def test_runs_each_group_in_both_orders_in_turn(self):
        orders = [pair.order for pair in schedule(SMALL_SET, 4) if pair.group is STORE]
        self.assertEqual(orders, [(BASE, HEAD), (HEAD, BASE), (BASE, HEAD), (HEAD, BASE)])

    def test_goes_through_all_groups_before_it_measures_one_again(self):
        groups = [pair.group for pair in schedule(SMALL_SET, 2)]
        self.assertEqual(groups, [RULER, STORE, RULER, STORE])

    def test_announces_twice_the_time_for_twice_the_pairs(self):
        self.assertAlmostEqual(estimated_seconds(SMALL_SET, 8), 2 * estimated_seconds(SMALL_SET, 4))

    def test_writes_times_for_readers(self):
        self.assertEqual([as_time(each) for each in (-1, 59.4, 60, 320)], ["0 s", "59 s", "1 min 0 s", "5 min 20 s"])


class SetsTest(unittest.TestCase):
    def test_measure_within_the_time_that_each_is_for(self):
        minutes = {name: estimated_seconds(each, each.pairs) / 60 for name, each in SETS.items()}
        self.assertLess(minutes["short"], 6)
        self.assertLess(minutes["full"], 40)
        self.assertLess(minutes["proof"], 1.4)

    def test_have_enough_pairs_in_both_orders_equally_often(self):
        for name, each in SETS.items():
            with self.subTest(set=name):
                self.assertGreaterEqual(each.pairs, FEWEST_PAIRS)
                self.assertEqual(each.pairs % 2, 0)

    def test_give_every_figure_a_name_of_its_own_and_rulers_that_are_measured(self):
        for name, each in SETS.items():
            with self.subTest(set=name):
                titles = [title for group in each.groups for title in group.titles()]
                self.assertEqual(len(titles), len(set(titles)))
                self.assertEqual(len(each.groups), len({group.name for group in each.groups}))
                self.assertTrue(any(group.is_ruler for group in each.groups))
        full = {title for group in SETS["full"].groups for title in group.titles()}
        for group in SETS["full"].groups:
            self.assertLessEqual(set(group.rulers), full)

    def test_name_only_benchmarks_by_their_whole_names(self):
        pattern = STORE.options()[0]
        self.assertTrue(re.search(pattern, STORE.benchmark))
        self.assertFalse(re.search(pattern, STORE.benchmark + "s"))
        self.assertFalse(re.search(pattern, STORE.benchmark.replace(".", "/")))
