# SPDX-License-Identifier: Apache-2.0
from unittest import mock

import pytest

from tests.compare.test_revisions import PATCH, InRepository
from wisp_tools.compare import errors, prove


def document(verdict="no clear change", allocation="no change", ratio=1.0):
    figure = {"title": "store get, 1000 entries", "verdict": verdict, "ratio": {"mean": ratio}}
    return {"benchmarks": [figure | {"allocation": {"verdict": allocation}}]}


SAME, UNSTEADY = document(), document("machine not steady")
SLOWER, ALLOCATING = document("slower", ratio=0.85), document("machine not steady", "allocates more")


class TestProve(InRepository):
    def proof(self, *documents, repeats=None, same_pairs=None):
        """Of comparisons that find this one after the other, of which the first two are of what is planted."""
        patches = {}
        for name in ("SLOWER", "ALLOCATING"):
            patches[name] = self.folder / f"{name}.patch"
            patches[name].write_text(PATCH.replace("two", name), encoding="utf-8")
        self.comparer = mock.Mock(root=self.root, chosen="proof")
        self.comparer.compare.side_effect = documents
        with mock.patch.multiple(prove, **patches):
            return prove.prove(self.comparer, "HEAD", repeats or len(documents) - 2, same_pairs)

    def test_compares_a_commit_with_what_is_planted_and_then_with_itself(self):
        proof = self.proof(SLOWER, ALLOCATING, SAME, SAME)
        heads = [call.args[1] for call in self.comparer.compare.call_args_list]
        planted = [self.repository.git("show", f"{head}:a.txt") for head in heads]
        assert planted == ["SLOWER", "ALLOCATING", "one", "one"]
        assert proof.exit_code == errors.NO_REGRESSION
        assert "2 comparisons, 0 false alarms (2 times no clear change)" in proof.summary()

    def test_takes_other_pairs_for_a_commit_with_itself_alone(self):
        self.proof(SLOWER, ALLOCATING, SAME, same_pairs=4)
        pairs = [call.args[3:] for call in self.comparer.compare.call_args_list]
        assert pairs == [(), (), (4,)]

    def test_says_which_help_to_read_after_a_wrong_option(self, capsys):
        with pytest.raises(SystemExit) as ended:
            prove.main(["--same-pairs", "3"], self.root)
        assert ended.value.code == errors.WRONG_USAGE
        assert "from 4 to 1000 (./wisp prove-compare -h explains)" in capsys.readouterr().err

    def test_counts_every_difference_of_the_same_code_as_a_false_alarm(self):
        alarms = [SLOWER, document("faster", ratio=1.2), document(allocation="allocates less"), ALLOCATING]
        proof = self.proof(SLOWER, ALLOCATING, SAME, *alarms)
        assert len(proof.false_alarms) == 4
        assert proof.exit_code == errors.REGRESSION
        assert "comparison 2: store get, 1000 entries slower, ratio 0.850" in proof.summary()

    def test_repeats_what_a_machine_that_was_not_steady_has_spoilt(self):
        proof = self.proof(SLOWER, ALLOCATING, SAME, UNSTEADY, SAME, repeats=2)
        assert proof.same == {"no clear change": 2, "machine not steady": 1}
        assert proof.exit_code == errors.NO_REGRESSION

    def test_proves_nothing_on_a_machine_that_is_hardly_ever_steady(self):
        assert self.proof(SLOWER, ALLOCATING, SAME, *[UNSTEADY] * 3, repeats=2).exit_code == errors.NO_VERDICT

    def test_fails_if_what_is_planted_is_not_caught(self):
        assert self.proof(SAME, ALLOCATING, SAME).exit_code == errors.REGRESSION
        assert self.proof(SLOWER, SAME, SAME).exit_code == errors.REGRESSION

    def test_tries_a_planted_slowdown_again_where_the_machine_was_not_steady_for_it(self):
        assert self.proof(UNSTEADY, SLOWER, ALLOCATING, SAME, repeats=1).exit_code == errors.NO_REGRESSION
        assert self.proof(*[UNSTEADY] * 3, ALLOCATING, SAME, repeats=1).exit_code == errors.NO_VERDICT
