# SPDX-License-Identifier: Apache-2.0
"""How long it takes to give new nodes their share of the slots.

What is simulated is a design: Wisp has fixed nodes, and its slots do not move. One slot moves like this:

1. The old node sends all records of the slot, and each write that it takes meanwhile as well: writes are doubled.
2. When all is sent, it takes no more writes of the slot. That is the pause.
3. What is still on its way arrives, and the metadata group commits that the slot has another owner. One entry of the group is
   under way at a time, and the changes that come meanwhile make the next one.
4. The new node serves as soon as that is done and no client holds a lease by which it may still read at the old one.

A machine takes part in one move at a time.
"""

import heapq
import math
import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

from wisp_tools.arguments import Parser, number, whole
from wisp_tools.scale.facts import MOST_NODES, SLOTS
from wisp_tools.scale.maps import Map
from wisp_tools.scale.tables import count, several, share, size, table, time

ENTRY_OVERHEAD = 39
"""Bytes of an entry beyond key and value: results/store-one-million."""
FEW = 50
"""Below this a Poisson variable is drawn exactly, and from here on by the normal distribution."""
HELP = f"""\
Simulates how nodes that are new to a cluster get their share of its {SLOTS:,} slots, with one line for each limit of moves that
are under way at once. Wisp has fixed nodes and no moving slots: what is simulated is a design, which the head of
plots/wisp_tools/scale/rebalance.py describes. The same options give the same figures.
"""


@dataclass(frozen=True)
class Plan:
    nodes: int
    """Before."""
    added: int
    node_bytes: float
    """Records of a node, before."""
    key: int
    value: int
    writes: float
    """Of a node, a second, before; spread over its slots evenly."""
    bandwidth: float
    """Bytes a second that a machine gives to moves."""
    window: float
    """Bytes that may be on their way when the pause begins."""
    commit: float
    """Seconds that a change of the map takes in the metadata group."""
    lease: float
    """Seconds for which a client may read at a node after that has granted it; 0 without one-sided reads."""
    apart: bool
    """Whether each change is an entry of its own."""
    at_once: int
    """The most moves that are under way in the whole cluster; 0: as many as the machines allow."""
    seed: int

    @property
    def record(self) -> int:
        return self.key + self.value + ENTRY_OVERHEAD

    @property
    def slot_records(self) -> float:
        return self.node_bytes / self.record * self.nodes / SLOTS

    @property
    def slot_writes(self) -> float:
        """A second."""
        return self.writes * self.nodes / SLOTS

    @property
    def for_records(self) -> float:
        """Bytes a second that are left for records when each write is doubled. A move ends only if that is above 0."""
        return self.bandwidth - self.slot_writes * self.record


@dataclass(frozen=True)
class Outcome:
    moves: int
    seconds: float
    moved_bytes: float
    doubled: float
    """Writes that were sent twice, of all."""
    held: float
    """Writes that waited for the end of a pause."""
    pauses: Sequence[float]


def moves(nodes: int, added: int, chance: random.Random) -> list[tuple[int, int]]:
    """As few as can be: from which node to which one."""
    before, after = Map.even(nodes).slots_of_nodes(), sorted(Map.even(nodes + added).slots_of_nodes(), reverse=True)
    # Who has most keeps most, so that nothing moves between old nodes.
    order = sorted(range(nodes), key=lambda node: -before[node])
    given = [node for node, keeps in zip(order, after[:nodes], strict=True) for _ in range(before[node] - keeps)]
    chance.shuffle(given)
    taken = [nodes + i for i, gets in enumerate(after[nodes:]) for _ in range(gets)]
    return list(zip(given, taken, strict=True))


def poisson(mean: float, chance: random.Random) -> int:
    if mean >= FEW:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    drawn, left = 0, chance.expovariate(1)
    while left < mean:
        drawn += 1
        left += chance.expovariate(1)
    return drawn


class Group:
    """The metadata group: when a change is committed that comes to it. Changes come in the order of time."""

    def __init__(self, commit: float, apart: bool) -> None:
        self._commit = commit
        self._apart = apart
        self._end = 0.0
        self._next_has_some = False

    def committed(self, came: float) -> float:
        if self._apart:
            self._end = max(self._end, came) + self._commit
            return self._end
        if came >= self._end and self._next_has_some:
            self._end += self._commit
            self._next_has_some = False
        if came >= self._end:
            self._end = came + self._commit
            return self._end
        self._next_has_some = True
        return self._end + self._commit


class Rebalance:
    """Moves under way, in the order in which they end."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._chance = random.Random(plan.seed)
        self._sources: dict[int, list[int]] = {}
        """Of each new node, from where it still gets slots."""
        self._targets: dict[int, list[int]] = {}
        """Of each old node, to where it still gives some."""
        for source, target in moves(plan.nodes, plan.added, self._chance):
            self._sources.setdefault(target, []).append(source)
            self._targets.setdefault(source, []).append(target)
        self._busy: set[int] = set()
        """Nodes that take part in a move."""
        self._copying: list[tuple[float, int, int]] = []
        self._switching: list[tuple[float, int, int]] = []
        self._group = Group(plan.commit, plan.apart)
        self._pauses: list[float] = []
        self._moved_bytes = self._doubled = self._held = 0.0

    def run(self) -> Outcome:
        now = 0.0
        self._start_any(now)
        while self._copying or self._switching:
            if not self._switching or (self._copying and self._copying[0] <= self._switching[0]):
                now, source, target = heapq.heappop(self._copying)
                self._pause(now, source, target)
            else:
                was_full = self._is_full()
                now, source, target = heapq.heappop(self._switching)
                self._busy -= {source, target}
                if was_full:
                    self._start_any(now)
                else:
                    # Of all that wait, nothing can begin but what waited for one of these two.
                    self._start_to(target, now)
                    self._start_from(source, now)
        writes = self._plan.writes * self._plan.nodes * now
        doubled = self._doubled / writes if writes else 0.0
        return Outcome(len(self._pauses), now, self._moved_bytes, doubled, self._held, self._pauses)

    def _is_full(self) -> bool:
        return 0 < self._plan.at_once <= len(self._copying) + len(self._switching)

    def _start_any(self, now: float) -> None:
        for target in self._sources:
            if self._is_full():
                return
            self._start_to(target, now)

    def _start_to(self, target: int, now: float) -> None:
        if target not in self._busy:
            source = next((each for each in self._sources[target] if each not in self._busy), None)
            if source is not None:
                self._start(source, target, now)

    def _start_from(self, source: int, now: float) -> None:
        if source not in self._busy:
            target = next((each for each in self._targets[source] if each not in self._busy), None)
            if target is not None:
                self._start(source, target, now)

    def _start(self, source: int, target: int, now: float) -> None:
        self._sources[target].remove(source)
        self._targets[source].remove(target)
        self._busy |= {source, target}
        records = poisson(self._plan.slot_records, self._chance) * self._plan.record
        copying = records / self._plan.for_records
        doubled = poisson(self._plan.slot_writes * copying, self._chance)
        self._doubled += doubled
        self._moved_bytes += records + doubled * self._plan.record
        heapq.heappush(self._copying, (now + copying, source, target))

    def _pause(self, now: float, source: int, target: int) -> None:
        arrived = now + self._plan.window / self._plan.bandwidth
        end = max(self._group.committed(arrived), now + self._plan.lease)
        self._pauses.append(end - now)
        self._held += poisson(self._plan.slot_writes * (end - now), self._chance)
        heapq.heappush(self._switching, (end, source, target))


def main(arguments: Sequence[str]) -> int:
    parser = Parser("./wisp scale rebalance", HELP)
    parser.add_argument("--nodes", type=whole(1, MOST_NODES), default=900, metavar="N", help="before (900)")
    parser.add_argument("--added", type=whole(1, MOST_NODES), default=100, metavar="N", help="new ones (100)")
    parser.add_argument("--data", type=number(0.001, 1e6), default=64, metavar="GB", help="of a node, before (64)")
    parser.add_argument("--key", type=whole(1, 65535), default=16, metavar="BYTES", help="(16)")
    parser.add_argument("--value", type=whole(0, 1 << 26), default=100, metavar="BYTES", help="(100)")
    parser.add_argument(
        "--writes", type=number(0, 1e9), default=100_000, metavar="N", help="a second of a node (100000)"
    )
    help_text = "a second that a machine gives to moves (1000)"
    parser.add_argument("--bandwidth", type=number(0.1, 1e6), default=1000, metavar="MB", help=help_text)
    help_text = "that may be on their way when writes of the slot stop (1)"
    parser.add_argument("--window", type=number(0, 1e6), default=1, metavar="MB", help=help_text)
    help_text = "milliseconds of a change in the metadata group (10)"
    parser.add_argument("--commit", type=number(0, 1e6), default=10, metavar="MS", help=help_text)
    help_text = "milliseconds that a lease of one-sided reads lasts (200)"
    parser.add_argument("--lease", type=number(0, 1e6), default=200, metavar="MS", help=help_text)
    help_text = "each change of the map is an entry of its own in the group"
    parser.add_argument("--apart", action="store_true", help=help_text)
    parser.add_argument("--seed", type=whole(0, 1 << 62), default=1, metavar="N", help="of what is drawn (1)")
    given = parser.parse_args(arguments)
    plan = Plan(
        given.nodes,
        given.added,
        given.data * 1e9,
        given.key,
        given.value,
        given.writes,
        given.bandwidth * 1e6,
        given.window * 1e6,
        given.commit / 1e3,
        given.lease / 1e3,
        given.apart,
        0,
        given.seed,
    )
    if plan.nodes + plan.added > MOST_NODES:
        parser.error(f"{plan.nodes + plan.added:,} nodes are too many: a cluster has at most {MOST_NODES:,}")
    if plan.for_records <= 0:
        needed = size(plan.slot_writes * plan.record)
        parser.error(f"no move would end: writes of one slot alone are {needed}/s, and that is all of the bandwidth")
    if plan.slot_records < 1:
        parser.error(
            f"a slot would have no record: {plan.slot_records:.2g} of {size(plan.record)} fit into its part of --data"
        )
    print(report(plan))
    return 0


def report(plan: Plan) -> str:
    rows = []
    slot = plan.slot_records * plan.record
    for at_once in (1, 10, 100, 0):
        found = Rebalance(replace(plan, at_once=at_once)).run()
        rows.append(
            (
                count(at_once) if at_once else "no limit",
                time(found.seconds),
                f"{found.moves / found.seconds:.3g}",
                size(found.moved_bytes / found.seconds) + "/s",
                share(found.doubled),
                time(statistics.median(found.pauses)),
                time(max(found.pauses)),
                count(found.held),
            )
        )
    slots = Map.even(plan.nodes).slots_of_nodes()
    after = Map.even(plan.nodes + plan.added).slots_of_nodes()
    header = ("moves at once", "takes", "changes/s", "moved", "writes sent twice", "pause", "longest", "writes held")
    return "\n".join(
        (
            f"{several(found.moves, 'slot')} of {size(slot)} go from {several(plan.nodes, 'node')} to {plan.added:,} new: {size(found.moves * slot)}.",
            f"A node has {_between(slots)} slots before and {_between(after)} afterwards.",
            f"Writes of a slot: {size(plan.slot_writes * plan.record)}/s, {share(plan.slot_writes * plan.record / plan.bandwidth)} of what its move may send.",
            "",
            table(header, rows),
        )
    )


def _between(numbers: Sequence[int]) -> str:
    least, most = min(numbers), max(numbers)
    return f"{most:,}" if least == most else f"{least:,} or {most:,}"
