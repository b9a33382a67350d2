# SPDX-License-Identifier: Apache-2.0
import contextlib
import io
import json
import os
import shlex
import subprocess
import sys
import time
import unittest
from pathlib import Path
from unittest import mock

from tests.compare.test_revisions import ROOT, RepositoryFixture
from tests.compare.test_run import FAKE_JAVA
from tests.test_schemas import errors as errors_of
from wisp_tools.compare import command, errors
from wisp_tools.compare.build import Builder, default_cache
from wisp_tools.compare.command import parser, run
from wisp_tools.compare.errors import ComparisonError
from wisp_tools.compare.run import JmhRunner
from wisp_tools.compare.sets import SETS

BENCHMARKS = sorted({group.benchmark for group in SETS["full"].groups})


class EndToEndTest(RepositoryFixture):
    """From the command line to the files, with jars that are there already and a java that only pretends."""

    def setUp(self):
        super().setUp()
        self.second = self.commit("second <b>*bold*</b> | @someone", "two\n")
        self.json, self.markdown, self.out = (self.folder / name for name in ("c.json", "c.md", "out"))
        self.said = []

    def jar(self, commit, **content):
        content = {"benchmarks": BENCHMARKS, "score": 20.0, "allocated": 0.0} | content
        default_cache().mkdir(parents=True, exist_ok=True)
        (default_cache() / f"{commit}.jar").write_text(json.dumps(content), encoding="utf-8")

    def compare(self, *arguments, runner=None):
        line = [*(arguments or ("HEAD~1", "HEAD")), "--set", "proof", "--pairs", "4", "--out", str(self.out)]
        options = parser().parse_args([*line, "--json", str(self.json), "--markdown", str(self.markdown)])
        self.report = io.StringIO()
        with contextlib.redirect_stdout(self.report):
            return run(options, self.root, FAKE_JAVA[0], runner or JmhRunner(FAKE_JAVA), self.said.append)

    def document(self):
        document = json.loads(self.json.read_text(encoding="utf-8"))
        self.assertEqual(errors_of("wisp-comparison-1", document), [])
        self.assertEqual(document, json.loads((self.out / "comparison.json").read_text(encoding="utf-8")))
        return document

    def test_finds_nothing_where_nothing_changed(self):
        self.jar(self.first)
        self.jar(self.second)
        self.assertEqual(self.compare(), errors.NO_REGRESSION)
        document = self.document()
        self.assertEqual([each["verdict"] for each in document["benchmarks"]], ["no clear change"] * 2)
        self.assertEqual([each["order"][0] for each in document["benchmarks"][0]["pairs"]], ["base", "head"] * 2)
        self.assertEqual((document["base"]["commit"], document["head"]["commit"]), (self.first, self.second))
        self.assertIn("Nothing is slower", self.markdown.read_text(encoding="utf-8"))
        self.assertEqual(self.report.getvalue().strip(), self.markdown.read_text(encoding="utf-8").strip())
        self.assertRegex(self.said[0], 'set "proof", 4 pairs: about .* of measuring$')

    def test_catches_a_slowdown(self):
        self.jar(self.first)
        self.jar(self.second, score=17.0)
        self.assertEqual(self.compare(), errors.REGRESSION)
        document = self.document()
        self.assertTrue(document["regression"])
        self.assertAlmostEqual(document["benchmarks"][0]["ratio"]["mean"], 0.85)
        self.assertIn("Regression: slower: store get, 1000 entries", self.report.getvalue())

    def test_catches_an_allocation_in_a_commit_that_is_faster(self):
        self.jar(self.first)
        self.jar(self.second, score=25.0, allocated=32.0)
        self.assertEqual(self.compare(), errors.REGRESSION)
        self.assertEqual(self.document()["benchmarks"][0]["verdict"], "faster")
        self.assertIn("allocates more: store get, 1000 entries", self.report.getvalue())

    def test_escapes_what_a_commit_says_of_itself(self):
        self.jar(self.first)
        self.jar(self.second)
        self.compare()
        self.assertNotIn("<b>", self.report.getvalue())
        self.assertNotIn("@someone", self.report.getvalue())
        self.assertIn("\\*bold\\*", self.report.getvalue())

    def test_says_of_a_commit_that_crashes_what_it_said(self):
        self.jar(self.first)
        self.jar(self.second, complaint="the table is upside down")
        rulers_from_base = self.compare()
        self.assertEqual(rulers_from_base, errors.NOT_COMPARED)
        figure = self.document()["benchmarks"][0]
        self.assertEqual(figure["verdict"], "not compared")
        self.assertEqual(figure["droppedPairs"], 4)
        self.assertIn(
            "head: store get and put, 1000 entries ended with status 1: The run failed: the table", figure["reason"]
        )

    def test_refuses_a_folder_that_cannot_be_made_before_anything_is_measured(self):
        self.jar(self.first)
        self.jar(self.second)
        (self.folder / "file").write_text("", encoding="utf-8")
        self.out = self.folder / "file" / "out"
        with self.assertRaisesRegex(ComparisonError, "cannot be made: .*file is no folder to write to") as caught:
            self.compare()
        self.assertEqual(caught.exception.exit_code, errors.WRONG_USAGE)

    def test_says_which_commit_lacks_a_benchmark_and_takes_the_rulers_from_the_other(self):
        self.jar(self.first, benchmarks=[each for each in BENCHMARKS if "Ruler" not in each and "Store" not in each])
        self.jar(self.second)
        self.assertEqual(self.compare(), errors.NOT_COMPARED)
        document = self.document()
        self.assertEqual(document["settings"]["rulersFrom"], "head")
        self.assertRegex(document["benchmarks"][0]["reason"], '^base, HEAD~1 .*"first".*, has no .*StoreBenchmark')

    def test_refuses_commits_without_rulers(self):
        for commit in (self.first, self.second):
            self.jar(commit, benchmarks=["io.wisp.bench.store.StoreBenchmark.request"])
        with self.assertRaisesRegex(ComparisonError, "neither commit has the rulers .*RulerBenchmark.memory"):
            self.compare()
        self.assertFalse(self.json.exists() or self.out.exists())

    def test_leaves_no_file_when_it_is_interrupted_not_even_an_older_one(self):
        self.jar(self.first)
        self.jar(self.second)
        self.json.write_text("of last week", encoding="utf-8")
        real = JmhRunner(FAKE_JAVA)
        interrupted = mock.Mock(benchmarks=real.benchmarks)
        interrupted.run.side_effect = [real.run(SETS["proof"].groups[0], default_cache() / f"{self.first}.jar")] * 3 + [
            KeyboardInterrupt
        ]
        with self.assertRaises(KeyboardInterrupt):
            self.compare(runner=interrupted)
        self.assertEqual([each.name for each in self.folder.iterdir() if each.name.startswith(("c.", "out"))], [])

    def test_refuses_places_where_nothing_can_be_written(self):
        self.out.mkdir()
        with self.assertRaisesRegex(ComparisonError, "out exists already; name another folder"):
            self.compare()
        self.out.rmdir()
        self.json = self.folder / "missing" / "c.json"
        with self.assertRaisesRegex(ComparisonError, "c.json cannot be written"):
            self.compare()

    def test_refuses_the_working_tree_as_base(self):
        with self.assertRaisesRegex(ComparisonError, "working-tree can only be HEAD"):
            self.compare("working-tree", "HEAD")

    def test_says_which_commit_does_not_build_and_leaves_no_worktree(self):
        with self.assertRaisesRegex(ComparisonError, '^HEAD~1 .*"first".* has no benchmarks to build$'):
            self.compare()
        self.assertEqual(len(self.repository.git("worktree", "list").splitlines()), 1)
        self.assertEqual(list(default_cache().glob("build-*")), [])


class SignalTest(RepositoryFixture):
    def test_ends_everything_it_started_and_writes_nothing(self):
        java = self.folder / "jdk" / "bin" / "java"
        java.parent.mkdir(parents=True)
        java.write_text(f'#!/bin/sh\nexec {shlex.join(FAKE_JAVA)} "$@"\n', encoding="utf-8")
        (self.root / "wisp").write_text(f"#!/bin/sh\necho {java.parent.parent}\n", encoding="utf-8")
        for program in (java, self.root / "wisp"):
            program.chmod(0o755)
        pid, result = self.folder / "pid", self.folder / "c.json"
        default_cache().mkdir(parents=True)
        for name in (f"{self.first}.jar", f"{self.first}-2.jar"):
            content = {"benchmarks": BENCHMARKS, "score": 1.0, "allocated": 0.0, "pid": str(pid)}
            (default_cache() / name).write_text(json.dumps(content), encoding="utf-8")
        program = "import sys, pathlib; from wisp_tools.compare.command import main;"
        program += " sys.exit(main(sys.argv[2:], pathlib.Path(sys.argv[1])))"
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(self.root), "HEAD", "HEAD", "--json", str(result)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 60
        while not (pid.exists() and pid.read_text()) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.terminate()
        out, error = process.communicate(timeout=60)
        self.assertEqual(process.returncode, errors.INTERRUPTED, error)
        self.assertEqual(out, "")
        self.assertIn("interrupted; nothing was written", error)
        self.assertFalse(result.exists() or (self.root / "results").exists())
        with self.assertRaises(ProcessLookupError):
            os.kill(int(pid.read_text()), 0)


class BuilderTest(RepositoryFixture):
    def wrapper(self, script):
        (self.root / "benchmarks").mkdir()
        (self.root / "benchmarks" / "pom.xml").write_text("<project/>", encoding="utf-8")
        (self.root / "mvnw").write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (self.root / "mvnw").chmod(0o755)
        self.commit("builds", "two\n")
        self.said = []
        return Builder(self.repository, default_cache(), self.said.append), self.repository.revision("HEAD")

    def test_builds_a_commit_once_and_a_second_copy_by_itself(self):
        count = self.folder / "count"
        builder, revision = self.wrapper(
            f"echo '[INFO] Building  Wisp   core [2/5]'; echo x >>{count}\n"
            'cd "$(dirname "$0")/benchmarks"; mkdir target; echo jar >target/benchmarks.jar'
        )
        first, again, copy = builder.jar(revision), builder.jar(revision), builder.jar(revision, 2)
        self.assertEqual(first, again)
        self.assertNotEqual(first, copy)
        self.assertEqual(count.read_text().count("x"), 2)
        self.assertTrue(builder.is_built(revision, 2))
        self.assertIn("  Building Wisp core [2/5]", self.said)

    def test_says_where_the_output_of_a_failed_build_is_and_keeps_no_jar(self):
        builder, revision = self.wrapper("echo '[ERROR] no semicolon'; exit 1")
        with self.assertRaisesRegex(ComparisonError, r"does not build; all of Maven's output is in .*\.log$") as raised:
            builder.jar(revision)
        log = Path(str(raised.exception).rpartition(" in ")[2])
        self.assertIn("no semicolon", log.read_text(encoding="utf-8"))
        self.assertFalse(builder.is_built(revision))
        self.assertEqual(len(self.repository.git("worktree", "list").splitlines()), 1)


class CommandLineTest(unittest.TestCase):
    def test_complains_in_one_sentence_and_exits_with_2(self):
        cases = [
            (["HEAD"], "the following arguments are required: HEAD"),
            (["a", "b", "--pairs", "3"], "'3' is no whole number from 4 to 1000"),
            (["a", "b", "--pairs", "x"], "'x' is no whole number from 4 to 1000"),
            (["a", "b", "--threshold", "0"], '"0" is no number from 0.1 to 100'),
            (["a", "b", "--threshold", "nan"], '"nan" is no number from 0.1 to 100'),
            (["a", "b", "--set", "tiny"], "invalid choice: 'tiny'"),
            (["a", "b", "--colour"], "unrecognized arguments: --colour"),
        ]
        for arguments, sentence in cases:
            with self.subTest(arguments=arguments):
                error = io.StringIO()
                with contextlib.redirect_stderr(error), self.assertRaises(SystemExit) as ended:
                    command.main(arguments, ROOT)
                self.assertEqual(ended.exception.code, errors.WRONG_USAGE)
                self.assertIn(sentence, error.getvalue())
                self.assertEqual(len(error.getvalue().splitlines()), 1)
