# SPDX-License-Identifier: Apache-2.0
"""Queue pairs and locked memory of nodes and of their clients, as it is and as it could be."""

import bisect
import itertools
import math
import random
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from wisp_tools.arguments import Parser, whole
from wisp_tools.scale.facts import ADDRESS_CACHE, LOOKUP_BUFFER, MOST_NODES, PAGE, QUEUE_PAIRS, RING_BYTES, mailboxes
from wisp_tools.scale.tables import count, memory, several, share, table

READ_RATES = ((32, 83.0), (64, 55.0), (512, 42.0), (4096, 21.0))
"""READs of 64 bytes, millions a second, by queue pairs: ConnectX-6, two machines; tests/think/scalability.cpp of g4197/codebase."""
SMALL_RING = 16 << 10
DATAGRAMS = 8
"""Requests that a client of datagrams may have under way, each in a page of its own at the node."""
ZIPF = 0.99
REQUESTS = 40_000
MOST_CONNECTIONS = 1_000_000
"""That are drawn from: each takes some memory."""
HELP = """\
Counts queue pairs and locked memory of a node and of a process of clients: as Wisp's rdma has them today, and with what would
take fewer. Beside it stand the rate of READs that was published for so many queue pairs, of the rate with 32, and how many requests
find their queue pair on a card that holds the state of some, simulated with clients that all ask as often (even), and some much more
often than others (Zipf's law, exponent 0.99). The same options give the same figures.

Ways, each with what is above it:
  today    a connection of each client's thread to each node, of two queue pairs
  shared   the threads of a process share one connection to a node
  merged   one queue pair for rings and READs
  small    rings of 16 KiB, and one buffer and one cache of addresses for all nodes
  tail     tcp for all but the busiest processes
  dynamic  instead of tail: queue pairs that connect to whoever is next
  datagram instead of dynamic: requests in datagrams, and no READs
"""


@dataclass(frozen=True)
class Cluster:
    nodes: int
    processes: int
    """Of clients, each of which talks to all nodes."""
    threads: int
    """Of a process, each a client."""
    node_threads: int
    """That serve."""
    busiest: int
    """Processes that keep rdma when the others use tcp."""
    held: int
    """Queue pairs whose state a card holds."""
    seed: int


@dataclass(frozen=True)
class Way:
    name: str
    connections: int
    """Of a node by rdma."""
    node_pairs: int
    node_locked: int
    process_pairs: int
    process_locked: int
    process_heap: int


def ways(cluster: Cluster) -> list[Way]:
    nodes, processes, threads = cluster.nodes, cluster.processes, cluster.threads
    ring, small = mailboxes(RING_BYTES), mailboxes(SMALL_RING)
    of_node, of_process = processes * threads, nodes * threads
    busiest = min(cluster.busiest, processes)
    datagrams = DATAGRAMS * PAGE

    def locked(mailbox: int, connections: int, buffers: int) -> int:
        return mailbox * connections + buffers * LOOKUP_BUFFER

    shared = locked(ring, nodes, nodes)
    frugal = locked(small, nodes, threads)
    heap, frugal_heap = nodes * ADDRESS_CACHE, threads * ADDRESS_CACHE
    return [
        Way(
            "today",
            of_node,
            QUEUE_PAIRS * of_node,
            ring * of_node,
            QUEUE_PAIRS * of_process,
            locked(ring, of_process, of_process),
            of_process * ADDRESS_CACHE,
        ),
        Way("shared", processes, QUEUE_PAIRS * processes, ring * processes, QUEUE_PAIRS * nodes, shared, heap),
        Way("merged", processes, processes, ring * processes, nodes, shared, heap),
        Way("small", processes, processes, small * processes, nodes, frugal, frugal_heap),
        Way("tail", busiest, busiest, small * busiest, nodes, frugal, frugal_heap),
        Way("dynamic", processes, 2 * cluster.node_threads, small * processes, 2 * threads, frugal, frugal_heap),
        Way("datagram", processes, cluster.node_threads, datagrams * processes, threads, datagrams * nodes, 0),
    ]


def read_rate(pairs: int) -> float | None:
    """Of the rate with 32 queue pairs, between published ones by their logarithms; None beyond them."""
    if pairs > READ_RATES[-1][0]:
        return None
    at = bisect.bisect_left([known for known, _ in READ_RATES], pairs)
    if at == 0:
        return 1.0
    (few, quick), (many, slow) = READ_RATES[at - 1], READ_RATES[at]
    part = math.log(pairs / few) / math.log(many / few)
    return math.exp(math.log(quick) + part * math.log(slow / quick)) / READ_RATES[0][1]


def zipf_weights(many: int) -> list[float]:
    """What comes from the busiest, from the two busiest and so on, of 1 from the busiest."""
    return list(itertools.accumulate((rank + 1) ** -ZIPF for rank in range(many)))


def found_on_card(pairs: int, held: int, is_even: bool, chance: random.Random) -> float:
    """The part of requests whose queue pair is among those that were used last."""
    if pairs <= held:
        return 1.0
    weights = list(itertools.accumulate(1.0 for _ in range(pairs))) if is_even else zipf_weights(pairs)
    card: OrderedDict[int, None] = OrderedDict()
    found = 0
    for request, pair in enumerate(chance.choices(range(pairs), cum_weights=weights, k=2 * REQUESTS)):
        if pair in card:
            card.move_to_end(pair)
            # The first half fills the card.
            found += request >= REQUESTS
        else:
            card[pair] = None
            if len(card) > held:
                card.popitem(last=False)
    return found / REQUESTS


def main(arguments: Sequence[str]) -> int:
    parser = Parser("./wisp scale connections", HELP)
    parser.add_argument("--nodes", type=whole(1, MOST_NODES), default=1000, metavar="N", help="(1000)")
    parser.add_argument("--processes", type=whole(1, 100_000), default=1000, metavar="N", help="of clients (1000)")
    parser.add_argument("--threads", type=whole(1, 1024), default=8, metavar="N", help="of a process (8)")
    parser.add_argument("--node-threads", type=whole(1, 1024), default=4, metavar="N", help="of a node (4)")
    help_text = "processes that keep rdma with tcp for the others (256)"
    parser.add_argument("--busiest", type=whole(1, 100_000), default=256, metavar="N", help=help_text)
    help_text = "queue pairs whose state the card holds (450)"
    parser.add_argument("--held", type=whole(1, 1_000_000), default=450, metavar="N", help=help_text)
    parser.add_argument("--seed", type=whole(0, 1 << 62), default=1, metavar="N", help="of what is drawn (1)")
    given = parser.parse_args(arguments)
    if given.processes * given.threads > MOST_CONNECTIONS:
        asked = f"{given.processes:,} processes of {given.threads:,} threads"
        parser.error(f"{asked} are too many: {MOST_CONNECTIONS:,} threads in all at most")
    cluster = Cluster(
        given.nodes, given.processes, given.threads, given.node_threads, given.busiest, given.held, given.seed
    )
    print(report(cluster))
    return 0


def report(cluster: Cluster) -> str:
    chance = random.Random(cluster.seed)
    rows = []
    for way in ways(cluster):
        even, skewed = (found_on_card(way.node_pairs, cluster.held, is_even, chance) for is_even in (True, False))
        reads = {"dynamic": "not known", "datagram": "none"}.get(way.name) or _rate(way.node_pairs)
        rows.append(
            (
                way.name,
                count(way.connections),
                count(way.node_pairs),
                memory(way.node_locked),
                reads,
                f"{100 * even:.0f} %",
                f"{100 * skewed:.0f} %",
                count(way.process_pairs),
                memory(way.process_locked),
                memory(way.process_heap) if way.process_heap else "none",
            )
        )
    header = ("way", "clients", "pairs", "locked", "READs", "even", "Zipf", "pairs", "locked", "heap")
    weights = zipf_weights(cluster.processes)
    tail = [
        (
            count(busiest),
            share(weights[busiest - 1] / weights[-1]),
            _rate(busiest),
            memory(busiest * mailboxes(SMALL_RING)),
        )
        for busiest in (16, 64, 128, 256, 512, 1024)
        if busiest <= cluster.processes
    ]
    return "\n".join(
        (
            f"{several(cluster.nodes, 'node')}; processes of clients: {cluster.processes:,}, with {several(cluster.threads, 'thread')} each.",
            f"A connection locks {memory(mailboxes(RING_BYTES))} on each side; its client {memory(LOOKUP_BUFFER)} more, and {memory(ADDRESS_CACHE)} of heap.",
            "A node: clients by rdma, queue pairs, locked memory, published rate of READs, requests found on the card. A process:",
            "queue pairs, locked memory, heap.",
            "",
            table(header, rows),
            "",
            "With tail, by the processes that keep rdma: their part of all requests (Zipf), rate of READs, locked memory of a node.",
            "",
            table(("busiest", "requests", "READs", "locked"), tail),
        )
    )


def _rate(pairs: int) -> str:
    found = read_rate(pairs)
    return "not known" if found is None else f"{100 * found:.0f} %"
