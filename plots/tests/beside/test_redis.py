# SPDX-License-Identifier: Apache-2.0
import os
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import replace

import pytest

from tests.files import write_json
from tests.waiting import PATIENCE_SECONDS, wait_for
from wisp_tools import files
from wisp_tools.beside import redis, side
from wisp_tools.beside.redis import CASES, Figures
from wisp_tools.errors import WispError
from wisp_tools.processes import ProcessFailure, free_port
from wisp_tools.report.studies import recorded_studies

CSV = """"test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms"
"GET __rand_int__","60606.06","0.013","0.008","0.015"
"""


def document(*rounds):
    return {
        "format": "wisp-beside-redis",
        "version": 1,
        "conditions": {
            "startedAt": "2026-11-28T20:00:00+00:00", "cpu": None, "cores": 2, "kernel": "6.1", "commit": None, "wisp": "a",
            "redis": "b", "valkey": None, "redisBenchmark": "c", "payloadSize": 100, "rounds": len(rounds),
        },
        "rows": [redis.row("fifty-1k", CASES["fifty-1k"], "GET", rounds)],
    }  # fmt: skip


ROUNDS = (
    {"wisp": Figures(110, 5_000), "redis": Figures(100, 6_000), "floor": Figures(200, 4_000)},
    {"wisp": Figures(90, 4_000), "redis": Figures(100, 5_000), "floor": Figures(200, 4_000)},
    {"wisp": Figures(120, 4_500), "redis": Figures(100, 5_000), "floor": Figures(200, 3_000)},
)


def test_the_rate_of_redis_benchmark_is_read():
    assert redis.rate_of(CSV) == 60606.06
    for output in ("", CSV.splitlines()[0], CSV + CSV, "ERR unknown command\n"):
        with pytest.raises(ProcessFailure, match="printed no result"):
            redis.rate_of(output)


def test_rates_and_cpu_times_are_compared_within_each_round():
    _, _, wisp, other, floor = redis.in_table(document(*ROUNDS)).splitlines()
    assert wisp == (
        "| fifty-1k | GET | wisp | 110 | 1.10 (0.90 to 1.20) | 4.50 us | 0.83 (0.80 to 0.90) | 1.25 (1.00 to 1.50) |"
    )
    assert other.endswith("| 1.00 (1.00 to 1.00) | 5.00 us | 1.00 (1.00 to 1.00) | 1.50 (1.25 to 1.67) |")
    assert floor.startswith("| fifty-1k | GET | floor | 200 | 2.00")


def test_the_report_shows_it_with_its_conditions(tmp_path):
    write_json(tmp_path / "redis" / "redis.json", document(*ROUNDS))
    (study,) = recorded_studies(tmp_path)
    assert study.rows[0][:4] == ("fifty-1k", "GET", "wisp", "110")
    assert "the median of 3 interleaved rounds" in study.text
    assert {len(row) for row in study.rows} == {len(study.header)}


def test_a_file_without_rounds_or_with_a_figure_of_zero_is_refused_in_words():
    with pytest.raises(WispError, match="holds no round"):
        redis.in_table(document())
    with pytest.raises(WispError, match="requestsPerSecond"):
        redis.in_table(document({**ROUNDS[0], "redis": Figures(0, 6_000)}))


def test_what_is_written_is_of_the_format_and_nothing_else_is(tmp_path):
    files.write_checked(tmp_path / "redis.json", redis.SCHEMA, document(*ROUNDS))
    with pytest.raises(WispError, match="not of the format"):
        files.write_checked(tmp_path / "other.json", redis.SCHEMA, document(*ROUNDS) | {"rows": []})
    assert not (tmp_path / "other.json").exists()


def test_the_cpu_time_of_a_process_grows_with_its_work():
    before = redis.cpu_seconds(os.getpid())
    wait_for(lambda: sum(range(100_000)) > 0 and redis.cpu_seconds(os.getpid()) > before)


def test_every_case_has_both_numbers_of_keys():
    assert {case.keys for case in CASES.values()} == {1_000, 1_000_000}
    assert {name.rpartition("-")[0] for name in CASES} == {"one", "fifty", "pipelined"}
    for small, large in (("one-1k", "one-1m"), ("fifty-1k", "fifty-1m"), ("pipelined-1k", "pipelined-1m")):
        assert replace(CASES[small], keys=1_000_000) == CASES[large]


@pytest.fixture
def floor(tmp_path):
    program, port = tmp_path / "floor", free_port()
    warnings = ("-Wall", "-Wextra", "-Werror")
    subprocess.run(["cc", "-O2", *warnings, "-o", program, redis.FLOOR], check=True)

    @contextmanager
    def started(value_bytes):
        with side.serving([program, port, value_bytes], None, port, tmp_path / "floor.log"):
            yield port

    return started


def ask(port, requests, length):
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
        for part in requests:
            connection.sendall(part)
            time.sleep(0.01)
        answer = b""
        while len(answer) < length:
            answer += connection.recv(1 << 16)
        return answer


GET = b"*2\r\n$3\r\nGET\r\n$12\r\n000000000001\r\n"
SET = b"*3\r\n$3\r\nSET\r\n$12\r\n000000000001\r\n$100\r\n" + b"x" * 100 + b"\r\n"
VALUE, OK = b"$100\r\n" + b"x" * 100 + b"\r\n", b"+OK\r\n"


def test_the_floor_answers_the_bytes_that_a_store_would_however_requests_are_cut(floor):
    expected, whole = VALUE + OK + VALUE, GET + SET + GET
    with floor(100) as port:
        assert ask(port, [whole], len(expected)) == expected
        for cut in range(1, len(whole), 7):
            assert ask(port, [whole[:cut], whole[cut:]], len(expected)) == expected


def test_the_floor_answers_more_than_its_buffer_holds(floor):
    value = b"$200000\r\n" + b"x" * 200_000 + b"\r\n"
    with floor(200_000) as port:
        assert ask(port, [GET * 20], 20 * len(value)) == value * 20


def test_the_floor_says_how_it_is_used(tmp_path):
    program = tmp_path / "floor"
    subprocess.run(["cc", "-o", program, redis.FLOOR], check=True)
    done = subprocess.run([program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "usage: floor PORT VALUE_BYTES\n")
