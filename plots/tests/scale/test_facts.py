# SPDX-License-Identifier: Apache-2.0
import re

import pytest

from wisp_tools.scale import facts
from wisp_tools.tree import ROOT


@pytest.mark.parametrize("name", facts.FACTS)
def test_a_fact_is_what_the_code_says(name):
    fact = facts.FACTS[name]
    (found,) = re.findall(fact.text, (ROOT / fact.file).read_text())
    assert re.fullmatch(r"[\d_< ]+", found)
    assert eval(found) == fact.value


def test_a_connection_locks_what_its_class_allocates():
    source = (ROOT / "transports/src/main/java/io/wisp/transport/rdma/ConnectionEnd.java").read_text()
    assert source.count("arena.allocate(Mailbox.length(ringBytes), PAGE)") == 2
    assert source.count(".createQueuePair(") == facts.QUEUE_PAIRS
    assert facts.mailboxes(256 << 10) == 2 * 65 * 4096
    assert facts.mailboxes(4096 - 64) == 2 * 4096
