# SPDX-License-Identifier: Apache-2.0
"""Finds the java that everything is measured with, by asking the launcher, which knows where JDKs are."""

import os
import subprocess
from pathlib import Path

from compare.errors import WRONG_USAGE, ComparisonError


def java(root: Path) -> str:
    """The program java of the JDK that the launcher in a folder finds; builds use that JDK from then on.

    Raises ComparisonError with the launcher's words if there is none.
    """
    done = subprocess.run([str(root / "wisp"), "jdk"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ComparisonError(done.stderr.strip().removeprefix("wisp: "), WRONG_USAGE)
    os.environ["JAVA_HOME"] = done.stdout.strip()
    return str(Path(done.stdout.strip(), "bin", "java"))
