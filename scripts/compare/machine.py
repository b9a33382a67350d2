# SPDX-License-Identifier: Apache-2.0
"""The machine that a comparison was made on; what cannot be found out is None."""

import os
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Machine:
    """load_average: at the start, over 1, 5 and 15 minutes."""

    cpu: str | None
    cores: int
    kernel: str
    java: str | None
    load_average: list[float] | None


def this_machine(java: str) -> Machine:
    return Machine(
        _cpu(), _cores(), f"{platform.system()} {platform.release()}", _version(java), _load_average()
    )


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cpu() -> str | None:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or None
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), None)


def _version(java: str) -> str | None:
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, check=True).stderr
    except (OSError, subprocess.CalledProcessError):
        return None
    lines = said.splitlines()
    return lines[1].strip() if len(lines) > 1 else None


def _load_average() -> list[float] | None:
    try:
        return [round(each, 2) for each in os.getloadavg()]
    except OSError:
        return None
