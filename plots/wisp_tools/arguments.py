# SPDX-License-Identifier: Apache-2.0
"""Command lines: their parser, and numbers in a range."""

import argparse
import difflib
import math
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from wisp_tools.wrapping import HelpFormatter


class Parser(argparse.ArgumentParser):
    """Takes no abbreviations, and complains in one sentence that names who explains more.

    name: of the command, as it is called
    speaker: who complains, if that is not the name
    """

    def __init__(self, name: str, description: str | None = None, speaker: str = "") -> None:
        super().__init__(name, description=description, formatter_class=HelpFormatter, allow_abbrev=False)
        self._speaker = speaker or name

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            known = [str(each) for each in action.choices]
            near = difflib.get_close_matches(str(value), known, n=1)
            meant = f"; did you mean {near[0]}?" if near else ";"
            raise argparse.ArgumentError(action, f"there is no {value}{meant} there is {', '.join(known)}")

    def error(self, message: str) -> NoReturn:
        print(f"{self._speaker}: {message} ({self.prog} -h explains)", file=sys.stderr)
        sys.exit(2)


def number(least: float, most: float, of: str = "") -> Callable[[str], float]:
    """Reads a number in a range."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is no number{of} from {least:g} to {most:g}")
        return value

    return parse


def whole(least: int, most: int) -> Callable[[str], int]:
    """Reads a whole number in a range."""

    def parse(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) < 20 and least <= int(text) <= most):
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least} to {most}")
        return int(text)

    return parse
