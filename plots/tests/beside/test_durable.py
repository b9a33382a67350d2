# SPDX-License-Identifier: Apache-2.0
import json
import os
import shutil
import subprocess
import sys
from argparse import Namespace
from contextlib import contextmanager
from unittest import mock

import pytest

from tests.waiting import wait_for
from wisp_tools import files
from wisp_tools.beside import disk, durable, lasting, writers
from wisp_tools.beside.durable import CASES, Figures
from wisp_tools.beside.lasting import Places, Running
from wisp_tools.beside.writers import PUTS, Asked, Benchmark, Case
from wisp_tools.errors import WispError
from wisp_tools.processes import ProcessFailure, running
from wisp_tools.report.studies import recorded_studies
from wisp_tools.stock_clients.roster import SOURCES

CSV = """"test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms","p99_latency_ms","max_latency_ms"
"SET __rand_int__ xxx","1250.50","0.768","0.336","0.735","0.967","1.247","9.615"
"""
MOUNTS = """21 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
24 21 0:21 / /dev/shm rw,nosuid master:3 propagate_from:2 - tmpfs tmpfs rw
"""


def figures(rate: float) -> Figures:
    return Figures(1000, rate, 700_000, 1_250_000, 4_000.0, 25_500.0, 434.4, 0.035)


ROUNDS = (
    {"memory": figures(400), "keep": figures(200), "data": figures(120), "redis": figures(100)},
    {"memory": figures(200), "keep": figures(200), "data": figures(90), "redis": figures(100)},
    {"memory": figures(100), "keep": figures(100), "data": figures(100), "redis": figures(50)},
)
FORCES = {"memory": 0.0, "keep": 0.0, "data": 0.25, "redis": 1.0}


def document(*rows):
    options = Namespace(
        placement="split", seconds=3, warmup=60, rounds=3, arguments=["--json", "/somewhere/durable.json"]
    )
    found = disk.Disk("ext4", None, {"median": 400.4, "p1": 300.0, "p99": 900.0})
    with mock.patch("wisp_tools.environment.version_of", return_value="some version"):
        started = durable.conditions(options, vars(found))
    return {"format": durable.FORMAT, "version": 1, "conditions": started, "rows": list(rows)}


def whole():
    return document(durable.row("one-50x1", CASES["one-50x1"], ROUNDS, FORCES))


def test_rates_are_compared_within_a_round_only():
    servers = whole()["rows"][0]["servers"]
    assert servers["data"]["ratioToRuler"] == {"median": 1.2, "lowest": 0.9, "highest": 2.0}
    assert servers["data"]["ratioToMemory"] == {"median": 0.45, "lowest": 0.3, "highest": 1.0}


def test_the_record_fits_its_schema_and_the_report_and_the_table_show_it(tmp_path):
    files.write_checked(tmp_path / "durable.json", durable.SCHEMA, whole())
    for wrong in (whole() | {"rows": []}, whole() | {"disk": "fast"}):
        with pytest.raises(WispError, match="not of the format"):
            files.write_checked(tmp_path / "other.json", durable.SCHEMA, wrong)
    (study,) = recorded_studies(tmp_path)
    assert "to append 128 bytes and force them takes 400 us (percentiles 1 and 99: 300 and 900)" in study.text
    assert {len(line) for line in study.rows} == {len(study.header)}
    cells = ("one-50x1", "data", "100", "1.20 (0.90 to 2.00)", "0.45 (0.30 to 1.00)", "700", "1,250", "25.5", "4.0")
    assert study.rows[2] == (*cells, "434", "0.035", "0.250")
    assert f"| {' | '.join(study.rows[3])} |" in durable.in_table(whole())


def test_what_redis_benchmark_says_is_read():
    assert writers.asked_of(CSV, 500, 0.002) == Asked(500, 1250.5, 735_000, 1_247_000, 4_000.0)
    for output in ("", CSV.splitlines()[0], CSV + CSV.splitlines()[1], "ERR unknown command\n"):
        with pytest.raises(ProcessFailure, match="printed no result"):
            writers.asked_of(output, 1, 0.0)


def test_a_server_gets_as_many_requests_as_last_for_the_time(monkeypatch):
    asked = []

    def timed(command):
        asked.append(int(command[command.index("-n") + 1]))
        return CSV.replace("1250.50", "40000"), 0.1

    monkeypatch.setattr(writers, "timed", timed)
    client = Benchmark(1, None, CASES["one-50x1"])
    client.fit(2)
    assert asked == [10_000, 20_000, 40_000, 80_000]
    assert client.run(3).requests == 120_000


def test_no_server_gets_fewer_requests_than_are_sent_at_once(monkeypatch):
    monkeypatch.setattr(writers, "timed", lambda command: (CSV, 0.1))
    client = Benchmark(1, None, CASES["one-50x16"])
    client._per_second = 1
    assert client.run(1).requests == 800


def test_the_file_system_of_a_device_is_found():
    assert disk.file_system(MOUNTS, "254:0") == "ext4"
    assert disk.file_system(MOUNTS, "0:21") == "tmpfs"
    assert disk.file_system(MOUNTS, "8:1") == "unknown"


def test_a_folder_in_memory_is_refused_in_words(tmp_path, monkeypatch):
    monkeypatch.setattr(disk, "file_system", lambda *_: "tmpfs")
    with pytest.raises(WispError, match=r"is in memory \(tmpfs\); --folder names one on a disk"):
        disk.disk_of(tmp_path)


def test_what_forcing_takes_is_measured_and_leaves_no_file(tmp_path):
    found = disk.forced(tmp_path / "forced")
    assert 0 < found["p1"] <= found["median"] <= found["p99"]
    assert list(tmp_path.iterdir()) == []


#: Says that it is there, then forces as often as it is told to, from a second thread, and says so.
FORCING = """
import os, sys, threading, time
def force():
    with open(sys.argv[1], "wb", buffering=0) as file:
        while not os.path.exists(sys.argv[1] + ".go"):
            time.sleep(0.01)
        for _ in range(7):
            file.write(bytes(1 << 16))
            os.fdatasync(file.fileno())
    print("forced", flush=True)
threading.Thread(target=force).start()
print("there", flush=True)
threading.Event().wait()
"""


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not there")
def test_what_any_thread_forces_is_counted_and_what_it_writes(tmp_path):
    log, target = tmp_path / "log", tmp_path / "forced"
    with log.open("wb") as output, running([sys.executable, "-c", FORCING, str(target)], output) as process:
        wait_for(lambda: "there" in log.read_text())

        def act():
            (tmp_path / "forced.go").touch()
            wait_for(lambda: "forced" in log.read_text())

        assert disk.forces([process.pid], tmp_path, act) == 7
        assert disk.forces([process.pid], tmp_path, lambda: None) == 0


def test_what_the_disk_did_is_of_each_request_or_unknown():
    asked = Asked(100, 5.0, 1, 2, 3.0)
    found = durable.figures_of(asked, 0.001, disk.Done(1000, 10), disk.Done(52_000, 15))
    assert found == Figures(100, 5.0, 1, 2, 3.0, 10_000.0, 510.0, 0.05)
    unknown = durable.figures_of(asked, 0.001, None, None)
    assert (unknown.diskBytesPerRequest, unknown.diskFlushesPerRequest) == (None, None)
    rounds = [dict.fromkeys(CASES["one-1x1"].servers, unknown)]
    found = document(durable.row("one-1x1", CASES["one-1x1"], rounds, FORCES))
    files.check(durable.SCHEMA, found)
    assert "| 10.0 | 0.0 |  |  | 0.250 |" in durable.in_table(found)


def test_what_the_kernel_says_of_the_disk_grows_with_what_is_forced(tmp_path):
    before = disk.done_by(tmp_path)
    if before is None:
        pytest.skip("the kernel says nothing of the disk")
    disk.forced(tmp_path / "forced")
    assert disk.done_by(tmp_path).writtenBytes - before.writtenBytes >= disk.FORCES * disk.FORCED_BYTES


def test_a_member_that_ends_is_told_by_its_words(tmp_path, monkeypatch):
    def commands(ports, folder):
        return [["sh", "-c", f"echo wisp: no folder for {port}; exit 3"] for port in ports[:3]]

    monkeypatch.setitem(lasting.GROUPS, "replicas", commands)
    place = Places(tmp_path, tmp_path, None)
    with (
        pytest.raises(ProcessFailure, match="replicas ended with status 3: wisp: no folder for"),
        lasting.lasting("replicas", place),
    ):
        pass


def test_members_know_each_other_and_clients_are_told_their_ports(tmp_path):
    commands = lasting.GROUPS["replicas"]([1, 2, 3, 4, 5, 6], tmp_path)
    nodes = json.loads((tmp_path / "nodes.json").read_text())["nodes"]
    assert [node["port"] for node in (nodes[0], *nodes[0]["replicas"])] == [1, 2, 3]
    assert [command[command.index("--cluster-node") + 1] for command in commands] == ["a", "b", "c"]
    etcd = lasting.GROUPS["etcd"]([1, 2, 3, 4, 5, 6], tmp_path)
    assert [command[command.index("--listen-client-urls") + 1][-1] for command in etcd] == ["1", "2", "3"]
    assert {command[command.index("--initial-cluster") + 1] for command in etcd} == {
        "a=http://127.0.0.1:4,b=http://127.0.0.1:5,c=http://127.0.0.1:6"
    }
    assert "--unsafe-no-fsync" not in str(etcd)


def test_every_case_has_what_it_is_compared_with():
    for case in CASES.values():
        assert {durable.FLOOR, case.ruler, "data"} <= set(case.servers)
    assert CASES["group-64"].in_go and not CASES["one-1x1"].in_go


def test_all_servers_of_a_case_take_turns(tmp_path, monkeypatch):
    asked, clock = [], [0.0]
    monkeypatch.setattr(durable, "time", Namespace(monotonic=lambda: clock[0]))

    @contextmanager
    def started(name, places):
        yield Running([1], [])

    class Client:
        def __init__(self, name):
            self._name = name

        def fit(self, seconds):
            clock[0] += 0.6
            asked.append(f"fit {self._name}")

        def run(self, seconds):
            asked.append(self._name)
            return Asked(10, 5.0, 1, 2, 3.0)

    case = Case(1, 1, ("memory", "data", "redis"), "redis", 1)
    monkeypatch.setattr(durable, "lasting", started)
    monkeypatch.setattr(durable, "clients_of", lambda case, *_: {name: Client(name) for name in case.servers})
    monkeypatch.setattr(Running, "measured", lambda self, function: function())
    monkeypatch.setattr(durable, "forces", lambda pids, folder, act: act() or 5)
    options = Namespace(placement="split", rounds=1, seconds=1, warmup=1)
    found = durable.compare("some", case, options, Places(tmp_path, tmp_path, None), tmp_path)
    fits = [word for word in asked if word.startswith("fit")]
    # Redis has no compiler.
    assert fits == ["fit memory", "fit memory", "fit data", "fit data", "fit redis"]
    rounds = asked[len(fits) :]
    assert [rounds[:3], rounds[3:6]] == [["redis", "data", "memory"], ["memory", "data", "redis"]]
    assert found["servers"]["redis"]["forcesPerRequest"] == 0.5


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["one-9x9"], "no such case: one-9x9; there are one-1x1"),
        (["--folder", "/nowhere/at/all"], "--folder /nowhere/at/all: there is no such folder"),
        (["--placement", "here"], "--placement"),
    ],
)
def test_a_wrong_command_line_is_told(words, said, capsys):
    with pytest.raises(SystemExit):
        durable.main(words)
    assert said in capsys.readouterr().err


def test_what_is_missing_is_asked_for_only_where_a_case_takes_it(monkeypatch, capsys):
    monkeypatch.setattr(shutil, "which", lambda program: None if program in ("etcd", "redis-server") else f"/{program}")
    monkeypatch.setattr("wisp_tools.stock_clients.roster.captured", lambda _: Namespace(stdout="go version go1.26.0"))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    for name, missing in (("one-1x1", "redis-server"), ("group-64", "etcd")):
        with pytest.raises(SystemExit):
            durable.main([name])
        assert f"not found: {missing} (Debian: apt-get install {durable.PACKAGES})" in capsys.readouterr().err


def test_both_programs_in_go_have_one_version_of_go_redis():
    def of_go_redis(folder):
        return [line for line in (folder / "go.mod").read_text().splitlines() if "go-redis" in line]

    assert of_go_redis(PUTS) == of_go_redis(SOURCES / "go")
    assert len(of_go_redis(PUTS)) == 1


@pytest.mark.skipif(shutil.which("gofmt") is None, reason="Go is not there")
def test_the_program_in_go_is_formatted():
    done = subprocess.run(["gofmt", "-l", PUTS], capture_output=True, text=True, check=True)
    assert done.stdout == ""
