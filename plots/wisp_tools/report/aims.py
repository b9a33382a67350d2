# SPDX-License-Identifier: Apache-2.0
"""What gets over memory are to reach, beside what `./wisp beside gets` recorded: the first table of the report."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wisp_tools.beside import side
from wisp_tools.beside.gets import RULER
from wisp_tools.model import EMULATED_LABEL
from wisp_tools.report.study import Study
from wisp_tools.results.fields import Fields

Figure = Callable[[Fields], list[float]]
"""A figure of each round, from the ways of a load."""

TOGETHER = 16
"""Requests in the loads that count what is handed over together."""


def _each(way: str, name: str, times: int = 1) -> Figure:
    return lambda ways: [times * found.number(name) for found in ways.inner(way).each("rounds")]


def _ratio(way: str, other: str) -> Figure:
    def ratios(ways: Fields) -> list[float]:
        first, second = _each(way, "requestsPerSecond")(ways), _each(other, "requestsPerSecond")(ways)
        return [one / two for one, two in zip(first, second, strict=True)]

    return ratios


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

    def judged(self, ways: Fields) -> str:
        found = side.spread(self.figure(ways))
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
)  # fmt: skip


def aims(files: Sequence[Fields]) -> list[Study]:
    """The aims beside files of `./wisp beside gets`, a column each; nothing if none of these holds one of their loads."""
    recorded = [(_place(file), {row.text("load"): row.inner("ways") for row in file.each("rows")}) for file in files]
    columns = [(place, ways) for place, ways in recorded if any(aim.load in ways for aim in AIMS)]
    if not columns:
        return []
    rows = [
        (aim.what, aim.in_words, *(aim.judged(ways[aim.load]) if aim.load in ways else "" for _, ways in columns))
        for aim in AIMS
    ]
    text = (
        "What gets over memory are to reach, and what they reach: the median of the rounds (lowest to highest), ratios"
        " within each round. An aim that some rounds meet and some miss is undecided. The tables of each transport follow, with their conditions."
    )
    return [Study("Aims", text, ("what", "aim", *(place for place, _ in columns)), tuple(rows))]


def _place(file: Fields) -> str:
    conditions = file.inner("conditions")
    transport = conditions.text("transport")
    return f"{transport}, {EMULATED_LABEL}" if "guest" in conditions and transport == "rdma" else transport
