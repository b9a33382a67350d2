# SPDX-License-Identifier: Apache-2.0
"""Measures how many requests a second one thread of a server answers when more clients ask it.

Gets of keys that are there go through the rings, one at a time for each client, so the server's processor answers all of them. One
process has all clients, and one thread, which sends for them in turn; the server has one thread too. Each has a core and
polls. So a client in the midst of many waits for the others, and the thread that is slower bounds the total. All
numbers of clients take turns in one warm process; rounds are interleaved and their order alternates. The answer is the
ratio of the requests a second to the most that fewer clients had in the same round: where it falls far below 1, clients
take from each other more than their share.

    ./wisp beside fan-in [--transport shm|rdma] [--rounds N] [--seconds S] [--json FILE] [CLIENTS ...]

CLIENTS: 1, 4, 16, 64 and 256 unless given. In the guest, which has one processor for each end, it runs as it is:
./wisp guest ./wisp beside fan-in --transport rdma
"""

import statistics
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wisp_tools.arguments import Parser, whole
from wisp_tools.beside import gets, side
from wisp_tools.beside.gets import RULER, LoadOfGets, Ways
from wisp_tools.campaign.clients import until_no_faster
from wisp_tools.results.fields import Fields

FORMAT, SCHEMA = "wisp-beside-fan-in", "wisp-beside-fan-in-1"
CLIENTS = (1, 4, 16, 64, 256)
MOST_CLIENTS = 1024


@dataclass(frozen=True)
class Figures:
    """What so many clients had together."""

    requestsPerSecond: float
    slowestToMean: float
    """Requests of the slowest client, to those of one on average."""

    @staticmethod
    def of(run: dict[str, Any], clients: int) -> "Figures":
        fewest = run["requestsPerClient"]["fewest"] if clients > 1 else run["operations"]["all"]["requests"]
        return Figures(float(run["requestsPerSecond"]), clients * fewest / run["operations"]["all"]["requests"])


def load_of(clients: int) -> LoadOfGets:
    options = ("--mix", gets.READS, "--clients", str(clients), "--client-threads", "1")
    return LoadOfGets(f"{clients} clients", options)


def compare(ways: Ways, numbers: Sequence[int], rounds: int) -> list[dict[str, Any]]:
    """Measures all numbers of clients, and returns a row for each."""

    def subject(clients: int) -> Callable[[], Figures]:
        return lambda: Figures.of(ways.run(RULER, load_of(clients)), clients)

    def in_words(measured: dict[str, Figures]) -> str:
        return ", ".join(f"{clients}: {found.requestsPerSecond:,.0f}/s" for clients, found in measured.items())

    subjects = {str(clients): subject(clients) for clients in numbers}
    until_no_faster(lambda: [each().requestsPerSecond for each in subjects.values()], gets.WARMUP_PASSES)
    found = side.interleave("clients", rounds, subjects, in_words, warmup=False)
    return rows([one.measured for one in found])


def rows(rounds: Sequence[dict[str, Figures]]) -> list[dict[str, Any]]:
    numbers = sorted(map(int, rounds[0]))

    def ratio(clients: int, fewer: Sequence[int]) -> dict[str, float]:
        most = (max(one[str(each)].requestsPerSecond for each in fewer) for one in rounds)
        return side.spread([one[str(clients)].requestsPerSecond / best for one, best in zip(rounds, most, strict=True)])

    return [
        {"clients": clients, "rounds": [vars(one[str(clients)]) for one in rounds]}
        | ({"ratioToFewer": ratio(clients, numbers[:at])} if at else {})
        for at, clients in enumerate(numbers)
    ]


HEAD = (
    *("clients", "requests/s of all, median", "ratio to the most that fewer had: median (lowest to highest)"),
    "requests of the slowest client, to the mean",
)


def cells_of(row: Fields) -> tuple[str, ...]:
    rounds = list(row.each("rounds"))
    return (
        str(row.whole("clients")),
        side.median_of(rounds, "requestsPerSecond", ",.0f"),
        side.spread_of(row.inner("ratioToFewer")) if "ratioToFewer" in row else "",
        f"{statistics.median(each.number('slowestToMean') for each in rounds):.2f}",
    )


def parser() -> Parser:
    made = side.parser("fan-in", __doc__)
    help_text = "what carries the requests (default shm)"
    made.add_argument("--transport", choices=("shm", "rdma"), default="shm", help=help_text)
    help_text = "of a run, after as many to warm up (default 2)"
    made.add_argument("--seconds", type=whole(1, 600), default=2, help=help_text)
    help_text = "how many there are; 1, 4, 16, 64 and 256 by default"
    made.add_argument("clients", nargs="*", type=whole(1, MOST_CLIENTS), metavar="CLIENTS", help=help_text)
    return made


def main(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    options.arguments = list(arguments)
    numbers = sorted(set(options.clients)) or CLIENTS
    side.prepare(options.json)
    started = gets.conditions(options)
    with tempfile.TemporaryDirectory(prefix="wisp-beside-") as folder, ExitStack() as stack:
        found = compare(Ways(options.transport, options.seconds, Path(folder), stack), numbers, options.rounds)
    side.write(options.json, SCHEMA, {"format": FORMAT, "version": 1, "conditions": started, "rows": found})
    print(side.table(HEAD, *(cells_of(Fields(row, "what was measured")) for row in found)))
    return 0
