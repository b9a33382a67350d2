# SPDX-License-Identifier: Apache-2.0
"""Runs the schedule and keeps what came of it, pair by pair."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from wisp_tools.compare.plan import BASE, HEAD, PairOfRuns, as_time, estimated_seconds, schedule
from wisp_tools.compare.run import RunFailed, Runner, Sample
from wisp_tools.compare.sets import BenchmarkSet, Group
from wisp_tools.compare.verdict import Figure, Pair

# A commit that failed so often at a group, and never succeeded, is not tried again.
MOST_FAILURES = 2


class Progress:
    """What is left, by how the time so far compares with what was announced."""

    def __init__(self, total: float, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic):
        self._total = total
        self._say = say
        self._clock = clock
        self._start = clock()
        self._done = 0.0

    def pair_ended(self, pair: PairOfRuns, pairs: int, outcome: str) -> None:
        self._done += 2 * pair.group.estimated_seconds()
        left = (self._total - self._done) * (self._clock() - self._start) / self._done
        self._say(f"pair {pair.round} of {pairs}, {pair.group.name}: {outcome}; {as_time(left)} left")


@dataclass
class Measurement:
    """Everything that was measured, by title in the order of the set."""

    figures: dict[str, Figure]
    rulers: dict[str, Figure]


@dataclass
class _Attempts:
    succeeded: set[str] = field(default_factory=set)
    failed: dict[str, int] = field(default_factory=lambda: {BASE: 0, HEAD: 0})

    def is_hopeless(self, side: str) -> bool:
        return side not in self.succeeded and self.failed[side] >= MOST_FAILURES


def measure(
    chosen: BenchmarkSet,
    pairs: int,
    jars: Mapping[str, Path],
    ruler_jar: Path,
    runner: Runner,
    say: Callable[[str], None],
    clock: Callable[[], float] = time.monotonic,
) -> Measurement:
    """Measures a set in so many pairs of runs, rulers from `ruler_jar` in both places."""
    measurement = Measurement({}, {})
    attempts: dict[str, _Attempts] = {}
    for group in chosen.groups:
        attempts[group.name] = _Attempts()
        for title in group.titles():
            figures = measurement.rulers if group.is_ruler else measurement.figures
            figures[title] = Figure(title, group.rulers)
    progress = Progress(estimated_seconds(chosen, pairs), say, clock)
    for pair in schedule(chosen, pairs):
        group = pair.group
        samples: dict[str, dict[str, Sample]] = {}
        failures = []
        for side in pair.order:
            jar = ruler_jar if group.is_ruler else jars[side]
            try:
                samples[side] = _try(runner, group, jar, attempts[group.name], side)
            except RunFailed as failure:
                failures.append(f"{side}: {failure}")
                break
        figures = measurement.rulers if group.is_ruler else measurement.figures
        for title in group.titles():
            figure = figures[title]
            if not failures and (difference := unlike(samples[BASE][title], samples[HEAD][title])):
                failures.append(f"{title}: {difference}")
            if failures:
                figure.dropped += 1
                figure.failures += failures
            else:
                figure.pairs.append(Pair(pair.order, samples[BASE][title], samples[HEAD][title]))
        progress.pair_ended(pair, pairs, f"dropped, {failures[0]}" if failures else "done")
    return measurement


def unlike(base: Sample, head: Sample) -> str:
    """Why two samples are not of the same thing: a commit may add parameters, but change no value of another."""
    if base.unit != head.unit:
        return f"base measures {base.unit}, head {head.unit}"
    for name in base.parameters.keys() & head.parameters.keys():
        if base.parameters[name] != head.parameters[name]:
            return f"base measures {name}={base.parameters[name]}, head {name}={head.parameters[name]}"
    return ""


def _try(runner: Runner, group: Group, jar: Path, attempts: _Attempts, side: str) -> dict[str, Sample]:
    if attempts.is_hopeless(side):
        raise RunFailed(f"{group.name} was given up after {MOST_FAILURES} runs that failed")
    try:
        samples = runner.run(group, jar)
    except RunFailed:
        attempts.failed[side] += 1
        raise
    attempts.succeeded.add(side)
    return samples
