# SPDX-License-Identifier: Apache-2.0
"""Help fits the terminal, whoever shows it."""

import os
import subprocess
import textwrap

import pytest

from tests.waiting import PATIENCE_SECONDS
from wisp_tools.commands import BESIDE, MODULES
from wisp_tools.tree import ROOT
from wisp_tools.wrapping import wrapped

SCRIPTS = ("test", "rdma-tests", "guest")
TOOLS = ("plot", "report", "export", "beside", *MODULES, *(f"beside {each}" for each in BESIDE))


def run(command: list[str], columns: str) -> subprocess.CompletedProcess[str]:
    environment = {"JAVA_HOME": "not used", **os.environ, "WISP_BUILD": "never", "COLUMNS": columns}
    return subprocess.run(
        command, env=environment, text=True, capture_output=True, timeout=PATIENCE_SECONDS, check=False
    )


def lines_of_help(command: list[str], columns: str = "200") -> list[str]:
    shown = run([*command, "-h"], columns)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout
    return shown.stdout.splitlines()


@pytest.mark.parametrize("name", SCRIPTS)
def test_help_of_a_script_has_at_most_80_columns(name):
    assert max(map(len, lines_of_help([str(ROOT / "scripts" / f"{name}.sh")]))) <= 80


@pytest.mark.parametrize("name", sorted(TOOLS))
@pytest.mark.parametrize(("columns", "most"), [("200", 80), ("70", 70)])
def test_help_of_a_tool_fits_the_terminal(name, columns, most):
    lines = lines_of_help([str(ROOT / "wisp"), *name.split()], columns)
    assert max(map(len, lines)) <= most, [line for line in lines if len(line) > most]


def test_a_name_that_nobody_knows_is_told_with_the_nearest():
    shown = run([str(ROOT / "wisp"), "beside", "rediss"], "80")
    assert shown.returncode == 2
    assert "there is no rediss; did you mean redis?" in shown.stderr
    shown = run([str(ROOT / "wisp"), "beside", "x"], "80")
    assert (
        "there is no x; there is clients, durable, fan-in, gets, libcuckoo, loss, perftest, redis, shm" in shown.stderr
    )


def test_paragraphs_are_filled_and_lists_keep_their_columns():
    text = """\
        A paragraph of which
        the lines are filled.

        cases:
          one    the first of them, and
                 what is said of it
          second-name
                 the second
          ./command with [--an OPTION] [--another OPTION]
        """
    assert wrapped(textwrap.dedent(text), 40) == textwrap.dedent(
        """\
        A paragraph of which the lines are
        filled.

        cases:
          one    the first of them, and what is
                 said of it
          second-name the second
          ./command with [--an OPTION]
              [--another OPTION]"""
    )
