# SPDX-License-Identifier: Apache-2.0
"""What the page of the report holds."""

import json
import re

import pytest

from tests.files import latencies, perf, perf_closed_2, perf_open, write_json
from wisp_tools.campaign.state import Campaign
from wisp_tools.drawings import draw_all
from wisp_tools.report.contents import RunReport
from wisp_tools.report.page import page_data, write_page
from wisp_tools.report.studies import Study
from wisp_tools.results.runs import load_run


def make_reports(folder):
    for transport, rate in (("tcp", 12_000), ("zmq", 5_000)):
        for payload in (10, 100, 1000):
            values = latencies(int(1e9 / rate), 300, payload)
            write_json(folder / "first" / f"{transport}-{payload}.json", perf(transport, rate, payload, values=values))
    write_json(folder / "first" / "load.json", perf_open("tcp", 20_000, [4_000, 16_000, 40_000]))
    for transport, get in (("tcp", None), ("rdma", "ring")):
        file = perf(transport, get=get, emulated=get is not None, cpu="QEMU TCG CPU")
        write_json(folder / "second" / f"{transport}.json", file)
    return [RunReport.of(load_run(folder / name), folder / name) for name in ("first", "second")]


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    return make_reports(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def page(reports, tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    for report in reports:
        draw_all(report.run.name, report.drawings, folder / "plots")
    write_page(folder / "report.html", reports, folder / "plots")
    return folder / "report.html"


def test_what_a_file_says_is_never_taken_for_a_place_of_the_page(tmp_path):
    keys = "/*DATA*/<!--STUDIES-->/*PROGRAM*/"
    file = perf_closed_2()
    file["settings"]["keys"] = keys
    write_json(tmp_path / "run" / "one.json", file)
    run = load_run(tmp_path / "run")
    study = Study("/*DATA*/", "<!--STUDIES--> /*STYLE*/", ("/*PROGRAM*/",), (("<!--STUDIES-->",),))
    write_page(tmp_path / "report.html", [RunReport(run, (), None)], tmp_path / "plots", [study])
    page = (tmp_path / "report.html").read_text()
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    (point,) = json.loads(data)["points"]
    assert point["keys"] == keys
    assert "<h2>/*DATA*/</h2>" in page
    assert page.count(data[:60]) == 1


def test_the_page_refers_to_nothing_outside_of_itself(page):
    text = page.read_text()
    # In its data the quotes of pictures are escaped; what they refer to with # is in themselves.
    assert not re.search(r"""(?:src|href)=\\?["'](?!data:|#)""", text)
    assert not re.search(r"@import|url\((?!#)", text)


def test_the_data_cannot_end_the_script_that_holds_it(reports, tmp_path, monkeypatch):
    evil = "</script><b>"
    monkeypatch.setattr("wisp_tools.wording.conditions", lambda points: evil)
    bare = [RunReport(report.run, (), None) for report in reports]
    write_page(tmp_path / "report.html", bare, tmp_path)
    assert evil not in (tmp_path / "report.html").read_text()


def test_the_data_has_each_plot_with_the_points_that_it_shows(reports, page):
    data = page_data(reports, page.parent / "plots")
    first = data["runs"][0]
    points = [point for point in data["points"] if point["run"] == first["name"]]
    plot = first["plots"][0]
    assert plot["title"] == "A third each of put, get and delete, one request at a time"
    shown = [(points[number]["payload"], points[number]["way"]) for number in plot["points"]]
    assert shown == [(payload, way) for payload in (10, 100, 1000) for way in ("tcp", "zmq")]
    assert {points[number]["loop"] for number in plot["points"]} == {"closed"}
    assert plot["svg"].startswith("<?xml")


def campaign_report(folder, name, started, finished, cpu="Some CPU"):
    write_json(folder / name / "tcp.json", perf("tcp", cpu=cpu))
    campaign = Campaign(folder / name, "full", 1, {}, started, finished_at=finished)
    return RunReport(load_run(folder / name), (), campaign)


def test_the_page_opens_on_the_newest_whole_campaign_of_a_machine_itself(tmp_path):
    write_json(tmp_path / "by-hand" / "tcp.json", perf("tcp"))
    reports = [
        campaign_report(tmp_path, "older", "2026-11-20T01:00:00Z", "2026-11-20T02:00:00Z"),
        campaign_report(tmp_path, "newer", "2026-11-21T01:00:00Z", "2026-11-21T02:00:00Z"),
        campaign_report(tmp_path, "broken-off", "2026-11-23T01:00:00Z", None),
        campaign_report(tmp_path, "emulated", "2026-11-22T01:00:00Z", "2026-11-22T02:00:00Z", "QEMU TCG CPU"),
        RunReport(load_run(tmp_path / "by-hand"), (), None),
    ]
    names = [run["name"] for run in page_data(reports, tmp_path)["runs"]]
    assert names == ["newer, host", "older, host", "emulated, guest", "by-hand, host", "broken-off, host"]


def test_machines_of_one_run_are_shown_apart(tmp_path):
    for cpu in ("Some CPU", "Other CPU"):
        write_json(tmp_path / "run" / f"{cpu}.json", perf("tcp", cpu=cpu))
    data = page_data([RunReport(load_run(tmp_path / "run"), (), None)], tmp_path)
    assert sorted(run["name"] for run in data["runs"]) == ["run, host", "run, host 2"]
    assert sorted(point["run"] for point in data["points"]) == ["run, host", "run, host 2"]


def test_a_saturated_measurement_has_no_latency_in_the_data(reports, page):
    points = page_data(reports, page.parent / "plots")["points"]
    saturated = [point for point in points if point["saturated"]]
    assert len(saturated) == 1
    assert saturated[0]["operations"] == {}
    assert json.dumps(points, allow_nan=False)
