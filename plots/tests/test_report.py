import json
from pathlib import Path

import pytest
from files import perf, write_json
from test_page import make_reports

from wisp_plots.drawings import draw
from wisp_plots.errors import WispError
from wisp_plots.report.making import report_recorded
from wisp_plots.report.markdown import BEGIN, END, write_readme
from wisp_plots.report.studies import recorded_studies


def spread(median):
    return {"median": median, "lowest": median * 0.9, "highest": median * 1.1}


def write_cost():
    python = {"writeMean": 40_000, "writeP50": 30_000, "requestsPerSecond": 9_000.0, "steps": {}}
    program = {"writeMean": 12_000, "halfRoundTripP50": 11_000}
    return {
        "format": "wisp-write-cost",
        "version": 1,
        "environment": {"format": "wisp-environment", "version": 1},
        "device": "rxe0",
        "emulated": True,
        "placement": "free",
        "settings": {
            "requests": 100,
            "regionBytes": 102_400,
            "smallBytes": 64,
            "keySize": 3,
            "payloadSize": 100,
            "ahead": 10,
        },
        "rounds": [
            {
                "order": [],
                "pythonRegion": python,
                "pythonRequest": python | {"writeP50": 9_000},
                "cRegion": program,
                "cRequest": program,
            }
        ],
        "summary": {
            "shares": {"mistake": spread(0.7), "python": spread(0.2), "device": spread(0.1)},
            "ratios": {
                name: spread(3.3)
                for name in (
                    "pythonRegionToPythonRequest",
                    "cRegionToCRequest",
                    "pythonRequestToCRequest",
                    "pythonRegionToCRegion",
                )
            },
        },
    }


@pytest.fixture
def results(tmp_path):
    for payload in (10, 100, 1000):
        for transport in ("tcp", "zmq"):
            write_json(tmp_path / "first" / f"{transport}-{payload}.json", perf(transport, payload=payload))
    write_json(tmp_path / "write-cost" / "write-cost.json", write_cost())
    (tmp_path / "README.md").write_text("# Recorded runs\n\nKept.\n")
    return tmp_path


def test_a_report_keeps_what_stands_around_it_and_is_the_same_when_made_again(results):
    report_recorded(results)
    first = (results / "README.md").read_text()
    assert first.startswith("# Recorded runs\n\nKept.\n")
    (results / "README.md").write_text(first + "\nAfter it.\n")
    report_recorded(results)
    second = (results / "README.md").read_text()
    assert second == first + "\nAfter it.\n"
    assert second.count(BEGIN) == second.count(END) == 1


def test_every_picture_that_the_report_names_is_there(results):
    import re

    report_recorded(results)
    names = re.findall(r"\]\((plots/[^)]+)\)", (results / "README.md").read_text())
    assert len(names) >= 4
    for name in names:
        assert (results / name).stat().st_size > 1000
    assert (results / "report.html").exists()


def test_the_report_has_the_figures_with_their_conditions(results):
    report_recorded(results)
    text = (results / "README.md").read_text()
    assert "Some CPU" in text
    assert "| tcp | 10 B | 10,000 | 10,000 to 10,000 | 1 |" in text
    assert "original notes (2016, python-rdma, their hardware): 20,000 requests/s" in text


def test_a_saturated_rate_stands_in_the_table_as_such(tmp_path):
    reports = make_reports(tmp_path / "runs")
    for report in reports:
        draw(report.run, tmp_path / "plots" / report.run.name)
    write_readme(tmp_path / "README.md", reports, tmp_path / "plots")
    text = (tmp_path / "README.md").read_text()
    assert "| tcp | 40,000 | 20,000 (saturated) |  |  |  |  |  |" in text
    assert "rdma, ring get (emulated)" in text


def test_the_write_of_30_us_is_taken_apart(results):
    (study,) = recorded_studies(results)
    assert "70 % [63 to 77] is that mistake, 20 % [18 to 22] is Python" in study.text
    assert "Soft-RoCE, emulated" in study.text
    assert ("Python, the request", "64 B", "9.00 us", "9,000") in study.rows
    report_recorded(results)
    for name in ("README.md", "report.html"):
        assert "70 % [63 to 77] is that mistake" in (results / name).read_text()


def test_two_clients_that_differ_are_said_to(tmp_path):
    side = {"requestsPerSecond": 40_000.0, "cpuNanosecondsPerRequest": None}
    conditions = {
        "startedAt": "2026-11-25T20:00:00Z", "cpu": None, "cores": 2, "kernel": "Linux 6", "redisBenchmark": "redis-benchmark 7",
        "placement": "split", "payloadSize": 100, "rounds": 1,
    }  # fmt: skip
    row = {
        "operation": "get", "pipeline": 16, "rounds": [{"first": "wisp", "wisp": side, "redisBenchmark": side}],
        "ratio": spread(1.3), "verdict": "differ",
    }  # fmt: skip
    values = {
        "format": "wisp-client-agreement", "version": 1, "conditions": conditions, "tolerance": 0.1, "agree": False,
        "rows": [row],
    }  # fmt: skip
    write_json(tmp_path / "clients" / "agreement.json", values)
    (study,) = recorded_studies(tmp_path)
    assert "do not all agree within 10 %" in study.text
    assert study.rows == (("get", "16", "40,000", "40,000", "1.300", "1.170 to 1.430", "differ"),)


def test_a_study_of_another_version_is_refused(results):
    path = results / "write-cost" / "write-cost.json"
    path.write_text(json.dumps(write_cost() | {"version": 2}))
    with pytest.raises(WispError, match="has version 2"):
        report_recorded(results)


def test_one_mark_without_the_other_is_not_guessed_at(results):
    (results / "README.md").write_text(f"# Mine\n\n{BEGIN}\n")
    with pytest.raises(WispError, match="one of the two marks"):
        report_recorded(results)
    assert (results / "README.md").read_text() == f"# Mine\n\n{BEGIN}\n"


def test_a_folder_with_nothing_recorded_says_so(tmp_path):
    with pytest.raises(WispError, match="holds no recorded run"):
        report_recorded(Path(tmp_path))
