# SPDX-License-Identifier: Apache-2.0
"""Suites of JMH that are not Wisp's, from the command line to the files."""

import json
import re
import shlex

import pytest

from tests.compare.test_revisions import InRepository
from tests.compare.test_run import FAKE_JAVA
from tests.test_schemas import errors as errors_of
from wisp_tools import tree
from wisp_tools.compare import command, errors

BENCH = ["org.example.text.Words.join", "org.example.Numbers.add"]
BUILD = "mkdir target && cp suite.json target/benchmarks.jar"


class InSuite(InRepository):
    @pytest.fixture(autouse=True)
    def in_suite(self, in_repository, monkeypatch, capsys):
        self.monkeypatch, self.capsys = monkeypatch, capsys
        self.out = self.folder / "out"
        monkeypatch.chdir(self.root)

    def suite(self, subject, **content):
        """A commit whose build leaves a jar with this in it."""
        content = {"benchmarks": BENCH, "score": 20.0, "allocated": 0.0} | content
        (self.root / "suite.json").write_text(json.dumps(content), encoding="utf-8")
        return self.commit(subject, subject)

    def two(self, old=None, new=None):
        self.suite("old", **(old or {}))
        self.suite("new", **(new or {}))

    def compare(self, *arguments, build=BUILD, jar="target/benchmarks.jar"):
        """The exit code; the line on which the program gave up, or the report, is then in `said`."""
        line = ["--build", build, "--jar", jar, "--pairs", "4", "--out", str(self.out)]
        status = command.main([*line, *(arguments or ("HEAD~1", "HEAD"))], self.root)
        self.said, self.told = self.capsys.readouterr()
        return status

    def document(self):
        document = json.loads((self.out / "comparison.json").read_text(encoding="utf-8"))
        assert errors_of("wisp-comparison-1", document) == []
        return document


class TestAnySuite(InSuite):
    @pytest.fixture(autouse=True)
    def fake_java(self, in_suite):
        java = self.folder / "jdk" / "bin" / "java"
        java.parent.mkdir(parents=True)
        java.write_text(f'#!/bin/sh\nexec {shlex.join(FAKE_JAVA)} "$@"\n', encoding="utf-8")
        java.chmod(0o755)
        self.monkeypatch.setenv("JAVA_HOME", str(java.parent.parent))

    def verdicts(self):
        return {each["title"]: each["verdict"] for each in self.document()["benchmarks"]}

    def test_judges_every_benchmark_with_its_parameters_and_mode(self):
        common = {
            "benchmarks": BENCH[:1],
            "modes": {"thrpt": "ops/s", "avgt": "ns/op", "sample": "us/op", "ss": "ms/op"},
            "parameters": {BENCH[0]: {"size": "1,2"}},
        }
        self.two(common | {"score": 20.0}, common | {"score": 15.0})
        assert self.compare() == errors.REGRESSION
        assert self.verdicts() == {
            f"Words.join ({mode}, size={size})": "slower" if mode == "thrpt" else "faster"
            for size in "12"
            for mode in common["modes"]
        }
        assert self.said.startswith(
            '## Regression: slower: "Words.join (thrpt, size=1)", "Words.join (thrpt, size=2)"\n'
        )
        for unit in ("ops/s ↑ better", "ns/op ↓ better", "us/op ↓ better", "ms/op ↓ better"):
            assert self.said.count(unit) == 2
        assert "no rulers" in self.said
        row = self.document()["benchmarks"][3]
        assert (row["benchmark"], row["mode"], row["parameters"]) == (BENCH[0], "ss", {"size": "1"})

    def test_says_how_the_suite_was_built_and_run(self):
        self.two(new={"allocated": 64.0})
        assert self.compare("--include", "Words", "HEAD~1", "HEAD", "--", "-f", "1", "-prof", "gc") == errors.REGRESSION
        document = self.document()
        assert document["settings"]["set"] == "suite"
        assert document["settings"]["rulersFrom"] is None
        suite = {"build": BUILD, "jar": "target/benchmarks.jar", "include": "Words"}
        assert document["settings"]["suite"] == suite | {"jmhOptions": ["-f", "1", "-prof", "gc"]}
        (row,) = document["benchmarks"]
        assert row["title"] == "Words.join (thrpt)"
        assert row["allocation"]["verdict"] == "allocates more"
        assert "-f 1 -prof gc" in self.said

    def test_finds_the_repository_around_a_folder(self):
        self.two()
        (self.root / "deep" / "down").mkdir(parents=True)
        self.monkeypatch.chdir(self.folder)
        assert self.compare("--repository", str(self.root / "deep" / "down"), "HEAD~1", "HEAD") == errors.NO_REGRESSION
        assert len(self.document()["benchmarks"]) == 2
        assert self.repository.git("status", "--porcelain") == ""
        assert len(self.repository.git("worktree", "list").splitlines()) == 1

    def test_refuses_a_folder_that_is_in_no_repository(self):
        assert self.compare("--repository", str(self.folder), "a", "b") == errors.WRONG_USAGE
        assert f"{self.folder} is in no working tree of git" in self.told

    def test_builds_the_working_tree_too_and_says_so(self):
        self.suite("old")
        changed = json.dumps({"benchmarks": BENCH, "score": 10.0, "allocated": 0.0})
        (self.root / "suite.json").write_text(changed, encoding="utf-8")
        assert self.compare("HEAD", "working-tree") == errors.REGRESSION
        assert "head is the working tree, with uncommitted changes in a file" in self.said

    def test_keeps_jars_of_two_ways_to_build_a_commit_apart(self):
        self.two({"score": 20.0}, {"score": 20.0})
        assert self.compare() == errors.NO_REGRESSION
        self.out = self.folder / "again"
        halved = "mkdir target && sed 's/20.0/10.0/' suite.json >target/benchmarks.jar"
        assert self.compare(build=halved) == errors.NO_REGRESSION
        assert self.document()["benchmarks"][0]["base"]["mean"] == pytest.approx(10.0)

    def test_finds_a_jar_by_a_pattern(self):
        self.two()
        assert self.compare(build="cp suite.json words-1.2-jmh.jar", jar="words-*-jmh.jar") == errors.NO_REGRESSION

    def test_leaves_out_what_only_one_commit_has_and_says_which(self):
        size = {BENCH[0]: {"size": "1"}}
        both = {BENCH[0]: {"size": "1,2"}}
        self.two(
            {"benchmarks": [*BENCH, "org.example.Numbers.old"], "parameters": size},
            {"benchmarks": [*BENCH, "org.example.Numbers.new"], "parameters": both},
        )
        assert self.compare() == errors.NOT_COMPARED
        assert self.verdicts() == {
            "text.Words.join (thrpt, size=1)": "no clear change",
            "text.Words.join (thrpt, size=2)": "not compared",
            "Numbers.add (thrpt)": "no clear change",
            "Numbers.old": "not compared",
            "Numbers.new": "not compared",
        }
        reasons = {each["title"]: each["reason"] for each in self.document()["benchmarks"] if each["reason"]}
        assert reasons["text.Words.join (thrpt, size=2)"] == "base has no text.Words.join (thrpt, size=2)"
        assert re.match('head, HEAD .*"new".*, has no org.example.Numbers.old$', reasons["Numbers.old"])
        assert 'Not everything could be compared: not in both commits: "text.Words.join' in self.said

    def test_refuses_commits_that_have_nothing_in_common(self):
        self.two({"benchmarks": BENCH[:1]}, {"benchmarks": BENCH[1:]})
        assert self.compare() == errors.NOT_COMPARED
        assert f"no benchmark in common: base has {BENCH[0]}; head has {BENCH[1]}" in self.told
        assert self.compare("--include", "nothing", "HEAD~1", "HEAD") == errors.NOT_COMPARED
        assert 'in common that "nothing" matches: base has none; head has none' in self.told
        assert not self.out.exists()

    def test_says_of_a_suite_that_crashes_what_it_said(self):
        self.two(new={"complaint": "the words are upside down"})
        assert self.compare() == errors.NOT_COMPARED
        assert 'Not everything could be compared: no pair of runs was complete: "text.Words.join' in self.said
        assert "The run failed: the words are upside down" in self.said

    @pytest.mark.parametrize(
        ("build", "jar", "sentence"),
        [
            (
                "seq 30; echo broken >&2; exit 3",
                "x.jar",
                r'HEAD~1 \(.*"old"\) does not build: "seq 30; .*" ended with status 3; .*:\n  22\n(  \d+\n){8}  broken\n$',
            ),
            ("exit 3", "x.jar", r'does not build: "exit 3" ended with status 3, and said nothing\n$'),
            ("true", "x.jar", r'was built by "true", but left no x.jar; jars that it left: none\n$'),
            (BUILD, "x.jar", r"but left no x.jar; jars that it left: target/benchmarks.jar\n$"),
            ("touch a.jar b.jar", "*.jar", r"but \*.jar is several files: a.jar, b.jar\n$"),
            (
                "echo no JSON >x.jar",
                "x.jar",
                r"HEAD~1 .* its jar is no JMH jar: asked to list its benchmarks \(-l\), it said: .*JSON.*\n$",
            ),
        ],
    )
    def test_says_what_is_wrong_with_a_build(self, build, jar, sentence):
        self.two()
        assert self.compare(build=build, jar=jar) == errors.NOT_COMPARED
        assert re.search(sentence, self.told)
        assert len(self.repository.git("worktree", "list").splitlines()) == 1

    @pytest.mark.parametrize("jar", ["/tmp/x.jar", "../x.jar", "target/../../x.jar", "."])
    def test_takes_no_jar_from_elsewhere(self, jar):
        assert self.compare(jar=jar) == errors.WRONG_USAGE
        assert f'--jar "{jar}" is no path below the folder that is built in' in self.told

    def test_says_what_two_asterisks_stand_for(self):
        assert self.compare(jar="target/**-jmh.jar") == errors.WRONG_USAGE
        assert '--jar "target/**-jmh.jar": ** stands for whole folders alone' in self.told

    @pytest.mark.parametrize("options", [("-rf", "csv"), ("-f", "1", "-rff=x.json"), ("-l",)])
    def test_takes_no_option_of_jmh_that_it_sets_itself(self, options):
        assert self.compare("HEAD~1", "HEAD", "--", *options) == errors.WRONG_USAGE
        assert "cannot be among the options for JMH: this program sets it" in self.told

    def test_takes_patterns_by_include_alone(self):
        self.two()
        assert self.compare("HEAD~1", "HEAD", "--", "-f", "1", "join") == errors.WRONG_USAGE
        assert f"selects further benchmarks, such as {BENCH[0]}; give it with --include" in self.told

    def test_says_where_it_looked_for_java(self):
        self.monkeypatch.setenv("JAVA_HOME", "/nowhere")
        assert self.compare() == errors.WRONG_USAGE
        assert "there is no java in /nowhere/bin, as JAVA_HOME says" in self.told
        self.monkeypatch.delenv("JAVA_HOME")
        self.monkeypatch.setenv("PATH", "/nowhere")
        assert self.compare() == errors.WRONG_USAGE
        assert "there is no java in PATH, and JAVA_HOME is not set" in self.told

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["a", "b", "--build", "make"], "--build and --jar go together"),
            (["a", "b", "--jar", "x.jar"], "--build and --jar go together"),
            (["a", "b", "--include", "x"], "--include can only be given with --build"),
            (["a", "b", "--repository", "x"], "--repository can only be given with --build"),
            (["--build", "make", "--jar", "x", "--", "-f", "1", "a", "b"], 'required: BASE, HEAD (before "--"'),
            (["a", "b", "--", "-f", "1"], "options for JMH after -- can only be given with --build"),
            (["a", "b", "--build", "make", "--jar", "x", "--set", "full"], "--set is of Wisp's own suite"),
        ],
    )
    def test_complains_of_options_that_do_not_go_together(self, arguments, sentence):
        with pytest.raises(SystemExit) as ended:
            command.main(arguments, self.root)
        assert ended.value.code == errors.WRONG_USAGE
        assert sentence in self.capsys.readouterr().err


@pytest.mark.skipif(not tree.BENCHMARKS.is_file(), reason=f"there is no {tree.BENCHMARKS}")
class TestRealJmh(InSuite):
    def test_compares_what_jmh_itself_has_measured(self):
        self.monkeypatch.setenv("JAVA_HOME", str(tree.jdk()))
        self.suite("old")
        shortest = ["-f", "0", "-wi", "0", "-i", "1", "-r", "20ms", "-bm", "thrpt,avgt", "-prof", "gc"]
        ruler = ["--include", "RulerBenchmark.memory$"]
        self.compare(*ruler, "HEAD", "HEAD", "--", *shortest, build=f"cp {tree.BENCHMARKS} x.jar", jar="x.jar")
        rows = {each["title"]: each for each in self.document()["benchmarks"]}
        assert sorted(rows) == [
            "RulerBenchmark.memory (avgt, placement=free)",
            "RulerBenchmark.memory (thrpt, placement=free)",
        ]
        assert [row["better"] for row in rows.values()] == ["higher", "lower"]
        for row in rows.values():
            assert len(row["pairs"]) == 4, row["failures"]
            assert row["allocation"]["unit"] == "B/op"
