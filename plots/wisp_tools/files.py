# SPDX-License-Identifier: Apache-2.0
"""Files that are there, and whole, or not there: what a measurement writes exists only if it succeeded."""

import json
import os
from pathlib import Path

from wisp_tools.errors import WispError
from wisp_tools.tree import ROOT

SCHEMAS = ROOT / "results" / "schemas"


def prepare(path: Path) -> None:
    """Removes an older file of ``--json`` before anything is measured. Raises WispError if none can be written."""
    if path.is_dir():
        raise WispError(f"--json {path}: is a folder; name a file in it")
    if not os.access(path.absolute().parent, os.W_OK):
        raise WispError(f"--json {path}: there is no folder that it can be written to")
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise WispError(f"--json {path}: the older file cannot be removed: {error.strerror}") from error


def write_json(path: Path, document: object, indent: int = 2) -> None:
    """Writes a document, whole or not at all. Raises WispError if it cannot be written."""
    try:
        replace(path, json.dumps(document, indent=indent, ensure_ascii=False, allow_nan=False) + "\n")
    except OSError as error:
        raise WispError(f"{path}: cannot be written: {error.strerror}") from error


def replace(path: Path, content: str | bytes) -> None:
    """Writes a file, whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(content.encode() if isinstance(content, str) else content)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def write_checked(path: Path, name: str, document: object) -> None:
    """Writes a document that is as its schema says. Raises WispError if it is not, or cannot be written."""
    check(name, document)
    write_json(path, document)


def check(name: str, document: object) -> None:
    """Checks a document before it is written. Needs the packages to record.

    :param name: of the schema, as "wisp-write-cost-1"
    Raises WispError if the document is not of the format, with the first place that is not
    """
    import jsonschema

    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    error = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(schema).iter_errors(document))
    if error is not None:
        raise WispError(f"not of the format {name} at {error.json_path}: {error.message[:300]}")


def without_places(arguments: list[str]) -> list[str]:
    """Arguments for the record: of absolute paths the name alone, not where on this machine that is."""

    def shortened(word: str) -> str:
        option, equals, value = word.rpartition("=")
        return option + equals + (Path(value).name if value.startswith("/") else value)

    return [shortened(word) for word in arguments]
