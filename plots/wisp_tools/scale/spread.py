# SPDX-License-Identifier: Apache-2.0
"""How clients learn of a new map.

A client goes by its map until a node says MOVED, and whoever connects is told the node's map: so ClusterClient does today.
That the map changes while nodes run is the design. When a client has learnt of a change, it knows all changes until then.
Clients do not wait for each other, so some of them are simulated, and sums are those of all.
"""

import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from wisp_tools.arguments import Parser, number, whole
from wisp_tools.scale.facts import MOST_NODES, SLOTS
from wisp_tools.scale.maps import Map
from wisp_tools.scale.tables import count, several, size, table, time

MOVED_BYTES = 32
"""About what MOVED and its address take."""
MOST_LEARNT = 20_000_000
"""That are simulated: each takes some memory."""
HELP = """\
Simulates how clients learn of maps that change: a slot, or several, get another owner again and again. A client learns of it when
a node says MOVED, or when it connects to one anew. Wisp's maps do not change while nodes run: what is simulated is a design. The
same options give the same figures.

Ways of a client that is told MOVED:
  every node   asks every node that it is connected to for its map
  who said it  asks the node that answered MOVED, as ClusterClient does today
  the owner    asks the node that MOVED names
  the word     goes by what MOVED says of this slot, and asks for no map
"""


@dataclass(frozen=True)
class Changes:
    """Of the map, one after the other, at equal intervals."""

    number: int
    slots: int
    """Of one change."""
    interval: float
    """Seconds."""


@dataclass(frozen=True)
class Sides:
    """How many nodes a change is between, all alike."""

    givers: int
    owners: int


@dataclass(frozen=True)
class Client:
    rate: float
    """Requests a second, to all slots alike."""
    connects: float
    """New connections a second, each to a node that knows the newest map."""


@dataclass(frozen=True)
class Learnt:
    """When a client learnt of changes, in seconds since the first change."""

    by_moved: Sequence[float]
    by_connecting: int
    known: float
    """Seconds from the last change until it knew of that."""


def learn(client: Client, changes: Changes, chance: random.Random) -> Learnt:
    """What becomes of one client whose map is the newest before the first change."""
    per_change = client.rate * changes.slots / SLOTS
    by_moved: list[float] = []
    by_connecting = 0
    now, known = 0.0, 0
    while known < changes.number:
        # Until it learns the risk grows with each change: from the next one on it is that of one change, and so on.
        next_change = known * changes.interval
        left = chance.expovariate(1)
        unknown = _whole_intervals(left, per_change, client.connects, changes.interval)
        unknown = min(unknown, changes.number - known - 1)
        left -= _risk(unknown, per_change, client.connects, changes.interval)
        risk = per_change * (unknown + 1) + client.connects
        now = next_change + unknown * changes.interval + left / risk
        known += unknown + 1
        if chance.random() * risk < client.connects:
            by_connecting += 1
        else:
            by_moved.append(now)
        # What changed while it waited for its first request after the last change is known as well.
        known = min(changes.number, max(known, math.floor(now / changes.interval) + 1))
    return Learnt(by_moved, by_connecting, now - (changes.number - 1) * changes.interval)


def _risk(intervals: int, per_change: float, connects: float, interval: float) -> float:
    """That a client learns, summed over so many intervals since the first change that it does not know."""
    return interval * (per_change * intervals * (intervals + 1) / 2 + connects * intervals)


def _whole_intervals(left: float, per_change: float, connects: float, interval: float) -> int:
    """How many pass before the risk comes to what is left."""
    a, b = per_change / 2, per_change / 2 + connects
    # a n^2 + b n = c, solved without a difference of numbers that are nearly the same.
    c = left / interval
    found = int(2 * c / (b + math.sqrt(b * b + 4 * a * c)))
    while _risk(found + 1, per_change, connects, interval) <= left:
        found += 1
    while found and _risk(found, per_change, connects, interval) > left:
        found -= 1
    return found


def redirected_by_word(client: Client, changes: Changes, until: float) -> float:
    """How often a client is told MOVED that only goes by what it says: once for each slot that it comes to, on average."""
    hits = client.rate / SLOTS
    return sum(changes.slots * -math.expm1(-hits * (until - i * changes.interval)) for i in range(changes.number))


def main(arguments: Sequence[str]) -> int:
    parser = Parser("./wisp scale spread", HELP)
    parser.add_argument("--nodes", type=whole(1, MOST_NODES), default=1000, metavar="N", help="(1000)")
    parser.add_argument("--clients", type=whole(1, 1_000_000), default=8000, metavar="N", help="(8000)")
    parser.add_argument(
        "--rate", type=number(0.001, 1e7), default=1000, metavar="N", help="requests/s of a client (1000)"
    )
    parser.add_argument("--changes", type=whole(1, SLOTS), default=1600, metavar="N", help="of the map (1600)")
    parser.add_argument("--slots", type=whole(1, SLOTS), default=1, metavar="N", help="that one change moves (1)")
    help_text = "that the slots go to (100)"
    parser.add_argument("--owners", type=whole(1, MOST_NODES), default=100, metavar="NODES", help=help_text)
    help_text = "that had the slots before (900)"
    parser.add_argument("--givers", type=whole(1, MOST_NODES), default=900, metavar="NODES", help=help_text)
    help_text = "from one change to the next (0.04)"
    parser.add_argument("--interval", type=number(1e-6, 1e6), default=0.04, metavar="SECONDS", help=help_text)
    help_text = "connections that a client makes anew in an hour (1)"
    parser.add_argument("--connects", type=number(0, 1e6), default=1, metavar="N", help=help_text)
    help_text = "clients that are simulated (200)"
    parser.add_argument("--simulated", type=whole(1, 100_000), default=200, metavar="N", help=help_text)
    parser.add_argument("--seed", type=whole(0, 1 << 62), default=1, metavar="N", help="of what is drawn (1)")
    given = parser.parse_args(arguments)
    if given.changes * given.slots > SLOTS:
        parser.error(f"{given.changes:,} changes of {given.slots:,} slots are more than the {SLOTS:,} that there are")
    if given.changes * given.simulated > MOST_LEARNT:
        asked = f"{given.changes:,} changes for {given.simulated:,} simulated clients"
        parser.error(f"{asked} are too many: {MOST_LEARNT:,} in all at most")
    client = Client(given.rate, given.connects / 3600)
    changes = Changes(given.changes, given.slots, given.interval)
    sides = Sides(*(min(side, given.changes, given.nodes) for side in (given.givers, given.owners)))
    print(report(given.nodes, sides, given.clients, client, changes, given.simulated, given.seed))
    return 0


def report(nodes: int, sides: Sides, clients: int, client: Client, changes: Changes, simulated: int, seed: int) -> str:
    chance = random.Random(seed)
    all_learnt = [learn(client, changes, chance) for _ in range(simulated)]
    times = clients / simulated
    known = sorted(each.known for each in all_learnt)
    moved = sum(len(each.by_moved) for each in all_learnt) * times
    seconds = Counter(int(when) for each in all_learnt for when in each.by_moved)
    peak = max(seconds.values(), default=0) * times
    map_bytes = len(Map.scattered(nodes, seed).lines())
    end = (changes.number - 1) * changes.interval + known[-1]
    by_word = redirected_by_word(client, changes, end) * clients
    rows = [
        (
            "every node",
            count(moved),
            count(moved * nodes),
            size(moved * nodes * map_bytes),
            f"{count(peak)}/s",
            size(peak * map_bytes) + "/s",
        ),
        *(
            (
                who,
                count(moved),
                count(moved),
                size(moved * map_bytes),
                f"{count(peak / asked)}/s",
                size(peak / asked * map_bytes) + "/s",
            )
            for who, asked in (("who said it", sides.givers), ("the owner", sides.owners))
        ),
        ("the word", count(by_word), "0", size(by_word * MOVED_BYTES), "0/s", "0 B/s"),
    ]
    requests = client.rate * clients * end
    return "\n".join(
        (
            f"{several(changes.number, 'change')} of {several(changes.slots, 'slot')} in {time(changes.number * changes.interval)}; {clients:,} clients of {client.rate:,.10g} requests/s; a map of {size(map_bytes)}.",
            f"After the last change half of the clients know it in {time(_at(known, 0.5))}, 99 % in {time(_at(known, 0.99))}, all in {time(known[-1])}.",
            f"Maps that a client reads because of MOVED: {moved / clients:.3g}. Requests that are sent twice: {100 * moved / requests:.2g} %.",
            "",
            table(("who is asked", "told MOVED", "questions", "bytes", "of a node at most", "bytes of a node"), rows),
        )
    )


def _at(values: Sequence[float], part: float) -> float:
    return values[min(len(values) - 1, math.ceil(part * len(values)) - 1)]
