# SPDX-License-Identifier: Apache-2.0
"""Help that fits the terminal, in at most 80 columns."""

import argparse
import re
import shutil
import textwrap

MOST_COLUMNS = 80
FEWEST_COLUMNS = 40
BESIDE = re.compile(r" +\S+(?: \S+)*  +(?=\S)")
"""What stands before the second column in a line of a list."""


class HelpFormatter(argparse.HelpFormatter):
    """Wraps descriptions as the options below them."""

    def __init__(self, prog: str) -> None:
        columns = shutil.get_terminal_size().columns
        super().__init__(prog, width=max(FEWEST_COLUMNS, min(MOST_COLUMNS, columns)))

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return textwrap.indent(wrapped(text, width - len(indent)), indent)


def wrapped(text: str, columns: int) -> str:
    """A text in so many columns: paragraphs are filled, and lines of a list go on below their second column."""
    blocks: list[list[str]] = []
    for line in text.splitlines():
        if blocks and line and _goes_on(blocks[-1][0], line):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return "\n".join(_filled(block, columns) for block in blocks)


def _goes_on(first: str, line: str) -> bool:
    if not first:
        return False
    return _indent(line) > _indent(first) if _indent(first) else not _indent(line)


def _filled(block: list[str], columns: int) -> str:
    first, *others = block
    hanging = _indent(first)
    if beside := BESIDE.match(first):
        hanging = beside.end()
    elif others:
        hanging = _indent(others[0])
    elif hanging:
        hanging += 4
    return textwrap.fill(
        " ".join([first, *(line.strip() for line in others)]),
        columns,
        subsequent_indent=" " * min(hanging, columns // 2),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
