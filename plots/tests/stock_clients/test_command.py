# SPDX-License-Identifier: Apache-2.0
"""The table, the exit codes, and that nothing outlives the command."""

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from tests.waiting import wait_for, wait_until_gone
from wisp_tools.errors import WispError
from wisp_tools.stock_clients import command, programs, roster
from wisp_tools.stock_clients.nodes import Nodes, clustered
from wisp_tools.stock_clients.roster import Need, StockClient
from wisp_tools.stock_clients.servers import NoServerError, Servers
from wisp_tools.stock_clients.trial import Trial

GOOD = StockClient("good", "python", ("good.py",))
BAD = StockClient("bad", "python", ("bad.py",), ("bad_in_cluster.py",))
ELSEWHERE = StockClient("elsewhere", "smalltalk", ("elsewhere.st",))


@pytest.fixture(autouse=True)
def no_servers(monkeypatch):
    @contextmanager
    def serving():
        yield None

    def try_client(client, chosen, _):
        failed = {"count": "3 instead of 4"} if client is BAD and chosen == "contract" else {}
        return Trial("1.0", ["connect"], failed, {"pipeline": "it has none"})

    monkeypatch.setattr(command, "SERVERS", dict.fromkeys(roster.LISTS, serving))
    monkeypatch.setattr(command, "try_client", try_client)
    monkeypatch.setattr(command, "WISP", "true")
    monkeypatch.setitem(roster.NEEDS, "smalltalk", (Need("no-such-gnu-smalltalk", "gnu-smalltalk"),))


def test_the_table_has_a_row_for_each_client_and_says_why_one_failed(capsys):
    assert command.run([GOOD, BAD], None) == 1
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "client        version   list      held",
        "good          1.0       contract  1 of 1; none: pipeline (it has none)",
        "bad           1.0       contract  1 of 2; none: pipeline (it has none)",
        "bad           1.0       cluster   1 of 1; none: pipeline (it has none)",
        "1 passed, 1 failed",
    ]
    assert err == "wisp: bad FAILED: count: 3 instead of 4\n"


def test_one_list_alone_leaves_out_whoever_has_no_program_for_it(capsys):
    assert command.run([GOOD, BAD], None, ["cluster"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "bad           1.0       cluster   1 of 1; none: pipeline (it has none)",
        "1 passed, 0 failed",
    ]
    assert command.run([GOOD], None, ["cluster"]) == 1
    assert "good has no cluster mode" in capsys.readouterr().err


def test_all_passed_is_0_and_nothing_ran_is_1(capsys):
    assert command.run([GOOD], None) == 0
    assert command.run([ELSEWHERE], None) == 1


def test_a_toolchain_that_is_missing_is_named_with_its_package(tmp_path, capsys):
    told = tmp_path / "not-run"
    assert command.run([GOOD, ELSEWHERE], told) == 0
    assert told.read_text() == "elsewhere: there is no no-such-gnu-smalltalk\tgnu-smalltalk\n"
    assert (
        "did not run: elsewhere: there is no no-such-gnu-smalltalk (Debian and Ubuntu: apt install gnu-smalltalk)"
        in capsys.readouterr().err
    )
    command.run([GOOD], told)
    assert told.read_text() == ""


def test_a_client_that_nobody_knows_is_refused(capsys):
    with pytest.raises(SystemExit) as end:
        command.main(["good"])
    assert end.value.code == 2
    assert "there is no client good; there are redis-py, " in capsys.readouterr().err


def test_a_build_that_fails_is_told_once_made_it_is_kept(tmp_path, monkeypatch):
    source = tmp_path / "source"
    source.mkdir()
    (source / "program.sh").write_text("echo built >>$1; [ -e good ] || { echo no good >&2; exit 1; }\n")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("WISP_BUILD", raising=False)
    monkeypatch.setitem(programs.BUILDS, "sh", ("sh", "program.sh", str(tmp_path / "builds")))
    monkeypatch.setitem(programs.VERSIONS, "sh", ("echo", "1"))
    monkeypatch.setattr(programs, "SOURCES", tmp_path)
    client = StockClient("some", "source", ("sh", "run.sh"))
    for table in (programs.BUILDS, programs.VERSIONS):
        monkeypatch.setitem(table, "source", table["sh"])
    with pytest.raises(WispError, match="sh ended with status 1: no good"):
        programs.command_of(client, "contract")
    (source / "good").touch()
    words, folder = programs.command_of(client, "contract")
    assert (words, (folder / "program.sh").exists()) == (["sh", "run.sh"], True)
    programs.command_of(client, "contract")
    assert (tmp_path / "builds").read_text() == "built\nbuilt\n"
    monkeypatch.setenv("WISP_BUILD", "never")
    programs.command_of(client, "contract")
    (source / "another").touch()
    with pytest.raises(WispError, match="WISP_BUILD=never forbids to build"):
        programs.command_of(client, "contract")


def test_a_server_that_does_not_come_again_is_no_failure_of_a_client(tmp_path):
    fake = tmp_path / "wisp"
    fake.write_text("#!/bin/sh\n[ ! -e gone ] || { echo 'wisp: no memory'; exit 1; }\necho ready\nexec sleep 600\n")
    fake.chmod(0o755)
    servers = Servers(tmp_path, [str(fake)])
    fake.write_text(fake.read_text().replace("gone", str(tmp_path / "gone")))
    servers.start()
    try:
        (tmp_path / "gone").touch()
        with pytest.raises(NoServerError, match="wisp -s ended with status 1: wisp: no memory"):
            servers.restart()
    finally:
        servers.stop()


FAKE_NODE = """#!/bin/sh
echo "$$ $*" >>HOME/started
echo ready
exec sleep 600
"""


def test_a_node_is_killed_and_comes_again_once(tmp_path):
    fake = tmp_path / "wisp"
    fake.write_text(FAKE_NODE.replace("HOME", str(tmp_path)))
    fake.chmod(0o755)

    def started():
        return [line.split() for line in (tmp_path / "started").read_text().splitlines()]

    with clustered([str(fake)]) as nodes:
        assert [words[-1] for words in started()] == ["a", "old", "b"]
        nodes.orders["start"]()
        assert len(started()) == 3
        nodes.orders["kill"]()
        wait_until_gone(int(started()[2][0]))
        nodes.orders["kill"]()
        nodes.orders["start"]()
        assert started()[3][1:] == started()[2][1:]
    wait_until_gone(*(int(words[0]) for words in started()))


def test_the_old_map_has_the_slots_exchanged_and_is_older(tmp_path):
    nodes = Nodes(tmp_path, ["wisp"])
    now, past = (json.loads((tmp_path / f"{name}.json").read_text()) for name in ("now", "past"))
    assert past["epoch"] < now["epoch"]
    assert [node["slots"] for node in past["nodes"]] == [*reversed([node["slots"] for node in now["nodes"]]), ""]
    assert [node["port"] for node in past["nodes"][:2]] == [node["port"] for node in now["nodes"]]
    assert nodes.told == (str(now["nodes"][0]["port"]), str(past["nodes"][2]["port"]))


def test_a_redirection_that_no_node_sent_is_doubted(tmp_path, monkeypatch):
    counts = iter([3, 3, 4])
    monkeypatch.setattr("wisp_tools.stock_clients.nodes.moved", lambda _: next(counts))
    nodes = Nodes(tmp_path, ["wisp"])
    assert nodes.doubt("connect") is None
    assert nodes.doubt("follow-a-redirection") == "no key went to the wrong node"
    assert nodes.doubt("follow-a-redirection") is None


INTERRUPTED = """
import os, signal, sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored by what runs in a background
from wisp_tools.stock_clients import command, roster, servers
home = Path(sys.argv[1])
command.WISP = "true"
serving = servers.serving
command.SERVERS["contract"] = lambda: serving([str(home / "wisp")])
command.command_of = lambda client, _: (["sh", "-c", f"echo $$ >{home}/client; echo ok connect; exec sleep 600"], home)
from wisp_tools.commands import main
main(["test-clients", "--list", "contract", "redis-py"])
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_neither_server_nor_client(tmp_path, number):
    fake = tmp_path / "wisp"
    fake.write_text(f"#!/bin/sh\necho $$ >>{tmp_path}/servers\necho ready\nexec sleep 600\n")
    fake.chmod(0o755)
    process = subprocess.Popen([sys.executable, "-c", INTERRUPTED, str(tmp_path)], env=os.environ)
    client = tmp_path / "client"
    wait_for(lambda: client.exists() and client.read_text())
    process.send_signal(number)
    assert process.wait(300) == 130
    started = [int(pid) for pid in ((tmp_path / "servers").read_text() + client.read_text()).split()]
    assert len(started) == 3
    wait_until_gone(*started)
