# SPDX-License-Identifier: Apache-2.0
import random
from collections import Counter
from dataclasses import replace

import pytest

from wisp_tools.scale.maps import Map
from wisp_tools.scale.rebalance import Group, Plan, Rebalance, main, moves, poisson

PLAN = Plan(
    nodes=10,
    added=3,
    node_bytes=16e9,
    key=16,
    value=100,
    writes=1000,
    bandwidth=1e9,
    window=1e6,
    commit=0.01,
    lease=0.2,
    apart=False,
    at_once=0,
    seed=1,
)


@pytest.mark.parametrize(("nodes", "added"), [(1, 1), (3, 4), (900, 100), (999, 1)])
def test_only_what_new_nodes_get_is_moved(nodes, added):
    moved = moves(nodes, added, random.Random(5))
    before, after = Map.even(nodes).slots_of_nodes(), Map.even(nodes + added).slots_of_nodes()
    given = Counter(source for source, _ in moved)
    taken = Counter(target for _, target in moved)
    assert all(source < nodes <= target for source, target in moved)
    kept = [before[node] - given[node] for node in range(nodes)]
    assert sorted(kept + [taken[nodes + i] for i in range(added)]) == sorted(after)


def test_one_move_at_a_time_takes_the_sum_of_all():
    plan = replace(PLAN, at_once=1, writes=0)
    found = Rebalance(plan).run()
    assert found.seconds == pytest.approx(found.moved_bytes / plan.bandwidth + found.moves * plan.lease)
    assert found.pauses == pytest.approx([plan.lease] * found.moves)


def test_new_nodes_work_side_by_side_and_old_ones_give_one_slot_at_a_time():
    alone = Rebalance(replace(PLAN, at_once=1)).run()
    together = Rebalance(PLAN).run()
    assert alone.seconds / together.seconds == pytest.approx(PLAN.added, rel=0.01)
    two_into_eight = Rebalance(replace(PLAN, nodes=2, added=8)).run()
    assert two_into_eight.seconds > two_into_eight.moved_bytes / PLAN.bandwidth / 2


@pytest.mark.parametrize("lease", [0, 0.015, 0.2])
@pytest.mark.parametrize("seed", range(5))
def test_no_pause_is_longer_than_the_lease_or_two_entries_of_the_group(lease, seed):
    plan = replace(PLAN, added=60, nodes=100, lease=lease, seed=seed)
    longest = max(Rebalance(plan).run().pauses)
    assert longest <= max(lease, plan.window / plan.bandwidth + 2 * plan.commit) + 1e-9
    apart = max(Rebalance(replace(plan, apart=True)).run().pauses)
    assert apart > longest


def test_writes_slow_a_move_by_what_they_take_of_its_bandwidth():
    quiet = replace(PLAN, writes=0, lease=0, commit=0, window=0, at_once=1)
    half = quiet.bandwidth / 2 / quiet.record / quiet.nodes * 16384
    busy = replace(quiet, writes=half)
    assert busy.for_records == pytest.approx(quiet.bandwidth / 2)
    slow, quick = Rebalance(busy).run(), Rebalance(quiet).run()
    assert slow.seconds == pytest.approx(2 * quick.seconds, rel=0.001)
    assert slow.moved_bytes == pytest.approx(2 * quick.moved_bytes, rel=0.001)
    assert quick.doubled == 0


def test_entries_take_what_came_during_the_one_before():
    group = Group(10, apart=False)
    assert [group.committed(came) for came in (0, 1, 9, 15, 31, 50)] == [10, 20, 20, 30, 41, 60]
    apart = Group(10, apart=True)
    assert [apart.committed(came) for came in (0, 1, 9, 15, 31, 50)] == [10, 20, 30, 40, 50, 60]


@pytest.mark.parametrize("mean", [0, 0.3, 5, 49, 51, 1000])
def test_poisson_has_its_mean_and_variance(mean):
    chance = random.Random(3)
    drawn = [poisson(mean, chance) for _ in range(2000)]
    average = sum(drawn) / len(drawn)
    assert average == pytest.approx(mean, rel=0.1, abs=0.01)
    assert sum((each - average) ** 2 for each in drawn) / len(drawn) == pytest.approx(mean, rel=0.2, abs=0.01)


def test_no_node_takes_part_in_two_moves():
    class Watched(Rebalance):
        def _start(self, source, target, now):
            assert not {source, target} & self._busy
            super()._start(source, target, now)
            assert len(self._busy) <= 2 * 7

    plan = replace(PLAN, nodes=12, added=30, at_once=7)
    assert Watched(plan).run().moves == len(moves(12, 30, random.Random(1)))


def test_figures_repeat():
    assert Rebalance(PLAN).run() == Rebalance(PLAN).run()
    assert Rebalance(PLAN).run() != Rebalance(replace(PLAN, seed=2)).run()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--nodes", "950"], "1,050 nodes are too many: a cluster has at most 1,000"),
        (["--bandwidth", "0.5"], "no move would end: writes of one slot alone are 851 kB/s"),
        (["--data", "none"], "'none' is no number from 0.001 to 1e+06"),
    ],
)
def test_what_cannot_be_is_told(words, complaint, capsys):
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err
