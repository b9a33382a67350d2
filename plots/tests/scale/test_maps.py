# SPDX-License-Identifier: Apache-2.0
import re

import pytest

from wisp_tools.scale.facts import SLOTS
from wisp_tools.scale.maps import Map, information
from wisp_tools.tree import ROOT


@pytest.mark.parametrize("nodes", [1, 3, 900, 1000])
def test_shares_differ_by_one_slot_at_most(nodes):
    for each in (Map.even(nodes), Map.scattered(nodes, 7)):
        slots = each.slots_of_nodes()
        assert sum(slots) == SLOTS
        assert max(slots) - min(slots) <= 1
        assert sum(last - first + 1 for first, last, _ in each.runs()) == SLOTS
    assert len(list(Map.even(nodes).runs())) == nodes


def test_lines_are_those_that_java_writes_and_reads():
    source = (ROOT / "core/src/main/java/io/wisp/cluster/MapLines.java").read_text()
    (pattern,) = re.findall(r'Pattern.compile\("(name=.+,slots=.+)"\);', source)
    written = re.search(r'"(name=%s,host=%s,port=%s,slots=%s)%s"', source)
    names = dict(re.findall(r'String ([A-Z_]+) = "(\w+)";', source))
    epoch, digest, myself, node = (names[each] for each in ("EPOCH", "DIGEST", "MYSELF", "NODE"))
    scattered = Map.scattered(3, 1)
    lines = scattered.lines().splitlines()
    assert [line.partition(":")[0] for line in lines] == [epoch, digest, myself, *(f"{node}{i}" for i in range(3))]
    for i, line in enumerate(lines[3:]):
        value = line.partition(":")[2]
        found = re.fullmatch(pattern.replace(r"\\d", r"\d"), value)
        assert found
        assert written
        assert value == written[1].replace("%s", "{}").format(*found.groups())
        told = {
            slot
            for first, last in re.findall(r"(\d+)(?:-(\d+))?", found[4])
            for slot in range(int(first), int(last or first) + 1)
        }
        assert told == {slot for slot in range(SLOTS) if scattered.owners[slot] == i}


def test_the_answer_to_info_wisp_cluster_is_what_java_writes_of_shards_with_replicas():
    source = (ROOT / "core/src/main/java/io/wisp/cluster/MapLines.java").read_text()
    names = dict(re.findall(r'String ([A-Z_]+) = "(\w+)";', source))
    head, _, text = information(4, 3).partition("\r\n")
    assert head == f"${len(text) - 2}"
    lines = text.splitlines()
    assert lines[0] == "# Wisp_cluster"
    assert [line.partition(":")[0] for line in lines[1:]] == [
        *(names[each] for each in ("EPOCH", "DIGEST", "MYSELF")),
        *(names["NODE"] + str(node) for node in range(4)),
        names["FILE_EPOCH"],
        *(names["SHARD_EPOCH"] + str(shard) for shard in range(2)),
        "",
    ]
    values = [line.partition(":")[2] for line in lines]
    assert [re.sub(r".*,slots=", "", value) for value in values[4:8]] == [
        "0-8191",
        ",shard=node-0000",
        ",shard=node-0000",
        "8192-16383",
    ]
    assert '",shard=" + node.shard()' in source
    assert '"name=%s,epoch=%s"' in source
    assert values[-3:] == ["name=node-0000,epoch=10", "name=node-0003,epoch=10", ""]


def test_the_reply_to_cluster_slots_has_an_entry_for_each_run():
    reply = Map.even(2).slots_reply()
    node = "*4\r\n$8\r\n10.0.0.{}\r\n:3994\r\n$40\r\n" + "0" * 40 + "\r\n*0\r\n"
    assert reply == ("*2\r\n*3\r\n:0\r\n:8191\r\n" + node.format(0) + "*3\r\n:8192\r\n:16383\r\n" + node.format(1))
