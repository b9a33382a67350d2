# SPDX-License-Identifier: Apache-2.0
"""How ways of travelling look: told apart by colour (Okabe and Ito's, for the colour-blind), by marker or
hatch in grey print, and always the same from plot to plot."""

from dataclasses import dataclass
from typing import Any

from wisp_tools.model import Way


@dataclass(frozen=True)
class Look:
    colour: str
    marker: str
    line: str
    hatch: str
    fill: str | None = None
    """Of bars where it is not the colour, which would hide the hatch or, as a line, not be seen on white."""


LOOKS = {
    Way("wisp", "tcp"): Look("#0072B2", "o", "-", ""),
    Way("wisp", "zmq"): Look("#E69F00", "s", "--", "//"),
    Way("wisp", "shm", "auto"): Look("#117733", "H", "-", "\\\\/"),
    Way("wisp", "shm", "ring"): Look("#009E73", "^", "-", "\\\\"),
    Way("wisp", "shm", "onesided"): Look("#56B4E9", "v", "-.", "xx"),
    Way("wisp", "rdma", "auto"): Look("#882255", ">", "-", "-+"),
    Way("wisp", "rdma", "ring"): Look("#D55E00", "D", "-", "--"),
    Way("wisp", "rdma", "onesided"): Look("#CC79A7", "P", "--", "++"),
    Way("simple_kv", "tcp"): Look("#A09200", "<", ":", ".", fill="#F0E442"),
    Way("simple_kv", "rdma", write="request"): Look("#7F7F7F", "*", "-.", "/|"),
    Way("simple_kv", "rdma", write="region"): Look("#B3B3B3", "X", ":", "\\-"),
    Way("wisp", "null"): Look("#000000", "x", ":", "||", fill="#FFFFFF"),
}
OTHERS = (
    Look("#000000", "h", "-", "**"),
    Look("#0072B2", "p", ":", "/"),
    Look("#D55E00", "8", "-.", "\\"),
    Look("#009E73", "d", "--", "-"),
)
"""For ways that a later version adds, in the order of their labels."""

EDGE = "#222222"
PREFERS_DARK = "(prefers-color-scheme:dark)"
"""As it stands in pictures, where the page finds it to replace it."""

SETTINGS: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#D9D9D9",
    "grid.linewidth": 0.6,
    "hatch.linewidth": 0.6,
    "lines.linewidth": 1.4,
    "lines.markersize": 5.5,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "svg.hashsalt": "wisp",
    "figure.dpi": 100,
    "savefig.dpi": 150,
}


DARK = {
    "#ffffff": "#16181b",
    "#000000": "#f2f2f2",
    EDGE: "#e0e0e0",
    "#333333": "#c9c9c9",
    "#444444": "#c0c0c0",
    "#666666": "#a0a0a0",
    "#d9d9d9": "#3a3d42",
    "#0072b2": "#3d9be0",
}
"""What colours become on dark paper; the others are told apart on both."""


def in_the_dark(svg: str) -> str:
    """The picture with a style for those who prefer dark pages, which viewers without one pass over.

    Figures write their colours at each element, so that the style has to look for them there. What has none is black.
    """
    rules = [f"svg{{fill:{DARK['#000000']}}}"]
    for light, dark in DARK.items():
        for kind in ("fill", "stroke"):
            rules.append(f'[style*="{kind}: {light}"],[{kind}="{light}"]{{{kind}:{dark}!important}}')
    style = f'<style type="text/css">@media {PREFERS_DARK}{{{"".join(rules)}}}</style>'
    return svg.replace("</style>", f"</style>\n  {style}", 1)


def order_of(way: Way) -> tuple[int, str]:
    """Where a way stands in legends and comparisons."""
    known = list(LOOKS)
    return (known.index(way) if way in LOOKS else len(known), way.label)


def looks_of(ways: list[Way]) -> dict[Way, Look]:
    """A look for each way, in the order in which they are shown."""
    ordered = sorted(set(ways), key=order_of)
    spare = iter(OTHERS * (1 + len(ordered) // len(OTHERS)))
    return {way: LOOKS[way] if way in LOOKS else next(spare) for way in ordered}
