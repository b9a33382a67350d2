import unittest
from pathlib import Path

import compare_clients
from compare_clients import Clients
from compare_with_redis import ComparisonError
from simple_kv import schemas
from simple_kv.errors import SimpleKvError

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
        return {"requestsPerSecond": rate, "cpuNanosecondsPerRequest": 10.0}

    return {"first": "wisp", "wisp": side(wisp), "redisBenchmark": side(redis)}


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
        good = {
            "format": "wisp-client-agreement",
            "version": 1,
            "conditions": {
                "startedAt": "2026-11-25T00:00:00+00:00",
                "cpu": None,
                "cores": 2,
                "kernel": "6",
                "loadAverage": [0.0, 0.0, 0.0],
                "guest": None,
                "commit": None,
                "wisp": "Wisp",
                "redisBenchmark": "redis-benchmark 7",
                "placement": "split",
                "wait": "sleep",
                "server": "wisp -s",
                "keySize": 3,
                "redisKeySize": 12,
                "keys": 1000,
                "payloadSize": 100,
                "requests": 1000,
                "rounds": 1,
                "arguments": [],
            },
            "tolerance": 0.1,
            "rows": rows,
            "agree": True,
        }
        schemas.check("wisp-client-agreement-1", good)
        for change in ({"version": 2}, {"rows": []}, {"more": 1}):
            with self.assertRaisesRegex(SimpleKvError, "not of the format wisp-client-agreement-1"):
                schemas.check("wisp-client-agreement-1", good | change)

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
