# SPDX-License-Identifier: Apache-2.0
"""Which commits are compared.

What is no commit yet (a working tree, a commit with a patch) is made one, without touching the working
tree, its index or any branch; git forgets such commits after some weeks.
"""

import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from wisp_tools.compare.errors import WRONG_USAGE, ComparisonError
from wisp_tools.processes import captured

WORKING_TREE = "working-tree"

# With a fixed author and time the same content is the same commit, whose jar is built once. Without optional locks
# git status does not write to the index.
_VARIABLES = {"GIT_OPTIONAL_LOCKS": "0"} | {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "wisp"), ("EMAIL", "wisp@localhost"), ("DATE", "2000-01-01T00:00:00Z"))
}


@dataclass(frozen=True)
class Uncommitted:
    """What the working tree holds beyond HEAD, and whether that is part of a revision."""

    files: int
    included: bool


@dataclass(frozen=True)
class Revision:
    """A commit, and by what name it was asked for.

    uncommitted: None if the working tree is not concerned, or holds nothing beyond HEAD.
    """

    name: str
    commit: str
    subject: str
    uncommitted: Uncommitted | None = None


def remark(base: Revision, head: Revision) -> str:
    """What a reader must know of changes that are not committed; nothing if they concern neither."""
    changed = head.uncommitted or base.uncommitted
    if changed is None:
        return ""
    files = "a file" if changed.files == 1 else f"{changed.files} files"
    if changed.included:
        return f"head is the working tree, with uncommitted changes in {files}"
    sides = " and ".join(side for side, each in (("base", base), ("head", head)) if each.uncommitted)
    return f"the working tree has uncommitted changes in {files}, which are not part of {sides}"


class Repository:
    """A git repository, or a linked working tree of one."""

    def __init__(self, root: Path):
        self.root = root

    @staticmethod
    def around(folder: Path) -> "Repository":
        """The repository that a folder is in. Raises ComparisonError if it is in none."""
        try:
            return Repository(Path(Repository(folder).git("rev-parse", "--show-toplevel")))
        except ComparisonError as error:
            raise ComparisonError(f"{folder.absolute()} is in no working tree of git: {error}", WRONG_USAGE) from None

    def git(self, *arguments: str, index: Path | None = None) -> str:
        """What git prints. Raises ComparisonError with what it complained about."""
        environment = os.environ | _VARIABLES | ({"GIT_INDEX_FILE": str(index)} if index else {})
        done = captured(["git", "-C", self.root, *arguments], env=environment)
        if done.returncode != 0:
            raise ComparisonError(f"git {arguments[0]} failed: {done.stderr.strip() or done.returncode}")
        return done.stdout.strip()

    def revision(self, name: str) -> Revision:
        """The commit of a name, of the word working-tree too."""
        if name == WORKING_TREE:
            return self.working_tree()
        try:
            commit = self.git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        except ComparisonError:
            raise ComparisonError(f'there is no commit "{name}" in this repository', WRONG_USAGE) from None
        left_out = self._uncommitted(included=False) if commit == self.git("rev-parse", "HEAD") else None
        return Revision(name, commit, self.git("log", "-1", "--format=%s", commit), left_out)

    def working_tree(self) -> Revision:
        """The working tree as it is now, with files that git does not know yet and does not ignore."""
        with tempfile.TemporaryDirectory(prefix="wisp-compare-") as folder:
            index = Path(folder) / "index"
            self.git("read-tree", "HEAD", index=index)
            self.git("add", "--all", ".", index=index)
            made = self._commit(index, "HEAD", WORKING_TREE, "the working tree")
        return replace(made, uncommitted=self._uncommitted(included=True))

    def _uncommitted(self, included: bool) -> Uncommitted | None:
        status = self.git("status", "--porcelain", "--untracked-files=all")
        files = len(status.splitlines())
        return Uncommitted(files, included) if files else None

    def patched(self, name: str, patch: Path) -> Revision:
        """A commit that differs from another one by a patch. Raises ComparisonError if it does not apply."""
        base = self.revision(name)
        with tempfile.TemporaryDirectory(prefix="wisp-compare-") as folder:
            index = Path(folder) / "index"
            self.git("read-tree", base.commit, index=index)
            try:
                self.git("apply", "--cached", str(patch), index=index)
            except ComparisonError as error:
                raise ComparisonError(f"{patch.name} does not apply to {name}: {error}") from None
            return self._commit(index, base.commit, f"{name} with {patch.name}", patch.stem)

    def _commit(self, index: Path, parent: str, name: str, subject: str) -> Revision:
        tree = self.git("write-tree", index=index)
        return Revision(name, self.git("commit-tree", tree, "-p", parent, "-m", subject), subject)
