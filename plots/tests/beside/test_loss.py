# SPDX-License-Identifier: Apache-2.0
import json
from argparse import Namespace
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest import mock

import pytest

from wisp_tools import files
from wisp_tools.beside import loss, side
from wisp_tools.beside.cable import Counts
from wisp_tools.beside.loss import ACK_TIMEOUTS, CASES, Servers
from wisp_tools.campaign.clients import MeasurementFailure
from wisp_tools.errors import WispError
from wisp_tools.processes import ProcessFailure
from wisp_tools.report.studies import recorded_studies

KEPT = {each: 1 << exponent for each, exponent in zip(ACK_TIMEOUTS, (20, 22, 24, 26, 28, 29), strict=True)}


def after(words: tuple[str, ...], option: str) -> str:
    return words[words.index(option) + 1]


class FakeCable:
    """It loses five packets in each run, and both devices send again seven times."""

    def __init__(self) -> None:
        self.told: list[float] = []
        self.read = 0

    def lose(self, percent: float) -> None:
        self.told.append(percent)

    def counts(self) -> Counts:
        self.read += 1
        return Counts(100 + 5 * self.read, 7 * self.read)


class FakeClient:
    """Its requests take as long as the ack timeout; with the shortest its connection breaks once packets are lost."""

    def __init__(self, laid: FakeCable) -> None:
        self.laid = laid
        self.lines: list[tuple[str, ...]] = []
        self.ends_with: Exception | None = None

    def measure(self, words: tuple[str, ...], log: object, seconds: float) -> None:
        self.lines.append(words)
        asked = after(words, "--ack-timeout")
        if self.ends_with and self.laid.told:
            raise self.ends_with
        if asked == "1ms" and self.laid.told and self.laid.told[-1]:
            raise MeasurementFailure("wisp: the server is gone (exit code 1)")
        latency = {"p50": 50_000, "p90": 60_000, "p99": KEPT[asked], "p99.9": KEPT[asked], "max": 2 * KEPT[asked]}
        run = {"operations": {"all": {"latencyNanoseconds": latency}}}
        found = {"connection": {"ackTimeoutNanoseconds": KEPT[asked]}, "runs": [run]}
        Path(after(words, "--json")).write_text(json.dumps(found))

    def close(self) -> None:
        pass


class Setting:
    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.served: list[list[object]] = []
        self.cable = FakeCable()
        self.client = FakeClient(self.cable)

        @contextmanager
        def serving(command, core, port, log, ready):
            self.served.append(command)
            yield mock.Mock(port=port, measured=lambda function: function())

        monkeypatch.setattr(side, "serving", serving)
        monkeypatch.setattr(loss, "WarmClient", lambda *_: self.client)
        monkeypatch.setattr("wisp_tools.environment.version_of", lambda *_: "some version")
        monkeypatch.setenv("WISP_GUEST", "tcg")
        with ExitStack() as stack:
            self.servers = Servers(self.cable, ACK_TIMEOUTS, 1000, folder, stack)

    def compare(self, case: str, rounds: int = 2) -> list[dict]:
        return loss.compare(self.servers, self.cable, case, rounds)


@pytest.fixture
def setting(tmp_path, monkeypatch) -> Setting:
    return Setting(tmp_path, monkeypatch)


def test_both_ends_have_the_same_ack_timeout_and_a_device_each(setting):
    assert [after(tuple(command), "--ack-timeout") for command in setting.served] == list(ACK_TIMEOUTS)
    assert {after(tuple(command), "--device") for command in setting.served} == {"rxe1"}
    ports = {after(tuple(command), "--ack-timeout"): after(tuple(command), "--port") for command in setting.served}
    for words in setting.client.lines:
        assert words[0] == f"10.9.0.2:{ports[after(words, '--ack-timeout')]}"
        assert after(words, "--device") == "rxe0"


def test_keys_are_put_and_ends_are_warm_before_anything_is_lost(setting):
    assert len(setting.client.lines) == len(ACK_TIMEOUTS)
    assert all(after(words, "--preload") == "all" for words in setting.client.lines)
    assert setting.cable.told == []
    setting.compare("loss-1")
    assert not any("--preload" in words for words in setting.client.lines[len(ACK_TIMEOUTS) :])


def test_ack_timeouts_take_turns_and_every_second_round_goes_backwards(setting):
    setting.compare("loss-0")
    asked = [after(words, "--ack-timeout") for words in setting.client.lines[len(ACK_TIMEOUTS) :]]
    assert sorted([asked[:6], asked[6:]]) == sorted([list(ACK_TIMEOUTS), list(ACK_TIMEOUTS)[::-1]])


def test_a_connection_that_breaks_is_counted_and_has_no_latency(setting):
    broken, *others = setting.compare("loss-1")
    assert [each["latencyNanoseconds"] for each in broken["rounds"]] == [None, None]
    assert {each["failure"] for each in broken["rounds"]} == {"wisp: the server is gone (exit code 1)"}
    assert all(each["failure"] is None for other in others for each in other["rounds"])


def test_what_was_lost_and_sent_again_is_that_of_the_run(setting):
    for row in setting.compare("loss-0.1"):
        assert {(each["lostPackets"], each["retransmissions"]) for each in row["rounds"]} == {(5, 7)}


@pytest.mark.parametrize("failure", [ProcessFailure("the client ended: out of memory"), KeyboardInterrupt()])
def test_nothing_is_lost_any_more_when_a_client_is_of_no_use(setting, failure):
    setting.client.ends_with = failure
    with pytest.raises(type(failure)):
        setting.compare("loss-1")
    assert setting.cable.told == [1.0, 0]


def test_the_record_fits_its_schema_and_becomes_a_study(setting, tmp_path):
    rows = [row for case in CASES for row in setting.compare(case)]
    options = Namespace(requests=1000, rounds=2, arguments=["--json", str(tmp_path / "loss.json")])
    document = {"format": loss.FORMAT, "version": 1, "conditions": loss.conditions(options), "rows": rows}
    files.write_checked(tmp_path / "loss.json", loss.SCHEMA, document)
    (study,) = recorded_studies(tmp_path)
    assert study.title == "What a lost packet costs"
    assert "Soft-RoCE, emulated" in study.text
    assert {len(line) for line in study.rows} == {len(loss.HEAD)}
    assert study.rows[3][:4] == ("0 %", "67.11", "0.05 (0.05 to 0.05)", "67.11 (67.11 to 67.11)")
    assert study.rows[3][5:] == ("134.22", "10", "14", "0 of 2")
    assert study.rows[12] == ("1 %", "1.05", "", "", "", "", "10", "14", "2 of 2")
    assert loss.in_table(rows).startswith("Soft-RoCE, emulated: ")
    sample = rows[0]["rounds"][0]
    for spoiled in (sample | {"failure": "broke"}, sample | {"latencyNanoseconds": None}, sample | {"lostPackets": -1}):
        with pytest.raises(WispError, match="not of the format wisp-beside-loss-1"):
            files.check(loss.SCHEMA, document | {"rows": [rows[0] | {"rounds": [spoiled]}]})


def test_other_ack_timeouts_are_taken_once_each():
    assert loss.parser().parse_args(["--ack-timeouts", "5ms,1s,5ms"]).ack_timeouts == ("5ms", "1s")


@pytest.mark.parametrize("text", ["", "5", "5ms,", "5us", "5ms 1s", "-5ms"])
def test_what_is_no_time_is_named(text, capsys):
    with pytest.raises(SystemExit):
        loss.parser().parse_args([f"--ack-timeouts={text}"])
    assert f"times as 4ms,67ms are wanted, and {text!r} is not that" in capsys.readouterr().err


def test_it_leaves_the_routes_of_a_machine_alone(monkeypatch, capsys):
    monkeypatch.delenv("WISP_GUEST", raising=False)
    with pytest.raises(SystemExit):
        loss.main([])
    assert "run it as ./wisp guest --virtual ./wisp beside loss" in capsys.readouterr().err


def test_a_case_that_does_not_exist_is_named(capsys):
    with pytest.raises(SystemExit):
        loss.main(["loss-2"])
    assert "no such case: loss-2" in capsys.readouterr().err
