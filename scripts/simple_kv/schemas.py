# SPDX-License-Identifier: Apache-2.0
"""The formats of files, as JSON Schemas."""

import json
from pathlib import Path

import jsonschema

from simple_kv.errors import SimpleKvError

FOLDER = Path(__file__).resolve().parent.parent.parent / "results" / "schemas"


def check(name: str, document: object) -> None:
    """Checks a document before it is written.

    :param name: of the schema, as "wisp-write-cost-1"
    :raises SimpleKvError: if the document is not of the format, with the first place that is not
    """
    schema = json.loads((FOLDER / f"{name}.schema.json").read_text())
    validator = jsonschema.Draft202012Validator(schema)
    error = jsonschema.exceptions.best_match(validator.iter_errors(document))
    if error is not None:
        raise SimpleKvError(f"not of the format {name} at {error.json_path}: {error.message[:300]}")
