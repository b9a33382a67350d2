# SPDX-License-Identifier: Apache-2.0
import json
import re
import signal
from collections import Counter
from pathlib import Path

import pytest
from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader

from simple_kv.run_folder import RunFolder
from tests.simple_kv.support import PATIENCE_SECONDS, port_of, program, run, silent_server, tcp_server
from tests.waiting import wait_for
from wisp_tools import files
from wisp_tools.errors import WispError

SUITE = files.SCHEMAS.parent / "default-sweep"


class InFolder:
    @pytest.fixture(autouse=True)
    def in_folder(self, tmp_path):
        self.folder = tmp_path

    def names(self) -> set[str]:
        return {each.name for each in self.folder.iterdir()}


class TestRunFolder(InFolder):
    def test_a_run_is_unfinished_until_it_has_its_result(self):
        with RunFolder(self.folder / "run") as folder:
            assert self.names() == {"run.unfinished"}
            folder.complete([])
            assert self.names() == {"run"}
        assert self.names() == {"run"}
        assert json.loads((self.folder / "run" / "result.json").read_text())["name"] == "run"

    def test_what_goes_wrong_is_written_down_and_no_result_left(self):
        for number in range(3):
            with pytest.raises(WispError), RunFolder(self.folder / "run"):
                raise WispError(f"reason {number}")
        assert self.names() == {"run.FAILED", "run-2.FAILED", "run-3.FAILED"}
        assert (self.folder / "run-3.FAILED" / "FAILED.txt").read_text() == "reason 2\n"
        assert not list(self.folder.glob("*/result.json"))

    def test_an_interrupted_run_has_failed(self):
        with pytest.raises(KeyboardInterrupt), RunFolder(self.folder / "run"):
            raise KeyboardInterrupt
        assert (self.folder / "run.FAILED" / "FAILED.txt").read_text() == "interrupted\n"

    def test_nothing_is_overwritten(self):
        for name in ("run", "other.unfinished"):
            (self.folder / name).mkdir()
        for name in ("run", "other"):
            with pytest.raises(WispError, match="exists already; name another folder"):
                RunFolder(self.folder / name)
        assert self.names() == {"run", "other.unfinished"}


class TestRecordedRun(InFolder):
    def record(self, *more: str) -> Path:
        with tcp_server() as port:
            arguments = ["-p", f"127.0.0.1:{port}", "--requests", "900", "--warmup", "50", "--iterations", "3"]
            done = run(*arguments, "--results", str(self.folder / "run"), *more)
            assert (done.returncode, done.stderr) == (0, "")
        return self.folder / "run"

    def test_it_has_the_fields_of_a_run_of_the_suite(self):
        recorded = json.loads((self.record() / "result.json").read_text())
        suite = json.loads((SUITE / "result.json").read_text())
        assert recorded.keys() == suite.keys()
        (ours,), theirs = recorded["measurements"], suite["measurements"][0]
        assert ours.keys() == theirs.keys()
        assert ours["score"].keys() == theirs["score"].keys()
        assert ours["ends"].keys() == theirs["ends"].keys() | {"emulated"}
        assert [(each["operation"], each.keys()) for each in ours["latencies"]] == [
            (each["operation"], each.keys()) for each in theirs["latencies"]
        ]
        for our, their in zip(ours["latencies"], theirs["latencies"], strict=True):
            assert our["percentiles"].keys() == their["percentiles"].keys()

    def test_its_environment_has_the_fields_of_the_suite_and_python(self):
        recorded = json.loads((self.record() / "environment.json").read_text())
        suite = json.loads((SUITE / "environment.json").read_text())
        assert recorded.keys() == suite.keys() | {"python", "rdmaDevices"}
        assert recorded["machine"].keys() == suite["machine"].keys() | {"guest"}
        assert recorded["software"].keys() == suite["software"].keys()
        assert recorded["commandLine"][-2:] == ["--results", "run"]
        assert recorded["java"] is None
        for name in ("cpu", "cores", "kernel", "memoryBytes", "allowedCores"):
            assert type(recorded["machine"][name]) is type(suite["machine"][name]), name

    def test_it_satisfies_the_schemas(self):
        folder = self.record("--profile")
        for file, name in (("result.json", "wisp-result-1"), ("environment.json", "wisp-environment-1")):
            files.check(name, json.loads((folder / file).read_text()))

    def test_all_requests_are_in_score_histograms_and_log(self):
        folder = self.record()
        (found,) = json.loads((folder / "result.json").read_text())["measurements"]
        assert len(found["score"]["samples"]) == found["measuredIterations"]
        assert found["measuredIterations"] == 3
        counts = {latency["operation"]: latency["count"] for latency in found["latencies"]}
        for latency in found["latencies"]:
            histogram = HdrHistogram.decode(latency["histogram"])
            assert histogram.get_total_count() == latency["count"]
            assert histogram.get_value_at_percentile(99) == latency["percentiles"]["99"]
            assert latency["min"] <= latency["percentiles"]["50"]
        assert counts["all"] == 900
        reader = HistogramLogReader(str(folder / found["histogramLog"]), HdrHistogram(1, 60_000_000_000, 3))
        logged: Counter[str] = Counter()
        with reader.input_file:
            while (interval := reader.get_next_interval_histogram()) is not None:
                logged[interval.get_tag()] += interval.get_total_count()
        assert logged == {kind: counts[kind] for kind in ("put", "get", "delete")}

    def test_a_profile_is_among_the_secondary_figures(self):
        (found,) = json.loads((self.record("--profile") / "result.json").read_text())["measurements"]
        steps = ("build", "post", "complete", "wait", "parse")
        assert list(found["secondary"]) == [f"profile.{step}" for step in steps]
        for figure in found["secondary"].values():
            assert (figure["unit"], figure["error"]) == ("ns/op", None)
            assert figure["value"] > 0


class TestFailedRun(InFolder):
    def test_a_server_that_does_not_answer_leaves_a_failed_run(self):
        with silent_server() as (port, _):
            done = run("-p", f"127.0.0.1:{port}", "--timeout", "0.2", "--results", str(self.folder / "run"))
        assert done.returncode == 1
        assert "no answer within 0.2 s" in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert self.names() == {"run.FAILED"}
        assert "no answer within 0.2 s" in (self.folder / "run.FAILED" / "FAILED.txt").read_text()

    def start_endless(self, port: int):
        requests = ("--requests", "40000000", "--iterations", "1", "--warmup", "0")
        return program("-p", f"127.0.0.1:{port}", *requests, "--results", str(self.folder / "run"))

    def has_started(self) -> bool:
        return (self.folder / "run.unfinished" / "environment.json").exists()

    def has_client(self, port: int) -> bool:
        """Whether the server has a connection to its port."""
        local, established = f":{port:04X}", "01"
        lines = map(str.split, Path("/proc/net/tcp").read_text().splitlines())
        return any(words[1].endswith(local) and words[3] == established for words in lines)

    def test_a_server_that_dies_leaves_a_failed_run(self):
        with program("-s", "--port", "0") as server:
            port = port_of(server)
            with self.start_endless(port) as client:
                wait_for(self.has_started)
                wait_for(lambda: self.has_client(port))
                server.kill()
                said, _ = client.communicate(timeout=PATIENCE_SECONDS)
            assert client.returncode == 1
            assert re.search("simple-kv: .*(closed the connection|reset|Broken pipe)", said)
        assert self.names() == {"run.FAILED"}

    def test_an_interrupt_leaves_a_failed_run(self):
        with program("-s", "--port", "0") as server, self.start_endless(port_of(server)) as client:
            wait_for(self.has_started)
            client.send_signal(signal.SIGINT)
            said, _ = client.communicate(timeout=PATIENCE_SECONDS)
            assert (client.returncode, said.splitlines()[-1]) == (130, "simple-kv: interrupted")
            assert "Traceback" not in said
        assert self.names() == {"run.FAILED"}
        assert not (self.folder / "run.FAILED" / "result.json").exists()
