# SPDX-License-Identifier: Apache-2.0
import json
import signal
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

from tests.beside.test_redis import CSV
from tests.waiting import PATIENCE_SECONDS, wait_for_pid, wait_until_gone
from wisp_tools import files
from wisp_tools.beside import clients as agreement
from wisp_tools.beside import side
from wisp_tools.beside.clients import CASES, Clients
from wisp_tools.beside.side import PerfClient
from wisp_tools.errors import WispError
from wisp_tools.processes import ProcessFailure

STRACE = """% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 60.00    0.120000           1     20000         5 write
 40.00    0.080000           2     40000           epoll_wait
  0.00    0.000000           0        12           mmap
------ ----------- ----------- --------- --------- ----------------
100.00    0.200000           3     60012         5 total
"""


def one_round(wisp: float, redis: float) -> dict:
    def side(rate: float) -> dict:
        return {"requestsPerSecond": rate, "cpuNanosecondsPerRequest": 10.0}

    return {"first": "wisp", "wisp": side(wisp), "redisBenchmark": side(redis)}


CALLS = {"wisp": {"write": 1.0, "epoll_wait": 1.0, "read": 1.0}, "redisBenchmark": {}}


def row(operation: str, rounds: list[dict], case: str = "shared-1x1") -> dict:
    return agreement.row(operation, CASES[case], rounds, CALLS)


def document(rows: list[dict]) -> dict:
    """As the program makes one, but for what only programs that need not be here could tell."""
    arguments = ["--rounds", "1", "--json", "/somewhere/agreement.json"]
    with (
        mock.patch("wisp_tools.environment.version_of", return_value="some version"),
        mock.patch.object(side, "serving"),
        mock.patch.object(agreement, "preload"),
        mock.patch.object(agreement, "compare", side_effect=lambda *_: rows[0]),
    ):
        options = agreement.parser().parse_args(arguments)
        options.arguments = arguments
        return agreement.measure(options, [CASES["shared-1x1"]], Path())


class TestReaders:
    def test_only_a_run_that_measured_has_a_rate(self, tmp_path):
        client = PerfClient(1, None, tmp_path)
        run = {"outcome": "measured", "requestsPerSecond": 6}
        (tmp_path / "perf.json").write_text(json.dumps({"formatVersion": 2, "runs": [run]}))
        assert client.result()["requestsPerSecond"] == 6
        (tmp_path / "perf.json").write_text(json.dumps({"formatVersion": 2, "runs": [run | {"outcome": "saturated"}]}))
        with pytest.raises(ProcessFailure, match="a run that is saturated"):
            client.result()

    def test_calls_are_counted_with_and_without_errors(self):
        counts = agreement.parse_strace(STRACE)
        assert counts == {"write": 20_000, "epoll_wait": 40_000, "mmap": 12}

    def test_the_calls_of_a_start_are_in_no_figure(self):
        few = {"write": 10_050, "mmap": 900, "futex": 5_000}
        many = {"write": 20_050, "mmap": 950, "futex": 4_000, "read": 25_000}
        assert agreement.calls_between(few, many) == {"write": 1.0, "read": 2.5}

    def test_the_cpu_time_of_a_start_is_in_no_figure(self, monkeypatch):
        spent = {116: (CSV, 0.5), 16: ("", 0.1)}
        monkeypatch.setattr(agreement, "timed", lambda command: spent[int(command[command.index("-n") + 1])])
        rate = Clients(1234, "0", Path(), 7, "sleep").redis_benchmark("get", CASES["shared-1x16"], 116)
        assert rate.cpuNanosecondsPerRequest == pytest.approx(4e6)


class TestAgreement:
    @pytest.mark.parametrize(
        ("wisp", "verdict"), [(100, "agree"), (104, "agree"), (96, "agree"), (106, "faster"), (94, "slower")]
    )
    def test_clients_agree_within_a_twentieth(self, wisp, verdict):
        assert row("get", [one_round(wisp, 100)])["verdict"] == verdict

    def test_the_median_decides_and_the_range_is_kept(self):
        found = row("set", [one_round(50, 100), one_round(100, 100), one_round(150, 100)])
        assert found["ratio"] == {"median": 1, "lowest": 0.5, "highest": 1.5}
        assert found["verdict"] == "agree"

    def test_the_document_satisfies_its_schema_and_a_changed_one_does_not(self):
        rows = [row("get", [one_round(100, 100)])]
        good = document(rows)
        files.check("wisp-client-agreement-2", good)
        for change in ({"version": 1}, {"rows": []}, {"more": 1}):
            with pytest.raises(WispError, match="not of the format wisp-client-agreement-2"):
                files.check("wisp-client-agreement-2", good | change)

    def test_what_is_not_of_the_format_is_not_written(self, tmp_path):
        rows = [row("get", [one_round(100, 100)])]
        path = tmp_path / "agreement.json"
        with pytest.raises(WispError, match="not of the format"):
            files.write_checked(path, agreement.SCHEMA, document(rows) | {"slower": "nearly"})
        assert not path.exists()
        files.write_checked(path, agreement.SCHEMA, document(rows))
        assert "somewhere" not in path.read_text()

    def test_cpu_time_and_calls_stand_beside_the_rates(self):
        table = agreement.in_table(document([row("get", [one_round(100, 100)])]))
        assert (
            "| shared | 1 | 1 | get | 100 | 100 | 1.000 (1.000 to 1.000) | agree | 0.01, 0.01 | 3.00, 0.00 |" in table
        )

    def test_both_clients_get_the_same_load_on_the_same_core(self):
        clients = Clients(1234, "0", Path(), 7, "sleep")
        case = CASES["shared-50x1"]
        wisp, redis = clients.wisp_command("set", case, 100, 50), clients.redis_command("set", case, 100)
        assert "put:1" in wisp
        for words, command in (
            (("--clients", "50"), wisp),
            (("--wait", "sleep"), wisp),
            (("--cores", "0"), wisp),
            (("taskset", "-c"), redis),
            (("-P", "1"), redis),
        ):
            assert command[command.index(words[0]) + 1] == words[1]
        assert redis[:3] == ["taskset", "-c", "0"]
        assert "50" in redis
        assert redis[-3:] == ["SET", "__rand_int__", "x" * 7]
        assert redis[redis.index("-r") + 1] == str(10 ** int(wisp[wisp.index("--key_size") + 1]))


SERVER = """#!{python}
import os, signal, socket, sys, time
if "--version" in sys.argv:
    print("a version")
    sys.exit()
open({pid!r}, "w").write(str(os.getpid()))
time.sleep(600)
"""


class TestInterrupt:
    @pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
    def test_a_terminal_that_hangs_up_or_a_request_to_end_leaves_no_server(self, tmp_path, number):
        pid, fake = tmp_path / "pid", tmp_path / "wisp"
        fake.write_text(SERVER.format(python=sys.executable, pid=str(pid)))
        fake.chmod(0o755)
        script = (
            "import pathlib\n"
            "from wisp_tools import commands, environment\n"
            "from wisp_tools.beside import clients, side\n"
            f"clients.WISP = pathlib.Path({str(fake)!r})\n"
            "environment.version_of = lambda *_: 'a version'\n"
            "side.shutil.which = lambda name: name\n"
            "commands.main(['beside', 'clients', 'shared-1x1'])\n"
        )
        process = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True)
        try:
            server = wait_for_pid(pid)
            process.send_signal(number)
            _, said = process.communicate(timeout=PATIENCE_SECONDS)
        finally:
            process.kill()
        assert (process.returncode, said) == (130, "wisp: interrupted\n")
        wait_until_gone(server)
