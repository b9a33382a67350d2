# SPDX-License-Identifier: Apache-2.0
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

from tests.simple_kv.support import PATIENCE_SECONDS
from wisp_tools import files
from wisp_tools.beside import clients as agreement
from wisp_tools.beside import side
from wisp_tools.beside.clients import Clients
from wisp_tools.beside.side import PerfClient
from wisp_tools.errors import WispError
from wisp_tools.processes import ProcessFailure

CSV = """"test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms"
"GET __rand_int__","60606.06","0.013","0.008","0.015"
"""
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
        return {"requestsPerSecond": rate, "cpuNanosecondsPerRequestWithStart": 10.0}

    return {"first": "wisp", "wisp": side(wisp), "redisBenchmark": side(redis)}


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
        return agreement.measure(options, Path())


class ReadersTest(unittest.TestCase):
    def test_only_a_run_that_measured_has_a_rate(self):
        with tempfile.TemporaryDirectory() as folder:
            client = PerfClient(1, None, Path(folder))
            for outcome in ("measured", "saturated"):
                run = {"outcome": outcome, "requestsPerSecond": 6}
                Path(folder, "perf.json").write_text(json.dumps({"formatVersion": 2, "runs": [run]}))
                if outcome == "measured":
                    self.assertEqual(client.result()["requestsPerSecond"], 6)
                else:
                    with self.assertRaisesRegex(ProcessFailure, "a run that is saturated"):
                        client.result()

    def test_the_rate_of_redis_benchmark_is_read(self):
        self.assertEqual(agreement.redis_rate(CSV), 60606.06)
        for output in ("", CSV.splitlines()[0], CSV + CSV, "ERR unknown command\n"):
            with self.assertRaisesRegex(ProcessFailure, "printed no result"):
                agreement.redis_rate(output)

    def test_calls_are_counted_with_and_without_errors(self):
        counts = agreement.parse_strace(STRACE)
        self.assertEqual(counts, {"write": 20_000, "epoll_wait": 40_000, "mmap": 12})


class AgreementTest(unittest.TestCase):
    def test_clients_agree_within_a_tenth(self):
        for wisp, verdict in ((100, "agree"), (109, "agree"), (91, "agree"), (111, "differ"), (89, "differ")):
            row = agreement.row("get", 1, [one_round(wisp, 100)], None)
            self.assertEqual(row["verdict"], verdict, msg=wisp)

    def test_the_median_decides_and_the_range_is_kept(self):
        row = agreement.row("set", 16, [one_round(50, 100), one_round(100, 100), one_round(150, 100)], None)
        self.assertEqual(row["ratio"], {"median": 1, "lowest": 0.5, "highest": 1.5})
        self.assertEqual(row["verdict"], "agree")

    def test_the_document_satisfies_its_schema_and_a_changed_one_does_not(self):
        rows = [agreement.row("get", 1, [one_round(100, 100)], {"wisp": {"write": 1.0}, "redisBenchmark": {}})]
        good = document(rows)
        files.check("wisp-client-agreement-1", good)
        for change in ({"version": 2}, {"rows": []}, {"more": 1}):
            with self.assertRaisesRegex(WispError, "not of the format wisp-client-agreement-1"):
                files.check("wisp-client-agreement-1", good | change)

    def test_what_is_not_of_the_format_is_not_written(self):
        rows = [agreement.row("get", 1, [one_round(100, 100)], None)]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "agreement.json"
            with self.assertRaisesRegex(WispError, "not of the format"):
                files.write_checked(path, agreement.SCHEMA, document(rows) | {"agree": "nearly"})
            self.assertFalse(path.exists())
            files.write_checked(path, agreement.SCHEMA, document(rows))
            self.assertNotIn("somewhere", path.read_text())

    def test_the_cpu_time_of_clients_is_said_with_what_is_in_it(self):
        rows = [agreement.row("get", 1, [one_round(100, 100)], None)]
        table = agreement.in_table(document(rows))
        self.assertIn("its start and warm-up included, median:\n  get -P 1: wisp -p 0.01 us", table)

    def test_both_clients_get_the_same_load(self):
        clients = Clients(1234, "0", Path(), 7, "sleep")
        wisp, redis = clients.wisp_command("set", 16, 100), clients.redis_command("set", 16, 100)
        self.assertIn("put:1", wisp)
        for words, command in (
            (("--pipeline", "16"), wisp),
            (("--wait", "sleep"), wisp),
            (("-P", "16"), redis),
            (("-c", "1"), redis),
        ):
            self.assertEqual(command[command.index(words[0]) + 1], words[1])
        self.assertEqual(redis[-3:], ["SET", "__rand_int__", "x" * 7])
        self.assertEqual(redis[redis.index("-r") + 1], str(10 ** int(wisp[wisp.index("--key_size") + 1])))


SERVER = """#!{python}
import os, signal, socket, sys, time
if "--version" in sys.argv:
    print("a version")
    sys.exit()
open({pid!r}, "w").write(str(os.getpid()))
time.sleep(600)
"""


class InterruptTest(unittest.TestCase):
    def test_a_terminal_that_hangs_up_or_a_request_to_end_leaves_no_server(self):
        for number in (signal.SIGHUP, signal.SIGTERM):
            with self.subTest(number), tempfile.TemporaryDirectory() as folder:
                self.interrupted(Path(folder), number)

    def interrupted(self, folder: Path, number: signal.Signals) -> None:
        pid = folder / "pid"
        fake = folder / "wisp"
        fake.write_text(SERVER.format(python=sys.executable, pid=str(pid)))
        fake.chmod(0o755)
        script = (
            "import pathlib\n"
            "from wisp_tools import commands, environment\n"
            "from wisp_tools.beside import clients, side\n"
            f"clients.WISP = pathlib.Path({str(fake)!r})\n"
            "environment.version_of = lambda *_: 'a version'\n"
            "side.shutil.which = lambda name: name\n"
            "commands.main(['beside', 'clients', '--placement', 'shared'])\n"
        )
        process = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True)
        try:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while not (pid.exists() and pid.read_text()):
                self.assertLess(time.monotonic(), deadline, "the server did not start")
                self.assertIsNone(process.poll())
                time.sleep(0.05)
            process.send_signal(number)
            _, said = process.communicate(timeout=PATIENCE_SECONDS)
        finally:
            process.kill()
        self.assertEqual((process.returncode, said), (130, "wisp: interrupted\n"))
        with self.assertRaises(ProcessLookupError):
            os.kill(int(pid.read_text()), 0)
