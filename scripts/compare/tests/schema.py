# SPDX-License-Identifier: Apache-2.0
"""Checks a document against the schema of comparisons, with or without the library for that."""

import json
import re
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).resolve().parents[3] / "results" / "schemas" / "wisp-comparison-1.schema.json"
_TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "integer": int,
    "number": (int, float),
}


def violations(document: Any) -> list[str]:
    """Where the document breaks the schema; both ways must agree where both are possible."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    found = list(_check(document, schema, schema, "$"))
    try:
        import jsonschema
    except ImportError:
        return found
    library = [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(document)]
    return found + library


def _check(value: Any, schema: dict, root: dict, path: str):
    """Knows only the keywords that our schema uses."""
    if reference := schema.get("$ref"):
        yield from _check(value, root["$defs"][reference.rpartition("/")[2]], root, path)
    if choices := schema.get("anyOf"):
        attempts = [list(_check(value, choice, root, path)) for choice in choices]
        if all(attempts):
            yield from attempts[0]
    if expected := schema.get("type"):
        is_boolean = isinstance(value, bool) and expected != "boolean"
        if not isinstance(value, _TYPES[expected]) or is_boolean:
            yield f"{path}: {value!r} is no {expected}"
            return
    if "const" in schema and value != schema["const"]:
        yield f"{path}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r} is none of {schema['enum']}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{path}: {value!r} is not like {schema['pattern']}"
    for keyword, broken in (
        ("minimum", lambda bound: value < bound),
        ("exclusiveMinimum", lambda bound: value <= bound),
        ("exclusiveMaximum", lambda bound: value >= bound),
        ("minItems", lambda bound: len(value) < bound),
        ("maxItems", lambda bound: len(value) > bound),
    ):
        if keyword in schema and broken(schema[keyword]):
            yield f"{path}: {value!r} breaks {keyword} {schema[keyword]}"
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            yield from _check(item, schema["items"], root, f"{path}[{index}]")
    if isinstance(value, dict):
        yield from _check_object(value, schema, root, path)


def _check_object(value: dict, schema: dict, root: dict, path: str):
    properties = schema.get("properties", {})
    for name in schema.get("required", []):
        if name not in value:
            yield f"{path}: lacks {name}"
    for name, item in value.items():
        others = schema.get("additionalProperties", True)
        if name in properties:
            yield from _check(item, properties[name], root, f"{path}.{name}")
        elif others is False:
            yield f"{path}: has {name}"
        elif isinstance(others, dict):
            yield from _check(item, others, root, f"{path}.{name}")
