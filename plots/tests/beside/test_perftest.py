# SPDX-License-Identifier: Apache-2.0
import argparse
import copy
import json
import os

import pytest

from wisp_tools import files
from wisp_tools.beside import perftest as comparison
from wisp_tools.beside import side
from wisp_tools.beside.verbs import Perftest
from wisp_tools.errors import WispError
from wisp_tools.processes import ProcessFailure

SCHEMA = f"{comparison.FORMAT}-{comparison.VERSION}"
DEVICE = {"device": "rxe0", "port": 1, "gidIndex": 1, "mtu": 1024, "outstandingReads": 16, "java": "25.0.3"}
#: In perftest's place: its server waits for one client, its client prints a row as perftest does.
PROGRAM = r"""#!/usr/bin/env python3
import socket, sys
arguments = sys.argv[1:]
value = lambda name: arguments[arguments.index(name) + 1]
if arguments[-1] != "127.0.0.1":
    with socket.create_server(("127.0.0.1", int(value("-p")))) as server:
        server.accept()
    sys.exit()
socket.create_connection(("127.0.0.1", int(value("-p")))).close()
print("#bytes #iterations ...")
print(value("-s"), value("-n"), FIGURES)
sys.exit(STATUS)
"""


class TestPerftest:
    @pytest.fixture(autouse=True)
    def programs_in_a_folder(self, tmp_path, monkeypatch):
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        self.folder = tmp_path
        self.perftest = Perftest(DEVICE, tmp_path, side.Cores())

    def program(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)
        (self.folder / name).chmod(0o755)

    def prints(self, name: str, figures: str, status: int = 0) -> None:
        self.program(name, PROGRAM.replace("FIGURES", repr(figures)).replace("STATUS", str(status)))

    def test_latencies_are_read_in_microseconds(self):
        self.prints("ib_read_lat", "20.1 90.5 23.7 24.0 1.5 49.9 70.2")
        assert self.perftest.latency("read", 32, 2000) == {"p50": 23_700, "p99": 49_900}

    def test_rates_are_read_in_millions(self):
        self.prints("ib_write_bw", "10.1 9.5 0.25")
        assert self.perftest.rate("write", 64, 32_000) == {"messagesPerSecond": 250_000}

    def test_a_program_that_fails_or_prints_nothing_is_no_figure(self):
        self.prints("ib_write_lat", "1 2 3 4 5 6 7", status=3)
        with pytest.raises(ProcessFailure, match="ib_write_lat ended with status 3"):
            self.perftest.latency("write", 8, 100)
        self.program("ib_send_lat", PROGRAM.replace('print(value("-s")', "(value").replace("STATUS", "0"))
        with pytest.raises(ProcessFailure, match="ib_send_lat (printed no result|ended with status)"):
            self.perftest.latency("send", 8, 100)

    def test_a_server_that_ends_at_once_is_told_with_its_words(self):
        self.program("ib_read_lat", "#!/bin/sh\necho no such device >&2\nexit 1\n")
        with pytest.raises(ProcessFailure, match="ib_read_lat ended with status 1: no such device"):
            self.perftest.latency("read", 8, 100)


def transport_row() -> dict:
    wisp = {"p50": 30_000, "p99": 90_000, "hits": 100, "misses": 0, "lookups": {"lookups": 100}}
    samples = [(dict(wisp, p50=value), {"p50": 20_000.0, "p99": 45_000.0}) for value in (30_000, 26_000, 24_000)]
    return comparison.row("onesided", 10, "nanoseconds", ["p50", "p99"], samples, perftestSizes=[32])


def binding_row(case: str) -> dict:
    figures = ["messagesPerSecond"] if case.endswith("rate") else ["p50", "p99"]
    sample = dict.fromkeys(figures, 10000.0)
    more = {} if case.endswith("rate") else {"min": 9_000.0, "max": 20_000.0, "mean": 11_000.0}
    unit = "messages per second" if case.endswith("rate") else "nanoseconds"
    return comparison.row(case, 8, unit, figures, [({**sample, **more, "allocatedBytes": 0}, sample)], allocatedBytes=0)


class TestReport:
    @pytest.fixture
    def report(self, tmp_path, monkeypatch) -> comparison.Report:
        monkeypatch.setenv("WISP_GUEST", "tcg")
        monkeypatch.setattr("wisp_tools.devices.is_emulated", lambda device: True)
        monkeypatch.setattr("wisp_tools.environment.version_of", lambda program: "6.06")
        self.file = tmp_path / "comparison.json"
        numbers = {"rounds": 3, "iterations": 2000, "warmup_iterations": 0, "warmup_seconds": None}
        options = argparse.Namespace(arguments=["verbs"], placement="free", json=self.file, **numbers)
        made = comparison.Report(options)
        made.begin(DEVICE)
        return made

    def test_the_median_of_ratios_counts_and_their_range_is_kept(self):
        ratio = transport_row()["ratio"]["p50"]
        assert ratio == {"median": 1.3, "lowest": 1.2, "highest": 1.5}

    def test_a_run_that_is_cut_short_says_so(self, report):
        report.add(transport_row())
        assert not json.loads(self.file.read_text())["complete"]
        report.end()
        assert json.loads(self.file.read_text())["complete"]

    def test_what_is_written_is_as_its_schema_says(self, report):
        for row in (transport_row(), *map(binding_row, ("read", "write", "send", "read-rate", "write-rate"))):
            report.add(row)
        written = json.loads(self.file.read_text())
        files.check(SCHEMA, written)
        for spoil in (
            lambda document: document.pop("complete"),
            lambda document: document["rows"].clear(),
            lambda document: document["rows"][0].update(case="guess"),
            lambda document: document["rows"][0]["wisp"][0].update(p50=0),
            lambda document: document["rows"][5]["ratio"].clear(),
        ):
            spoiled = copy.deepcopy(written)
            spoil(spoiled)
            with pytest.raises(WispError):
                files.check(SCHEMA, spoiled)

    def test_the_table_names_units_and_says_what_is_emulated(self):
        text = comparison.in_table([transport_row(), binding_row("read-rate")], emulated=True)
        assert text.startswith("Soft-RoCE, emulated")
        assert "| onesided | 10 | p50 | 26.0 us | 20.0 us | 1.30 (1.20 to 1.50) |" in text
        assert "| read-rate | 8 | messages | 10,000.0 /s | 10,000.0 /s | 1.00 (1.00 to 1.00) |" in text


class TestRounds:
    def test_who_goes_first_alternates(self):
        order = []

        def measured(name):
            return lambda: order.append(name) or {"p50": 1.0}

        comparison.compare("x", 4, measured("wisp"), measured("perftest"), "p50")
        assert order == ["perftest", "wisp", "wisp", "perftest"] * 2

    def test_frames_and_records_have_the_sizes_that_their_formats_say(self):
        assert comparison.MESSAGES["onesided"](10) == [32]
        assert comparison.MESSAGES["onesided"](1000) == [1024]
        assert comparison.MESSAGES["ring"](10) == [48, 48]
        assert comparison.MESSAGES["ring"](100) == [48, 144]
