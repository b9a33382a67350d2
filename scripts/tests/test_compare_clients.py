# SPDX-License-Identifier: Apache-2.0
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

import compare_clients
from compare_clients import Clients
from compare_with_redis import ComparisonError
from simple_kv import schemas
from simple_kv.errors import SimpleKvError
from tests.support import PATIENCE_SECONDS

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
        mock.patch("compare_clients.first_line", return_value="some version"),
        mock.patch("sys.argv", ["compare_clients.py", *arguments]),
        mock.patch("compare_clients.PinnedServer"),
        mock.patch("compare_clients.preload"),
        mock.patch("compare_clients.compare", side_effect=lambda *_: rows[0]),
    ):
        options = compare_clients.parser().parse_args(arguments)
        return compare_clients.measure(options, Path("."))


class ReadersTest(unittest.TestCase):
    def test_the_rate_of_both_versions_of_wisp_perf_is_read(self):
        first = {"formatVersion": 1, "result": {"requestsPerSecond": 5}}
        second = {"formatVersion": 2, "runs": [{"outcome": "measured", "requestsPerSecond": 6}]}
        self.assertEqual(compare_clients.wisp_rate(first), 5)
        self.assertEqual(compare_clients.wisp_rate(second), 6)
        second["runs"][0]["outcome"] = "saturated"
        with self.assertRaisesRegex(ComparisonError, "a run that is saturated"):
            compare_clients.wisp_rate(second)

    def test_the_rate_of_redis_benchmark_is_read(self):
        self.assertEqual(compare_clients.redis_rate(CSV), 60606.06)
        for output in ("", CSV.splitlines()[0], CSV + CSV, "ERR unknown command\n"):
            with self.assertRaisesRegex(ComparisonError, "printed no result"):
                compare_clients.redis_rate(output)

    def test_calls_are_counted_with_and_without_errors(self):
        counts = compare_clients.parse_strace(STRACE)
        self.assertEqual(counts, {"write": 20_000, "epoll_wait": 40_000, "mmap": 12})


class AgreementTest(unittest.TestCase):
    def test_clients_agree_within_a_tenth(self):
        for wisp, verdict in ((100, "agree"), (109, "agree"), (91, "agree"), (111, "differ"), (89, "differ")):
            row = compare_clients.row("get", 1, [one_round(wisp, 100)], None)
            self.assertEqual(row["verdict"], verdict, msg=wisp)

    def test_the_median_decides_and_the_range_is_kept(self):
        row = compare_clients.row(
            "set", 16, [one_round(50, 100), one_round(100, 100), one_round(150, 100)], None
        )
        self.assertEqual(row["ratio"], {"median": 1, "lowest": 0.5, "highest": 1.5})
        self.assertEqual(row["verdict"], "agree")

    def test_the_document_satisfies_its_schema_and_a_changed_one_does_not(self):
        rows = [
            compare_clients.row(
                "get", 1, [one_round(100, 100)], {"wisp": {"write": 1.0}, "redisBenchmark": {}}
            )
        ]
        good = document(rows)
        schemas.check("wisp-client-agreement-1", good)
        for change in ({"version": 2}, {"rows": []}, {"more": 1}):
            with self.assertRaisesRegex(SimpleKvError, "not of the format wisp-client-agreement-1"):
                schemas.check("wisp-client-agreement-1", good | change)

    def test_what_is_not_of_the_format_is_not_written(self):
        rows = [compare_clients.row("get", 1, [one_round(100, 100)], None)]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "agreement.json"
            with self.assertRaisesRegex(ComparisonError, "not of the format"):
                compare_clients.write(path, document(rows) | {"agree": "nearly"})
            self.assertFalse(path.exists())
            compare_clients.write(path, document(rows))
            self.assertNotIn("somewhere", path.read_text())

    def test_the_cpu_time_of_clients_is_said_with_what_is_in_it(self):
        rows = [compare_clients.row("get", 1, [one_round(100, 100)], None)]
        table = compare_clients.table(document(rows))
        self.assertIn("its start and warm-up included, median:\n  get -P 1: wisp -p 0.01 us", table)

    def test_both_clients_get_the_same_load(self):
        clients = Clients(1234, "0", Path("."), 7, "sleep")
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
            "import sys, pathlib, compare_clients as c\n"
            f"c.WISP = pathlib.Path({str(fake)!r})\n"
            "c.first_line = lambda *_: 'a version'\n"
            "c.shutil.which = lambda name: name\n"
            "sys.argv = ['compare_clients.py', '--placement', 'shared']\n"
            "sys.exit(c.main())\n"
        )
        scripts = str(Path(compare_clients.__file__).parent)
        process = subprocess.Popen(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONPATH": scripts},
            stderr=subprocess.PIPE,
            text=True,
        )
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
        self.assertEqual((process.returncode, said), (130, "compare_clients: interrupted\n"))
        with self.assertRaises(ProcessLookupError):
            os.kill(int(pid.read_text()), 0)
