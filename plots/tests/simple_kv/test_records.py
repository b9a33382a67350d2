# SPDX-License-Identifier: Apache-2.0
import json
import signal
import tempfile
import time
import unittest
from pathlib import Path

from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader

from simple_kv.errors import SimpleKvError
from simple_kv.run_folder import RunFolder
from tests.simple_kv.support import PATIENCE_SECONDS, port_of, program, run, silent_server, tcp_server
from wisp_tools import files

SUITE = files.SCHEMAS.parent / "default-sweep"


class FolderTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def names(self) -> set[str]:
        return {each.name for each in self.folder.iterdir()}


class RunFolderTest(FolderTest):
    def test_a_run_is_unfinished_until_it_has_its_result(self):
        with RunFolder(self.folder / "run") as folder:
            self.assertEqual(self.names(), {"run.unfinished"})
            folder.complete([])
            self.assertEqual(self.names(), {"run"})
        self.assertEqual(self.names(), {"run"})
        self.assertEqual(json.loads((self.folder / "run" / "result.json").read_text())["name"], "run")

    def test_what_goes_wrong_is_written_down_and_no_result_left(self):
        for number in range(3):
            with self.assertRaises(SimpleKvError), RunFolder(self.folder / "run"):
                raise SimpleKvError(f"reason {number}")
        self.assertEqual(self.names(), {"run.FAILED", "run-2.FAILED", "run-3.FAILED"})
        self.assertEqual((self.folder / "run-3.FAILED" / "FAILED.txt").read_text(), "reason 2\n")
        self.assertFalse(list(self.folder.glob("*/result.json")))

    def test_an_interrupted_run_has_failed(self):
        with self.assertRaises(KeyboardInterrupt), RunFolder(self.folder / "run"):
            raise KeyboardInterrupt
        self.assertEqual((self.folder / "run.FAILED" / "FAILED.txt").read_text(), "interrupted\n")

    def test_nothing_is_overwritten(self):
        for name in ("run", "other.unfinished"):
            (self.folder / name).mkdir()
        for name in ("run", "other"):
            with self.assertRaisesRegex(SimpleKvError, "exists already; name another folder"):
                RunFolder(self.folder / name)
        self.assertEqual(self.names(), {"run", "other.unfinished"})


class RecordedRunTest(FolderTest):
    def record(self, *more: str) -> Path:
        with tcp_server() as port:
            arguments = ["-p", f"127.0.0.1:{port}", "--requests", "900", "--warmup", "50", "--iterations", "3"]
            done = run(*arguments, "--results", str(self.folder / "run"), *more)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
        return self.folder / "run"

    def test_it_has_the_fields_of_a_run_of_the_suite(self):
        recorded = json.loads((self.record() / "result.json").read_text())
        suite = json.loads((SUITE / "result.json").read_text())
        self.assertEqual(recorded.keys(), suite.keys())
        (ours,), theirs = recorded["measurements"], suite["measurements"][0]
        self.assertEqual(ours.keys(), theirs.keys())
        self.assertEqual(ours["score"].keys(), theirs["score"].keys())
        self.assertEqual(ours["ends"].keys(), theirs["ends"].keys() | {"emulated"})
        self.assertEqual(
            [(each["operation"], each.keys()) for each in ours["latencies"]],
            [(each["operation"], each.keys()) for each in theirs["latencies"]],
        )
        for our, their in zip(ours["latencies"], theirs["latencies"], strict=True):
            self.assertEqual(our["percentiles"].keys(), their["percentiles"].keys())

    def test_its_environment_has_the_fields_of_the_suite_and_python(self):
        recorded = json.loads((self.record() / "environment.json").read_text())
        suite = json.loads((SUITE / "environment.json").read_text())
        self.assertEqual(recorded.keys(), suite.keys() | {"python", "rdmaDevices"})
        self.assertEqual(recorded["machine"].keys(), suite["machine"].keys() | {"guest"})
        self.assertEqual(recorded["software"].keys(), suite["software"].keys())
        self.assertEqual(recorded["commandLine"][-2:], ["--results", "run"])
        self.assertIsNone(recorded["java"])
        for name in ("cpu", "cores", "kernel", "memoryBytes", "allowedCores"):
            self.assertEqual(type(recorded["machine"][name]), type(suite["machine"][name]), msg=name)

    def test_it_satisfies_the_schemas(self):
        folder = self.record("--profile")
        for file, name in (("result.json", "wisp-result-1"), ("environment.json", "wisp-environment-1")):
            if not (files.SCHEMAS / f"{name}.schema.json").exists():
                self.skipTest(f"results/schemas has no {name}")
            files.check(name, json.loads((folder / file).read_text()))

    def test_all_requests_are_in_score_histograms_and_log(self):
        folder = self.record()
        (found,) = json.loads((folder / "result.json").read_text())["measurements"]
        self.assertEqual(len(found["score"]["samples"]), found["measuredIterations"])
        self.assertEqual(found["measuredIterations"], 3)
        counts = {}
        for latency in found["latencies"]:
            histogram = HdrHistogram.decode(latency["histogram"])
            self.assertEqual(histogram.get_total_count(), latency["count"])
            self.assertEqual(histogram.get_value_at_percentile(99), latency["percentiles"]["99"])
            self.assertLessEqual(latency["min"], latency["percentiles"]["50"])
            counts[latency["operation"]] = latency["count"]
        self.assertEqual(counts["all"], 900)
        reader = HistogramLogReader(str(folder / found["histogramLog"]), HdrHistogram(1, 60_000_000_000, 3))
        self.addCleanup(reader.input_file.close)
        logged: dict[str, int] = {}
        while (interval := reader.get_next_interval_histogram()) is not None:
            tag = interval.get_tag()
            logged[tag] = logged.get(tag, 0) + interval.get_total_count()
        self.assertEqual(logged, {kind: counts[kind] for kind in ("put", "get", "delete")})

    def test_a_profile_is_among_the_secondary_figures(self):
        (found,) = json.loads((self.record("--profile") / "result.json").read_text())["measurements"]
        steps = ("build", "post", "complete", "wait", "parse")
        self.assertEqual(list(found["secondary"]), [f"profile.{step}" for step in steps])
        for figure in found["secondary"].values():
            self.assertEqual((figure["unit"], figure["error"]), ("ns/op", None))
            self.assertGreater(figure["value"], 0)


class FailedRunTest(FolderTest):
    def test_a_server_that_does_not_answer_leaves_a_failed_run(self):
        with silent_server() as (port, _):
            done = run("-p", f"127.0.0.1:{port}", "--timeout", "0.2", "--results", str(self.folder / "run"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("no answer within 0.2 s", done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1)
        self.assertEqual(self.names(), {"run.FAILED"})
        self.assertIn("no answer within 0.2 s", (self.folder / "run.FAILED" / "FAILED.txt").read_text())

    def start_endless(self, port: int):
        requests = ("--requests", "40000000", "--iterations", "1", "--warmup", "0")
        return program("-p", f"127.0.0.1:{port}", *requests, "--results", str(self.folder / "run"))

    def await_start(self):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (self.folder / "run.unfinished" / "environment.json").exists():
            self.assertLess(time.monotonic(), deadline, "the run did not start")
            time.sleep(0.05)

    def await_client(self, port: int):
        """Waits until the server has a connection to its port."""
        local, established = f":{port:04X}", "01"
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not any(
            line.split()[1].endswith(local) and line.split()[3] == established
            for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        ):
            self.assertLess(time.monotonic(), deadline, "the client did not connect")
            time.sleep(0.05)

    def test_a_server_that_dies_leaves_a_failed_run(self):
        with program("-s", "--port", "0") as server:
            port = port_of(server)
            with self.start_endless(port) as client:
                self.await_start()
                self.await_client(port)
                server.kill()
                said, _ = client.communicate(timeout=PATIENCE_SECONDS)
            self.assertEqual(client.returncode, 1)
            self.assertRegex(said, "simple-kv: .*(closed the connection|reset|Broken pipe)")
        self.assertEqual(self.names(), {"run.FAILED"})

    def test_an_interrupt_leaves_a_failed_run(self):
        with program("-s", "--port", "0") as server, self.start_endless(port_of(server)) as client:
            self.await_start()
            client.send_signal(signal.SIGINT)
            said, _ = client.communicate(timeout=PATIENCE_SECONDS)
            self.assertEqual((client.returncode, said.splitlines()[-1]), (130, "simple-kv: interrupted"))
            self.assertNotIn("Traceback", said)
        self.assertEqual(self.names(), {"run.FAILED"})
        self.assertFalse((self.folder / "run.FAILED" / "result.json").exists())
