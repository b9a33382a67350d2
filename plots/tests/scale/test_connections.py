# SPDX-License-Identifier: Apache-2.0
import random

import pytest

from wisp_tools.scale.connections import READ_RATES, Cluster, found_on_card, read_rate, ways, zipf_weights
from wisp_tools.scale.metadata import gossip_bytes, gossip_packet

CLUSTER = Cluster(nodes=100, processes=50, threads=4, node_threads=2, busiest=20, held=450, seed=1)


def test_today_a_connection_of_each_thread_has_what_memory_md_says():
    today = ways(CLUSTER)[0]
    assert (today.connections, today.node_pairs, today.process_pairs) == (200, 400, 800)
    assert today.node_locked == 200 * 520 * 1024
    assert today.process_locked == 400 * (520 + 1024) * 1024
    assert today.process_heap == 400 << 20


def test_no_way_takes_more_at_a_node_than_the_one_above_it():
    found = ways(CLUSTER)
    for one, next_one in zip(found[:5], found[1:5], strict=False):
        assert next_one.node_pairs <= one.node_pairs
        assert next_one.node_locked <= one.node_locked
        assert next_one.process_locked <= one.process_locked
    by_name = {way.name: way for way in found}
    assert by_name["dynamic"].node_pairs == 4
    assert by_name["dynamic"].node_locked == by_name["small"].node_locked
    assert by_name["tail"].connections == 20


def test_rates_are_those_that_were_published_and_fall_in_between():
    for pairs, rate in READ_RATES:
        assert read_rate(pairs) == pytest.approx(rate / READ_RATES[0][1])
    rates = [read_rate(pairs) for pairs in range(1, 4097)]
    assert rates == sorted(rates, reverse=True)
    assert read_rate(1) == 1
    assert read_rate(4097) is None


def test_a_card_finds_what_it_holds():
    chance = random.Random(1)
    assert found_on_card(450, 450, True, chance) == 1
    assert found_on_card(2000, 450, True, chance) == pytest.approx(450 / 2000, abs=0.02)
    weights = zipf_weights(2000)
    assert 0.45 < found_on_card(2000, 450, False, chance) < weights[449] / weights[-1]


def test_gossip_is_what_the_specification_works_out():
    # 100 nodes, a timeout of 60 s: 330 pings a second in the cluster.
    pings = 100 * gossip_bytes(100, 60) / 4 / gossip_packet(100)
    assert pings == pytest.approx(330)
    assert gossip_packet(1000) == 2256 + 100 * 104
    assert gossip_packet(20) == 2256 + 3 * 104
