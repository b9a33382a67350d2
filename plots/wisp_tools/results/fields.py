# SPDX-License-Identifier: Apache-2.0
"""Checked access to JSON: what is missing or of the wrong kind is named with its path."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from wisp_tools.errors import WispError

LARGEST_FILE = 256 << 20


class Fields:
    """An object of a JSON file, and where it stands in it."""

    def __init__(self, values: dict[str, Any], where: str):
        self._values = values
        self.where = where

    @staticmethod
    def of_file(path: Path, shown: str) -> "Fields":
        """The object that a file holds. Raises WispError if it holds no whole JSON object."""
        try:
            size = path.stat().st_size
            if size > LARGEST_FILE:
                raise WispError(f"{shown}: {size} bytes are more than the {LARGEST_FILE} of any result")
            values = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse_constant)
        except OSError as failure:
            raise WispError(f"{shown}: cannot be read: {failure.strerror}") from failure
        except (ValueError, RecursionError) as failure:
            raise WispError(f"{shown}: is not whole JSON: {failure}") from failure
        if not isinstance(values, dict):
            raise WispError(f"{shown}: holds no JSON object")
        return Fields(values, shown)

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def names(self) -> list[str]:
        return list(self._values)

    def text(self, name: str) -> str:
        return cast(str, self._of_kind(name, str, "a text"))

    def optional_text(self, name: str) -> str | None:
        return self.text(name) if name in self else None

    def flag(self, name: str) -> bool:
        return cast(bool, self._of_kind(name, bool, "true or false"))

    def number(self, name: str, least: float = 0) -> float:
        return self._checked(name, self._of_kind(name, (int, float), "a number"), least)

    def optional_number(self, name: str) -> float | None:
        return self.number(name) if name in self else None

    def whole(self, name: str, least: int = 0) -> int:
        value: int = self._of_kind(name, int, "a whole number")
        self._checked(name, value, least)
        return value

    def whole_in_text(self, name: str, least: int = 0) -> int:
        """A whole number written as text, as parameters of the suite are."""
        text = self.text(name)
        if not text.isascii() or not text.isdigit() or len(text) > 12:
            raise WispError(f"{self.where}: {name} is '{text[:40]}', not a whole number")
        self._checked(name, int(text), least)
        return int(text)

    def one_of(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name)
        if value not in allowed:
            raise WispError(f"{self.where}: {name} is '{value[:40]}', not one of {', '.join(allowed)}")
        return value

    def numbers(self, name: str) -> list[float]:
        values = self._of_kind(name, list, "a list")
        for value in values:
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise WispError(f"{self.where}: {name} holds what is no number")
            self._checked(name, value, 0)
        return [float(value) for value in values]

    def inner(self, name: str) -> "Fields":
        return Fields(self._of_kind(name, dict, "an object"), f"{self.where}, {name}")

    def each(self, name: str) -> Iterator["Fields"]:
        for index, value in enumerate(self._of_kind(name, list, "a list")):
            where = f"{self.where}, {name}[{index}]"
            if not isinstance(value, dict):
                raise WispError(f"{where} is no object")
            yield Fields(value, where)

    def _of_kind(self, name: str, kind: type | tuple[type, ...], words: str) -> Any:
        value = self._values.get(name)
        if value is None:
            raise WispError(f"{self.where}: {name} is missing")
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise WispError(f"{self.where}: {name} is not {words}")
        return value

    def _checked(self, name: str, value: float, least: float) -> float:
        if not math.isfinite(value):
            raise WispError(f"{self.where}: {name} is not finite")
        if value < least:
            raise WispError(f"{self.where}: {name} is {value}, less than {least}")
        return float(value)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")
