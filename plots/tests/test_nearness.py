# SPDX-License-Identifier: Apache-2.0
import dataclasses
import json
import os
import select
import subprocess
import sys

import pytest

from tests.test_campaign import calls, cell, measured, tools  # noqa: F401
from wisp_tools.campaign import nearness
from wisp_tools.campaign.cells import GUEST, HOST, SPLIT, FirstWarmup
from wisp_tools.campaign.measuring import Ends
from wisp_tools.campaign.nearness import ATTEMPTS, PATIENCE_SECONDS, PAUSE_SECONDS, Nearness
from wisp_tools.campaign.state import Campaign, CellState, read_campaign
from wisp_tools.errors import WispError

NEAR, FAR = 300.0, 600.0


@pytest.fixture
def slept(monkeypatch):
    pauses: list[float] = []
    monkeypatch.setattr("wisp_tools.campaign.nearness.sleep", pauses.append)
    return pauses


def tell(monkeypatch, *trips: float) -> None:
    """Trips take so long, the last of them from then on."""
    left = list(trips)
    monkeypatch.setattr(nearness, "trip_nanoseconds", lambda *_: left.pop(0) if len(left) > 1 else left[0])


def test_it_waits_until_the_cores_are_as_near_as_they_were(monkeypatch, slept):
    cores = Nearness(0, 1)
    tell(monkeypatch, NEAR)
    assert cores.wait() == NEAR
    tell(monkeypatch, FAR, FAR, NEAR * 1.2)
    assert cores.wait() == NEAR * 1.2
    assert len(slept) == 2


def test_a_nearer_place_is_the_new_measure(monkeypatch, slept):
    cores = Nearness(0, 1)
    tell(monkeypatch, FAR, NEAR, FAR, NEAR)
    assert cores.look() == (FAR, True)
    assert cores.look() == (NEAR, True)
    assert cores.wait() == NEAR
    assert len(slept) == 1


def test_its_patience_has_an_end(monkeypatch, slept):
    cores = Nearness(0, 1)
    tell(monkeypatch, NEAR, FAR)
    cores.look()
    assert cores.wait() == FAR
    assert len(slept) == PATIENCE_SECONDS / PAUSE_SECONDS
    assert not cores.is_patient
    assert cores.wait() == FAR
    assert len(slept) == PATIENCE_SECONDS / PAUSE_SECONDS


def one(tools, *cells):  # noqa: F811
    (tools.root / "campaign" / "logs").mkdir(parents=True)
    with Ends(tools.wisp, tools.root / "campaign", first_warmup=FirstWarmup(5)) as made:
        return measured(made, *cells)


def split(name, place=HOST):
    return dataclasses.replace(cell(name, "shm", place, get="ring"), placement=SPLIT)


def measurements(tools):  # noqa: F811
    return sum("--json" in call for call in calls(tools))


def test_a_cell_is_measured_again_if_the_cores_moved_apart(tools, monkeypatch, slept):  # noqa: F811
    tell(monkeypatch, NEAR, FAR, FAR, NEAR, NEAR)
    (state,) = one(tools, split("a"))
    assert (state.state, state.trips, state.repeats) == ("finished", [NEAR, NEAR], 1)
    assert measurements(tools) == 2
    assert len(slept) == 1


def test_it_is_not_measured_for_ever(tools, monkeypatch, slept):  # noqa: F811
    trips = [NEAR, FAR] * ATTEMPTS
    tell(monkeypatch, *trips)
    (state,) = one(tools, split("a"))
    assert (state.state, state.trips, state.repeats) == ("finished", [NEAR, FAR], ATTEMPTS - 1)
    assert measurements(tools) == ATTEMPTS
    assert not slept


@pytest.mark.parametrize("name", ["trips", "repeats", "took"])
def test_older_campaigns_lack_what_was_not_recorded_and_nothing_else(tmp_path, name):
    written = CellState(split("a"), 1, "finished", None, 1.0, "a.json")
    Campaign(tmp_path, "full", 1, {}, "2026-11-25T20:00:00Z", [written]).save()
    values = json.loads((tmp_path / "campaign.json").read_text())
    del values["cells"][0][name]
    (tmp_path / "campaign.json").write_text(json.dumps(values))
    if name == "took":
        with pytest.raises(WispError, match="is no campaign: KeyError"):
            read_campaign(tmp_path)
    else:
        assert read_campaign(tmp_path).cells == [written]


def test_cells_on_one_core_and_in_the_guest_do_not_ask(tools, monkeypatch, slept):  # noqa: F811
    tell(monkeypatch, NEAR, FAR)
    for state in one(tools, cell("a", "tcp"), split("b", GUEST)):
        assert (state.state, state.trips, state.repeats) == ("finished", None, 0)


def test_a_trip_between_two_cores_takes_some_time_and_leaves_the_process_where_it_was():
    allowed = os.sched_getaffinity(0)
    if len(allowed) < 2:
        pytest.skip("there is one core")
    first, *_, last = sorted(allowed)
    assert 20 < nearness.trip_nanoseconds(first, last) < 1e6
    assert os.sched_getaffinity(0) == allowed


def test_a_trip_to_a_process_that_has_ended_is_refused(monkeypatch):
    monkeypatch.setattr(nearness, "_echo", lambda *_: os._exit(0))
    core = min(os.sched_getaffinity(0))
    with pytest.raises(WispError, match="the process on the other one has ended"):
        nearness.trip_nanoseconds(core, core)


def test_the_other_process_ends_with_the_one_that_measures():
    reading, writing = os.pipe()
    script = (
        "import os, sys; from wisp_tools.campaign import nearness\n"
        "nearness._mean_trip = lambda *_: os.abort()\n"
        "nearness.trip_nanoseconds(*2 * [min(os.sched_getaffinity(0))])\n"
    )
    with os.fdopen(reading, "rb") as pipe:
        subprocess.run([sys.executable, "-c", script], pass_fds=[writing], stderr=subprocess.DEVNULL, check=False)
        os.close(writing)
        # The end of the file comes when both processes have ended.
        assert select.select([pipe], [], [], 60)[0]
        assert pipe.read() == b""
