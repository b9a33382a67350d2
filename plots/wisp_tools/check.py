# SPDX-License-Identifier: Apache-2.0
"""The gates and tests of all that is written in Python: ``./wisp test-python [OPTION of pytest ...]``."""

import os
import subprocess
import sys
from collections.abc import Sequence

from wisp_tools import packages
from wisp_tools.arguments import Parser
from wisp_tools.errors import WispError, say
from wisp_tools.tree import ROOT

HELP = "Checks all that is written in Python by ruff and mypy, and runs its tests, or what an OPTION of pytest names."

SIDE_BY_SIDE = ("-p", "xdist", "--numprocesses", "2", "--dist", "loadfile")
"""All tests, in two processes: most of their time they wait for programs. Those of a file share what they set up."""


def main(arguments: Sequence[str]) -> int:
    if arguments and arguments[0] in ("-h", "--help"):
        parser = Parser("./wisp test-python", HELP)
        parser.add_argument("options", nargs="*", metavar="OPTION", help="as plots/tests/test_house.py, or -k WORDS")
        parser.print_help()
        return 0
    packages.require("test")
    # The plugins of the system's pytest are not of the lock.
    variables = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    for name, *options in (
        ("ruff", "format", "--check", "--quiet", "--no-cache", "."),
        ("ruff", "check", "--quiet", "--no-cache", "."),
        ("mypy", "--cache-dir", os.devnull),
        ("pytest", "-q", *(arguments or SIDE_BY_SIDE)),
    ):
        say(f"{name} {' '.join(options)}")
        if subprocess.run([sys.executable, "-m", name, *options], cwd=ROOT, env=variables, check=False).returncode:
            raise WispError(f"{name} found what is said above")
    return 0
