# SPDX-License-Identifier: Apache-2.0
"""Figures as files: a caption that holds the conditions, and the same bytes for the same figures."""

import io
import textwrap
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from wisp_tools.files import replace
from wisp_tools.style import SETTINGS, in_the_dark

WIDTH = 7.2
"""Inches."""
CAPTION_SIZE = 7
CAPTION_LINE = 0.145
"""Height of a line of the caption, in inches."""
CHARACTERS_PER_INCH = 17
TITLE_LINE = 0.22
"""Height of a line of the title, in inches."""
LAYOUT_DIGITS = 4
"""Of where axes stand, as a part of the figure: finer than a pixel."""


def new_figure(
    title: str, caption: str, height: float = 4.2, legend: float = 0, rows: int = 1, columns: int = 1
) -> tuple[Figure, list[Axes]]:
    """A figure of `height` inches, `legend` free below the title and the caption below all; its axes, row by row."""
    matplotlib.rcParams.update(SETTINGS)
    characters = int(WIDTH * CHARACTERS_PER_INCH)
    lines = [line for paragraph in caption.split("\n") for line in textwrap.wrap(paragraph, characters)]
    below = CAPTION_LINE * len(lines) + 0.12
    above = title_height(title) + legend
    whole = height + below + above
    layout = ConstrainedLayoutEngine(rect=(0, below / whole, 1, 1 - (below + above) / whole))
    figure = Figure(figsize=(WIDTH, whole), layout=layout)
    figure.text(0.01, 1 - 0.06 / whole, title, fontsize=11, fontweight="bold", va="top", gid="title")
    words = "\n".join(lines)
    figure.text(0.01, 0.06 / whole, words, fontsize=CAPTION_SIZE, va="bottom", color="#333333", gid="caption")
    for text in figure.texts:
        text.set_in_layout(False)
    axes = figure.subplots(rows, columns, squeeze=False)
    return figure, list(axes.flat)


def title_height(title: str) -> float:
    """Inches, of all of its lines."""
    return TITLE_LINE * (1 + title.count("\n")) + 0.08


def save(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Writes `name`.svg and `name`.png, each whole or not at all."""
    _settle_layout(figure)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for kind, metadata in (("svg", {"Date": None, "Creator": None}), ("png", {"Software": None})):
        content = io.BytesIO()
        with matplotlib.rc_context(SETTINGS):
            figure.savefig(content, format=kind, metadata=metadata)
        written.append(folder / f"{name}.{kind}")
        replace(written[-1], content.getvalue() if kind == "png" else in_the_dark(content.getvalue().decode()))
    return written


def _settle_layout(figure: Figure) -> None:
    """Lays the figure out once, and rounds where its axes stand.

    The solver of the constrained layout orders its variables by their addresses, so that the last digits of
    what it finds differ from one drawing to the next, and with them every coordinate in the SVG.
    """
    with matplotlib.rc_context(SETTINGS):
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
    for axes in figure.axes:
        x, y, width, height = (round(each, LAYOUT_DIGITS) for each in axes.get_position(original=True).bounds)
        axes.set_position((x, y, width, height))
