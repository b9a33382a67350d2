# SPDX-License-Identifier: Apache-2.0
"""What one run says of a figure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_ALLOCATION = "gc.alloc.rate.norm"
_SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "hr": 3600.0, "day": 86400.0}


class RunFailed(Exception):
    """Why there is no figure, in words for a user."""


@dataclass(frozen=True)
class Sample:
    """What one JVM measured: a score in JMH's unit, and bytes allocated per operation (None if not known).

    mode: JMH's short name, such as thrpt or avgt.
    seconds: that an iteration took; None if it is a single shot.
    """

    benchmark: str
    parameters: Mapping[str, str]
    score: float
    unit: str
    allocated: float | None
    mode: str = "thrpt"
    seconds: float | None = None

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


def is_rate(unit: str) -> bool:
    """Whether more of a unit is better: ops/s is a rate, s/op a time. Raises RunFailed for anything else."""
    above, _, below = unit.partition("/")
    if above == "ops" and below:
        return True
    if below == "op" and above:
        return False
    raise RunFailed(f'the unit "{unit}" is neither a rate (ops/s) nor a time (s/op)')


def sample_of(entry: Mapping[str, Any]) -> Sample:
    """The sample of an entry of JMH's JSON. Raises RunFailed, ValueError, KeyError or TypeError if it is none."""
    metric = entry["primaryMetric"]
    score = float(metric["score"])
    if not math.isfinite(score) or score <= 0:
        raise ValueError(f"a score of {score}")
    is_rate(metric["scoreUnit"])
    # Before version 1.36 JMH put a middle dot before the name.
    secondary = {name.lstrip("·"): each for name, each in entry.get("secondaryMetrics", {}).items()}
    allocated = float(secondary.get(_ALLOCATION, {"score": math.nan})["score"])
    return Sample(
        benchmark=entry["benchmark"],
        parameters=entry.get("params") or {},
        score=score,
        unit=metric["scoreUnit"],
        allocated=allocated if math.isfinite(allocated) else None,
        mode=entry["mode"],
        seconds=_seconds(entry.get("measurementTime", "")),
    )


def _seconds(time: str) -> float | None:
    """JMH writes 500 ms, or that it is a single shot."""
    value, _, unit = time.partition(" ")
    return float(value) * _SECONDS[unit] if unit in _SECONDS else None
