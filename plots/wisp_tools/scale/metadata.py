# SPDX-License-Identifier: Apache-2.0
"""What a group of a few nodes would carry that keeps the map of a cluster, and what gossip carries instead.

Wisp has no such group: nodes read the map from a file. What is counted is the design: the group has the map, nodes tell it
that they live, and it tells each of them what changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from wisp_tools.arguments import Parser, number
from wisp_tools.scale.maps import Map, information
from wisp_tools.scale.tables import count, size, table

NODES = (10, 100, 300, 1000)
OF_SHARD = 3
GOSSIP_HEADER = 2256
GOSSIP_ENTRY = 104
"""Bytes, and entries of a tenth of the nodes, 3 at least: clusterMsg and clusterSendPing of Redis 7."""
HELP = """\
Counts what a metadata group would carry: the bytes of a map, and the messages and bytes of a second. Wisp has no such group and
reads its map from a file: what is counted is a design. Beside it stands what Redis Cluster's gossip takes by its specification.
"""


@dataclass(frozen=True)
class Group:
    heartbeat: float
    """Seconds between those of a node."""
    message: int
    """Bytes of a heartbeat, and of its answer."""
    changes: float
    """Of the map, a second."""
    change: int
    """Bytes of one, as an entry of the log or to somebody who watches."""
    timeout: float
    """Seconds after which gossip takes a node for failed, half of which is the longest time between pings."""


def gossip_packet(nodes: int) -> int:
    """Bytes of a ping or pong."""
    return GOSSIP_HEADER + GOSSIP_ENTRY * min(max(3, nodes // 10), max(0, nodes - 2))


def gossip_bytes(nodes: int, timeout: float) -> float:
    """That a node sends and receives in a second: pings to all others in half the timeout, theirs, and the answers."""
    pings = (nodes - 1) / (timeout / 2)
    return 4 * pings * gossip_packet(nodes)


def main(arguments: Sequence[str]) -> int:
    parser = Parser("./wisp scale metadata", HELP)
    help_text = "seconds between heartbeats of a node (1)"
    parser.add_argument("--heartbeat", type=number(0.001, 3600), default=1, metavar="SECONDS", help=help_text)
    help_text = "of a heartbeat, and of its answer (100)"
    parser.add_argument("--message", type=number(1, 1e6), default=100, metavar="BYTES", help=help_text)
    help_text = "of the map in a second (25)"
    parser.add_argument("--changes", type=number(0, 1e6), default=25, metavar="N", help=help_text)
    help_text = "of a change: slots, owner, epoch, and the log's own (100)"
    parser.add_argument("--change", type=number(1, 1e6), default=100, metavar="BYTES", help=help_text)
    help_text = "cluster-node-timeout of Redis, in seconds (15)"
    parser.add_argument("--timeout", type=number(0.001, 3600), default=15, metavar="SECONDS", help=help_text)
    given = parser.parse_args(arguments)
    print(report(Group(given.heartbeat, round(given.message), given.changes, round(given.change), given.timeout)))
    return 0


def report(group: Group) -> str:
    maps, traffic = [], []
    for nodes in NODES:
        even, scattered = Map.even(nodes), Map.scattered(nodes, 1)
        asked = information(nodes, OF_SHARD)
        texts = (even.lines(), scattered.lines(), even.slots_reply(), scattered.slots_reply(), asked)
        maps.append((count(nodes), *(size(len(text)) for text in texts)))
        beats = nodes / group.heartbeat
        traffic.append(
            (
                count(nodes),
                f"{count(beats)}/s",
                size(2 * beats * group.message) + "/s",
                size(group.changes * nodes * group.change) + "/s",
                size(group.changes * nodes * len(scattered.lines())) + "/s",
                size(gossip_packet(nodes)),
                size(gossip_bytes(nodes, group.timeout)) + "/s",
                size(nodes * gossip_bytes(nodes, group.timeout) / 2) + "/s",
            )
        )
    return "\n".join(
        (
            "Bytes of a map, with slots in runs and scattered; and of INFO wisp_cluster with shards of three:",
            "",
            table(("nodes", "Wisp's lines", "scattered", "CLUSTER SLOTS", "scattered", "INFO wisp_cluster"), maps),
            "",
            f"A second of the group with {group.changes:g} changes of the map, each told to every node; and of gossip:",
            "",
            table(
                (
                    "nodes",
                    "heartbeats",
                    "both ways",
                    "changes alone",
                    "or whole maps",
                    "a ping",
                    "gossip of a node",
                    "of all",
                ),
                traffic,
            ),
        )
    )
