# SPDX-License-Identifier: Apache-2.0

import re
from unittest import mock

from tests.compare.fixtures import JARS, SMALL_SET, FakeRunner, failing, sample
from wisp_tools.compare.any_suite import SuiteGroup
from wisp_tools.compare.groups import BenchmarkSet
from wisp_tools.compare.measure import measure
from wisp_tools.compare.plan import BASE, HEAD
from wisp_tools.compare.sample import RunFailed


def measured(answer, pairs=4):
    said = []
    runner = FakeRunner(answer)
    result = measure(SMALL_SET, pairs, JARS, JARS[BASE], runner, said.append)
    return result, runner, said


class TestMeasure:
    def test_runs_in_both_orders_and_rulers_from_the_same_jar(self):
        _, runner, _ = measured(lambda group, title, jar: sample(1000), pairs=2)
        rulers, base, head = [("ruler: memory", "base.jar")] * 2, ("store", "base.jar"), ("store", "head.jar")
        assert runner.runs == [*rulers, base, head, *rulers, head, base]

    def test_tells_base_from_head_whichever_ran_first(self):
        result, _, _ = measured(lambda group, title, jar: sample(1000 if jar.name == "base.jar" else 900))
        figure = result.figures["store get"]
        assert figure.scores(BASE) == [1000] * 4
        assert figure.scores(HEAD) == [900] * 4
        assert [pair.order[0] for pair in figure.pairs] == [BASE, HEAD, BASE, HEAD]

    def test_drops_both_runs_of_a_pair_of_which_one_failed_and_goes_on(self):
        result, runner, said = measured(failing("head.jar", times=1))
        figure = result.figures["store put"]
        assert len(figure.pairs) == 3
        assert figure.dropped == 1
        assert figure.failures == ["head: the server fell over"]
        assert len(result.rulers["ruler: memory"].pairs) == 4
        assert any("dropped, head: the server fell over" in line for line in said)

    def test_gives_up_a_commit_that_only_fails_without_wasting_the_time_of_the_other(self):
        result, runner, _ = measured(failing("head.jar"), pairs=10)
        figure = result.figures["store get"]
        assert (len(figure.pairs), figure.dropped) == (0, 10)
        assert runner.runs.count(("store", "head.jar")) == 2
        assert len(result.rulers["ruler: memory"].pairs) == 10

    def test_does_not_give_up_a_commit_that_once_succeeded(self):
        answers = iter(["fails", "succeeds", "fails", "fails", "fails", "succeeds"])
        failures = failing("head.jar")

        def answer(group, title, jar):
            if jar.name == "head.jar" and title == "store get" and next(answers) == "fails":
                return failures(group, title, jar)
            return sample(1000)

        result, _, _ = measured(answer, pairs=6)
        assert len(result.figures["store get"].pairs) == 2
        assert result.figures["store get"].dropped == 4

    def test_drops_pairs_that_do_not_measure_the_same(self):
        result, _, _ = measured(lambda group, title, jar: sample(1000, "us/op" if jar.name == "head.jar" else "ops/s"))
        assert result.figures["store get"].failures[0] == "store get: base measures ops/s, head us/op"
        result, _, _ = measured(
            lambda group, title, jar: sample(1000, keySize="3" if jar.name == "head.jar" else "4", added="x")
        )
        assert "base measures keySize=4, head keySize=3" in result.figures["store get"].failures[0]

    def test_takes_the_figures_of_a_suite_from_its_runs_and_says_which_commit_lacks_one(self):
        def answer(rows):
            return {title: sample(1000) for title in rows}

        runs = iter(
            [["a", "old"], ["a", "new"], ["a", "new"], ["a", "old"], ["a", "old"], ["new"], ["new"], ["a", "old"]]
        )
        runner = mock.Mock()
        runner.run.side_effect = lambda group, jar: answer(next(runs))
        suite = BenchmarkSet("suite", "", (SuiteGroup("Bench.a", "org.Bench.a", ()),), pairs=4)
        said = []
        result = measure(suite, 4, JARS, None, runner, said.append)
        figures = result.figures
        assert sorted(figures) == ["a", "new", "old"]
        assert (len(figures["a"].pairs), figures["a"].failures) == (2, ["head: it measured no a"] * 2)
        assert (figures["old"].failures, figures["old"].dropped) == (["head has no old"], 0)
        assert figures["new"].failures == ["base has no new"]
        assert "done, but head: it measured no old" in said[0]

    def test_names_a_suite_that_never_ran_by_its_benchmark(self):
        runner = mock.Mock()
        runner.run.side_effect = RunFailed("it fell over")
        suite = BenchmarkSet("suite", "", (SuiteGroup("Bench.a", "org.Bench.a", ()),), pairs=4)
        figure = measure(suite, 4, JARS, None, runner, lambda said: None).figures["Bench.a"]
        assert (figure.dropped, figure.failures[0]) == (4, "base: it fell over")

    def test_says_what_is_left_after_each_pair(self):
        _, _, said = measured(lambda group, title, jar: sample(1000), pairs=2)
        assert len(said) == 4
        assert re.search(r"^pair 1 of 2, ruler: memory: done; .* left$", said[0])
        assert re.search(r"^pair 2 of 2, store: done; 0 s left$", said[-1])
