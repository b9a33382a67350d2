# SPDX-License-Identifier: Apache-2.0
"""Figures as text: columns, and numbers in units that people read."""

from collections.abc import Sequence


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns of text; all but the first are aligned to the right."""
    lines = [header, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    return "\n".join(_line(line, widths) for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = cells
    aligned = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))]
    return "  ".join(aligned).rstrip()


def count(number: float) -> str:
    """A whole number, as 16,384."""
    return f"{number:,.0f}"


def several(number: int, what: str) -> str:
    """As 1 slot, or 1,600 slots."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def size(number: float) -> str:
    """Bytes with three digits, in units of 1,000."""
    return _in_units(number, ((1e12, " TB"), (1e9, " GB"), (1e6, " MB"), (1e3, " kB"), (1, " B")))


def memory(number: float) -> str:
    """Bytes with three digits, in units of 1,024."""
    return _in_units(number, ((2**40, " TiB"), (2**30, " GiB"), (2**20, " MiB"), (2**10, " KiB"), (1, " B")))


def time(seconds: float) -> str:
    """A duration with three digits, as 12.6 s."""
    if seconds >= 7_200:
        return f"{seconds / 3_600:.3g} h"
    if seconds >= 120:
        return f"{seconds / 60:.3g} min"
    return _in_units(seconds, ((1, " s"), (1e-3, " ms"), (1e-6, " us")))


def share(number: float) -> str:
    """Of all, in percent with three digits."""
    return f"{100 * number:.3g} %"


def _in_units(number: float, units: Sequence[tuple[float, str]]) -> str:
    """In the first unit that the number has one of, or else in the last."""
    each, unit = next((unit for unit in units if number >= unit[0]), units[-1])
    scaled = number / each
    # Three digits, and never an exponent.
    return (f"{scaled:.0f}" if scaled >= 100 else f"{scaled:.3g}") + unit
