# SPDX-License-Identifier: Apache-2.0
import argparse
import os
import re
import signal
from pathlib import Path

import pytest

from simple_kv import command, explain_write, protocol
from simple_kv.request_region import RequestWriter
from wisp_tools import files
from wisp_tools.devices import Port
from wisp_tools.errors import WispError

STEPS = {"build": 1.0, "post": 2.0, "complete": 3.0, "wait": 4.0, "parse": 5.0}


def one_round(region: float, request: float, c_region: float, c_request: float) -> dict:
    def python(median: float) -> dict:
        return {"writeMean": 7 * median, "writeP50": median, "steps": STEPS, "requestsPerSecond": 9_000.0}

    def program(mean: float) -> dict:
        return {"writeMean": mean, "halfRoundTripP50": mean / 2}

    return {
        "order": ["pythonRegion", "pythonRequest", "cRegion", "cRequest"],
        "pythonRegion": python(region),
        "pythonRequest": python(request),
        "cRegion": program(c_region),
        "cRequest": program(c_request),
    }


def document(rounds: list[dict]) -> dict:
    environment = {"format": "wisp-environment", "version": 1}
    port = Port("rxe0", 1, 1, "::ffff:10.9.0.1", is_ethernet=True, emulated=True)
    return explain_write.document(argparse.Namespace(requests=100), port, "split", environment, rounds)


class TestSummary:
    def test_the_shares_of_a_round_add_up_to_one(self):
        found = explain_write.shares(one_round(100, 25, 80, 5))
        assert found == {"mistake": 0.75, "python": 0.2, "device": 0.05}

    def test_medians_and_ranges_are_over_rounds(self):
        summary = explain_write.summarize(
            [one_round(100, 25, 80, 5), one_round(100, 50, 40, 10), one_round(100, 10, 90, 10)]
        )
        assert summary["shares"]["mistake"] == {"median": 0.75, "lowest": 0.5, "highest": 0.9}
        assert summary["ratios"]["cRegionToCRequest"] == {"median": 9, "lowest": 4, "highest": 16}

    def test_the_document_satisfies_its_schema_and_a_changed_one_does_not(self):
        good = document([one_round(100, 25, 80, 5)])
        files.check("wisp-write-cost-1", good)
        for change in ({"version": 2}, {"rounds": []}, {"more": 1}, {"emulated": None}):
            with pytest.raises(WispError, match="not of the format wisp-write-cost-1"):
                files.check("wisp-write-cost-1", good | change)

    def test_the_sizes_of_requests_are_those_that_the_client_writes(self):
        found = explain_write.request_bytes(explain_write.SETTINGS)
        region = RequestWriter(memoryview(bytearray(1024)))
        ((_, written),) = region.put(protocol.encode_request(protocol.PUT, b"123", b"x" * 100))
        assert found["put"] == written
        assert found == {"put": 24 + 109, "get": 24 + 8, "delete": 24 + 8}

    def test_the_table_says_that_it_is_emulated(self):
        table = explain_write.in_table(document([one_round(100, 25, 80, 5)]))
        assert table.startswith("Soft-RoCE, emulated")
        assert "| 75.0% (75.0% to 75.0%) |" in table


class TestCommand:
    """The command where a device and perftest seem to be there, and `measured` is in place of measuring."""

    @pytest.fixture
    def run_command(self, monkeypatch, capsys):
        def run(path: Path, measured) -> tuple[int, str]:
            monkeypatch.setattr("simple_kv.rdma.require", lambda: None)
            monkeypatch.setattr("wisp_tools.devices.choose", lambda wanted: None)
            monkeypatch.setattr("shutil.which", lambda program: "there")
            monkeypatch.setattr(explain_write, "_measured", measured)
            return command.main(["explain-write", "--json", str(path)]), capsys.readouterr().err

        return run

    @pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
    def test_what_ends_it_from_outside_interrupts_it(self, run_command, tmp_path, number):
        before, path = signal.getsignal(number), tmp_path / "cost.json"
        path.write_text("{}")
        found = run_command(path, lambda *_: os.kill(os.getpid(), number))
        assert found == (130, "simple-kv: interrupted\n")
        assert not path.exists()
        assert signal.getsignal(number) == before

    def test_a_folder_for_the_file_is_refused_before_anything_is_measured(self, run_command, tmp_path):
        status, said = run_command(tmp_path, lambda *_: pytest.fail("it was measured"))
        assert status == 1
        assert re.search("^simple-kv: --json .* is a folder; name a file in it\n$", said)

    def test_the_file_is_written_if_all_was_measured(self, run_command, tmp_path):
        path = tmp_path / "cost.json"
        assert run_command(path, lambda *_: document([one_round(100, 25, 80, 5)])) == (0, "")
        assert path.read_text().startswith('{\n  "format": "wisp-write-cost"')
