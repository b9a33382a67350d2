# SPDX-License-Identifier: Apache-2.0
"""Every JSON in results/ against the schema of its format. One that no schema knows is a failure."""

import copy
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.files import environment, measurement, perf, perf_closed_2, perf_open, write_suite

RESULTS = Path(__file__).resolve().parents[2] / "results"
SCHEMAS = RESULTS / "schemas"


def recorded() -> list[Path]:
    mine = RESULTS / "local"
    return [
        path for path in sorted(RESULTS.glob("**/*.json")) if SCHEMAS not in path.parents and mine not in path.parents
    ]


def schema_of(path: Path, values) -> str:
    if path.name == "jmh.json":
        return "jmh"
    version = values.get("version", values.get("formatVersion")) if isinstance(values, dict) else None
    return f"{values['format']}-{version}" if version is not None else f"(none: {path.name})"


def errors(name: str, values) -> list[str]:
    path = SCHEMAS / f"{name}.schema.json"
    assert path.exists(), f"no schema {name} in results/schemas"
    found = Draft202012Validator(json.loads(path.read_text())).iter_errors(values)
    return [f"{error.json_path}: {error.message[:200]}" for error in found]


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.schema.json")), ids=lambda path: path.name)
def test_a_schema_is_one_and_allows_no_unknown_field_of_ours(path):
    schema = json.loads(path.read_text())
    Draft202012Validator.check_schema(schema)
    if path.name != "jmh.schema.json":
        assert schema["additionalProperties"] is False


@pytest.mark.parametrize("path", recorded(), ids=lambda path: str(path.relative_to(RESULTS)))
def test_everything_recorded_is_as_its_schema_says(path):
    values = json.loads(path.read_text(), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert errors(schema_of(path, values), values) == []


def test_there_is_something_recorded_of_each_kind():
    names = {schema_of(path, json.loads(path.read_text())) for path in recorded()}
    assert names >= {"jmh", "wisp-result-1", "wisp-environment-1", "wisp-perf-2", "wisp-beside-shm-1"}


@pytest.fixture
def result():
    return json.loads((RESULTS / "default-sweep" / "result.json").read_text())


@pytest.mark.parametrize(
    "spoil",
    [
        lambda result: result.pop("missing"),
        lambda result: result.update(verdict="good"),
        lambda result: result.update(version=2),
        lambda result: result["measurements"].clear(),
        lambda result: result["measurements"][0].update(mode="guess"),
        lambda result: result["measurements"][0]["score"].update(value="fast"),
        lambda result: result["measurements"][0]["parameters"].update(keySize=3),
        lambda result: result["measurements"][0]["latencies"][0].update(histogram="none"),
        lambda result: result["measurements"][0]["latencies"][0].update(count=0),
    ],
)
def test_a_spoiled_result_is_seen(result, spoil):
    assert errors("wisp-result-1", result) == []
    spoiled = copy.deepcopy(result)
    spoil(spoiled)
    assert errors("wisp-result-1", spoiled)


def test_the_files_that_tests_make_are_as_the_schemas_say(tmp_path):
    folder = write_suite(tmp_path / "run", [measurement()])
    assert errors("wisp-result-1", json.loads((folder / "result.json").read_text())) == []
    assert errors("wisp-environment-1", environment()) == []
    assert errors("wisp-perf-1", perf()) == []
    assert errors("wisp-perf-2", perf_closed_2()) == []
    assert errors("wisp-perf-2", perf_open("tcp", 20_000, [4_000, 40_000])) == []
