# SPDX-License-Identifier: Apache-2.0
"""Builds a commit's jar, once: jars are kept in a cache by commit and recipe."""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wisp_tools.compare.errors import ComparisonError
from wisp_tools.compare.revisions import Repository, Revision
from wisp_tools.processes import running

JARS_KEPT = 20
_LINES_OF_A_FAILURE = 10
_JARS_NAMED = 5
# By which the launcher runs this program, and which mean nothing to a build.
_OWN_VARIABLES = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
_MODULE = re.compile(r"\[INFO\] (Building .*\[\d+/\d+\])")


def default_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wisp-compare"


@dataclass(frozen=True)
class Recipe:
    """How the jar of a commit is made.

    command: run in the folder of the commit.
    shown: the command in words for a user.
    jar: what it leaves there; a pattern, if the name changes from commit to commit.
    needs: files of the commit without which there is nothing to build.
    variables: of the environment, beside those there are.
    mark: tells the jars of one recipe from those of others of the same commit.
    """

    command: Sequence[str]
    shown: str
    jar: str
    needs: Sequence[str] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    mark: str = ""


class Builder:
    """Gives the jars of commits, each built in a git worktree of its own, which is removed at once."""

    def __init__(self, repository: Repository, recipe: Recipe, cache: Path, say: Callable[[str], None]):
        self._repository = repository
        self._recipe = recipe
        self._cache = cache
        self._say = say

    def is_built(self, revision: Revision, copy: int = 1) -> bool:
        return self._cached(revision, copy).is_file()

    def jar(self, revision: Revision, copy: int = 1) -> Path:
        """The jar of a commit, each copy by its own build. Raises ComparisonError if the commit cannot be built."""
        cached = self._cached(revision, copy)
        if cached.is_file():
            cached.touch()
            return cached
        self._cache.mkdir(parents=True, exist_ok=True)
        self._say(f"building {describe(revision)}; this takes a minute or several")
        with self._worktree(revision) as folder:
            self._build(folder, revision, self._cache / f"{cached.stem}.log")
            unfinished = cached.with_suffix(".unfinished")
            shutil.copyfile(self._made(folder, revision), unfinished)
            unfinished.rename(cached)
        self._forget_the_oldest()
        return cached

    def _cached(self, revision: Revision, copy: int) -> Path:
        return self._cache / (revision.commit + self._recipe.mark + ("" if copy == 1 else f"-{copy}") + ".jar")

    @contextlib.contextmanager
    def _worktree(self, revision: Revision) -> Iterator[Path]:
        folder = Path(tempfile.mkdtemp(prefix="build-", dir=self._cache))
        try:
            self._repository.git("worktree", "add", "--detach", str(folder), revision.commit)
            yield folder
        finally:
            with contextlib.suppress(ComparisonError):
                self._repository.git("worktree", "remove", "--force", str(folder))
            shutil.rmtree(folder, ignore_errors=True)

    def _build(self, folder: Path, revision: Revision, log: Path) -> None:
        if not all((folder / each).is_file() for each in self._recipe.needs):
            raise ComparisonError(f"{describe(revision)} has no benchmarks to build")
        last: deque[str] = deque(maxlen=_LINES_OF_A_FAILURE)
        variables = {name: value for name, value in os.environ.items() if name not in _OWN_VARIABLES}
        variables |= dict(self._recipe.variables)
        with log.open("wb") as written, running(self._recipe.command, subprocess.PIPE, folder, variables) as process:
            assert process.stdout is not None
            with process.stdout as output:
                for line in output:
                    written.write(line)
                    last.append(line.decode(errors="replace").rstrip())
                    if module := _MODULE.match(last[-1]):
                        self._say("  " + re.sub(r" {2,}", " ", module[1]))
                process.wait()
        if process.returncode != 0:
            ended = f"{describe(revision)} does not build: {self._recipe.shown} ended with status {process.returncode}"
            said = (
                "\n  ".join([f"; all of its output is in {log}, the last of it:", *last])
                if last
                else ", and said nothing"
            )
            raise ComparisonError(ended + said)
        log.unlink()

    def _made(self, folder: Path, revision: Revision) -> Path:
        """The jar that a build has left. Raises ComparisonError, which names what it left, if that is not one."""
        exact = folder / self._recipe.jar
        found = [exact] if exact.is_file() else sorted(each for each in folder.glob(self._recipe.jar) if each.is_file())
        if len(found) == 1:
            return found[0]
        built = f"{describe(revision)} was built by {self._recipe.shown}, but"
        names = [str(each.relative_to(folder)) for each in found or sorted(folder.rglob("*.jar"))]
        listed = ", ".join(names[:_JARS_NAMED]) + (" and others" if len(names) > _JARS_NAMED else "")
        if found:
            raise ComparisonError(f"{built} {self._recipe.jar} is several files: {listed}")
        raise ComparisonError(f"{built} left no {self._recipe.jar}; jars that it left: {listed or 'none'}")

    def _forget_the_oldest(self) -> None:
        jars = sorted(self._cache.glob("*.jar"), key=lambda each: each.stat().st_mtime, reverse=True)
        for jar in jars[JARS_KEPT:]:
            jar.unlink()


def describe(revision: Revision) -> str:
    return f'{revision.name} ({revision.commit[:10]}, "{revision.subject}")'
