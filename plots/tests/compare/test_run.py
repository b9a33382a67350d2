# SPDX-License-Identifier: Apache-2.0
import json
import signal
import sys
from pathlib import Path

import pytest

from tests.compare.fixtures import STORE
from tests.waiting import wait_until_gone
from wisp_tools.compare.run import JmhRunner, last_words, read
from wisp_tools.compare.sample import RunFailed

FAKE_JAVA = [sys.executable, "-I", "-S", str(Path(__file__).with_name("fake_java.py"))]
ENTRY = {
    "benchmark": STORE.benchmark,
    "mode": "thrpt",
    "params": {"operation": "get"},
    "primaryMetric": {"score": 20.5, "scoreUnit": "ops/us"},
    "secondaryMetrics": {"gc.alloc.rate.norm": {"score": 0.01, "scoreUnit": "B/op"}},
}


class InFolder:
    @pytest.fixture(autouse=True)
    def in_folder(self, tmp_path):
        self.folder = tmp_path

    def jar(self, **content):
        jar = self.folder / "benchmarks.jar"
        content = {"benchmarks": [STORE.benchmark], "score": 20.0, "allocated": 0.0} | content
        jar.write_text(json.dumps(content), encoding="utf-8")
        return jar


class TestJmhRunner(InFolder):
    def test_reads_the_figures_of_a_run(self):
        samples = JmhRunner(FAKE_JAVA).run(STORE, self.jar(score=17.5, allocated=2.0))
        assert list(samples) == ["store get", "store put"]
        assert samples["store put"].score == 17.5
        assert samples["store put"].allocated == 2.0
        assert samples["store put"].parameters == {"operation": "put"}

    def test_lists_what_a_jar_can_measure(self):
        assert JmhRunner(FAKE_JAVA).benchmarks(self.jar()) == [STORE.benchmark]

    def test_says_in_its_own_words_why_a_run_failed(self):
        with pytest.raises(RunFailed, match="store ended with status 1: The run failed: no memory"):
            JmhRunner(FAKE_JAVA).run(STORE, self.jar(complaint="no memory"))

    def test_leaves_no_process_when_it_is_interrupted(self):
        pid = self.folder / "pid"

        def interrupt(_number, _frame):
            if pid.exists() and pid.read_text():
                signal.setitimer(signal.ITIMER_REAL, 0)
                signal.raise_signal(signal.SIGINT)

        handler = signal.signal(signal.SIGINT, signal.default_int_handler)
        before = signal.signal(signal.SIGALRM, interrupt)
        signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)
        with pytest.raises(KeyboardInterrupt):
            JmhRunner(FAKE_JAVA).run(STORE, self.jar(pid=str(pid)))
        signal.signal(signal.SIGALRM, before)
        signal.signal(signal.SIGINT, handler)
        wait_until_gone(int(pid.read_text()))


class TestRead(InFolder):
    def read(self, *entries):
        results = self.folder / "jmh.json"
        results.write_text(json.dumps(entries), encoding="utf-8")
        return read(STORE, results)

    def test_refuses_a_run_that_lacks_a_figure(self):
        with pytest.raises(RunFailed, match="store measured no store put"):
            self.read(ENTRY)

    @pytest.mark.parametrize("score", ["NaN", 0, -1, float("inf"), None])
    def test_refuses_what_is_no_score(self, score):
        with pytest.raises(RunFailed, match="no results that can be read"):
            self.read(ENTRY | {"primaryMetric": {"score": score, "scoreUnit": "ops/us"}})

    def test_refuses_a_unit_without_a_direction(self):
        with pytest.raises(RunFailed, match="neither a rate"):
            self.read(ENTRY | {"primaryMetric": {"score": 1, "scoreUnit": "bananas"}})

    def test_reads_the_older_name_of_the_allocation_and_none_at_all(self):
        put = ENTRY | {"params": {"operation": "put"}, "secondaryMetrics": {}}
        older = {"·gc.alloc.rate.norm": {"score": 24.0, "scoreUnit": "B/op"}}
        samples = self.read(ENTRY | {"secondaryMetrics": older}, put)
        assert samples["store get"].allocated == 24.0
        assert samples["store put"].allocated is None

    def test_refuses_a_file_that_is_missing_or_cut_off(self):
        (self.folder / "cut.json").write_text('[{"benchmark": "io', encoding="utf-8")
        for name in ("nothing.json", "cut.json"):
            with pytest.raises(RunFailed, match="no results that can be read"):
                read(STORE, self.folder / name)


class TestLastWords:
    def test_prefers_the_reason_to_what_follows_it(self):
        assert last_words("WARNING: x\nThe run failed: a\nWhat it left: b\n") == "The run failed: a"
        assert last_words("one\n\ntwo\nWARNING: x\n") == "two"
        assert last_words("") == "it said nothing"
