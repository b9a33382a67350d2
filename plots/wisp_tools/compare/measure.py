# SPDX-License-Identifier: Apache-2.0
"""Runs the schedule and keeps what came of it, pair by pair."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from wisp_tools.compare.plan import BASE, HEAD, PairOfRuns, as_time, estimated_seconds, schedule
from wisp_tools.compare.run import RunFailed, Runner, Sample
from wisp_tools.compare.sets import BenchmarkSet, Group
from wisp_tools.compare.verdict import Figure, Pair

# A commit that failed so often at a group, and never succeeded, is not tried again.
MOST_FAILURES = 2


class Progress:
    """What is left, by how the time so far compares with what was announced."""

    def __init__(self, total: float, say: Callable[[str], None]):
        self._total = total
        self._say = say
        self._start = time.monotonic()
        self._done = 0.0

    def pair_ended(self, pair: PairOfRuns, pairs: int, outcome: str) -> None:
        self._done += 2 * pair.group.estimated_seconds()
        left = (self._total - self._done) * (time.monotonic() - self._start) / self._done
        self._say(f"pair {pair.round} of {pairs}, {pair.group.name}: {outcome}; {as_time(left)} left")


@dataclass
class Measurement:
    """Everything that was measured, by title in the order of the set."""

    figures: dict[str, Figure]
    rulers: dict[str, Figure]

    def of(self, group: Group) -> dict[str, Figure]:
        return self.rulers if group.is_ruler else self.figures


class _Attempts:
    """Runs of groups, until a commit has only failed at one."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._succeeded: set[tuple[str, str]] = set()
        self._failed: Counter[tuple[str, str]] = Counter()

    def run(self, group: Group, jar: Path, side: str) -> dict[str, Sample]:
        tried = (group.name, side)
        if tried not in self._succeeded and self._failed[tried] >= MOST_FAILURES:
            raise RunFailed(f"{group.name} was given up after {MOST_FAILURES} runs that failed")
        self._failed[tried] += 1
        samples = self._runner.run(group, jar)
        self._succeeded.add(tried)
        return samples


def measure(
    chosen: BenchmarkSet,
    pairs: int,
    jars: Mapping[str, Path],
    ruler_jar: Path,
    runner: Runner,
    say: Callable[[str], None],
) -> Measurement:
    """Measures a set in so many pairs of runs, rulers from `ruler_jar` in both places."""
    measurement = Measurement({}, {})
    for group in chosen.groups:
        measurement.of(group).update({title: Figure(title, group.rulers) for title in group.titles()})
    attempts, progress = _Attempts(runner), Progress(estimated_seconds(chosen, pairs), say)
    for pair in schedule(chosen, pairs):
        group = pair.group
        samples: dict[str, dict[str, Sample]] = {}
        failures = []
        for side in pair.order:
            try:
                samples[side] = attempts.run(group, ruler_jar if group.is_ruler else jars[side], side)
            except RunFailed as failure:
                failures.append(f"{side}: {failure}")
                break
        for title in group.titles():
            figure = measurement.of(group)[title]
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
