# SPDX-License-Identifier: Apache-2.0
import json
from pathlib import Path

import pytest

from tests.files import measurement, perf, perf_closed_2, write_json, write_suite
from wisp_tools.errors import WispError
from wisp_tools.model import Way
from wisp_tools.results.runs import load_run, recorded_runs
from wisp_tools.results.suite import load_folder

RESULTS = Path(__file__).resolve().parents[2] / "results"


def test_a_folder_of_the_suite_has_a_sample_for_each_iteration(tmp_path):
    folder = write_suite(tmp_path / "run", [measurement("shm", 10, get="onesided")])
    (loaded,) = load_folder(folder, "run")
    assert loaded.configuration.way == Way("wisp", "shm", "onesided")
    assert loaded.configuration.instrument == "suite"
    assert loaded.throughput == (9_000.0, 10_000.0, 11_000.0)
    assert loaded.conditions.kernel == "Linux 6.1.0-56"


def test_a_server_that_the_suite_did_not_start_is_told_by_its_address(tmp_path):
    made = [measurement(server="own"), measurement(server="127.0.0.1:6379")]
    loaded = load_folder(write_suite(tmp_path / "run", made), "run")
    assert [m.configuration.way.label for m in loaded] == ["tcp", "tcp to 127.0.0.1:6379"]


def suite_on(folder, **machine):
    write_suite(folder, [measurement()])
    file = json.loads((folder / "environment.json").read_text())
    file["machine"] |= machine
    write_json(folder / "environment.json", file)


def test_programs_that_count_cores_differently_on_the_same_of_them_are_of_one_machine(tmp_path):
    suite_on(tmp_path / "java", cores=1, allowedCores="1")
    suite_on(tmp_path / "python", cores=2, allowedCores="1")
    client = perf()
    client["environment"] |= {"cores": 1, "coresAllowed": "1"}
    write_json(tmp_path / "client.json", client)
    assert len({m.conditions.machine for m in load_run(tmp_path).measurements}) == 1


def test_a_client_that_emulation_holds_to_one_core_is_of_the_same_guest_as_others(tmp_path):
    suite_on(tmp_path / "python", cores=2, allowedCores="0-1", guest="tcg")
    client = perf_closed_2()
    client["environment"] |= {"cores": 2, "coresAllowed": "1", "guest": "tcg"}
    write_json(tmp_path / "client.json", client)
    machines = {m.conditions.machine for m in load_run(tmp_path).measurements}
    assert {(machine.cores, machine.guest) for machine in machines} == {(2, "tcg")}


def test_the_unit_of_the_score_is_taken_into_account(tmp_path):
    folder = write_suite(tmp_path / "run", [measurement(samples=[2.0], unit="ops/us")])
    (loaded,) = load_folder(folder, "run")
    assert loaded.throughput == (2_000_000.0,)


def test_simple_kv_is_told_from_wisp_with_what_it_writes_and_sends_ahead(tmp_path):
    made = measurement("rdma", benchmark="simple_kv.request", write="region", ahead="10", server="127.0.0.1:9")
    (loaded,) = load_folder(write_suite(tmp_path / "run", [made]), "run")
    assert loaded.configuration.way == Way("simple_kv", "rdma", write="region")
    assert loaded.configuration.pipeline == 10


@pytest.mark.parametrize(
    ("suffix", "words"), [(".unfinished", "still under way"), (".FAILED", "failed or was interrupted")]
)
def test_a_run_that_did_not_end_well_is_refused_even_with_a_result(tmp_path, suffix, words):
    folder = write_suite(tmp_path / f"run{suffix}", [measurement()])
    with pytest.raises(WispError, match=words):
        load_run(folder)


@pytest.mark.parametrize(
    ("made", "missing", "words"),
    [
        (measurement(unit="us/op"), 0, "us/op is no unit of throughput"),
        (measurement(), 2, "2 combinations of parameters failed"),
        (measurement(count=1001), 0, "1000 latencies, not 1001"),
    ],
)
def test_a_folder_that_is_no_whole_result_is_refused(tmp_path, made, missing, words):
    folder = write_suite(tmp_path / "run", [made], missing)
    with pytest.raises(WispError, match=words):
        load_folder(folder, "run")


def test_a_folder_without_its_environment_is_refused(tmp_path):
    folder = write_suite(tmp_path / "run", [measurement()])
    (folder / "environment.json").unlink()
    with pytest.raises(WispError, match=r"environment\.json: cannot be read"):
        load_folder(folder, "run")


def test_files_and_folders_side_by_side_are_one_run(tmp_path):
    write_suite(tmp_path / "run" / "kv", [measurement(benchmark="simple_kv.request")])
    write_suite(tmp_path / "run" / "bad.FAILED", [measurement()])
    write_json(tmp_path / "run" / "tcp.json", perf())
    run = load_run(tmp_path / "run")
    assert [m.configuration.instrument for m in run.measurements] == ["client", "simple_kv"]


def test_a_folder_with_nothing_to_draw_says_so(tmp_path):
    with pytest.raises(WispError, match="holds no measurement of a transport"):
        load_run(tmp_path)


def test_a_path_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(WispError, match="there is no such file or folder"):
        load_run(tmp_path / "nowhere")


def test_a_broken_file_among_the_recorded_is_not_passed_over(tmp_path):
    write_json(tmp_path / "good" / "run.json", perf())
    write_json(tmp_path / "bad" / "run.json", perf()).write_text('{"format": "wisp-pe')
    with pytest.raises(WispError, match=r"run\.json: is not whole JSON"):
        recorded_runs(tmp_path)


def test_everything_recorded_loads_with_the_percentiles_that_it_states():
    runs = {run.name: run for run in recorded_runs(RESULTS)}
    assert "default-sweep" in runs
    stated = json.loads((RESULTS / "default-sweep" / "result.json").read_text())["measurements"]
    for loaded, written in zip(runs["default-sweep"].measurements, stated, strict=True):
        for latency in written["latencies"]:
            for percentile, value in latency["percentiles"].items():
                assert loaded.latencies[latency["operation"]].percentile(float(percentile)) == value


def test_a_campaign_has_the_cores_of_its_machine_and_not_those_that_its_clients_were_pinned_to():
    (campaign,) = (run for run in recorded_runs(RESULTS) if run.name == "full")
    instruments = {each.configuration.instrument for each in campaign.measurements}
    assert instruments == {"client", "simple_kv"}
    assert {each.conditions.cores for each in campaign.measurements} == {2}
