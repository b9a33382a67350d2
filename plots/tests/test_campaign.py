# SPDX-License-Identifier: Apache-2.0
"""The campaign runner with a program in Wisp's place that answers at once, fails, or never ends."""

import itertools
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.test_schemas import errors
from tests.waiting import is_alive, wait_for, wait_for_pid
from wisp_tools.campaign import runner, state
from wisp_tools.campaign.cells import CLIENT, GUEST, HOST, SIMPLE_KV, SUITE, Cell
from wisp_tools.campaign.measuring import measure as campaign_measure
from wisp_tools.campaign.measuring import without_places
from wisp_tools.campaign.progress import seconds_left
from wisp_tools.campaign.runner import Tools, open_campaign, run_campaign
from wisp_tools.campaign.scales import FULL, QUICK, cells_of
from wisp_tools.campaign.servers import MEMORY_MIB, WispServers
from wisp_tools.campaign.sources import revision
from wisp_tools.campaign.state import FAILED, FINISHED, SKIPPED, read_campaign
from wisp_tools.errors import WispError
from wisp_tools.processes import ProcessFailure
from wisp_tools.results.runs import load_run

FAKE = Path(__file__).parent / "fake_wisp.py"
OPTIONS = ("--key_size", "3", "--payload_size", "100")

TABLE = [
    Cell(HOST, "comparison", "comparison-tcp", CLIENT, "tcp", OPTIONS, 1),
    Cell(HOST, "comparison", "comparison-null", CLIENT, "null", OPTIONS, 1),
    Cell(HOST, "payload", "payload-suite", SUITE, "tcp", ("TransportBenchmark",), 1),
    Cell(HOST, "comparison", "comparison-kv", SIMPLE_KV, "tcp", OPTIONS, 1),
    Cell(GUEST, "comparison", "comparison-rdma", CLIENT, "rdma", (*OPTIONS, "--get", "ring"), 1),
]


@pytest.fixture
def tools(tmp_path, monkeypatch):
    monkeypatch.setattr(state, "cells_of", lambda scale: TABLE)
    monkeypatch.setenv("FAKE_WISP", str(tmp_path / ".fake"))
    release = tmp_path / ".fake" / "jdk" / "release"
    release.parent.mkdir(parents=True)
    release.write_text('IMPLEMENTOR="Some Vendor"\nJAVA_VERSION="25.0.1"\nJAVA_RUNTIME_VERSION="25.0.1+8"\n')
    monkeypatch.setenv("WISP_JAVA_OPTS", "-Xmx1g")
    launcher = tmp_path / "wisp"
    launcher.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{FAKE}" "$@"\n')
    launcher.chmod(0o755)
    return Tools(tmp_path, launcher)


def tell(tools, **behaviour):
    (tools.root / ".fake" / "behaviour.json").write_text(json.dumps(behaviour))


def calls(tools):
    log = tools.root / ".fake" / "calls"
    return log.read_text().splitlines() if log.exists() else []


def states(folder):
    return {(cell.cell.name, cell.round): cell.state for cell in read_campaign(folder).cells}


def measure(tools, rounds=1):
    folder = tools.root / "campaign"
    return run_campaign(open_campaign(folder, QUICK, rounds, tools), tools), folder


def test_a_campaign_measures_every_cell_in_every_round_and_leaves_no_server(tools):
    status, folder = measure(tools, rounds=2)
    assert servers(tools)
    assert not any(map(is_alive, servers(tools)))
    assert status == 0
    assert set(states(folder).values()) == {FINISHED}
    assert len(states(folder)) == 2 * len(TABLE)
    run = load_run(folder)
    assert len(run.measurements) == 2 * len(TABLE)
    assert {m.configuration.group for m in run.measurements} == {"comparison", "payload"}
    host = [cell for cell in read_campaign(folder).cells if cell.cell.place == HOST]
    names = [cell.cell.name for cell in host]
    assert names[:4] == names[4:][::-1], "every second round goes backwards"
    assert [cell.round for cell in host] == [1] * 4 + [2] * 4
    assert sum(call.startswith("guest --out") for call in calls(tools)) == 2, "the guest is started once a round"


def test_the_file_of_a_campaign_is_as_its_schema_says_at_every_stage(tools):
    tell(tools, fail=["null"], no_guest=True)
    folder = tools.root / "campaign"
    open_campaign(folder, QUICK, 1, tools)
    assert errors("wisp-campaign-1", json.loads((folder / "campaign.json").read_text())) == []
    measure(tools)
    after = json.loads((folder / "campaign.json").read_text())
    assert {cell["state"] for cell in after["cells"]} == {"finished", "failed", "skipped"}
    assert errors("wisp-campaign-1", after) == []
    after["cells"][0] |= {"state": "failed", "reason": "because"}
    assert errors("wisp-campaign-1", after)


@pytest.fixture
def logs(tools):
    folder = tools.root / "campaign" / "logs"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def guest_servers(tools, logs):
    with WispServers(tools.wisp, logs.parent) as made:
        yield made


def serving(made, logs, transport, place=GUEST):
    return made.serving(place, transport, logs / "cell.server.log", logs / "cell.log")


def test_each_cell_of_the_host_has_a_server_of_its_own_and_those_of_the_guest_share_one(tools, logs):
    guests = [Cell(GUEST, "comparison", f"comparison-{i}", CLIENT, "rdma", OPTIONS, 1) for i in range(3)]
    hosts = [Cell(HOST, "comparison", f"comparison-{i}", CLIENT, "tcp", OPTIONS, 1) for i in range(2)]
    with WispServers(tools.wisp, logs.parent) as made:
        for cell in (state.CellState(each, 1) for each in hosts + guests):
            campaign_measure(cell, logs.parent, tools.wisp, made)
            assert cell.state == FINISHED, cell.reason
    assert len(servers(tools)) == 2 + 1
    assert not any(map(is_alive, servers(tools)))
    assert not list(logs.iterdir())


def test_a_cell_of_the_guest_that_fails_takes_its_server_with_it_and_keeps_what_it_said(tools, logs, guest_servers):
    with serving(guest_servers, logs, "rdma") as first:
        pass
    with serving(guest_servers, logs, "rdma") as again:
        assert again == first
    assert not (logs / "cell.server.log").exists()
    with pytest.raises(ProcessFailure), serving(guest_servers, logs, "rdma"):
        raise ProcessFailure("it did not answer")
    assert (logs / "cell.server.log").read_text().startswith("ready")
    with serving(guest_servers, logs, "rdma"):
        assert len(servers(tools)) == 2


def test_a_server_of_the_guest_that_has_died_fails_no_further_cell(tools, logs, guest_servers):
    with serving(guest_servers, logs, "rdma"):
        pass
    os.kill(servers(tools)[0], signal.SIGKILL)
    wait_for(lambda: not is_alive(servers(tools)[0]))
    with serving(guest_servers, logs, "rdma"):
        assert is_alive(servers(tools)[1])


def test_a_server_of_the_guest_serves_one_transport_and_is_kept_for_its_cells(tools, logs, guest_servers):
    for transport in ("rdma", "rdma", "shm", "tcp", "zmq", "rdma"):
        with serving(guest_servers, logs, transport):
            pass
    served = [call.partition("--transport ")[2] for call in calls(tools) if call.startswith("-s")]
    rdma, shm, tcp = (f"{transport} --wait poll" for transport in ("rdma", "shm", "tcp"))
    assert served == [rdma, shm, tcp, "zmq", rdma]
    assert [is_alive(pid) for pid in servers(tools)] == [False, False, False, False, True]


def test_a_new_server_of_the_guest_is_kept_busy_before_it_is_measured_and_leaves_no_result_of_that(tools, logs):
    with WispServers(tools.wisp, logs.parent, guest_warmup=60) as made:
        for place, transport in ((GUEST, "rdma"), (GUEST, "rdma"), (GUEST, "zmq"), (HOST, "tcp")):
            with serving(made, logs, transport, place):
                pass
    warmups = [call for call in calls(tools) if call.startswith("-p")]
    assert [call.partition("--transport ")[2] for call in warmups] == [
        "rdma --key_size 3 --payload_size 100 --get ring --warmup 1s --duration 60s --timeout 20s --wait poll",
        "zmq --key_size 3 --payload_size 100 --warmup 1s --duration 60s --timeout 20s",
    ]
    assert [path.name for path in logs.parent.rglob("*")] == ["logs", "cell.server.log"]


def test_a_server_of_the_guest_that_cannot_be_kept_busy_fails_the_cell(tools, logs):
    tell(tools, fail=["rdma"])
    with WispServers(tools.wisp, logs.parent, guest_warmup=60) as made:
        with pytest.raises(ProcessFailure, match="told to fail"), serving(made, logs, "rdma"):
            raise AssertionError("it was to be measured")
        assert "told to fail" in (logs / "cell.log").read_text()
        assert (logs / "cell.server.log").read_text().startswith("ready")
        assert not any(map(is_alive, servers(tools)))


@pytest.mark.parametrize("scale", [FULL, QUICK])
def test_the_cells_of_a_server_of_the_guest_follow_each_other(scale):
    asked = [cell.transport for cell in cells_of(scale) if cell.place == GUEST and cell.instrument == CLIENT]
    changes = sum(one != other for one, other in itertools.pairwise(asked))
    assert changes == len(set(asked)) - 1


@pytest.mark.parametrize(
    "other",
    [
        Cell(GUEST, "comparison", "kv", SIMPLE_KV, "tcp", OPTIONS, 1),
        Cell(GUEST, "c", "null", CLIENT, "null", OPTIONS, 1),
    ],
)
def test_no_server_runs_beside_what_is_measured_without_it(tools, logs, guest_servers, other):
    with serving(guest_servers, logs, "rdma"):
        pass
    kept = servers(tools)[0]
    assert is_alive(kept)
    cell = state.CellState(other, 1)
    campaign_measure(cell, logs.parent, tools.wisp, guest_servers)
    assert cell.state == FINISHED, cell.reason
    assert not is_alive(kept)


def test_what_the_guest_measures_is_known_to_be_of_the_guest(tools):
    _, folder = measure(tools)
    places = {m.configuration.way.transport: m.conditions.machine.place for m in load_run(folder).measurements}
    assert places["rdma"] == "guest"
    assert places["tcp"] == "host"


def test_it_says_beforehand_how_long_it_takes_and_then_how_far_it_is(tools, capsys):
    measure(tools)
    said = capsys.readouterr().err
    assert "measuring 5 of 5 cells" in said
    assert said.index("about") < said.index("cell 1 of 5, round 1 of 1")
    assert "cell 4 of 5" in said
    assert " left: host, comparison-kv" in said


def test_a_cell_that_fails_is_no_result_and_the_rest_goes_on(tools, capsys):
    tell(tools, fail=["null"])
    status, folder = measure(tools)
    assert status == 1
    assert states(folder)["comparison-null", 1] == FAILED
    assert list(states(folder).values()).count(FINISHED) == len(TABLE) - 1
    failed = next(cell for cell in read_campaign(folder).cells if cell.state == FAILED)
    assert failed.reason == f"wisp: told to fail at {failed.path} (exit code 1)"
    assert failed.result is None
    assert not list(folder.glob("**/comparison-null*.json"))
    assert "failed, round 1, host, comparison-null: wisp: told to fail" in capsys.readouterr().err
    assert len(load_run(folder).measurements) == len(TABLE) - 1


@pytest.mark.parametrize(
    ("behaviour", "name", "reason"),
    [
        ({"fail": ["suite"]}, "payload-suite", "wisp: told to fail at .*"),
        ({"broken": ["null"]}, "comparison-null", ".*is not whole JSON.*"),
        ({"no_server": True}, "comparison-tcp", "the server ended with status 1: wisp: no memory for a server"),
        ({"guest_dies": True}, "comparison-rdma", r"the guest ended before it was measured \(exit code 137\)"),
        ({"guest_does_not_boot": True}, "comparison-rdma", r"the guest did not start \(exit code 125\)"),
    ],
)
def test_what_fails_leaves_no_result_in_any_round_and_its_reason(tools, behaviour, name, reason):
    tell(tools, **behaviour)
    status, folder = measure(tools, rounds=2)
    assert status == 1
    campaign = read_campaign(folder)
    assert campaign.finished_at is None
    failed = [cell for cell in campaign.cells if cell.cell.name == name]
    assert [(cell.round, cell.state) for cell in failed] == [(1, FAILED), (2, FAILED)]
    assert all(re.fullmatch(reason, cell.reason) for cell in failed)
    assert not list(folder.glob(f"**/{name}*"))


def test_failed_cells_are_tried_again_and_finished_ones_are_not_and_then_the_campaign_is_finished(tools):
    tell(tools, fail=["null"])
    _, folder = measure(tools)
    assert read_campaign(folder).finished_at is None
    before = len(calls(tools))
    tell(tools)
    status, _ = measure(tools)
    assert status == 0
    assert set(states(folder).values()) == {FINISHED}
    assert read_campaign(folder).finished_at is not None
    measured = [call for call in calls(tools)[before:] if call.startswith("-p")]
    assert len(measured) == 1
    assert "null" in measured[0]


def test_a_finished_cell_whose_file_is_gone_is_measured_again(tools):
    _, folder = measure(tools)
    (folder / "host" / "round-1" / "comparison-tcp.json").unlink()
    status, _ = measure(tools)
    assert status == 0
    assert (folder / "host" / "round-1" / "comparison-tcp.json").exists()


def test_a_finished_campaign_is_not_while_a_cell_is_measured_again(tools):
    _, folder = measure(tools)
    (folder / "host" / "round-1" / "comparison-null.json").unlink()
    tell(tools, fail=["null"])
    status, _ = measure(tools)
    assert status == 1
    assert read_campaign(folder).finished_at is None


def test_what_is_left_out_is_skipped_with_the_reason(tools, capsys):
    folder = tools.root / "campaign"
    left_out = {HOST: "--guest-only was given"}
    assert run_campaign(open_campaign(folder, QUICK, 1, tools), tools, left_out) == 0
    said = capsys.readouterr().err
    assert "measuring 1 of 5 cells" in said
    assert "about 41 s" in said, "the estimate holds what is left out"
    cells = json.loads((folder / "campaign.json").read_text(encoding="utf-8"))["cells"]
    assert {(cell["place"], cell["state"], cell["reason"]) for cell in cells} == {
        (HOST, "skipped", "--guest-only was given"),
        (GUEST, "finished", None),
    }


def test_where_there_can_be_no_guest_its_cells_are_skipped_with_the_reason(tools, capsys):
    tell(tools, no_guest=True)
    status, folder = measure(tools)
    assert status == 0
    assert states(folder)["comparison-rdma", 1] == SKIPPED
    assert "1 cells of the guest were skipped: wisp guest: there is no QEMU here" in capsys.readouterr().err


def test_nothing_that_is_recorded_names_where_the_campaign_is(tools):
    tell(tools, fail=["null"])
    _, folder = measure(tools)
    texts = {path: path.read_text() for path in folder.glob("**/*.json")}
    commands = [text for path, text in texts.items() if path.name == "environment.json"]
    assert len(commands) == 2
    assert all('"--results", "host/round-1/' in text for text in commands)
    assert not [path for path, text in texts.items() if str(folder.resolve()) in text or str(folder) in text]


def test_reasons_name_files_without_their_place_on_this_machine(tools, monkeypatch):
    monkeypatch.setenv("HOME", "/home/somebody")
    text = f"{tools.root}/campaign/host/x.json and {tools.root}/cli/wisp.jar and /home/somebody/.cache/y"
    said = without_places(text, tools.root / "campaign", tools.root)
    assert said == "host/x.json and cli/wisp.jar and ~/.cache/y"


def test_settings_say_which_java_runs_and_with_what(tools):
    assert tools.settings(tools.root / "campaign")["jdk"] == "Some Vendor 25.0.1+8"
    assert tools.settings(tools.root / "campaign")["javaOptions"] == "-Xmx1g"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("javaOptions", lambda tools, patch: patch.setenv("WISP_JAVA_OPTS", "-XX:+UseZGC")),
        ("javaOptions", lambda tools, patch: patch.setenv("JAVA_TOOL_OPTIONS", "-XX:+UseZGC")),
        ("jdk", lambda tools, patch: (tools.root / ".fake/jdk/release").write_text('IMPLEMENTOR="Another"\n')),
        ("cpu", lambda tools, patch: patch.setattr(runner.environment, "cpu", lambda: "Another CPU")),
        ("cells", lambda tools, patch: patch.setattr(state, "cells_of", lambda scale: TABLE[:-1])),
    ],
)
def test_what_is_measured_otherwise_does_not_mix_with_what_is_there(tools, monkeypatch, name, change):
    _, folder = measure(tools)
    change(tools, monkeypatch)
    with pytest.raises(WispError, match=f"was begun with another {name}"):
        open_campaign(folder, QUICK, 1, tools)


def test_another_number_of_rounds_does_not_mix_either(tools):
    _, folder = measure(tools)
    with pytest.raises(WispError, match="another rounds"):
        open_campaign(folder, QUICK, 2, tools)


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "tree"
    (root / "results").mkdir(parents=True)
    (root / "Program.java").write_text("first")
    return root


def git(root, *words):
    identity = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org")
    subprocess.run(["git", "-C", root, *identity, *words], check=True, capture_output=True)


@pytest.fixture
def repository(tree):
    git(tree, "init")
    git(tree, "add", ".")
    git(tree, "commit", "-m", "First")
    return tree


def test_a_tree_as_committed_has_no_changes(repository):
    found = revision(repository, repository / "measured")
    assert len(found.commit) == 40
    assert found.changes is None
    (repository / "results" / "recorded.json").write_text("{}")
    assert revision(repository, repository / "measured") == found


@pytest.mark.parametrize("name", ["Program.java", "New.java"])
def test_every_different_change_is_told_apart(repository, name):
    seen = set()
    for text in ("one", "two", "three"):
        (repository / name).write_text(text)
        seen.add(revision(repository, repository / "measured").changes)
    assert None not in seen
    assert len(seen) == 3


def test_without_git_the_sources_themselves_are_told_apart(tree, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tree.parent))
    first = revision(tree, tree / "measured")
    assert first.commit is None
    assert first.changes
    (tree / "results" / "recorded.json").write_text("{}")
    assert revision(tree, tree / "measured") == first
    (tree / "Program.java").write_text("second")
    assert revision(tree, tree / "measured").changes != first.changes


def test_a_change_in_between_does_not_mix_with_what_was_measured_before_it(tools, repository):
    there = Tools(repository, tools.wisp)
    (repository / "Program.java").write_text("second")
    folder = repository / "measured"
    open_campaign(folder, QUICK, 1, there)
    open_campaign(folder, QUICK, 1, there)
    (repository / "Program.java").write_text("third")
    with pytest.raises(WispError, match="was begun with another changes"):
        open_campaign(folder, QUICK, 1, there)


def test_a_folder_that_holds_something_else_is_left_alone(tools):
    folder = tools.root / "campaign"
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine")
    with pytest.raises(WispError, match="holds no campaign to go on with"):
        open_campaign(folder, QUICK, 1, tools)
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]


def test_a_broken_campaign_file_is_named(tools):
    _, folder = measure(tools)
    (folder / "campaign.json").write_text('{"format": "wisp-cam')
    with pytest.raises(WispError, match=r"campaign\.json: is no campaign"):
        open_campaign(folder, QUICK, 1, tools)


def test_nothing_is_measured_where_the_build_fails(tools):
    tell(tools, no_build=True)
    with pytest.raises(WispError, match="nothing was measured"):
        measure(tools)
    assert not [call for call in calls(tools) if call.startswith("-p")]


def test_an_estimate_is_corrected_by_what_cells_took(tools):
    campaign = open_campaign(tools.root / "campaign", QUICK, 1, tools)
    assert seconds_left(campaign) == 5
    campaign.cells[0].state, campaign.cells[0].took = FINISHED, 2.0
    assert seconds_left(campaign) == pytest.approx(3 * 2 + 1)


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_campaign_keeps_what_is_finished_stops_everything_and_goes_on(tools, signal_number):
    tell(tools, hang=["suite"])
    folder = tools.root / "campaign"
    process, hanging = start_until_it_hangs(tools)
    process.send_signal(signal_number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted; 2 of 5 cells are finished" in said
    assert not is_alive(hanging)
    assert not [pid for pid in servers(tools) if is_alive(pid)]
    assert states(folder)["comparison-tcp", 1] == FINISHED
    assert states(folder)["payload-suite", 1] == "waiting"
    assert not list(folder.glob("**/payload-suite*/"))
    assert len(load_run(folder).measurements) == 2

    tell(tools)
    before = len(calls(tools))
    status, _ = measure(tools)
    assert status == 0
    assert set(states(folder).values()) == {FINISHED}
    again = [call for call in calls(tools)[before:] if call.startswith(("-p", "bench Transport", "simple-kv -p"))]
    assert len(again) == 3


def servers(tools):
    return [int(pid) for pid in (tools.root / ".fake" / "servers").read_text().split()]


@pytest.mark.parametrize("kind", ["tcp", "rdma"])
def test_a_terminal_that_hangs_up_leaves_no_server_and_no_guest(tools, kind):
    tell(tools, hang=[kind])
    process, hanging = start_until_it_hangs(tools)
    process.send_signal(signal.SIGHUP)
    process.communicate(timeout=60)
    assert process.returncode == 130
    wait_for(lambda: not is_alive(hanging))
    assert servers(tools)
    wait_for(lambda: not [pid for pid in servers(tools) if is_alive(pid)])


def test_a_campaign_that_ignores_hang_ups_goes_on_with_them(tools):
    tell(tools, hang=["tcp"])
    process, hanging = start_until_it_hangs(tools, "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n")
    process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    assert process.poll() is None
    assert is_alive(hanging)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert not is_alive(hanging)


def test_the_full_campaign_repeats_the_comparison_and_sweeps_once():
    cells = cells_of(FULL)
    assert FULL.cells_of_round(1, cells) == cells
    assert {cell.group for cell in FULL.cells_of_round(2, cells)} == {"comparison", "ahead"}


@pytest.mark.parametrize("scale", [FULL, QUICK])
def test_the_table_holds_what_the_report_shows(scale):
    cells = cells_of(scale)
    host = {cell.group for cell in cells if cell.place == HOST}
    assert host == {"comparison", "ahead", "key-size", "payload", "pipeline", "clients", "reads", "load"}
    compared = {
        cell.name.removeprefix("comparison-100-")
        for cell in cells
        if cell.place == GUEST and cell.group == "comparison"
    }
    assert {"rdma-ring", "rdma-onesided", "tcp", "simple-kv-tcp"} <= compared
    assert {"simple-kv-rdma-request", "simple-kv-rdma-region"} <= compared


def test_the_full_table_sweeps_all_sizes_asked_for():
    names = {cell.name for cell in cells_of(FULL)}
    assert {f"key-{size}-tcp" for size in range(1, 9)} <= names
    assert {"payload-1-tcp", f"payload-{1 << 20}-tcp", "reads-0-tcp", "reads-100-tcp"} <= names
    assert {"pipeline-64-tcp", "clients-16-tcp"} <= names
    for payload in (10, 100, 1000):
        assert f"comparison-{payload}-simple-kv-tcp" in names


def test_the_full_table_measures_beside_rdma_what_it_is_compared_with():
    names = {cell.name for cell in cells_of(FULL) if cell.place == GUEST}
    for payload in (1, 1 << 10, 64 << 10, 1 << 20):
        ways = ("rdma-ring", "rdma-onesided", "shm-onesided", "tcp", "zmq")
        assert {f"payload-{payload}-{way}" for way in ways} <= names
    for depth in (1, 16, 64):
        assert {f"pipeline-{depth}-{way}" for way in ("rdma-ring", "shm-ring", "tcp")} <= names
    assert {f"clients-{count}-{way}" for count in (1, 2, 4) for way in ("rdma-ring", "tcp")} <= names
    for percent in (0, 50, 100):
        assert {f"reads-{percent}-{way}" for way in ("rdma-onesided", "rdma-ring", "tcp")} <= names
    assert {"load-rdma-onesided", "load-tcp"} <= names


def test_the_values_of_a_cell_fit_into_the_memory_of_its_server():
    for cell in cells_of(FULL):
        option = dict(zip(cell.options[::2], cell.options[1::2], strict=False))
        if cell.instrument == CLIENT:
            values = 10 ** int(option["--key_size"])
            memory = MEMORY_MIB[cell.place] << 20
            assert values * int(option["--payload_size"]) < memory * 0.9, cell.name


@pytest.mark.parametrize("scale", [FULL, QUICK])
def test_every_measurement_by_the_client_warms_up_for_a_time(scale):
    for cell in cells_of(scale):
        if cell.instrument == CLIENT:
            assert re.fullmatch(r"[0-9]+s", cell.options[cell.options.index("--warmup") + 1]), cell.name


def test_a_round_of_the_full_table_is_estimated_below_90_minutes_in_the_guest():
    cells = [cell for cell in cells_of(FULL) if cell.place == GUEST]
    assert sum(cell.seconds for cell in cells) <= 90 * 60


def test_the_quick_table_is_estimated_below_twelve_minutes_of_measuring():
    assert QUICK.rounds * sum(cell.seconds for cell in cells_of(QUICK)) < 12 * 60


def start_until_it_hangs(tools, before=""):
    """A campaign in a process of its own, once its cell that hangs has begun; and the process that hangs."""
    # nohup, or a shell that starts the tests in the background, has these ignored.
    default = (
        "import signal; signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    )
    script = (
        default
        + before
        + (
            "import sys; from pathlib import Path\n"
            "from tests import test_campaign as t\n"
            "from wisp_tools.campaign import state\n"
            "state.cells_of = lambda scale: t.TABLE\n"
            f"tools = t.Tools(Path({str(tools.root)!r}), Path({str(tools.wisp)!r}))\n"
            "try: t.run_campaign(t.open_campaign(tools.root / 'campaign', t.QUICK, 1, tools), tools)\n"
            "except KeyboardInterrupt: sys.exit(130)\n"
        )
    )
    process = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True)
    return process, wait_for_pid(tools.root / ".fake" / "hanging")
