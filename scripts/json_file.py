# SPDX-License-Identifier: Apache-2.0
"""The file of a measurement: there, and whole, only if the measurement succeeded."""

import json
import os
from pathlib import Path


class JsonFileError(Exception):
    """Why a file cannot be written, in words for a user."""


def prepare(path: Path) -> None:
    """Makes sure, before anything is measured, that a file can be written, and removes an older one.

    :raises JsonFileError: if it cannot
    """
    if path.is_dir():
        raise JsonFileError(f"--json {path}: is a folder; name a file in it")
    if not os.access(path.absolute().parent, os.W_OK):
        raise JsonFileError(f"--json {path}: there is no folder that it can be written to")
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise JsonFileError(f"--json {path}: the older file cannot be removed: {error.strerror}") from error


def write(path: Path, document: object) -> None:
    """Writes the file, whole or not at all.

    :raises JsonFileError: if it cannot be written
    """
    partial = path.with_name(f"{path.name}.partial")
    try:
        try:
            partial.write_text(json.dumps(document, indent=2) + "\n")
            os.replace(partial, path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise JsonFileError(f"--json {path}: cannot be written: {error.strerror}") from error


def without_places(arguments: list[str]) -> list[str]:
    """Arguments for the record: of absolute paths the name alone, not where on this machine that is."""

    def shortened(word: str) -> str:
        option, equals, value = word.rpartition("=")
        return option + equals + (Path(value).name if value.startswith("/") else value)

    return [shortened(word) for word in arguments]
