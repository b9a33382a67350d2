# SPDX-License-Identifier: Apache-2.0
"""transports/SCALE.md says what the commands in it print."""

import re

import pytest

from wisp_tools.scale.command import QUESTIONS, main
from wisp_tools.tree import ROOT

PAGE = (ROOT / "transports" / "SCALE.md").read_text()
BLOCKS = re.findall(r"^```\n\$ \./wisp scale (.+)\n((?:.*\n)*?)```$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("command", "shown"), BLOCKS, ids=[command for command, _ in BLOCKS])
def test_a_command_prints_what_the_page_shows(command, shown, capsys):
    assert main(command.split()) == 0
    assert capsys.readouterr().out == shown


def test_the_page_shows_each_question_and_nothing_else_as_output():
    assert {command.split()[0] for command, _ in BLOCKS} == set(QUESTIONS)
    assert PAGE.count("```") == 2 * len(BLOCKS)


def test_figures_in_bold_are_in_what_is_shown():
    shown = "\n".join(text for _, text in BLOCKS)
    told = re.findall(r"\*\*(\d.*?)\*\*", PAGE)
    assert len(told) > 10
    assert not [figure for figure in told if not re.search(rf"(?<![\w.,]){re.escape(figure)}(?![\w.,]\d|\d)", shown)]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([], "the following arguments are required: question"),
        (["spred"], "there is no spred; did you mean spread? there is connections, metadata, rebalance, spread"),
        (["spread", "--rat", "5"], "unrecognized arguments: --rat 5"),
        (
            ["connections", "--processes", "100000", "--threads", "1024"],
            "100,000 processes of 1,024 threads are too many: 1,000,000 threads in all at most",
        ),
        (
            ["spread", "--changes", "16384", "--simulated", "100000"],
            "16,384 changes for 100,000 simulated clients are too many: 20,000,000 in all at most",
        ),
        (["rebalance", "--data", "0.001", "--value", "67108864", "--writes", "0"], "a slot would have no record"),
    ],
)
def test_what_is_no_question_is_told(words, complaint, capsys):
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err


def test_a_question_may_stand_behind_the_end_of_options(capsys):
    assert main(["--", "metadata"]) == 0
    assert capsys.readouterr().out
