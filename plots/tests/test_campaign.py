# SPDX-License-Identifier: Apache-2.0
"""The campaign runner with a program in Wisp's place that answers at once, fails, or never ends."""

import dataclasses
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
from tests.waiting import PATIENCE_SECONDS, is_alive, wait_for, wait_for_pid, wait_until_gone
from wisp_tools.campaign import runner, state
from wisp_tools.campaign.cells import CLIENT, GUEST, HOST, SHARED, SIMPLE_KV, SPLIT, Cell, FirstWarmup, first_warmup
from wisp_tools.campaign.measuring import Ends, without_places
from wisp_tools.campaign.progress import seconds_left
from wisp_tools.campaign.runner import Tools, open_campaign, run_campaign
from wisp_tools.campaign.scales import FULL, QUICK, Scale
from wisp_tools.campaign.servers import MEMORY_MIB
from wisp_tools.campaign.sources import revision
from wisp_tools.campaign.state import FAILED, FINISHED, SKIPPED, read_campaign
from wisp_tools.errors import WispError
from wisp_tools.results.runs import load_run

FAKE = Path(__file__).parent / "fake_wisp.py"
OPTIONS = ("--key_size", "3", "--payload_size", "100")


def cell(name, transport, place=HOST, instrument=CLIENT, placement=SHARED, get=None):
    way = ("--transport", transport, *(("--get", get) if get else ())) if instrument == CLIENT else ()
    return Cell(place, "comparison", f"comparison-{name}", instrument, transport, placement, (*way, *OPTIONS), 1)


TABLE = [
    cell("tcp", "tcp"),
    cell("null", "null"),
    cell("kv", "tcp", instrument=SIMPLE_KV),
    cell("shm", "shm", placement=SPLIT, get="ring"),
    cell("rdma", "rdma", GUEST, placement=SPLIT, get="ring"),
]


@pytest.fixture
def tools(tmp_path, monkeypatch):
    monkeypatch.setattr(Scale, "cells", lambda scale: TABLE)
    monkeypatch.setenv("FAKE_WISP", str(tmp_path / ".fake"))
    monkeypatch.delenv("WISP_BUILD", raising=False)
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
    wait_until_gone(*servers(tools))
    assert status == 0
    assert set(states(folder).values()) == {FINISHED}
    assert len(states(folder)) == 2 * len(TABLE)
    run = load_run(folder)
    assert len(run.measurements) == 2 * len(TABLE)
    assert {m.configuration.group for m in run.measurements} == {"comparison"}
    assert {m.configuration.placement for m in run.measurements} == {SHARED, SPLIT}
    host = [cell for cell in read_campaign(folder).cells if cell.cell.place == HOST]
    names = [cell.cell.name for cell in host]
    assert names[:4] == names[4:][::-1], "every second round goes backwards"
    assert [cell.round for cell in host] == [1] * 4 + [2] * 4
    assert sum(call.startswith("guest --out") for call in calls(tools)) == 1, "the guest is started once"
    ends = [call for call in calls(tools) if call.startswith("-s")]
    assert len(ends) == 2 * 2 + 1, "a round on the host has servers of its own, one for each transport"
    assert len((tools.root / ".fake" / "clients").read_text().split()) == 2 * 3 + 1


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
def ends(tools, logs):
    with Ends(tools.wisp, logs.parent, first_warmup=FirstWarmup(5)) as made:
        yield made


def measured(ends, *cells):
    states = [state.CellState(each, number) for number, each in enumerate(cells, 1)]
    for each in states:
        ends.measure(each)
    return states


def is_held(pid):
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def servers(tools):
    return [int(pid) for pid in (tools.root / ".fake" / "servers").read_text().split()]


def clients(tools):
    return [int(pid) for pid in (tools.root / ".fake" / "clients").read_text().split()]


def test_servers_and_clients_stay_from_cell_to_cell_and_servers_are_held_still_between_them(tools, logs):
    tcp, ring, onesided = cell("a", "tcp"), cell("b", "shm", get="ring"), cell("c", "shm", get="onesided")
    with Ends(tools.wisp, logs.parent, first_warmup=FirstWarmup(5)) as made:
        outcomes = measured(made, tcp, ring, tcp, onesided, ring)
        assert [each.state for each in outcomes] == [FINISHED] * 5
        assert len(servers(tools)) == 2, "one for each transport"
        assert len(clients(tools)) == 3, "one for each way to ask"
        wait_for(lambda: all(map(is_held, servers(tools))))
    wait_until_gone(*servers(tools), *clients(tools))
    assert not list(logs.iterdir())


def test_cells_with_other_data_have_ends_of_their_own(tools, ends):
    small = cell("a", "tcp")
    keys, values = (
        dataclasses.replace(
            small, name=name, options=("--transport", "tcp", "--key_size", key, "--payload_size", payload)
        )
        for name, key, payload in (("b", "6", "100"), ("c", "3", "65536"))
    )
    measured(ends, small, keys, values, small)
    assert (len(servers(tools)), len(clients(tools))) == (3, 3)


def test_a_new_client_is_kept_busy_before_it_is_measured_and_leaves_no_result_of_that(tools, ends, logs):
    measured(ends, cell("a", "shm", GUEST, get="ring"), cell("b", "shm", GUEST, get="ring"))
    asked = [call for call in calls(tools) if call.startswith("-p 127.0.0.1:")]
    assert ["--json" in call for call in asked] == [False, True, True]
    assert "--transport shm --get ring --key_size 3 --payload_size 100 --warmup 1s --duration 5s" in asked[0]


@pytest.mark.parametrize(
    ("rates", "passes"), [([10, 20, 30, 31, 60], 4), ([10, 9, 20], 2), ([10, 20, 40, 80, 160, 320], 5), ([0, 5, 5], 1)]
)
def test_a_new_client_is_kept_busy_until_it_gets_no_faster_or_it_takes_too_long(tools, logs, rates, passes):
    tell(tools, rates=rates)
    with Ends(tools.wisp, logs.parent, first_warmup=FirstWarmup(5, passes=5)) as made:
        measured(made, cell("a", "tcp"))
    asked = [call for call in calls(tools) if call.startswith("-p 127.0.0.1:")]
    assert ["--json" in call for call in asked] == [False] * passes + [True]


def test_a_new_client_is_kept_busy_with_all_that_it_will_be_asked_where_the_plan_says_so(tools, logs):
    one, again, ahead = cell("a", "tcp"), cell("b", "tcp"), cell("c", "tcp")
    ahead = dataclasses.replace(ahead, options=(*ahead.options, "--pipeline", "16"))
    others = cell("d", "shm", get="ring"), cell("e", "tcp", instrument=SIMPLE_KV)
    tell(tools, rates=[10, 20, 30, 30, 31, 31])
    first = FirstWarmup(5, passes=5, every_load=True)
    with Ends(tools.wisp, logs.parent, first, [one, *others, again, ahead, one]) as made:
        measured(made, one, again)
    asked = [call for call in calls(tools) if call.startswith("-p 127.0.0.1:")]
    assert ["--json" in call for call in asked] == [False] * 6 + [True, True], "three passes of two loads"
    assert ["--pipeline 16" in call for call in asked[:6]] == [False, True] * 3


def test_a_client_is_kept_busy_again_where_its_server_is_new(tools, ends):
    measured(ends, cell("a", "shm", get="ring"), cell("b", "shm", get="onesided"))
    tell(tools, fail=["shm"])
    measured(ends, cell("c", "shm", get="ring"))
    tell(tools)
    before = len(calls(tools))
    measured(ends, cell("d", "shm", get="onesided"), cell("e", "shm", get="onesided"))
    asked = [call for call in calls(tools)[before:] if call.startswith("-p 127.0.0.1:")]
    assert ["--json" in call for call in asked] == [False, True, True]


def test_what_warms_up_asks_what_is_measured_but_in_a_closed_loop():
    (load,) = [each for each in FULL.cells() if (each.place, each.name) == (HOST, "load-100-tcp")]
    (ycsb,) = [each for each in FULL.cells() if (each.place, each.name) == (HOST, "ycsb-etc-d-tcp")]
    assert first_warmup(load, 5)[-4:] == ("--duration", "5s", "--timeout", "20s")
    assert {"--pipeline", "64"} <= set(first_warmup(load, 5))
    assert not {"--rate", "--arrivals"} & set(first_warmup(load, 5))
    assert {"--workload", "d", "--preload", "100000"} <= set(first_warmup(ycsb, 5))


def test_both_ends_are_pinned_on_the_host_to_one_core_or_to_two(tools, ends):
    first, *_, last = sorted(os.sched_getaffinity(0))
    measured(ends, cell("a", "tcp"), cell("b", "shm", placement=SPLIT, get="ring"), cell("c", "zmq", GUEST))
    server = {
        transport: call
        for call in calls(tools)
        for transport in ("tcp", "shm", "zmq")
        if call.startswith("-s") and f" {transport}" in call
    }
    client = {call.split()[3]: call for call in calls(tools) if call.startswith("-p 127.0.0.1:")}
    assert server["tcp"].endswith(f"--transport tcp --cores {last}")
    assert server["shm"].endswith(f"--wait poll --cores {first}")
    assert f"--cores {last} --json" in client["tcp"]
    assert f"--cores {last} --json" in client["shm"]
    assert "--cores" not in server["zmq"] + client["zmq"], "the launcher pins them in the guest"


def test_a_cell_that_fails_takes_its_ends_with_it_and_keeps_what_they_said(tools, ends, logs):
    measured(ends, cell("a", "shm", get="ring"))
    tell(tools, fail=["shm"])
    (failed,) = measured(ends, cell("b", "shm", get="ring"))
    assert failed.state == FAILED
    assert re.fullmatch(r"wisp: told to fail at host/round-1/comparison-b.json \(exit code 1\)", failed.reason)
    assert (logs / "host-1-comparison-b.server.log").read_text().startswith("ready")
    assert "told to fail" in (logs / "host-1-comparison-b.log").read_text()
    tell(tools)
    (again,) = measured(ends, cell("b", "shm", get="ring"))
    assert again.state == FINISHED
    assert (len(servers(tools)), len(clients(tools))) == (2, 2)


@pytest.mark.parametrize("ends_of", [servers, clients])
def test_an_end_that_has_died_fails_no_further_cell(tools, ends, ends_of):
    measured(ends, cell("a", "tcp"))
    os.kill(ends_of(tools)[0], signal.SIGKILL)
    wait_for(lambda: not is_alive(ends_of(tools)[0]))
    (after, again) = measured(ends, cell("b", "tcp"), cell("c", "tcp"))
    assert FINISHED in (after.state, again.state)
    assert again.state == FINISHED


def test_a_client_that_ends_before_it_has_measured_says_so(tools, ends):
    tell(tools, dies=["client"])
    (failed,) = measured(ends, cell("a", "null"))
    assert failed.state == FAILED
    assert failed.reason.startswith("the client ended: ")


def test_no_server_costs_anything_while_something_is_measured_without_it(tools, ends):
    measured(ends, cell("a", "tcp"))
    (kv,) = measured(ends, cell("kv", "tcp", instrument=SIMPLE_KV))
    assert kv.state == FINISHED, kv.reason
    wait_for(lambda: is_held(servers(tools)[0]))


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
    assert " left: host, comparison-shm" in said


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
        ({"fail": ["simple-kv"]}, "comparison-kv", "wisp: told to fail at .*"),
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
    again = [call for call in calls(tools)[before:] if call.startswith("-p 127")]
    assert len(again) == 2, "the client that was started for it is kept busy first"
    assert all("null" in call for call in again)


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
    assert "about 71 s" in said, "the estimate holds what is left out"
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
    assert len(commands) == 1
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
        ("cells", lambda tools, patch: patch.setattr(Scale, "cells", lambda scale: TABLE[:-1])),
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


def test_nothing_is_built_beside_a_measurement(tools):
    measure(tools)
    asked = (tools.root / ".fake" / "builds").read_text().splitlines()
    assert "-h" in asked
    assert not [call for call in asked if call.startswith(("-s", "-p", "simple-kv"))]


def test_an_estimate_is_corrected_by_what_cells_took(tools):
    campaign = open_campaign(tools.root / "campaign", QUICK, 1, tools)
    assert seconds_left(campaign) == 5
    campaign.cells[0].state, campaign.cells[0].took = FINISHED, 2.0
    assert seconds_left(campaign) == pytest.approx(3 * 2 + 1)


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_campaign_keeps_what_is_finished_stops_everything_and_goes_on(tools, signal_number):
    tell(tools, hang=["simple-kv"])
    folder = tools.root / "campaign"
    process, hanging = start_until_it_hangs(tools)
    process.send_signal(signal_number)
    _, said = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 130
    assert "interrupted; 2 of 5 cells are finished" in said
    wait_until_gone(hanging, *servers(tools))
    assert states(folder)["comparison-tcp", 1] == FINISHED
    assert states(folder)["comparison-kv", 1] == "waiting"
    assert not list(folder.glob("**/comparison-kv*/"))
    assert len(load_run(folder).measurements) == 2

    tell(tools)
    before = len(calls(tools))
    status, _ = measure(tools)
    assert status == 0
    assert set(states(folder).values()) == {FINISHED}
    again = [call for call in calls(tools)[before:] if " --json " in call or call.startswith("simple-kv -p")]
    assert len(again) == 3


@pytest.mark.parametrize("kind", ["tcp", "rdma"])
def test_a_terminal_that_hangs_up_leaves_no_server_and_no_guest(tools, kind):
    tell(tools, hang=[kind])
    process, hanging = start_until_it_hangs(tools)
    process.send_signal(signal.SIGHUP)
    process.communicate(timeout=PATIENCE_SECONDS)
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
    process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 130
    wait_until_gone(hanging)


@pytest.mark.parametrize("scale", [FULL, QUICK])
def test_every_round_measures_everything_but_what_is_to_be_verified_once(scale):
    later = {each.name for each in scale.cells_of_round(2)}
    assert {each.name for each in scale.cells_of_round(1)} == {each.name for each in scale.cells()}
    assert {each.group for each in scale.cells() if each.name not in later} <= {"verified"}


def test_the_full_campaign_has_five_rounds_at_least_that_fit_an_hour_on_the_host_and_one_in_the_guest():
    assert FULL.rounds >= 5
    for place in (HOST, GUEST):
        cells = [
            state.CellState(each, number)
            for number in range(1, FULL.rounds + 1)
            for each in FULL.cells_of_round(number)
            if each.place == place
        ]
        seconds = sum(each.cell.seconds for each in cells)
        assert seconds + runner.start_seconds(cells, FULL) <= 60 * 60


def test_the_full_campaign_measures_one_load_several_times_with_every_way():
    for place, ways in ((HOST, 4), (GUEST, 3)):
        loads = {}
        for each in FULL.cells():
            if each.place == place and each.instrument == CLIENT:
                loads.setdefault((each.transport, each.options), []).append(each.group)
        repeated = [groups for groups in loads.values() if len(groups) > 1]
        assert len(repeated) >= ways
        assert ["comparison", "payload", "pipeline"] in repeated


def test_the_full_table_holds_what_the_report_shows():
    for place in (HOST, GUEST):
        groups = {each.group for each in FULL.cells() if each.place == place}
        assert groups == {"comparison", "ahead", "payload", "pipeline", "clients", "ycsb", "verified", "load"}
        names = {each.name for each in FULL.cells() if each.place == place}
        auto, onesided = {HOST: ("shm-auto", "shm-onesided"), GUEST: ("rdma-auto", "rdma-onesided")}[place]
        assert {f"ycsb-100-{letter}-{auto}" for letter in "abcdf"} <= names
        assert {f"ycsb-etc-{letter}-{auto}" for letter in "abcdf"} <= names
        assert f"verified-etc-a-{auto}" in names
        assert {"comparison-100-simple-kv-tcp", f"load-100-{auto}", "load-100-tcp"} <= names
        assert f"comparison-100-{onesided}" in names


@pytest.mark.parametrize("scale", [FULL, QUICK])
def test_the_guest_measures_beside_rdma_what_it_is_compared_with(scale):
    compared = {each.name for each in scale.cells() if each.place == GUEST and each.group == "comparison"}
    ways = (
        "rdma-ring",
        "rdma-auto",
        "rdma-onesided",
        "tcp",
        "simple-kv-tcp",
        "simple-kv-rdma-request",
        "simple-kv-rdma-region",
    )
    assert {f"comparison-100-{way}" for way in ways} <= compared


def option_of(cell, name):
    return cell.options[cell.options.index(name) + 1] if name in cell.options else None


@pytest.mark.parametrize("scale", [FULL, QUICK])
def test_the_values_of_a_cell_fit_into_the_memory_of_its_server(scale):
    for each in scale.cells():
        payload = option_of(each, "--payload_size")
        if each.instrument == CLIENT and payload.isdecimal():
            values = int(option_of(each, "--preload") or 10 ** int(option_of(each, "--key_size")))
            assert values * int(payload) < (MEMORY_MIB[each.place] << 20) / 4, each.name


@pytest.mark.parametrize("scale", [FULL, QUICK])
def test_every_measurement_by_the_client_warms_up_for_a_time(scale):
    for each in scale.cells():
        if each.instrument == CLIENT:
            assert re.fullmatch(r"[0-9]+s", option_of(each, "--warmup")), each.name


def test_the_quick_table_is_estimated_below_twelve_minutes_of_measuring():
    assert sum(each.seconds for n in range(QUICK.rounds) for each in QUICK.cells_of_round(n + 1)) < 12 * 60


def test_one_core_is_not_enough_for_what_needs_two(tools, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {3})
    with pytest.raises(WispError, match="need two cores"):
        measure(tools)
    folder = tools.root / "campaign"
    left_out = {HOST: "--guest-only was given"}
    assert run_campaign(open_campaign(folder, QUICK, 1, tools), tools, left_out) == 0


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
            "t.Scale.cells = lambda scale: t.TABLE\n"
            f"tools = t.Tools(Path({str(tools.root)!r}), Path({str(tools.wisp)!r}))\n"
            "try: t.run_campaign(t.open_campaign(tools.root / 'campaign', t.QUICK, 1, tools), tools)\n"
            "except KeyboardInterrupt: sys.exit(130)\n"
        )
    )
    process = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True)
    return process, wait_for_pid(tools.root / ".fake" / "hanging")
