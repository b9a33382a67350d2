# SPDX-License-Identifier: Apache-2.0
import re

import pytest

from tests.compare.fixtures import RULER, SMALL_SET, STORE
from wisp_tools.compare.plan import BASE, FEWEST_PAIRS, HEAD, as_time, estimated_seconds, schedule
from wisp_tools.compare.sets import SETS


class TestSchedule:
    def test_runs_each_group_in_both_orders_in_turn(self):
        orders = [pair.order for pair in schedule(SMALL_SET, 4) if pair.group is STORE]
        assert orders == [(BASE, HEAD), (HEAD, BASE), (BASE, HEAD), (HEAD, BASE)]

    def test_goes_through_all_groups_before_it_measures_one_again(self):
        groups = [pair.group for pair in schedule(SMALL_SET, 2)]
        assert groups == [RULER, STORE, RULER, STORE]

    def test_announces_twice_the_time_for_twice_the_pairs(self):
        assert estimated_seconds(SMALL_SET, 8) == pytest.approx(2 * estimated_seconds(SMALL_SET, 4), abs=5e-8)

    def test_writes_times_for_readers(self):
        assert [as_time(each) for each in (-1, 59.4, 60, 320)] == ["0 s", "59 s", "1 min 0 s", "5 min 20 s"]


class TestSets:
    def test_measure_within_the_time_that_each_is_for(self):
        minutes = {name: estimated_seconds(each, each.pairs) / 60 for name, each in SETS.items()}
        assert minutes["short"] < 6
        assert minutes["full"] < 40
        assert minutes["proof"] < 1.4

    def test_hold_gets_and_puts_apart_wherever_a_pull_request_is_measured(self):
        requests = {
            (values["transport"], operation)
            for values in (group.parameters for group in SETS["short"].groups)
            if "transport" in values
            for operation in values["operation"]
        }
        assert requests == {(("tcp",), "get"), (("tcp",), "put"), (("shm",), "get"), (("shm",), "put")}
        titles = {title for group in SETS["short"].groups for title in group.titles() if not group.is_ruler}
        stores = {"store get, 1000 entries", "store put, 1000 entries"}
        assert titles == stores | {"tcp get", "tcp put", "shm get", "shm put"}

    @pytest.mark.parametrize("each", SETS.values(), ids=SETS)
    def test_have_enough_pairs_in_both_orders_equally_often(self, each):
        assert each.pairs >= FEWEST_PAIRS
        assert each.pairs % 2 == 0

    @pytest.mark.parametrize("each", SETS.values(), ids=SETS)
    def test_give_every_figure_a_name_of_its_own_and_a_ruler(self, each):
        titles = [title for group in each.groups for title in group.titles()]
        assert len(titles) == len(set(titles))
        assert len(each.groups) == len({group.name for group in each.groups})
        assert any(group.is_ruler for group in each.groups)

    def test_measure_the_rulers_that_they_name(self):
        full = {title for group in SETS["full"].groups for title in group.titles()}
        for group in SETS["full"].groups:
            assert set(group.rulers) <= full

    def test_name_only_benchmarks_by_their_whole_names(self):
        pattern = STORE.options()[0]
        assert re.search(pattern, STORE.benchmark)
        assert not re.search(pattern, STORE.benchmark + "s")
        assert not re.search(pattern, STORE.benchmark.replace(".", "/"))
