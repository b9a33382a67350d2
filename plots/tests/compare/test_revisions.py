# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
from pathlib import Path

import pytest

from wisp_tools.compare.errors import ComparisonError
from wisp_tools.compare.prove import ALLOCATING, SLOWER
from wisp_tools.compare.revisions import Repository, Uncommitted, remark

ROOT = Path(__file__).resolve().parents[3]
PATCH = """\
--- a/a.txt
+++ b/a.txt
@@ -1 +1 @@
-one
+two
"""


class InRepository:
    """A repository with a commit, away from the settings of whoever runs this."""

    @pytest.fixture(autouse=True)
    def in_repository(self, tmp_path, monkeypatch):
        self.folder, self.root = tmp_path, tmp_path / "repository"
        self.root.mkdir()
        settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "HOME": str(tmp_path)}
        for name, value in (settings | {"XDG_CACHE_HOME": str(tmp_path / "cache")}).items():
            monkeypatch.setenv(name, value)
        self.repository = Repository(self.root)
        self.repository.git("init", "--quiet", "--initial-branch", "main")
        self.first = self.commit("first", "one\n")

    def commit(self, subject, content):
        (self.root / "a.txt").write_text(content, encoding="utf-8")
        self.repository.git("add", "--all")
        self.repository.git("commit", "--quiet", "-m", subject)
        return self.repository.git("rev-parse", "HEAD")


class TestRevisions(InRepository):
    def test_finds_a_commit_by_any_name(self):
        second = self.commit("second", "two\n")
        assert self.repository.revision("HEAD").commit == second
        assert self.repository.revision("main~1").subject == "first"

    @pytest.mark.parametrize("name", ["nothing", "--all", ""])
    def test_refuses_an_unknown_commit_in_one_sentence(self, name):
        with pytest.raises(ComparisonError) as raised:
            self.repository.revision(name)
        assert str(raised.value) == f'there is no commit "{name}" in this repository'

    def test_takes_the_working_tree_as_it_is_without_touching_it(self):
        (self.root / ".gitignore").write_text("*.log\n", encoding="utf-8")
        (self.root / "a.txt").write_text("changed\n", encoding="utf-8")
        (self.root / "new.txt").write_text("new\n", encoding="utf-8")
        (self.root / "x.log").write_text("ignored\n", encoding="utf-8")
        status = self.repository.git("status", "--porcelain")

        revision = self.repository.revision("working-tree")

        files = self.repository.git("ls-tree", "--name-only", revision.commit).splitlines()
        assert files == [".gitignore", "a.txt", "new.txt"]
        assert self.repository.git("show", f"{revision.commit}:a.txt") == "changed"
        assert self.repository.git("status", "--porcelain") == status
        assert self.repository.git("rev-parse", "HEAD") == self.first
        assert self.repository.revision("working-tree").commit == revision.commit

    def test_says_whether_what_is_not_committed_is_part_of_a_revision(self):
        before = self.commit("second", "two\n")
        assert self.repository.revision("HEAD").uncommitted is None
        assert self.repository.revision("working-tree").uncommitted is None
        (self.root / "a.txt").write_text("three\n", encoding="utf-8")
        (self.root / "new.txt").write_text("new\n", encoding="utf-8")
        working_tree = self.repository.revision("working-tree")
        assert working_tree.uncommitted == Uncommitted(2, included=True)
        for name in ("HEAD", "main", before):
            assert self.repository.revision(name).uncommitted == Uncommitted(2, included=False)
        older = self.repository.revision("HEAD~1")
        assert older.uncommitted is None
        head = self.repository.revision("HEAD")
        files = "uncommitted changes in 2 files"
        assert remark(older, older) == ""
        assert remark(head, working_tree) == f"head is the working tree, with {files}"
        assert remark(older, head) == f"the working tree has {files}, which are not part of head"
        assert remark(head, head) == f"the working tree has {files}, which are not part of base and head"

    def test_makes_a_commit_with_a_patch_without_touching_the_working_tree(self):
        patch = self.folder / "change.patch"
        patch.write_text(PATCH, encoding="utf-8")
        revision = self.repository.patched("HEAD", patch)
        assert self.repository.git("show", f"{revision.commit}:a.txt") == "two"
        assert self.repository.git("status", "--porcelain") == ""

    def test_says_which_patch_does_not_apply(self):
        self.commit("second", "three\n")
        patch = self.folder / "change.patch"
        patch.write_text(PATCH, encoding="utf-8")
        with pytest.raises(ComparisonError, match="change.patch does not apply to HEAD"):
            self.repository.patched("HEAD", patch)


class TestPlanted:
    @pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs Wisp's repository, and this is none")
    @pytest.mark.parametrize("patch", [SLOWER, ALLOCATING], ids=lambda patch: patch.name)
    def test_still_applies_to_the_working_tree(self, patch):
        done = subprocess.run(["git", "-C", ROOT, "apply", "--check", patch], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
