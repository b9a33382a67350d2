# SPDX-License-Identifier: Apache-2.0
"""One run: a process that measures a group from a jar, and what it found."""

import json
import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from wisp_tools.compare.sets import Group
from wisp_tools.processes import status_of
from wisp_tools.tree import JVM_FLAGS

# Beyond this many times the estimate, a run hangs.
_PATIENCE = 8
_SECONDS_OF_GRACE = 60
_ALLOCATION = "gc.alloc.rate.norm"
_SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "hr": 3600.0, "day": 86400.0}


class RunFailed(Exception):
    """Why there is no figure, in words for a user."""


@dataclass(frozen=True)
class Sample:
    """What one JVM measured: a score in JMH's unit, and bytes allocated per operation (None if not known)."""

    benchmark: str
    parameters: Mapping[str, str]
    score: float
    unit: str
    allocated: float | None

    @property
    def more_is_better(self) -> bool:
        return is_rate(self.unit)

    @property
    def operations_per_second(self) -> float:
        """Raises ValueError for a unit that is none of JMH's."""
        try:
            if self.more_is_better:
                return self.score / _SECONDS[self.unit.removeprefix("ops/")]
            return 1 / (self.score * _SECONDS[self.unit.removesuffix("/op")])
        except KeyError:
            raise ValueError(f"{self.unit} is no unit of JMH") from None


class Runner(Protocol):
    """Knows the benchmarks of a jar, and measures the figures of a group, which it returns by title.

    Raises RunFailed if that cannot be done, or if a figure is missing.
    """

    def benchmarks(self, jar: Path) -> set[str]: ...

    def run(self, group: Group, jar: Path) -> dict[str, Sample]: ...


def is_rate(unit: str) -> bool:
    """Whether more of a unit is better: ops/s is a rate, s/op a time. Raises RunFailed for anything else."""
    above, _, below = unit.partition("/")
    if above == "ops" and below:
        return True
    if below == "op" and above:
        return False
    raise RunFailed(f'the unit "{unit}" is neither a rate (ops/s) nor a time (s/op)')


class JmhRunner:
    """Starts benchmarks.jar with a JDK's java."""

    def __init__(self, java: Sequence[str]):
        self._java = list(java)

    def command(self, group: Group, jar: Path, results: Path) -> list[str]:
        command = [*self._java, *JVM_FLAGS, "-Djmh.ignoreLock=true", "-jar", str(jar), *group.options()]
        return [*command, "-rf", "json", "-rff", str(results)]

    def benchmarks(self, jar: Path) -> set[str]:
        """The names of what a jar can measure. Raises RunFailed if it does not say."""
        with tempfile.TemporaryDirectory(prefix="wisp-compare-") as folder:
            log = Path(folder) / "log"
            listing = [*self._java, *JVM_FLAGS, "-jar", str(jar), "-l"]
            status = status_of(listing, log, _SECONDS_OF_GRACE, Path(folder))
            said = log.read_text(errors="replace")
        if status != 0:
            raise RunFailed(f"its benchmarks.jar does not list its benchmarks: {last_words(said)}")
        return {line.strip() for line in said.splitlines() if line.startswith("io.wisp.")}

    def run(self, group: Group, jar: Path) -> dict[str, Sample]:
        # The folder is the process's own: a run also leaves files where it was started.
        with tempfile.TemporaryDirectory(prefix="wisp-compare-") as folder:
            results = Path(folder) / "jmh.json"
            log = Path(folder) / "log"
            limit = _SECONDS_OF_GRACE + _PATIENCE * group.estimated_seconds()
            status = status_of(self.command(group, jar, results), log, limit, Path(folder))
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
        samples = {}
        for entry in entries:
            sample = _sample(entry)
            samples[group.title.format(**sample.parameters)] = sample
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunFailed(f"{group.name} left no results that can be read: {error!r}") from None
    missing = [title for title in group.titles() if title not in samples]
    if missing:
        raise RunFailed(f"{group.name} measured no {', no '.join(missing)}")
    return {title: samples[title] for title in group.titles()}


def _sample(entry: Mapping[str, Any]) -> Sample:
    metric = entry["primaryMetric"]
    score = float(metric["score"])
    if not math.isfinite(score) or score <= 0:
        raise ValueError(f"a score of {score}")
    is_rate(metric["scoreUnit"])
    # Before version 1.36 JMH put a middle dot before the name.
    secondary = {name.lstrip("·"): each for name, each in entry.get("secondaryMetrics", {}).items()}
    allocated = float(secondary.get(_ALLOCATION, {"score": math.nan})["score"])
    known = allocated if math.isfinite(allocated) else None
    return Sample(entry["benchmark"], entry.get("params", {}), score, metric["scoreUnit"], known)
