# SPDX-License-Identifier: Apache-2.0
"""The gates and tests of all that is written in Python: ``./wisp test-python [OPTION of pytest ...]``."""

import os
import subprocess
import sys
from collections.abc import Sequence

from wisp_tools import packages
from wisp_tools.errors import WispError, say
from wisp_tools.tree import ROOT


def main(arguments: Sequence[str]) -> int:
    packages.require("test")
    # The plugins of the system's pytest are not of the lock.
    variables = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    for name, *options in (
        ("ruff", "format", "--check", "--quiet", "--no-cache", "."),
        ("ruff", "check", "--quiet", "--no-cache", "."),
        ("mypy", "--cache-dir", os.devnull),
        ("pytest", "-q", *arguments),
    ):
        say(f"{name} {' '.join(options)}")
        if subprocess.run([sys.executable, "-m", name, *options], cwd=ROOT, env=variables, check=False).returncode:
            raise WispError(f"{name} found what is said above")
    return 0
