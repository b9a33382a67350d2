# SPDX-License-Identifier: Apache-2.0
"""What gets over memory are to reach, beside what `./wisp beside gets`, `perftest` and `shm` recorded: the first table of the
report."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wisp_tools.beside import side
from wisp_tools.beside.gets import RULER
from wisp_tools.model import EMULATED_LABEL
from wisp_tools.report.study import Study
from wisp_tools.results.fields import Fields

Figure = Callable[[Fields], dict[str, float]]
"""A figure's median and range, from what was recorded of a load."""

Column = dict[str, Fields]
"""What was recorded over one transport, by load. Of two records of a load the later one counts."""

RDMA, SHM = f"rdma, {EMULATED_LABEL}", "shm"
PERFTEST, BARE, CLIENTS = "perftest ", "bare ", "clients "
"""Before the cases of `./wisp beside perftest wisp`, the figures of `./wisp beside shm`, and the numbers of clients of
`./wisp beside fan-in`, as loads of aims."""

TOGETHER = 16
"""Requests in the loads that count what is handed over together."""


def _each(way: str, name: str, times: int = 1) -> Figure:
    return lambda ways: side.spread([times * found for found in _rounds(ways, way, name)])


def _rounds(ways: Fields, way: str, name: str) -> list[float]:
    return [found.number(name) for found in ways.inner(way).each("rounds")]


def _ratio(way: str, other: str) -> Figure:
    def ratio(ways: Fields) -> dict[str, float]:
        rates = (_rounds(ways, each, "requestsPerSecond") for each in (way, other))
        return side.spread([one / two for one, two in zip(*rates, strict=True)])

    return ratio


def _recorded(*names: str) -> Figure:
    """A ratio that the record itself has."""

    def ratio(row: Fields) -> dict[str, float]:
        for name in names:
            row = row.inner(name)
        return {each: row.number(each) for each in ("median", "lowest", "highest")}

    return ratio


def _all_rounds(name: str) -> Figure:
    return lambda row: side.spread([each.number(name) for each in row.each("rounds")])


@dataclass(frozen=True)
class Aim:
    """What the rounds of a load are to give, rounded to hundredths. If some do and some do not, nothing is decided."""

    what: str
    load: str
    figure: Figure
    bound: float
    is_least: bool = False
    """Whether the bound is the least that is wanted, and not the most."""

    @property
    def in_words(self) -> str:
        return f"{'at least' if self.is_least else 'at most'} {self.bound:g}"

    def judged(self, load: Fields) -> str:
        found = self.figure(load)
        reached = {self._is_reached(found["lowest"]), self._is_reached(found["highest"])}
        word = "undecided" if len(reached) > 1 else "met" if reached.pop() else "missed"
        return f"{side.spread_in_words(found)}: {word}"

    def _is_reached(self, figure: float) -> bool:
        figure = round(figure, 2)
        return figure >= self.bound if self.is_least else figure <= self.bound


THIRDS = "a third each of put, get and delete"
AIMS = (
    Aim("READs a get whose address is known, one-sided", "reads-1", _each("onesided", "readsPerGet"), 1),
    Aim("gets of these that the server's processor answers", "reads-1", _each("onesided", "askedShare"), 0),
    Aim(f"READs a get, {THIRDS}, auto", "mix-1", _each("auto", "readsPerGet"), 0.55),
    Aim(f"work requests for {TOGETHER} gets together, auto", "reads-16", _each("auto", "workRequestsPerRequest", TOGETHER), TOGETHER),
    Aim(f"posts for {TOGETHER} gets together, auto", "reads-16", _each("auto", "postsPerRequest", TOGETHER), 1),
    Aim(f"work requests for {TOGETHER} puts together, auto", "writes-16", _each("auto", "workRequestsPerRequest", TOGETHER), 1),
    Aim(f"posts for {TOGETHER} puts together, auto", "writes-16", _each("auto", "postsPerRequest", TOGETHER), 1),
    Aim(f"requests/s, auto against the ring, {THIRDS}", "mix-1", _ratio("auto", RULER), 1, is_least=True),
    Aim("requests/s, one-sided against the ring, reads of known addresses", "reads-1", _ratio("onesided", RULER), 1.15, is_least=True),
    Aim(f"requests/s, the ring against tcp, 10 together, {THIRDS}", "mix-10", _ratio(RULER, "tcp"), 1.2, is_least=True),
    Aim(f"requests/s, the ring against tcp, 64 together, {THIRDS}", "mix-64", _ratio(RULER, "tcp"), 1.2, is_least=True),
    Aim("p50 of a one-sided get of a known address, against ib_read_lat", PERFTEST + "onesided", _recorded("ratio", "p50"), 1.1),
    Aim("p50 of a get by the ring, against two half trips of ib_write_lat", PERFTEST + "ring", _recorded("ratio", "p50"), 1.1),
    Aim("p50 of a get by the ring, against a bare ping-pong", BARE + "ring get", _recorded("ratioToFloor"), 2),
    Aim("p50 of a put by the ring, against a bare ping-pong", BARE + "ring put", _recorded("ratioToFloor"), 2.2),
    Aim("p50 of a one-sided get, against a bare ping-pong", BARE + "one-sided get", _recorded("ratioToFloor"), 1.1),
    *(
        Aim(f"requests/s of {clients} clients, against the most that fewer had", f"{CLIENTS}{clients}", _recorded("ratioToFewer"), 0.95, True)
        for clients in (16, 64, 256)
    ),
    Aim("requests of the slowest of 256 clients, against the mean", f"{CLIENTS}256", _all_rounds("slowestToMean"), 0.5, True),
)  # fmt: skip


@dataclass(frozen=True)
class Records:
    """The files of each program that measures something of which there is an aim."""

    gets: Sequence[Fields] = ()
    perftest: Sequence[Fields] = ()
    shm: Sequence[Fields] = ()
    fan_in: Sequence[Fields] = ()


def aims(records: Records) -> list[Study]:
    """The aims, a column for each transport of which there is a record; nothing if none holds a load of theirs."""
    columns: dict[str, Column] = {RDMA: {}, SHM: {}}
    for file in sorted(records.gets, key=_started):
        columns.setdefault(_place(file), {}).update({row.text("load"): row.inner("ways") for row in file.each("rows")})
    for file in sorted(records.perftest, key=_started):
        place = RDMA if file.inner("conditions").flag("emulated") else "rdma"
        loads = {PERFTEST + row.text("case"): row for row in file.each("rows")}
        columns.setdefault(place, {}).update(loads)
    for file in sorted(records.shm, key=_started):
        columns[SHM].update({BARE + row.text("figure"): row for row in file.each("rows")})
    for file in sorted(records.fan_in, key=_started):
        columns.setdefault(_place(file), {}).update(
            {f"{CLIENTS}{row.whole('clients')}": row for row in file.each("rows")}
        )
    columns = {place: loads for place, loads in columns.items() if any(aim.load in loads for aim in AIMS)}
    if not columns:
        return []
    rows = [
        (
            aim.what,
            aim.in_words,
            *(aim.judged(loads[aim.load]) if aim.load in loads else "" for loads in columns.values()),
        )
        for aim in AIMS
    ]
    text = (
        "What gets over memory are to reach, and what they reach: the median of the rounds (lowest to highest), ratios"
        " within each round. An aim that some rounds meet and some miss is undecided. Of several records of a load the latest counts. The tables of each transport follow, with their conditions;"
        " those of [perftest](perftest) and of the [bare ping-pong](shared-memory) stand beside their records."
    )
    return [Study("Aims", text, ("what", "aim", *columns), tuple(rows))]


def _place(file: Fields) -> str:
    conditions = file.inner("conditions")
    transport = conditions.text("transport")
    return RDMA if "guest" in conditions and transport == "rdma" else transport


def _started(file: Fields) -> str:
    conditions = file.inner("conditions")
    return conditions.text("startedAt" if "startedAt" in conditions else "started")
