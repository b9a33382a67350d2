# SPDX-License-Identifier: Apache-2.0
import contextlib
import io
import os
import signal
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from simple_kv import command, explain_write, protocol
from simple_kv.request_region import RequestWriter
from wisp_tools import files
from wisp_tools.errors import WispError

STEPS = {"build": 1.0, "post": 2.0, "complete": 3.0, "wait": 4.0, "parse": 5.0}


def one_round(region: float, request: float, c_region: float, c_request: float) -> dict:
    def python(median: float) -> dict:
        return {"writeMean": 7 * median, "writeP50": median, "steps": STEPS, "requestsPerSecond": 1.0}

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
    return {
        "format": "wisp-write-cost",
        "version": 1,
        "environment": {"format": "wisp-environment", "version": 1},
        "device": "rxe0",
        "emulated": True,
        "placement": "split",
        "settings": {
            "requests": 100,
            "regionBytes": 102_400,
            "requestBytes": explain_write.request_bytes(explain_write.SETTINGS),
            "smallBytes": 64,
            "keySize": 3,
            "payloadSize": 100,
            "ahead": 10,
        },
        "rounds": rounds,
        "summary": explain_write.summarize(rounds),
    }


class SummaryTest(unittest.TestCase):
    def test_the_shares_of_a_round_add_up_to_one(self):
        found = explain_write.shares(one_round(100, 25, 80, 5))
        self.assertEqual(found, {"mistake": 0.75, "python": 0.2, "device": 0.05})

    def test_medians_and_ranges_are_over_rounds(self):
        summary = explain_write.summarize(
            [one_round(100, 25, 80, 5), one_round(100, 50, 40, 10), one_round(100, 10, 90, 10)]
        )
        self.assertEqual(summary["shares"]["mistake"], {"median": 0.75, "lowest": 0.5, "highest": 0.9})
        self.assertEqual(summary["ratios"]["cRegionToCRequest"], {"median": 9, "lowest": 4, "highest": 16})

    def test_the_document_satisfies_its_schema_and_a_changed_one_does_not(self):
        good = document([one_round(100, 25, 80, 5)])
        files.check("wisp-write-cost-1", good)
        for change in ({"version": 2}, {"rounds": []}, {"more": 1}, {"emulated": None}):
            with self.assertRaisesRegex(WispError, "not of the format wisp-write-cost-1"):
                files.check("wisp-write-cost-1", good | change)

    def test_the_sizes_of_requests_are_those_that_the_client_writes(self):
        found = explain_write.request_bytes(explain_write.SETTINGS)
        region = RequestWriter(memoryview(bytearray(1024)))
        ((_, written),) = region.put(protocol.encode_request(protocol.PUT, b"123", b"x" * 100))
        self.assertEqual(found["put"], written)
        self.assertEqual(found, {"put": 24 + 109, "get": 24 + 8, "delete": 24 + 8})

    def test_the_table_says_that_it_is_emulated(self):
        table = explain_write.in_table(document([one_round(100, 25, 80, 5)]))
        self.assertTrue(table.startswith("Soft-RoCE, emulated"))
        self.assertIn("| 75.0% (75.0% to 75.0%) |", table)


class CommandTest(unittest.TestCase):
    """The command where a device and perftest seem to be there, and `measured` is in place of measuring."""

    def run_command(self, json: Path, measured) -> tuple[int, str]:
        said = io.StringIO()
        with (
            mock.patch("simple_kv.rdma.require"),
            mock.patch("wisp_tools.devices.choose"),
            mock.patch("shutil.which", return_value="there"),
            mock.patch.object(explain_write, "_measured", side_effect=measured),
            contextlib.redirect_stderr(said),
            contextlib.redirect_stdout(io.StringIO()),
        ):
            status = command.main(["explain-write", "--json", str(json)])
        return status, said.getvalue()

    def test_what_ends_it_from_outside_interrupts_it(self):
        before = [signal.getsignal(number) for number in (signal.SIGHUP, signal.SIGTERM)]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "cost.json"
            for number in (signal.SIGHUP, signal.SIGTERM):
                path.write_text("{}")
                found = self.run_command(path, lambda *_, number=number: os.kill(os.getpid(), number))
                self.assertEqual(found, (130, "simple-kv: interrupted\n"))
                self.assertFalse(path.exists())
        self.assertEqual([signal.getsignal(number) for number in (signal.SIGHUP, signal.SIGTERM)], before)

    def test_a_folder_for_the_file_is_refused_before_anything_is_measured(self):
        with tempfile.TemporaryDirectory() as folder:
            status, said = self.run_command(Path(folder), lambda *_: self.fail("it was measured"))
        self.assertEqual(status, 1)
        self.assertRegex(said, "^simple-kv: --json .* is a folder; name a file in it\n$")

    def test_the_file_is_written_if_all_was_measured(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "cost.json"
            status, said = self.run_command(path, lambda *_: document([one_round(100, 25, 80, 5)]))
            self.assertEqual((status, said), (0, ""))
            self.assertTrue(path.read_text().startswith('{\n  "format": "wisp-write-cost"'))
