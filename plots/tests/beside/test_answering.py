# SPDX-License-Identifier: Apache-2.0
import sys

import pytest

from wisp_tools.beside.answering import answering
from wisp_tools.processes import ProcessFailure

PROGRAM = """
import json, sys
for line in sys.stdin:
    words = line.split()
    if words == ["end"]:
        sys.exit("no more of this")
    print(json.dumps({"failed": "cannot"} if words == ["fail"] else {"words": words}), flush=True)
"""


@pytest.fixture
def program(tmp_path):
    with answering("the program", [sys.executable, "-c", PROGRAM], tmp_path / "log") as made:
        yield made


def test_each_line_is_answered(program):
    assert program.ask("measure", 1, 2.5) == {"words": ["measure", "1", "2.5"]}
    assert program.ask("again") == {"words": ["again"]}


def test_what_it_cannot_do_is_told_and_it_goes_on(program):
    with pytest.raises(ProcessFailure, match="^the program: cannot$"):
        program.ask("fail")
    assert program.ask("again") == {"words": ["again"]}


def test_one_that_ends_is_told_with_its_words(program):
    for _ in range(2):
        with pytest.raises(ProcessFailure, match="^the program ended: no more of this$"):
            program.ask("end")


def test_it_ends_with_the_block(tmp_path):
    with answering("the program", [sys.executable, "-c", PROGRAM], tmp_path / "log") as made:
        process = made._process
    assert process.returncode == 0
