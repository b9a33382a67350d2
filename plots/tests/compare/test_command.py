# SPDX-License-Identifier: Apache-2.0
import contextlib
import io
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

from tests.compare.test_revisions import ROOT, InRepository
from tests.compare.test_run import FAKE_JAVA
from tests.test_schemas import errors as errors_of
from tests.waiting import PATIENCE_SECONDS, wait_for_pid, wait_until_gone
from wisp_tools.compare import command, errors
from wisp_tools.compare.build import Builder, default_cache
from wisp_tools.compare.command import run
from wisp_tools.compare.errors import ComparisonError
from wisp_tools.compare.options import parse
from wisp_tools.compare.own_suite import OwnSuite
from wisp_tools.compare.run import JmhRunner
from wisp_tools.compare.sets import SETS

BENCHMARKS = sorted({group.benchmark for group in SETS["full"].groups})


def jar(name, **content):
    content = {"benchmarks": BENCHMARKS, "score": 20.0, "allocated": 0.0} | content
    default_cache().mkdir(parents=True, exist_ok=True)
    (default_cache() / f"{name}.jar").write_text(json.dumps(content), encoding="utf-8")


class TestEndToEnd(InRepository):
    """From the command line to the files, with jars that are there already and a java that only pretends."""

    @pytest.fixture(autouse=True)
    def two_commits(self, in_repository):
        self.second = self.commit("second <b>*bold*</b> | @someone", "two\n")
        self.json, self.markdown, self.out = (self.folder / name for name in ("c.json", "c.md", "out"))
        self.said = []

    def jars(self, first=None, second=None):
        """Of both commits, each with what differs from a quiet one."""
        jar(self.first, **(first or {}))
        jar(self.second, **(second or {}))

    def compare(self, *arguments, runner=None):
        line = [*(arguments or ("HEAD~1", "HEAD")), "--set", "proof", "--pairs", "4", "--out", str(self.out)]
        options = parse([*line, "--json", str(self.json), "--markdown", str(self.markdown)])
        self.report = io.StringIO()
        with contextlib.redirect_stdout(self.report):
            return run(options, self.root, FAKE_JAVA[0], runner or JmhRunner(FAKE_JAVA), self.said.append)

    def document(self):
        document = json.loads(self.json.read_text(encoding="utf-8"))
        assert errors_of("wisp-comparison-1", document) == []
        assert document == json.loads((self.out / "comparison.json").read_text(encoding="utf-8"))
        return document

    def test_finds_nothing_where_nothing_changed(self):
        self.jars()
        assert self.compare() == errors.NO_REGRESSION
        document = self.document()
        assert [each["verdict"] for each in document["benchmarks"]] == ["no clear change"] * 2
        assert [each["order"][0] for each in document["benchmarks"][0]["pairs"]] == ["base", "head"] * 2
        assert (document["base"]["commit"], document["head"]["commit"]) == (self.first, self.second)
        assert "Nothing is slower" in self.markdown.read_text(encoding="utf-8")
        assert self.report.getvalue().strip() == self.markdown.read_text(encoding="utf-8").strip()
        assert re.search('set "proof", 4 pairs: about .* of measuring$', self.said[0])

    def test_catches_a_slowdown(self):
        self.jars(second={"score": 17.0})
        assert self.compare() == errors.REGRESSION
        document = self.document()
        assert document["regression"]
        assert document["benchmarks"][0]["ratio"]["mean"] == pytest.approx(0.85, abs=5e-8)
        assert 'Regression: slower: "store get, 1000 entries"' in self.report.getvalue()

    def test_catches_an_allocation_in_a_commit_that_is_faster(self):
        self.jars(second={"score": 25.0, "allocated": 32.0})
        assert self.compare() == errors.REGRESSION
        assert self.document()["benchmarks"][0]["verdict"] == "faster"
        assert 'allocates more: "store get, 1000 entries"' in self.report.getvalue()

    def test_says_everywhere_that_changes_of_the_working_tree_are_no_part_of_head(self):
        self.jars()
        (self.root / "a.txt").write_text("three\n", encoding="utf-8")
        assert self.compare() == errors.NO_REGRESSION
        said = "the working tree has uncommitted changes in a file, which are not part of head"
        assert said in self.said
        assert said in self.report.getvalue()
        assert self.document()["head"]["uncommitted"] == {"files": 1, "included": False}
        assert self.document()["base"]["uncommitted"] is None

    def test_says_everywhere_that_it_compared_changes_of_the_working_tree(self):
        (self.root / "a.txt").write_text("three\n", encoding="utf-8")
        jar(self.first)
        jar(self.repository.revision("working-tree").commit)
        assert self.compare("HEAD~1", "working-tree") == errors.NO_REGRESSION
        said = "head is the working tree, with uncommitted changes in a file"
        assert said in self.said
        assert said in self.report.getvalue()
        assert self.document()["head"]["uncommitted"] == {"files": 1, "included": True}

    def test_escapes_what_a_commit_says_of_itself(self):
        self.jars()
        self.compare()
        assert "<b>" not in self.report.getvalue()
        assert "@someone" not in self.report.getvalue()
        assert "\\*bold\\*" in self.report.getvalue()

    def test_says_of_a_commit_that_crashes_what_it_said(self):
        self.jars(second={"complaint": "the table is upside down"})
        assert self.compare() == errors.NOT_COMPARED
        figure = self.document()["benchmarks"][0]
        assert figure["verdict"] == "not compared"
        assert figure["droppedPairs"] == 4
        assert (
            "head: store get and put, 1000 entries ended with status 1: The run failed: the table" in figure["reason"]
        )

    def test_refuses_a_folder_that_cannot_be_made_before_anything_is_measured(self):
        self.jars()
        (self.folder / "file").write_text("", encoding="utf-8")
        self.out = self.folder / "file" / "out"
        with pytest.raises(ComparisonError, match="cannot be made: .*file is no folder to write to") as caught:
            self.compare()
        assert caught.value.exit_code == errors.WRONG_USAGE

    def test_says_which_commit_lacks_a_benchmark_and_takes_the_rulers_from_the_other(self):
        self.jars({"benchmarks": [each for each in BENCHMARKS if "Ruler" not in each and "Store" not in each]})
        assert self.compare() == errors.NOT_COMPARED
        document = self.document()
        assert document["settings"]["rulersFrom"] == "head"
        assert re.search('^base, HEAD~1 .*"first".*, has no .*StoreBenchmark', document["benchmarks"][0]["reason"])

    def test_refuses_commits_without_rulers(self):
        self.jars(*[{"benchmarks": ["io.wisp.bench.store.StoreBenchmark.request"]}] * 2)
        with pytest.raises(ComparisonError, match="neither commit has the rulers .*RulerBenchmark.memory"):
            self.compare()
        assert not (self.json.exists() or self.out.exists())

    def test_leaves_no_file_when_it_is_interrupted_not_even_an_older_one(self):
        self.jars()
        self.json.write_text("of last week", encoding="utf-8")
        real = JmhRunner(FAKE_JAVA)
        interrupted = mock.Mock(benchmarks=real.benchmarks)
        interrupted.run.side_effect = [real.run(SETS["proof"].groups[0], default_cache() / f"{self.first}.jar")] * 3 + [
            KeyboardInterrupt
        ]
        with pytest.raises(KeyboardInterrupt):
            self.compare(runner=interrupted)
        assert [each.name for each in self.folder.iterdir() if each.name.startswith(("c.", "out"))] == []

    def test_refuses_places_where_nothing_can_be_written(self):
        self.out.mkdir()
        with pytest.raises(ComparisonError, match="out exists already; name another folder"):
            self.compare()
        self.out.rmdir()
        self.json = self.folder / "missing" / "c.json"
        with pytest.raises(ComparisonError, match="c.json cannot be written"):
            self.compare()

    def test_refuses_the_working_tree_as_base(self):
        with pytest.raises(ComparisonError, match="working-tree can only be HEAD"):
            self.compare("working-tree", "HEAD")

    def test_says_which_commit_does_not_build_and_leaves_no_worktree(self):
        with pytest.raises(ComparisonError, match='^HEAD~1 .*"first".* has no benchmarks to build$'):
            self.compare()
        assert len(self.repository.git("worktree", "list").splitlines()) == 1
        assert list(default_cache().glob("build-*")) == []


class TestSignal(InRepository):
    def test_ends_everything_it_started_and_writes_nothing(self):
        java = self.folder / "jdk" / "bin" / "java"
        java.parent.mkdir(parents=True)
        java.write_text(f'#!/bin/sh\nexec {shlex.join(FAKE_JAVA)} "$@"\n', encoding="utf-8")
        (self.root / "wisp").write_text(f"#!/bin/sh\necho {java.parent.parent}\n", encoding="utf-8")
        for program in (java, self.root / "wisp"):
            program.chmod(0o755)
        pid, result = self.folder / "pid", self.folder / "c.json"
        for name in (self.first, f"{self.first}-2"):
            jar(name, score=1.0, pid=str(pid))
        program = "import sys, pathlib; from wisp_tools.compare.command import main;"
        program += " sys.exit(main(sys.argv[2:], pathlib.Path(sys.argv[1])))"
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(self.root), "HEAD", "HEAD", "--json", str(result)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        measuring = wait_for_pid(pid)
        process.terminate()
        out, error = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == errors.INTERRUPTED, error
        assert out == ""
        assert "interrupted; nothing was written" in error
        assert not (result.exists() or (self.root / "results").exists())
        wait_until_gone(measuring)


class TestBuilder(InRepository):
    def wrapper(self, script):
        (self.root / "benchmarks").mkdir()
        (self.root / "benchmarks" / "pom.xml").write_text("<project/>", encoding="utf-8")
        (self.root / "mvnw").write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (self.root / "mvnw").chmod(0o755)
        self.commit("builds", "two\n")
        self.said = []
        return Builder(
            self.repository, OwnSuite(SETS["proof"]).recipe, default_cache(), self.said.append
        ), self.repository.revision("HEAD")

    def test_builds_a_commit_once_and_a_second_copy_by_itself(self):
        count = self.folder / "count"
        builder, revision = self.wrapper(
            f"echo '[INFO] Building  Wisp   core [2/5]'; echo x >>{count}\n"
            'cd "$(dirname "$0")/benchmarks"; mkdir target; echo jar >target/benchmarks.jar'
        )
        first, again, copy = builder.jar(revision), builder.jar(revision), builder.jar(revision, 2)
        assert first == again
        assert first != copy
        assert count.read_text().count("x") == 2
        assert builder.is_built(revision, 2)
        assert "  Building Wisp core [2/5]" in self.said

    def test_says_where_the_output_of_a_failed_build_is_and_keeps_no_jar(self):
        builder, revision = self.wrapper("echo '[ERROR] no semicolon'; exit 1")
        sentence = r"does not build: Maven ended with status 1; all of its output is in (.*\.log), the last of it:\n"
        with pytest.raises(ComparisonError, match=sentence + r"  \[ERROR\] no semicolon$") as raised:
            builder.jar(revision)
        log = Path(re.search(sentence, str(raised.value))[1])
        assert "no semicolon" in log.read_text(encoding="utf-8")
        assert not builder.is_built(revision)
        assert len(self.repository.git("worktree", "list").splitlines()) == 1


class TestCommandLine:
    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["HEAD"], "the following arguments are required: HEAD"),
            (["a", "b", "--pairs", "3"], "'3' is no whole number from 4 to 1000"),
            (["a", "b", "--pairs", "x"], "'x' is no whole number from 4 to 1000"),
            (["a", "b", "--threshold", "0"], "'0' is no number from 0.1 to 100"),
            (["a", "b", "--threshold", "nan"], "'nan' is no number from 0.1 to 100"),
            (["a", "b", "--set", "tiny"], "there is no tiny; there is short, full, proof"),
            (["a", "b", "--colour"], "unrecognized arguments: --colour"),
        ],
    )
    def test_complains_in_one_sentence_and_exits_with_2(self, arguments, sentence, capsys):
        with pytest.raises(SystemExit) as ended:
            command.main(arguments, ROOT)
        assert ended.value.code == errors.WRONG_USAGE
        (said,) = capsys.readouterr().err.splitlines()
        assert sentence in said
