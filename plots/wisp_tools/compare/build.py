# SPDX-License-Identifier: Apache-2.0
"""Builds a commit's benchmarks.jar, once: jars are kept in a cache by commit."""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from wisp_tools.compare.errors import ComparisonError
from wisp_tools.compare.revisions import Repository, Revision
from wisp_tools.processes import start, stop
from wisp_tools.tree import JVM_FLAGS

JARS_KEPT = 20
SECONDS_OF_BUILD = 60
MODULE = "benchmarks"
_JAR = Path(MODULE, "target", "benchmarks.jar")
_MODULE = re.compile(r"\[INFO\] (Building .*\[\d+/\d+\])")


def default_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wisp-compare"


class Builder:
    """Gives the jars of commits, each built in a git worktree of its own, which is removed at once."""

    def __init__(self, repository: Repository, cache: Path, say: Callable[[str], None]):
        self._repository = repository
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
            shutil.copyfile(folder / _JAR, unfinished)
            unfinished.rename(cached)
        self._forget_the_oldest()
        return cached

    def _cached(self, revision: Revision, copy: int) -> Path:
        return self._cache / (revision.commit + ("" if copy == 1 else f"-{copy}") + ".jar")

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
        wrapper = folder / "mvnw"
        if not wrapper.is_file() or not (folder / MODULE / "pom.xml").is_file():
            raise ComparisonError(f"{describe(revision)} has no benchmarks to build")
        command = [str(wrapper), "--batch-mode", "--file", str(folder / "pom.xml"), "--projects", MODULE]
        command += ["--also-make", "-DskipTests", "package"]
        variables = os.environ | {"MAVEN_OPTS": f"{' '.join(JVM_FLAGS)} {os.environ.get('MAVEN_OPTS', '')}"}
        with log.open("wb") as written:
            process = start(command, subprocess.PIPE, environment=variables)
            assert process.stdout is not None
            try:
                for line in process.stdout:
                    written.write(line)
                    if module := _MODULE.match(line.decode(errors="replace")):
                        self._say("  " + re.sub(r" {2,}", " ", module[1]))
                process.wait()
            finally:
                stop(process)
                process.stdout.close()
        if process.returncode != 0 or not (folder / _JAR).is_file():
            raise ComparisonError(f"{describe(revision)} does not build; all of Maven's output is in {log}")
        log.unlink()

    def _forget_the_oldest(self) -> None:
        jars = sorted(self._cache.glob("*.jar"), key=lambda each: each.stat().st_mtime, reverse=True)
        for jar in jars[JARS_KEPT:]:
            jar.unlink()


def describe(revision: Revision) -> str:
    return f'{revision.name} ({revision.commit[:10]}, "{revision.subject}")'
