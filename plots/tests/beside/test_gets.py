# SPDX-License-Identifier: Apache-2.0
import json
from argparse import Namespace
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest import mock

import pytest

from wisp_tools import files
from wisp_tools.beside import gets, side
from wisp_tools.beside.gets import LOADS, Figures, Ways
from wisp_tools.report.studies import recorded_studies


def run(rate: float, **counts: int) -> dict:
    latency = {"latencyNanoseconds": {"p50": 500}}
    operations = {"get": {"requests": 100}, "all": {"requests": 300, **latency}}
    return {"requestsPerSecond": rate, "operations": operations} | ({"lookups": counts} if counts else {})


def test_counts_are_for_each_get_or_each_request():
    figures = Figures.of(run(5, lookup_reads=40, gets_asked=70, lookup_stale_addresses=9, work_requests=600, posts=30))
    assert figures == Figures(5.0, 500, 0.4, 0.7, 0.09, 2.0, 0.1)


def test_what_a_way_does_not_count_is_unknown_and_not_zero():
    assert Figures.of(run(5)) == Figures(5.0, 500, None, None, None, None, None)
    writes = run(5, lookup_reads=0, posts=30)
    del writes["operations"]["get"]
    assert Figures.of(writes) == Figures(5.0, 500, None, None, None, None, 0.1)


def rounds(*rates: tuple[float, float, float]) -> list[dict[str, Figures]]:
    def figures(rate: float) -> Figures:
        return Figures(rate, 500, None, None, None, None, None)

    return [{"auto": figures(auto), "onesided": figures(pure), "ring": figures(ring)} for auto, pure, ring in rates]


def test_rates_are_compared_within_a_round_only():
    row = gets.row(LOADS["mix-1"], rounds((20, 10, 10), (200, 50, 100)))
    assert row["ways"]["auto"]["ratioToRing"] == {"median": 2, "lowest": 2, "highest": 2}
    assert row["ways"]["onesided"]["ratioToRing"] == {"median": 0.75, "lowest": 0.5, "highest": 1}


def test_tcp_is_measured_where_many_are_sent_together():
    assert "tcp" not in LOADS["mix-1"].ways
    assert all("tcp" in LOADS[name].ways for name in ("mix-10", "mix-64", "reads-16"))


def test_workloads_of_ycsb_are_asked_by_one_and_by_many_clients():
    assert {f"ycsb-{workload}-{clients}" for workload in "abc" for clients in (1, 4, 16)} <= LOADS.keys()
    assert LOADS["ycsb-b-16"].options == ("--workload", "b", "--clients", "16")
    assert LOADS["ycsb-b-16"].ways == ("auto", "onesided", "ring")


class FakeClient:
    def __init__(self, *_: object) -> None:
        self.lines: list[tuple[str, ...]] = []

    def measure(self, words: tuple[str, ...], log: object, seconds: float) -> None:
        self.lines.append(words)
        found = {"runs": [run(7.0, lookup_reads=1, gets_asked=1, work_requests=1, posts=1)]}
        Path(words[words.index("--json") + 1]).write_text(json.dumps(found))

    def close(self) -> None:
        pass


def test_all_ways_take_turns_in_one_client_and_the_record_fits_its_schema(tmp_path, monkeypatch):
    served, client = [], FakeClient()

    @contextmanager
    def serving(command, core, port, log, ready):
        served.append(command)
        yield mock.Mock(port=port, measured=lambda function: function())

    monkeypatch.setattr(side, "serving", serving)
    monkeypatch.setattr(gets, "WarmClient", lambda *_: client)
    monkeypatch.setattr("wisp_tools.environment.version_of", lambda *_: "some version")
    with ExitStack() as stack:
        ways = Ways("shm", 1, tmp_path, stack)
        loads = [LOADS[name] for name in ("mix-1", "mix-10")]
        gets.warm_up(ways, loads)
        rows = [gets.compare(ways, load, 2) for load in loads]
    assert [command[command.index("--transport") + 1] for command in served] == ["shm", "tcp"]
    # Two passes to warm up, since the second is no faster, and two rounds; of three ways and of four.
    assert len(client.lines) == 4 * 3 + 4 * 4
    asked = {words[words.index("--get") + 1] for words in client.lines if "--get" in words}
    assert asked == {"auto", "onesided", "ring"}
    options = Namespace(transport="shm", seconds=1, rounds=2, arguments=["--json", str(tmp_path / "gets.json")])
    document = {"format": "wisp-beside-gets", "version": 1, "conditions": gets.conditions(options), "rows": rows}
    files.write_checked(tmp_path / "gets.json", gets.SCHEMA, document)
    first, study = recorded_studies(tmp_path)
    assert (first.title, first.header) == ("Aims", ("what", "aim", "shm"))
    assert study.title == "What a get takes over shm"
    assert "emulated" not in study.text
    assert {len(line) for line in study.rows} == {len(study.header)}
    assert study.rows[0][:4] == ("mix-1", "auto", "7", "1.00 (1.00 to 1.00)")
    assert "| mix-10 | tcp |" in gets.in_table(rows)


def test_a_load_that_does_not_exist_is_named(capsys):
    with pytest.raises(SystemExit):
        gets.main(["mix-7"])
    assert "no such case: mix-7" in capsys.readouterr().err
