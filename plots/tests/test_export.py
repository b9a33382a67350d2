# SPDX-License-Identifier: Apache-2.0
import csv
import json
import re
import shutil
from pathlib import Path

import pytest

from tests.files import latencies, perf, perf_open, write_json
from wisp_tools.errors import WispError
from wisp_tools.export import export_csv, export_hgrm, hgrm
from wisp_tools.histogram import Histogram
from wisp_tools.results.runs import load_run

RESULTS = Path(__file__).resolve().parents[2] / "results"


def test_a_percentile_distribution_has_the_lines_that_plotters_read(tmp_path):
    run = load_run(write_json(tmp_path / "one.json", perf(values=latencies(50_000, 2000))))
    (path,) = [path for path in export_hgrm(run, tmp_path / "out") if "-all-" in path.name]
    lines = path.read_text().splitlines()
    assert lines[0].split() == ["Value", "Percentile", "TotalCount", "1/(1-Percentile)"]
    rows = [line.split() for line in lines if re.fullmatch(r"\s*[\d.]+\s+[01]\.\d+\s+\d+(\s+([\d.]+|inf))?\s*", line)]
    assert len(rows) > 20
    values = [float(row[0]) for row in rows]
    assert values == sorted(values)
    assert float(rows[-1][1]) == 1.0
    assert int(rows[-1][2]) == 2000
    assert values[-1] == pytest.approx(run.measurements[0].latency.highest / 1000, rel=0.001)
    assert any(line.startswith("#[Max") for line in lines)
    median = next(row for row in rows if float(row[1]) >= 0.5)
    assert float(median[0]) == pytest.approx(run.measurements[0].latency.percentile(50) / 1000, rel=0.05)


def test_levels_lie_twice_as_close_with_each_halving_of_the_rest():
    histogram = Histogram(tuple(range(1000, 101_000, 1000)), (10,) * 100)
    rows = [line.split() for line in hgrm(histogram).splitlines() if re.match(r"\s*\d", line)]
    levels = [float(row[1]) for row in rows]
    assert levels[:13] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.775, 0.8])
    for row in rows[1:]:
        assert float(row[0]) == histogram.percentile(100 * float(row[1])) / 1000
        assert int(row[2]) == 10 * float(row[0])
    assert rows[-1] == ["100.000", "1.000000000000", "1000"]


def test_the_summary_is_in_the_unit_of_the_values():
    summary = hgrm(Histogram((1_000, 3_000), (1, 1)))
    assert re.search(r"#\[Mean    = +2\.000, StdDeviation   = +1\.000\]", summary)
    assert re.search(r"#\[Max     = +3\.000, Total count    = +2\]", summary)


def test_an_open_loop_exports_both_ways_to_count_and_nothing_for_a_saturated_rate(tmp_path):
    run = load_run(write_json(tmp_path / "one.json", perf_open("tcp", 20_000, [4_000, 40_000])))
    names = sorted(path.name for path in export_hgrm(run, tmp_path / "out") if "-all-" in path.name)
    assert len(names) == 2
    assert "offered-4000-all-from-due-us.hgrm" in names[0]
    assert "offered-4000-all-from-sent-us.hgrm" in names[1]


def test_points_of_one_name_do_not_overwrite_each_other(tmp_path):
    for index, wait in enumerate(("spin", "poll")):
        file = perf()
        file["connection"]["waiting"] = wait
        write_json(tmp_path / "run" / f"{index}.json", file)
    assert len(set(export_hgrm(load_run(tmp_path / "run"), tmp_path / "out"))) == 2 * len(("get", "all"))


def served_by(path, server):
    file = perf()
    file["connection"]["server"] = server
    return write_json(path, file)


def test_runs_exported_into_one_folder_do_not_overwrite_each_other(tmp_path):
    written = [
        path
        for name in ("one", "two")
        for path in export_hgrm(load_run(served_by(tmp_path / f"{name}.json", "wisp")), tmp_path / "out")
    ]
    assert len(set(written)) == 2 * len(("get", "all"))


def test_who_served_is_in_the_table_and_keeps_servers_apart(tmp_path):
    for name, server in (("a", "redis 7.0.15"), ("b", "wisp"), ("c", "unknown"), ("d", "wisp 0.2.0")):
        served_by(tmp_path / "run" / f"{name}.json", server)
    run = load_run(tmp_path / "run")
    assert {m.configuration.way.label for m in run.measurements} == {
        "tcp",
        "tcp to redis 7.0.15",
        "tcp to an unknown server",
    }
    export_csv(run, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        samples = {row["server"]: row["samples"] for row in csv.DictReader(file)}
    assert samples == {"redis 7.0.15": "1", "wisp": "2", "an unknown server": "1"}


def test_the_table_says_from_when_latencies_count(tmp_path):
    export_csv(load_run(write_json(tmp_path / "one.json", perf())), tmp_path / "client.csv")
    export_csv(load_run(RESULTS / "default-sweep"), tmp_path / "suite.csv")
    older = shutil.copytree(RESULTS / "default-sweep", tmp_path / "older")
    environment = json.loads((older / "environment.json").read_text())
    (older / "environment.json").write_text(json.dumps(environment | {"startedAt": "2026-11-27T23:59:59Z"}))
    export_csv(load_run(older), tmp_path / "older.csv")
    for name, counted_from in (("client", "sent"), ("suite", "sent"), ("older", "previous reply")):
        with (tmp_path / f"{name}.csv").open(newline="") as file:
            assert {row["latency_counts_from"] for row in csv.DictReader(file)} == {counted_from}


def test_a_run_without_latencies_says_so(tmp_path):
    run = load_run(write_json(tmp_path / "one.json", perf_open("tcp", 20_000, [40_000])))
    with pytest.raises(WispError, match="holds no latencies"):
        export_hgrm(run, tmp_path / "out")


def test_a_table_has_the_figures_of_every_recorded_measurement(tmp_path):
    assert export_csv(load_run(RESULTS / "default-sweep"), tmp_path / "out.csv") == 12 * 4
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    stated = json.loads((RESULTS / "default-sweep" / "result.json").read_text())["measurements"]
    for measurement in stated:
        for latency in measurement["latencies"]:
            row = next(
                row
                for row in rows
                if row["transport"] == measurement["parameters"]["transport"]
                and row["value_bytes"] == measurement["parameters"]["payloadSize"]
                and row["operation"] == latency["operation"]
            )
            assert int(row["p99.9_ns"]) == latency["percentiles"]["99.9"]
            assert int(row["requests"]) == latency["count"]
            assert row["outcome"] == "measured"


def test_a_saturated_rate_has_a_row_that_says_so_and_no_latency(tmp_path):
    run = load_run(write_json(tmp_path / "one.json", perf_open("tcp", 20_000, [4_000, 40_000])))
    export_csv(run, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        saturated = [row for row in csv.DictReader(file) if row["outcome"] == "saturated"]
    assert len(saturated) == 1
    assert saturated[0]["p50_ns"] == ""
    assert float(saturated[0]["shortfall"]) == pytest.approx(0.5)


@pytest.mark.parametrize("path", sorted(RESULTS.glob("**/jmh.json")), ids=lambda path: path.parent.name)
def test_what_jmh_wrote_has_the_fields_that_viewers_need(path):
    """jmh.morethan.io and JMH's plugin for Jenkins read these, beside what the schema asks for."""
    benchmarks = json.loads(path.read_text())
    assert benchmarks
    for benchmark in benchmarks:
        assert re.fullmatch(r"[\w.]+\.\w+", benchmark["benchmark"])
        for name in ("threads", "forks", "warmupIterations", "measurementIterations"):
            assert isinstance(benchmark[name], int)
        for metric in (benchmark["primaryMetric"], *benchmark["secondaryMetrics"].values()):
            assert isinstance(metric["score"], (int, float))
            assert isinstance(metric["scoreError"], (int, float)) or metric["scoreError"] == "NaN"
            assert len(metric["scoreConfidence"]) == 2 and metric["scoreUnit"]
        primary = benchmark["primaryMetric"]
        raw = primary["rawDataHistogram"] if benchmark["mode"] == "sample" else primary["rawData"]
        assert len(raw) == benchmark["forks"]
        assert all(len(fork) == benchmark["measurementIterations"] for fork in raw)
    assert len({(b["benchmark"], b["mode"], json.dumps(b.get("params"))) for b in benchmarks}) == len(benchmarks)
