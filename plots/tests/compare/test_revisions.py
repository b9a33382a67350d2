# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from wisp_tools.compare.errors import ComparisonError
from wisp_tools.compare.prove import ALLOCATING, SLOWER
from wisp_tools.compare.revisions import Repository

ROOT = Path(__file__).resolve().parents[3]
PATCH = """\
--- a/a.txt
+++ b/a.txt
@@ -1 +1 @@
-one
+two
"""


class RepositoryFixture(unittest.TestCase):
    """A repository with a commit, away from the settings of whoever runs this."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.root = self.folder / "repository"
        self.root.mkdir()
        settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "HOME": str(self.folder)}
        patched = mock.patch.dict(os.environ, settings | {"XDG_CACHE_HOME": str(self.folder / "cache")})
        patched.start()
        self.addCleanup(patched.stop)
        self.repository = Repository(self.root)
        self.repository.git("init", "--quiet", "--initial-branch", "main")
        self.first = self.commit("first", "one\n")

    def commit(self, subject, content):
        (self.root / "a.txt").write_text(content, encoding="utf-8")
        self.repository.git("add", "--all")
        self.repository.git("commit", "--quiet", "-m", subject)
        return self.repository.git("rev-parse", "HEAD")


class RevisionsTest(RepositoryFixture):
    def test_finds_a_commit_by_any_name(self):
        second = self.commit("second", "two\n")
        self.assertEqual(self.repository.revision("HEAD").commit, second)
        self.assertEqual(self.repository.revision("main~1").subject, "first")

    def test_refuses_an_unknown_commit_in_one_sentence(self):
        for name in ("nothing", "--all", ""):
            with self.subTest(name=name), self.assertRaises(ComparisonError) as raised:
                self.repository.revision(name)
            self.assertEqual(str(raised.exception), f'there is no commit "{name}" in this repository')

    def test_takes_the_working_tree_as_it_is_without_touching_it(self):
        (self.root / ".gitignore").write_text("*.log\n", encoding="utf-8")
        (self.root / "a.txt").write_text("changed\n", encoding="utf-8")
        (self.root / "new.txt").write_text("new\n", encoding="utf-8")
        (self.root / "x.log").write_text("ignored\n", encoding="utf-8")
        status = self.repository.git("status", "--porcelain")

        revision = self.repository.revision("working-tree")

        files = self.repository.git("ls-tree", "--name-only", revision.commit).splitlines()
        self.assertEqual(files, [".gitignore", "a.txt", "new.txt"])
        self.assertEqual(self.repository.git("show", f"{revision.commit}:a.txt"), "changed")
        self.assertEqual(self.repository.git("status", "--porcelain"), status)
        self.assertEqual(self.repository.git("rev-parse", "HEAD"), self.first)
        self.assertEqual(self.repository.revision("working-tree").commit, revision.commit)

    def test_makes_a_commit_with_a_patch_without_touching_the_working_tree(self):
        patch = self.folder / "change.patch"
        patch.write_text(PATCH, encoding="utf-8")
        revision = self.repository.patched("HEAD", patch)
        self.assertEqual(self.repository.git("show", f"{revision.commit}:a.txt"), "two")
        self.assertEqual(self.repository.git("status", "--porcelain"), "")

    def test_says_which_patch_does_not_apply(self):
        self.commit("second", "three\n")
        patch = self.folder / "change.patch"
        patch.write_text(PATCH, encoding="utf-8")
        with self.assertRaisesRegex(ComparisonError, "change.patch does not apply to HEAD"):
            self.repository.patched("HEAD", patch)


class PlantedTest(unittest.TestCase):
    @unittest.skipUnless((ROOT / ".git").exists(), "needs Wisp's repository, and this is none")
    def test_still_applies_to_the_working_tree(self):
        for patch in (SLOWER, ALLOCATING):
            with self.subTest(patch=patch.name):
                done = subprocess.run(
                    ["git", "-C", str(ROOT), "apply", "--check", str(patch)], capture_output=True, text=True
                )
                self.assertEqual((done.returncode, done.stderr), (0, ""))
