# SPDX-License-Identifier: Apache-2.0
import pytest

from tests.files import measurement, write_suite
from wisp_tools.report.compaction import BENCHMARK, HEAD, SAMPLED
from wisp_tools.report.studies import recorded_studies


def puts(full: int, moved: float, won: float, mode: str = SAMPLED) -> dict:
    figures = {"p0.50": 0.36, "p0.99": 50.4, "p0.999": 81.6, "p0.9999": 103.4, "p1.00": 5554.2}
    figures |= {"movedBytes": moved, "wonBytes": won}
    found = measurement("null")
    return found | {
        "benchmark": BENCHMARK,
        "mode": mode,
        "parameters": {"full": str(full)},
        "secondary": {
            name: {"value": value, "error": None, "unit": "", "samples": []} for name, value in figures.items()
        },
    }


def test_the_report_shows_percentiles_and_bytes_by_how_full_the_table_is(tmp_path):
    write_suite(tmp_path / "compaction", [puts(50, 486.0, 2153.0), puts(95, 5004.3, 593.9)])
    (study,) = recorded_studies(tmp_path)
    assert study.header == HEAD
    assert study.rows == (
        ("50 %", "0.36", "50.40", "82", "103", "5,554", "0.2"),
        ("95 %", "0.36", "50.40", "82", "103", "5,554", "8.4"),
    )
    assert "compaction/result.json" in study.text


def test_a_table_in_which_nothing_was_won_says_so(tmp_path):
    write_suite(tmp_path / "compaction", [puts(1, 0.0, 0.0)])
    (study,) = recorded_studies(tmp_path)
    assert study.rows[0][-1] == "none was won"


@pytest.mark.parametrize("other", [measurement("tcp"), puts(50, 1.0, 1.0, mode="avgt")])
def test_other_runs_are_none_of_it(other, tmp_path):
    write_suite(tmp_path / "another", [other])
    assert recorded_studies(tmp_path) == []
