# SPDX-License-Identifier: Apache-2.0
"""Runs the schedule and keeps what came of it, pair by pair."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wisp_tools.compare.groups import BenchmarkSet, Group
from wisp_tools.compare.plan import BASE, HEAD, PairOfRuns, as_time, estimated_seconds, schedule
from wisp_tools.compare.run import Runner
from wisp_tools.compare.sample import RunFailed, Sample
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


@dataclass(frozen=True)
class PairTaken:
    """What the runs of a pair gave: the samples of each commit by title, or the failure that lost both."""

    order: tuple[str, str]
    samples: Mapping[str, Mapping[str, Sample]]
    failure: str = ""

    def why_not(self, title: str) -> str:
        """Why the pair tells nothing of a figure."""
        if self.failure:
            return self.failure
        lacking = [side for side in self.order if title not in self.samples[side]]
        if lacking:
            return f"{lacking[0]}: it measured no {title}"
        difference = unlike(self.samples[BASE][title], self.samples[HEAD][title])
        return f"{title}: {difference}" if difference else ""

    def outcome(self) -> str:
        """In words, for who watches."""
        if self.failure:
            return f"dropped, {self.failure}"
        lost = next((why for title in titles_of([self]) if (why := self.why_not(title))), "")
        return f"done, but {lost}" if lost else "done"


class _Attempts:
    """Runs of groups, until a commit has only failed at one."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._succeeded: set[tuple[str, str]] = set()
        self._failed: Counter[tuple[str, str]] = Counter()

    def pair(self, pair: PairOfRuns, jars: Mapping[str, Path]) -> PairTaken:
        samples = {}
        for side in pair.order:
            try:
                samples[side] = self._run(pair.group, jars[side], side)
            except RunFailed as failure:
                return PairTaken(pair.order, samples, f"{side}: {failure}")
        return PairTaken(pair.order, samples)

    def _run(self, group: Group, jar: Path, side: str) -> dict[str, Sample]:
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
    ruler_jar: Path | None,
    runner: Runner,
    say: Callable[[str], None],
) -> Measurement:
    """Measures a set in so many pairs of runs, rulers, if there are any, from `ruler_jar` in both places."""
    taken: dict[str, list[PairTaken]] = {group.name: [] for group in chosen.groups}
    attempts, progress = _Attempts(runner), Progress(estimated_seconds(chosen, pairs), say)
    for pair in schedule(chosen, pairs):
        own = {BASE: ruler_jar, HEAD: ruler_jar} if pair.group.is_ruler and ruler_jar else jars
        taken[pair.group.name].append(attempts.pair(pair, own))
        progress.pair_ended(pair, pairs, taken[pair.group.name][-1].outcome())
    measurement = Measurement({}, {})
    for group in chosen.groups:
        measurement.of(group).update(_figures(group, taken[group.name]))
    return measurement


def titles_of(taken: Sequence[PairTaken]) -> list[str]:
    """Whatever was measured in a pair, by either commit."""
    runs = (samples for each in taken for samples in each.samples.values())
    return list(dict.fromkeys(title for run in runs for title in run))


def _figures(group: Group, taken: Sequence[PairTaken]) -> dict[str, Figure]:
    figures = {}
    for title in group.titles() or titles_of(taken) or [group.name]:
        figures[title] = figure = Figure(title, group.rulers)
        runs = {side: [each.samples[side] for each in taken if side in each.samples] for side in (BASE, HEAD)}
        lacking = [side for side in runs if runs[side] and not any(title in samples for samples in runs[side])]
        if lacking:
            figure.failures.append(f"{lacking[0]} has no {title}")
            continue
        for each in taken:
            if why := each.why_not(title):
                figure.dropped += 1
                figure.failures.append(why)
            else:
                figure.pairs.append(Pair(each.order, each.samples[BASE][title], each.samples[HEAD][title]))
    return figures


def unlike(base: Sample, head: Sample) -> str:
    """Why two samples are not of the same thing: a commit may add parameters, but change no value of another."""
    if base.unit != head.unit:
        return f"base measures {base.unit}, head {head.unit}"
    for name in base.parameters.keys() & head.parameters.keys():
        if base.parameters[name] != head.parameters[name]:
            return f"base measures {name}={base.parameters[name]}, head {name}={head.parameters[name]}"
    return ""
