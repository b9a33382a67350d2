# SPDX-License-Identifier: Apache-2.0
"""The client that makes one measurement after the other."""

from contextlib import closing
from pathlib import Path

import pytest

from tests.waiting import PATIENCE_SECONDS
from wisp_tools.campaign.clients import MeasurementFailure, WarmClient, until_no_faster
from wisp_tools.processes import ProcessFailure

#: In the place of `./wisp -p -`: each line says what it does.
PROGRAM = """#!/bin/sh
while read -r line; do
  case $line in
    die) exit 0 ;;
    fail) echo "wisp: the server is gone"; echo "exit code 1" ;;
    *) echo "measured $line"; echo "exit code 0" ;;
  esac
done
"""


@pytest.fixture
def client(tmp_path):
    program = tmp_path / "wisp"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    with closing(WarmClient(program, tmp_path)) as started:
        yield started


def test_a_measurement_that_fails_leaves_the_client_for_the_next(client: WarmClient, tmp_path: Path):
    with pytest.raises(MeasurementFailure, match=r"^wisp: the server is gone \(exit code 1\)$"):
        client.measure(("fail",), tmp_path / "log", PATIENCE_SECONDS)
    client.measure(("well",), tmp_path / "log", PATIENCE_SECONDS)
    assert (tmp_path / "log").read_text() == "measured well\nexit code 0\n"


def test_a_client_that_ended_is_no_measurement_that_failed(client: WarmClient, tmp_path: Path):
    with pytest.raises(ProcessFailure, match="the client ended") as told:
        client.measure(("die",), tmp_path / "log", PATIENCE_SECONDS)
    assert not isinstance(told.value, MeasurementFailure)


@pytest.mark.parametrize(
    ("rates", "passes"),
    [
        ([(10, 10), (20, 20), (21, 20)], 3),
        ([(10, 10), (9, 9)], 2),
        ([(1, 1), (2, 2), (4, 4), (8, 8), (16, 16)], 4),
        ([(10, 0)], 1),
    ],
    ids=["until it gets no faster", "or slower", "not for ever", "or the rate is unknown"],
)
def test_a_warm_up_goes_on_until_it_gets_no_faster(rates, passes):
    left = list(rates)
    until_no_faster(lambda: left.pop(0), 4)
    assert len(rates) - len(left) == passes
