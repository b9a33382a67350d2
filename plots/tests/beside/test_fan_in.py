# SPDX-License-Identifier: Apache-2.0
import json
from argparse import Namespace
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest import mock

import pytest

from wisp_tools import files
from wisp_tools.beside import fan_in, gets, side
from wisp_tools.beside.fan_in import Figures
from wisp_tools.report.studies import recorded_studies


def run(rate: float, requests: int, fewest: int | None = None) -> dict:
    found = {"requestsPerSecond": rate, "operations": {"all": {"requests": requests}}}
    return found | ({"requestsPerClient": {"fewest": fewest, "most": requests}} if fewest is not None else {})


def test_the_slowest_client_is_compared_with_the_mean():
    assert Figures.of(run(5, 400, 50), 4) == Figures(5.0, 0.5)
    assert Figures.of(run(5, 400, 0), 4) == Figures(5.0, 0.0)
    assert Figures.of(run(5, 400), 1) == Figures(5.0, 1.0)


def test_each_number_is_compared_with_the_most_that_fewer_had_in_the_round():
    def one_round(*rates: float) -> dict[str, Figures]:
        return {name: Figures(rate, 1.0) for name, rate in zip(("1", "4", "16"), rates, strict=True)}

    first, second, third = fan_in.rows([one_round(2, 4, 3), one_round(20, 10, 10), one_round(1, 3, 3)])
    assert "ratioToFewer" not in first
    assert second["ratioToFewer"] == {"median": 2, "lowest": 0.5, "highest": 3}
    assert third["ratioToFewer"] == {"median": 0.75, "lowest": 0.5, "highest": 1}


class FakeClient:
    def __init__(self, *_: object) -> None:
        self.lines: list[tuple[str, ...]] = []

    def measure(self, words: tuple[str, ...], log: object, seconds: float) -> None:
        self.lines.append(words)
        clients = int(words[words.index("--clients") + 1])
        found = {"runs": [run(100.0 * clients, 1000, 900 // clients)]}
        Path(words[words.index("--json") + 1]).write_text(json.dumps(found))

    def close(self) -> None:
        pass


def test_the_record_fits_its_schema_and_the_report_shows_it_with_its_aims(tmp_path, monkeypatch):
    client = FakeClient()

    @contextmanager
    def serving(command, core, port, log, ready):
        yield mock.Mock(port=port, measured=lambda function: function())

    monkeypatch.setattr(side, "serving", serving)
    monkeypatch.setattr(gets, "WarmClient", lambda *_: client)
    monkeypatch.setattr("wisp_tools.environment.version_of", lambda *_: "some version")
    with ExitStack() as stack:
        rows = fan_in.compare(gets.Ways("shm", 1, tmp_path, stack), (1, 16, 256), 2)
    # Two passes to warm up, since the second is no faster, and two rounds, the second in the opposite order.
    clients = [int(words[words.index("--clients") + 1]) for words in client.lines]
    assert clients == [1, 16, 256, 1, 16, 256, *clients[6:9], *clients[6:9][::-1]]
    assert {words[words.index("--get") + 1] for words in client.lines} == {"ring"}
    assert {words[words.index("--client-threads") + 1] for words in client.lines} == {"1"}
    options = Namespace(transport="shm", seconds=1, rounds=2, arguments=[])
    document = {"format": fan_in.FORMAT, "version": 1, "conditions": gets.conditions(options), "rows": rows}
    files.write_checked(tmp_path / "fan-in.json", fan_in.SCHEMA, document)
    first, study = recorded_studies(tmp_path)
    told = {row[0]: row[1:] for row in first.rows if row[2]}
    assert told == {
        "requests/s of 16 clients, against the most that fewer had": ("at least 0.95", "16.00 (16.00 to 16.00): met"),
        "requests/s of 256 clients, against the most that fewer had": ("at least 0.95", "16.00 (16.00 to 16.00): met"),
        "requests of the slowest of 256 clients, against the mean": ("at least 0.5", "0.77 (0.77 to 0.77): met"),
    }
    assert study.title == "One thread of a server, by how many clients ask it over shm"
    assert "emulated" not in study.text
    assert study.rows[0] == ("1", "100", "", "1.00")
    assert study.rows[1] == ("16", "1,600", "16.00 (16.00 to 16.00)", "0.90")


@pytest.mark.parametrize("words", [["0"], ["1025"], ["some"], ["--transport", "tcp"]])
def test_what_is_no_number_of_clients_is_refused(words, capsys):
    with pytest.raises(SystemExit):
        fan_in.main(words)
    assert "(./wisp beside fan-in -h explains)" in capsys.readouterr().err
