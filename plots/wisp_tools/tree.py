# SPDX-License-Identifier: Apache-2.0
"""Wisp's source tree, and what its launcher and Git tell of it."""

import subprocess
from pathlib import Path

from wisp_tools.errors import WispError

ROOT = Path(__file__).resolve().parents[2]
WISP = ROOT / "wisp"
"""The launcher."""
BENCHMARKS = ROOT / "benchmarks" / "target" / "benchmarks.jar"
JVM_FLAGS = ("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow")
"""That the launcher gives to every JVM."""


def git(*words: str, root: Path = ROOT) -> bytes | None:
    """What Git prints; None if it fails, as it does where no repository is."""
    try:
        done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def commit() -> str | None:
    found = git("rev-parse", "HEAD")
    return found.decode().strip() if found else None


def jdk(wisp: Path = WISP) -> Path:
    """The folder of the JDK that the launcher finds. Raises WispError with the launcher's words if there is none."""
    done = subprocess.run([str(wisp), "jdk"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise WispError(done.stderr.strip().removeprefix("wisp: "))
    return Path(done.stdout.strip())
