# SPDX-License-Identifier: Apache-2.0
import json
import re
import threading
from pathlib import Path

import pytest

from tests.files import perf, perf_closed_2, write_json
from tests.simple_kv.test_explain_write import document, one_round
from tests.test_page import make_reports
from wisp_tools.campaign.cells import Cell
from wisp_tools.campaign.state import FAILED, FINISHED, SKIPPED, WAITING, Campaign, CellState
from wisp_tools.commands import main
from wisp_tools.drawings import draw_all
from wisp_tools.errors import WispError
from wisp_tools.progress import under_way
from wisp_tools.report import making
from wisp_tools.report.making import report_fresh, report_recorded, report_runs
from wisp_tools.report.markdown import write_markdown
from wisp_tools.report.studies import recorded_studies
from wisp_tools.tree import ROOT


def spread(median):
    return {"median": median, "lowest": median * 0.9, "highest": median * 1.1}


def write_cost():
    summary = {"shares": {"mistake": spread(0.7), "python": spread(0.2), "device": spread(0.1)}}
    made = document([one_round(30_000, 9_000, 12_000, 12_000)])
    return made | {"summary": made["summary"] | summary}


@pytest.fixture
def results(tmp_path):
    for payload in (10, 100, 1000):
        for transport in ("tcp", "zmq"):
            write_json(tmp_path / "first" / f"{transport}-{payload}.json", perf(transport, payload=payload))
    write_json(tmp_path / "write-cost" / "write-cost.json", write_cost())
    (tmp_path / "README.md").write_text("# Recorded runs\n\nKept.\n")
    return tmp_path


def test_a_report_is_the_same_when_made_again_and_leaves_what_people_wrote(results):
    report_recorded(results)
    first = (results / "REPORT.md").read_text()
    assert first.startswith("# Report\n")
    report_recorded(results)
    assert (results / "REPORT.md").read_text() == first
    assert (results / "README.md").read_text() == "# Recorded runs\n\nKept.\n"


def test_a_report_of_some_runs_is_of_them_alone_and_in_the_folder_of_the_first(results, capsys):
    write_json(results / "second" / "shm.json", perf("shm", 777_000))
    write_json(results / "elsewhere-7" / "null.json", perf("null", 9e6))
    report_runs([results / "second", results / "first"])
    text, page = ((results / "second" / name).read_text() for name in ("REPORT.md", "report.html"))
    for said in (text, page):
        assert "second" in said and "first" in said
        assert "elsewhere-7" not in said
        assert "write of 30 us" not in said
    assert "777,000" in text
    for name in re.findall(r"\]\((plots/[^)]+)\)", text):
        assert (results / "second" / name).exists()
    assert capsys.readouterr().out == f"{results}/second/REPORT.md\n{results}/second/report.html\n"
    assert not (results / "REPORT.md").exists()


def test_a_report_of_a_file_is_in_a_folder_of_its_name_and_of_others_where_it_was_wanted(results):
    report_runs([results / "first" / "tcp-10.json"])
    assert (results / "first" / "tcp-10" / "report.html").exists()
    report_runs([results / "first"], results / "wanted")
    assert (results / "wanted" / "REPORT.md").exists()
    assert not (results / "first" / "REPORT.md").exists()


def test_plots_that_a_report_no_longer_has_are_removed(results):
    report_runs([results / "first"])
    plots = results / "first" / "plots" / "first"
    before = sorted(plots.iterdir())
    (plots / "of-an-earlier-report.svg").write_text("")
    report_runs([results / "first"])
    assert sorted(plots.iterdir()) == before


def test_a_folder_with_its_report_in_it_is_read_as_before(results):
    report_runs([results / "first"])
    before = (results / "first" / "REPORT.md").read_text()
    report_runs([results / "first"])
    assert (results / "first" / "REPORT.md").read_text() == before


def test_runs_of_one_name_and_a_report_that_cannot_be_written_are_refused(results):
    write_json(results / "other" / "first" / "tcp.json", perf())
    with pytest.raises(WispError, match="two runs are named first"):
        report_runs([results / "first", results / "other" / "first"])
    with pytest.raises(WispError, match=r"README\.md.*: cannot be written: "):
        report_runs([results / "first"], results / "README.md")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["report", "--fresh", "RUN"], "--fresh measures a run of its own, and RUN names another"),
        (["report", "--out", "DIR"], "--out goes with a RUN or --fresh"),
        (["report", str(ROOT / "results")], "without RUN, ./wisp report makes the report of all of them"),
    ],
)
def test_a_command_line_that_makes_no_sense_is_answered_with_a_sentence(words, complaint, capsys):
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 1
    assert complaint in capsys.readouterr().err


def test_what_takes_long_says_so_again_until_it_has_ended(capsys):
    said = ""
    with under_way("drawing", silence=0.01):
        while not re.search("still drawing, [0-9]+ s\n", said):
            said += capsys.readouterr().err
    assert said.startswith("wisp: drawing\n")
    capsys.readouterr()
    assert not [thread for thread in threading.enumerate() if thread is not threading.main_thread()]


def test_the_report_has_the_figures_with_their_conditions_and_every_picture_that_it_names(results):
    report_recorded(results)
    text = (results / "REPORT.md").read_text()
    names = re.findall(r"\]\((plots/[^)]+)\)", text)
    assert len(names) >= 4
    for name in names:
        assert (results / name).stat().st_size > 1000
    assert (results / "report.html").exists()
    assert "Some CPU" in text
    assert "| tcp | 10 B | 10,000 |  | 1 |" in text
    assert "original notes (2016, python-rdma, their hardware): 20,000 requests/s" in text


def test_a_saturated_rate_stands_in_the_table_as_such(tmp_path):
    reports = make_reports(tmp_path / "runs")
    for report in reports:
        draw_all(report.run.name, report.drawings, tmp_path / "plots")
    write_markdown(tmp_path / "REPORT.md", reports, tmp_path / "plots")
    text = (tmp_path / "REPORT.md").read_text()
    assert "| tcp | 40,000 | 20,000 (saturated) |  |  |  |  |  |" in text
    assert "rdma, ring get (emulated)" in text


def test_the_write_of_30_us_is_taken_apart(results):
    (study,) = recorded_studies(results)
    assert "70 % [63 to 77] is that mistake, 20 % [18 to 22] is Python" in study.text
    assert "Soft-RoCE, emulated" in study.text
    assert ("Python, the request", "32 to 133 B", "9.00 us", "9,000") in study.rows
    assert "Python's requests are of 32 to 133 B" in study.text
    assert "the program in C wrote 64 B in their place" in study.text
    report_recorded(results)
    for name in ("REPORT.md", "report.html"):
        assert "70 % [63 to 77] is that mistake" in (results / name).read_text()


def test_a_client_that_is_slower_is_said_to_be(tmp_path):
    side = {"requestsPerSecond": 40_000.0, "cpuNanosecondsPerRequest": 12_340.0}
    conditions = {
        "startedAt": "2026-11-25T20:00:00Z", "cpu": None, "cores": 2, "kernel": "Linux 6", "redisBenchmark": "redis-benchmark 7",
        "wait": "spin", "payloadSize": 100, "rounds": 1,
    }  # fmt: skip
    row = {
        "placement": "split", "connections": 1, "operation": "get", "pipeline": 16, "rounds": [{"first": "wisp", "wisp": side, "redisBenchmark": side}],
        "ratio": spread(1.3), "verdict": "slower",
        "calls": {"wisp": {"write": 1.0, "epoll_wait": 2.0}, "redisBenchmark": {"write": 0.06}},
    }  # fmt: skip
    values = {
        "format": "wisp-client-agreement", "version": 2, "conditions": conditions, "tolerance": 0.05, "slower": True,
        "rows": [row, row | {"placement": "shared", "pipeline": 1}, row | {"verdict": "agree", "operation": "set"}],
    }  # fmt: skip
    write_json(tmp_path / "clients" / "agreement.json", values)
    (study,) = recorded_studies(tmp_path)
    assert "in some loads more than 5 % slower" in study.text
    figures = ("40,000", "40,000", "1.300", "1.170 to 1.430")
    times = ("12.34 us", "12.34 us")
    counted = ("3.00 (epoll_wait 2.00, write 1.00)", "0.06 (write 0.06)")
    assert study.rows == (
        ("a core for each end", "1", "16", "get", *figures, "slower", *times, *counted),
        ("one core for both ends", "1", "1", "get", *figures, "slower", *times, *counted),
        ("a core for each end", "1", "16", "set", *figures, "agree", *times, *counted),
    )
    assert {len(row) for row in study.rows} == {len(study.header)}
    assert "wisp -p waiting by spin" in study.text
    assert (
        "Where it is slower (get, 1 x 16, a core for each end): CPU time for each request, wisp -p 12.34 us and"
        " redis-benchmark 12.34 us; system calls, wisp -p 3.00 (epoll_wait 2.00, write 1.00) and redis-benchmark 0.06"
        " (write 0.06)."
    ) in study.text
    assert "(set, " not in study.text


def campaign_of(folder, changes=None):
    """A campaign of two rounds, the sweep in the first alone; of which cells failed, were skipped and wait."""
    name = '<script>alert("a|b")</script>'
    campaign = Campaign(folder, "full", 2, {"commit": "45cff5987fbd", "changes": changes}, "2026-11-25T20:00:00Z")
    states = (
        ("tcp", 1, FINISHED, None),
        ("zmq", 1, FAILED, name),
        ("sweep", 1, SKIPPED, "there is no guest"),
        ("tcp", 2, WAITING, None),
        ("zmq", 2, FAILED, name),
    )
    for cell, number, state, reason in states:
        described = Cell("host", "comparison", cell, "client", "tcp", "shared", (), 1)
        result = "tcp.json" if state == FINISHED else None
        campaign.cells.append(CellState(described, number, state, reason, 1.0, result))
    write_json(folder / "tcp.json", perf("tcp"))
    campaign.save()
    return campaign


def test_a_campaign_that_is_not_finished_is_shown_as_such_with_what_is_missing(tmp_path):
    campaign_of(tmp_path / "measured", changes="0" * 64)
    report_recorded(tmp_path)
    text, page = ((tmp_path / name).read_text() for name in ("REPORT.md", "report.html"))
    for said in (text.replace("**", ""), page):
        assert "2 rounds, of 3 and 2 measurements, begun 2026-11-25T20:00:00Z, not finished" in said
        assert "commit 45cff598 with changes." in said
        assert "Without a result, and so in no figure: 2 failed, 1 skipped, 1 not reached, of 5." in said
    assert "**not finished**" in text
    assert "| host, 1 measurement | 1 | skipped | there is no guest |" in text
    assert "| host, zmq | 1, 2 | failed |" in text
    assert "a\\|b" in text
    assert '["host, 1 measurement","1","skipped","there is no guest"]' in page
    assert r"\u003cscript>alert(\"a|b\")\u003c/script>" in page
    assert "<script>alert" not in page
    assert "<script>alert" not in text


def test_a_campaign_says_how_often_the_cores_were_apart(tmp_path):
    campaign = campaign_of(tmp_path / "measured")
    (near,) = (cell for cell in campaign.cells if cell.state == FINISHED)
    far = CellState(near.cell, 2, FINISHED, None, 1.0, near.result, trips=[300.0, 376.0], repeats=2)
    near.trips = [375.0, 300.0]
    campaign.cells.append(far)
    campaign.save()
    report_recorded(tmp_path)
    assert (
        "Of 2 measurements with a core for each end, 1 had the cores apart before or after (a trip between them took"
        " more than 1.25 times the shortest); 2 such were thrown away and made again."
    ) in (tmp_path / "REPORT.md").read_text()


def test_a_finished_campaign_says_when_and_that_nothing_is_missing(tmp_path):
    campaign = campaign_of(tmp_path / "measured")
    campaign.cells = campaign.cells[:1]
    campaign.rounds = 1
    campaign.finished_at = "2026-11-25T21:00:00Z"
    campaign.save()
    report_recorded(tmp_path)
    for name in ("REPORT.md", "report.html"):
        said = (tmp_path / name).read_text()
        assert "1 round of 1 measurements" in said
        assert "finished 2026-11-25T21:00:00Z, commit 45cff598." in said
        assert "Not measured:\n" not in said
        assert "Without a result" not in said
    assert '"missing":[]' in said


def test_the_warning_stands_at_the_machine_whose_figures_do_not_repeat(tmp_path):
    campaign = Campaign(tmp_path / "measured", "full", 1, {"commit": None}, "2026-11-25T20:00:00Z")
    for place, cpu, rates in (("host", "Some CPU", (10_000.0, 10_500.0)), ("guest", "QEMU TCG CPU", (100.0, 900.0))):
        for group, rate in zip(("comparison", "pipeline"), rates, strict=True):
            name = f"{place}-{group}"
            cell = Cell(place, group, name, "client", "tcp", "split", (), 1)
            campaign.cells.append(CellState(cell, 1, FINISHED, None, 1.0, f"{name}.json"))
            write_json(campaign.folder / f"{name}.json", perf("tcp", rate, cpu=cpu))
    campaign.save()
    assert report_recorded(tmp_path) == 1
    page = (tmp_path / "report.html").read_text()
    host, guest = (page.index(f'"name":"measured, {place}"') for place in ("host", "guest"))
    warning = '"warning":"These figures do not repeat"'
    assert page.count(warning) == 1
    assert host < guest < page.index(warning)


def test_values_of_many_sizes_are_called_what_they_are(tmp_path):
    made = perf_closed_2()
    made["settings"] |= {"payloadSize": None, "sizes": "etc"}
    report_runs([write_json(tmp_path / "one.json", made)])
    text = (tmp_path / "one" / "REPORT.md").read_text()
    assert "| tcp | etc | 10,000 |" in text
    assert "0 B" not in text


def test_figures_that_do_not_repeat_are_a_warning_everywhere(tmp_path, capsys):
    campaign = Campaign(tmp_path / "measured", "full", 1, {"commit": None}, "2026-11-25T20:00:00Z")
    for group, rate in (("comparison", 10_000.0), ("pipeline", 20_000.0)):
        cell = Cell("host", group, group, "client", "tcp", "shared", (), 1)
        campaign.cells.append(CellState(cell, 1, FINISHED, None, 1.0, f"{group}.json"))
        write_json(campaign.folder / f"{group}.json", perf("tcp", rate))
    campaign.save()
    assert report_recorded(tmp_path) == 1
    assert "**These figures do not repeat**. 1 loads were" in (tmp_path / "REPORT.md").read_text()
    assert '"warning":"These figures do not repeat"' in (tmp_path / "report.html").read_text()
    assert "wisp: measured: These figures do not repeat. 1 loads" in capsys.readouterr().err


def test_a_campaign_elsewhere_is_reported_with_the_studies_in_its_folder(tmp_path, monkeypatch):
    folder = tmp_path / "elsewhere"
    campaign = campaign_of(folder)
    write_json(folder / "write-cost" / "cost.json", write_cost())
    monkeypatch.setattr(making, "open_campaign", lambda *_: campaign)
    monkeypatch.setattr(making, "run_campaign", lambda *_: 0)
    assert report_fresh(tmp_path, folder, quick=True, rounds=None, left_out={"guest": "--no-guest was given"}) == 0
    for name in ("REPORT.md", "report.html"):
        assert "70 % [63 to 77] is that mistake" in (folder / name).read_text()


@pytest.mark.parametrize(("old", "new", "status"), [(20_000.0, 10_000.0, 0), (10_000.0, 20_000.0, 1)])
def test_a_campaign_fails_for_its_own_figures_and_not_for_those_recorded_beside_it(
    tmp_path, monkeypatch, old, new, status
):
    folders = tmp_path / "results" / "old", tmp_path / "results" / "new"
    for folder, again in zip(folders, (old, new), strict=True):
        campaign = Campaign(folder, "full", 1, {"commit": None}, "2026-11-25T20:00:00Z")
        for group, rate in (("comparison", 10_000.0), ("pipeline", again)):
            cell = Cell("host", group, group, "client", "tcp", "shared", (), 1)
            campaign.cells.append(CellState(cell, 1, FINISHED, None, 1.0, f"{group}.json"))
            write_json(folder / f"{group}.json", perf("tcp", rate))
        campaign.save()
    monkeypatch.setattr(making, "open_campaign", lambda *_: campaign)
    monkeypatch.setattr(making, "run_campaign", lambda *_: 0)
    assert report_fresh(tmp_path, folders[1], quick=False, rounds=None, left_out={}) == status


def test_a_study_of_another_version_is_refused(results):
    path = results / "write-cost" / "write-cost.json"
    path.write_text(json.dumps(write_cost() | {"version": 2}))
    with pytest.raises(WispError, match="has version 2"):
        report_recorded(results)


def test_a_folder_with_nothing_recorded_says_so(tmp_path):
    with pytest.raises(WispError, match="holds no recorded run"):
        report_recorded(Path(tmp_path))
