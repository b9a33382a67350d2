# SPDX-License-Identifier: Apache-2.0
"""Maps of a cluster: which node has which slot, and how many bytes it takes to say so."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from wisp_tools.scale.facts import SLOTS

PORT = 3994
_ID_LENGTH = 40


@dataclass(frozen=True)
class Map:
    """The owner of each slot, by the node's number."""

    nodes: int
    owners: tuple[int, ...]

    @classmethod
    def even(cls, nodes: int) -> "Map":
        """Each node has slots that follow each other, as many as any other or one more."""
        return cls(nodes, tuple(slot * nodes // SLOTS for slot in range(SLOTS)))

    @classmethod
    def scattered(cls, nodes: int, seed: int) -> "Map":
        """The same shares in no order, as after many moves."""
        owners = list(cls.even(nodes).owners)
        random.Random(seed).shuffle(owners)
        return cls(nodes, tuple(owners))

    def runs(self) -> Iterator[tuple[int, int, int]]:
        """First and last of slots that follow each other, and their node."""
        first = 0
        for slot in range(1, SLOTS + 1):
            if slot == SLOTS or self.owners[slot] != self.owners[first]:
                yield first, slot - 1, self.owners[first]
                first = slot

    def slots_of_nodes(self) -> list[int]:
        counted = [0] * self.nodes
        for owner in self.owners:
            counted[owner] += 1
        return counted

    def lines(self) -> str:
        """What a node tells Wisp's clients over the rings: io.wisp.cluster.MapLines."""
        ranges: list[list[str]] = [[] for _ in range(self.nodes)]
        for first, last, owner in self.runs():
            ranges[owner].append(str(first) if first == last else f"{first}-{last}")
        told = ["cluster_epoch:1", f"cluster_digest:{'0' * _ID_LENGTH}", f"cluster_myself:{_name(0)}"]
        for node in range(self.nodes):
            told.append(_line(node, " ".join(ranges[node])))
        return "".join(line + "\n" for line in told)

    def slots_reply(self) -> str:
        """What CLUSTER SLOTS tells Redis' clients, in RESP2."""
        runs = list(self.runs())
        replies = [f"*{len(runs)}\r\n"]
        for first, last, owner in runs:
            node = f"*4\r\n{_bulk(_host(owner))}:{PORT}\r\n{_bulk('0' * _ID_LENGTH)}*0\r\n"
            replies.append(f"*3\r\n:{first}\r\n:{last}\r\n{node}")
        return "".join(replies)


def information(nodes: int, of_shard: int, epoch: int = 10) -> str:
    """What a node answers to another one's INFO wisp_cluster where shards have replicas.

    Slots are in runs, and each shard is at a later epoch than the file's, as it is once it has chosen a master.
    """
    shards = -(-nodes // of_shard)
    masters = [_name(shard * of_shard) for shard in range(shards)]
    told = ["# Wisp_cluster", f"cluster_epoch:{epoch}"]
    told += [f"cluster_digest:{'0' * _ID_LENGTH}", f"cluster_myself:{_name(0)}"]
    runs = list(Map.even(shards).runs())
    for node in range(nodes):
        shard, place = divmod(node, of_shard)
        first, last, _ = runs[shard]
        told.append(_line(node, "") + f",shard={masters[shard]}" if place else _line(node, f"{first}-{last}"))
    told.append("cluster_file_epoch:1")
    told += [f"cluster_shard{shard}:name={master},epoch={epoch}" for shard, master in enumerate(masters)]
    return _bulk("".join(f"{line}\r\n" for line in told))


def _line(node: int, slots: str) -> str:
    return f"cluster_node{node}:name={_name(node)},host={_host(node)},port={PORT},slots={slots}"


def _name(node: int) -> str:
    return f"node-{node:04}"


def _host(node: int) -> str:
    return f"10.0.{node >> 8}.{node & 255}"


def _bulk(text: str) -> str:
    return f"${len(text)}\r\n{text}\r\n"
