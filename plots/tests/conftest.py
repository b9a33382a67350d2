# SPDX-License-Identifier: Apache-2.0
import os
import signal

import pytest

from wisp_tools.tree import ROOT

# Under nohup it is ignored, and so it would be by the programs that tests start and then hang up on.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "plots"), str(ROOT / "scripts")])


@pytest.fixture(autouse=True)
def near_cores(request, monkeypatch):
    """What others do on this machine must not make a test wait."""
    if request.module.__name__.rpartition(".")[2] != "test_nearness":
        monkeypatch.setattr("wisp_tools.campaign.nearness.trip_nanoseconds", lambda *_: 300.0)
