# SPDX-License-Identifier: Apache-2.0
import os
import sys
from pathlib import Path

import pytest

from wisp_tools.beside import cable
from wisp_tools.beside.cable import Counts, laid
from wisp_tools.errors import WispError
from wisp_tools.processes import ProcessFailure

#: In the place of iproute2: it writes down what it was asked, fails where it is told to, and makes devices.
PROGRAM = """#!{python}
import json, pathlib, shutil, sys
home = pathlib.Path({home!r})
command = " ".join([pathlib.Path(sys.argv[0]).name, *sys.argv[1:]])
with (home / "calls").open("a") as log:
    print(command, file=log)
if command in (home / "failing").read_text().splitlines():
    print("not permitted", file=sys.stderr)
    sys.exit(2)
if command.startswith("rdma link add rxe1"):
    shutil.copytree(home / "rxe1", home / "class" / "rxe1")
if command.startswith("rdma link delete rxe1"):
    shutil.rmtree(home / "class" / "rxe1")
if command.startswith("tc -s -j"):
    print(json.dumps([{{"kind": "noqueue", "drops": 1000}}, {{"kind": "netem", "drops": int(command[-1]) + 3}}]))
"""


def device(folder: Path, gid: str, sent_again: int) -> None:
    port = folder / "ports" / "1"
    for name, text in (
        ("state", "4: ACTIVE"),
        ("link_layer", "Ethernet"),
        ("gids/1", f"0000:0000:0000:0000:0000:{gid}"),
        ("gid_attrs/types/1", "RoCE v2"),
        ("hw_counters/completer_retry_err", str(sent_again)),
    ):
        (port / name).parent.mkdir(parents=True, exist_ok=True)
        (port / name).write_text(text + "\n")


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    for name in cable.PROGRAMS:
        (tmp_path / name).write_text(PROGRAM.format(python=sys.executable, home=str(tmp_path)))
        (tmp_path / name).chmod(0o755)
    (tmp_path / "failing").touch()
    device(tmp_path / "class" / "rxe0", "ffff:0a09:0001", 40)
    device(tmp_path / "rxe1", "ffff:0a09:0002", 2)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(cable, "CLASS_FOLDER", tmp_path / "class")
    return tmp_path


def calls(home: Path) -> list[str]:
    return (home / "calls").read_text().splitlines()


UNDONE = [
    "tc qdisc del dev veth1 root",
    "tc qdisc del dev veth0 root",
    "rdma link delete rxe1",
    "ip rule add pref 0 lookup local",
    "ip rule del pref 2 lookup local",
    "ip rule del pref 1 iif lo to 10.9.0.2 lookup 102",
    "ip route del 10.9.0.2 dev veth0 src 10.9.0.1 table 102",
    "ip rule del pref 1 iif lo to 10.9.0.1 lookup 101",
    "ip route del 10.9.0.1 dev veth1 src 10.9.0.2 table 101",
    "ip addr del 10.9.0.2/32 dev veth1",
]


def test_what_was_changed_is_undone_backwards(home):
    with laid():
        done = calls(home)
    assert calls(home)[len(done) :] == UNDONE
    assert len(done) == len(UNDONE)


def test_nothing_is_lost_any_more_whatever_ended_the_measurement(home):
    with pytest.raises(KeyboardInterrupt), laid() as between:
        between.lose(1)
        raise KeyboardInterrupt
    assert calls(home)[-len(UNDONE) :] == UNDONE


def test_own_addresses_are_known_at_every_moment(home):
    with laid():
        pass
    known, rules = [], {"0"}
    for words in map(str.split, calls(home)):
        if words[:2] == ["ip", "rule"] and words[-1] == "local":
            (rules.add if words[2] == "add" else rules.discard)(words[4])
        known.append(bool(rules))
    assert all(known)
    assert rules == {"0"}


@pytest.mark.parametrize("index", range(len(UNDONE)))
def test_a_change_that_fails_is_named_and_those_before_it_are_undone(home, index):
    with laid():
        done = calls(home)
    (home / "failing").write_text(done[index])
    (home / "calls").unlink()
    with pytest.raises(ProcessFailure, match="ended with status 2: not permitted"), laid():
        pytest.fail("it was not laid")
    assert calls(home) == [*done[: index + 1], *UNDONE[len(UNDONE) - index :]]


def test_what_cannot_be_undone_is_said_and_hinders_nothing(home, capsys):
    (home / "failing").write_text(UNDONE[0])
    with laid():
        pass
    assert calls(home)[-len(UNDONE) :] == UNDONE
    assert "tc qdisc del dev veth1 root failed: not permitted" in capsys.readouterr().err


def test_packets_are_lost_both_ways(home):
    with laid() as between:
        before = len(calls(home))
        between.lose(0.1)
        assert calls(home)[before:] == [
            "tc qdisc replace dev veth0 root netem loss 0.1%",
            "tc qdisc replace dev veth1 root netem loss 0.1%",
        ]


def test_what_either_end_lost_and_sent_again_is_counted(home):
    with laid() as between:
        assert between.counts() == Counts(lost=3 + 4, retransmissions=42)


def test_a_device_that_does_not_count_leaves_the_number_unknown(home):
    (home / "rxe1" / "ports" / "1" / "hw_counters" / "completer_retry_err").unlink()
    with laid() as between:
        assert between.counts() == Counts(lost=7, retransmissions=None)


def test_a_device_that_gets_no_address_is_named(home, monkeypatch):
    monkeypatch.setattr(cable, "ACTIVE_SECONDS", 0)
    (home / "rxe1" / "ports" / "1" / "gids" / "1").write_text("fe80:0000:0000:0000:0000:0000:0000:0002\n")
    with pytest.raises(WispError, match=r"rxe1 had no address 10\.9\.0\.2"), laid():
        pytest.fail("it was not laid")
