# SPDX-License-Identifier: Apache-2.0
"""Figures of Wisp's own code that the arithmetic begins with, each with the place that says so."""

from dataclasses import dataclass

_CORE = "core/src/main/java/io/wisp"
_TRANSPORT = "transports/src/main/java/io/wisp/transport"


@dataclass(frozen=True)
class Fact:
    """A number, and the text in a source that it is written in."""

    value: int
    file: str
    text: str
    """A pattern, whose one group is the number in Java."""


FACTS = {
    "slots": Fact(16_384, f"{_CORE}/cluster/KeySlot.java", r"int COUNT = (.+);"),
    "most nodes": Fact(1_000, f"{_CORE}/cluster/ClusterMap.java", r"int MAX_NODES = (.+);"),
    "ring": Fact(256 << 10, f"{_TRANSPORT}/ring/RingLimits.java", r"return new RingLimits\((.+)\);"),
    "before the ring": Fact(64, f"{_TRANSPORT}/rdma/Mailbox.java", r"int RING_OFFSET = (.+);"),
    "page": Fact(4096, f"{_TRANSPORT}/rdma/ConnectionEnd.java", r"int PAGE = (.+);"),
    "lookups": Fact(64, f"{_TRANSPORT}/ring/client/OneSidedGets.java", r"int DEPTH = (.+);"),
    "bytes of a lookup": Fact(16 << 10, f"{_TRANSPORT}/ring/client/OneSidedGets.java", r"int BYTES_PER_LOOKUP = (.+);"),
    "addresses": Fact(
        1 << 16, f"{_CORE}/store/cuckoo/remote/RemoteTable.java", r"new Options\(16, false, (.+), false, SecondLook"
    ),
    "words of an address": Fact(2, f"{_CORE}/store/cuckoo/remote/RecordAddressCache.java", r"int WORDS = (.+);"),
    "most clients": Fact(10_000, f"{_TRANSPORT}/ServerOptions.java", r"int DEFAULT_MAX_CLIENTS = (.+);"),
}


def _value(name: str) -> int:
    return FACTS[name].value


SLOTS = _value("slots")
MOST_NODES = _value("most nodes")
RING_BYTES = _value("ring")
BEFORE_RING = _value("before the ring")
PAGE = _value("page")
LOOKUP_BUFFER = _value("lookups") * _value("bytes of a lookup")
"""That READs of one client arrive in, registered for each connection."""
ADDRESS_CACHE = _value("addresses") * 8 * _value("words of an address")
"""In the heap, for each connection."""
MOST_CLIENTS = _value("most clients")
QUEUE_PAIRS = 2
"""Of a connection, on each side: transports/MEMORY.md says what for."""


def mailboxes(ring: int) -> int:
    """Bytes that one side of a connection keeps locked: its mailbox, and a copy of the other's, in whole pages."""
    return 2 * -(-(BEFORE_RING + ring) // PAGE) * PAGE
