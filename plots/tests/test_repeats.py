# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace

import pytest

from tests.files import perf, write_json
from wisp_tools.model import Measurement, Run
from wisp_tools.repeats import in_words, repeats_of
from wisp_tools.results.runs import load_run


@pytest.fixture
def measured(tmp_path):
    def of(group, *rates, **settings) -> list[Measurement]:
        made = []
        for number, rate in enumerate(rates):
            file = write_json(tmp_path / f"{group}-{number}.json", perf(rate=rate, **settings))
            (loaded,) = load_run(file).measurements
            made.append(replace(loaded, configuration=replace(loaded.configuration, group=group)))
        return made

    return of


def run(*measurements):
    return Run("campaign", tuple(one for several in measurements for one in several))


def test_a_load_that_two_series_hold_is_compared_by_the_medians_of_its_rounds(measured):
    (repeat,) = repeats_of(run(measured("comparison", 100, 1_000, 104), measured("pipeline", 108, 5, 109)))
    assert repeat.medians == {"comparison": 104, "pipeline": 108}
    assert repeat.agrees
    said = in_words([repeat])
    assert "agree within 10 %" in said
    assert "host, tcp: 104 (comparison), 108 (pipeline)" in said


def test_a_load_whose_medians_are_more_than_a_tenth_apart_does_not_repeat_and_is_named(measured):
    repeats = repeats_of(
        run(
            measured("comparison", 19_867),
            measured("pipeline", 61_169),
            measured("clients", 20_000),
            measured("payload", 500, payload=9),
            measured("ahead", 510, payload=9),
        )
    )
    assert [repeat.agrees for repeat in repeats] == [False, True]
    said = in_words(repeats)
    assert said.startswith("These figures do not repeat.")
    assert "19.9 k (comparison), 61.2 k (pipeline), 20.0 k (clients) differ by 208 %" in said
    assert "510" not in said


@pytest.mark.parametrize("settings", [{"payload": 99}, {"key_size": 4}, {"transport": "zmq"}, {"cpu": "Another"}])
def test_another_load_or_machine_is_no_repetition(measured, settings):
    assert repeats_of(run(measured("comparison", 1), measured("pipeline", 100, **settings))) == []


def test_rounds_of_one_series_are_no_repetition(measured):
    assert repeats_of(run(measured("comparison", 1, 100))) == []
