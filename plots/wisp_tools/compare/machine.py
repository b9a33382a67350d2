# SPDX-License-Identifier: Apache-2.0
"""The machine that a comparison was made on; what cannot be found out is None."""

import os
from dataclasses import dataclass

from wisp_tools import environment
from wisp_tools.processes import captured


@dataclass(frozen=True)
class Machine:
    """loadAverage: at the start, over 1, 5 and 15 minutes."""

    cpu: str | None
    cores: int
    kernel: str
    java: str | None
    loadAverage: list[float] | None


def this_machine(java: str) -> Machine:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    version, load = _version(java), environment.load_average()
    return Machine(environment.cpu(), cores, environment.kernel(), version, load)


def _version(java: str) -> str | None:
    try:
        done = captured([java, "-version"])
    except OSError:
        return None
    lines = done.stderr.splitlines()
    return lines[1].strip() if done.returncode == 0 and len(lines) > 1 else None
