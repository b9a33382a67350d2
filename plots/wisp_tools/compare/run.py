# SPDX-License-Identifier: Apache-2.0
"""One run: a process that measures a group from a jar, and what it found."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from wisp_tools.compare.groups import Group
from wisp_tools.compare.sample import RunFailed, Sample, sample_of
from wisp_tools.processes import status_of
from wisp_tools.tree import JVM_FLAGS

_SECONDS_OF_LISTING = 60
_LIST = "Benchmarks:"


class Runner(Protocol):
    """Knows the benchmarks of a jar, and measures the figures of a group, which it returns by title.

    Raises RunFailed if that cannot be done, or if a figure is missing.
    """

    def benchmarks(self, jar: Path, arguments: Sequence[str] = ()) -> list[str]: ...

    def run(self, group: Group, jar: Path) -> dict[str, Sample]: ...


class JmhRunner:
    """Starts a jar of JMH with a JDK's java. flags: for each JVM."""

    def __init__(self, java: Sequence[str], flags: Sequence[str] = JVM_FLAGS):
        self._java = [*java, *flags]

    def benchmarks(self, jar: Path, arguments: Sequence[str] = ()) -> list[str]:
        """The names of what a jar measures with these arguments. Raises RunFailed, with what it said, if it lists none."""
        with tempfile.TemporaryDirectory(prefix="wisp-compare-") as folder:
            log = Path(folder) / "log"
            listing = [*self._java, "-jar", str(jar), *arguments, "-l"]
            status = status_of(listing, log, _SECONDS_OF_LISTING, Path(folder))
            said = log.read_text(errors="replace")
        lines = [line.strip() for line in said.splitlines()]
        if status != 0 or _LIST not in lines:
            raise RunFailed(last_words(said))
        # A benchmark of several modes is listed for each.
        return list(dict.fromkeys(line for line in lines[lines.index(_LIST) + 1 :] if line))

    def run(self, group: Group, jar: Path) -> dict[str, Sample]:
        # The folder is the process's own: a run also leaves files where it was started.
        with tempfile.TemporaryDirectory(prefix="wisp-compare-") as folder:
            results = Path(folder) / "jmh.json"
            log = Path(folder) / "log"
            command = [*self._java, "-Djmh.ignoreLock=true", "-jar", str(jar), *group.options()]
            command += ["-rf", "json", "-rff", str(results)]
            status = status_of(command, log, group.most_seconds(), Path(folder))
            if status != 0:
                how = "did not end in time" if status is None else f"ended with status {status}"
                raise RunFailed(f"{group.name} {how}: {last_words(log.read_text(errors='replace'))}")
            return read(group, results)


def last_words(log: str) -> str:
    """The line of a log that most likely says what was wrong."""
    lines = [line.strip() for line in log.splitlines() if line.strip() and not line.startswith("WARNING")]
    for line in lines:
        if line.startswith(("The run failed: ", "Exception in thread")):
            return line
    return lines[-1] if lines else "it said nothing"


def read(group: Group, results: Path) -> dict[str, Sample]:
    """The samples of JMH's JSON, by title."""
    try:
        entries = json.loads(results.read_text(encoding="utf-8"))
        samples = {group.title_of(sample): sample for sample in map(sample_of, entries)}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunFailed(f"{group.name} left no results that can be read: {error!r}") from None
    wanted = group.titles() or list(samples)
    missing = [title for title in wanted if title not in samples]
    if missing:
        raise RunFailed(f"{group.name} measured no {', no '.join(missing)}")
    return {title: samples[title] for title in wanted}
