# SPDX-License-Identifier: Apache-2.0
import random
import statistics

import pytest

from wisp_tools.scale.facts import SLOTS
from wisp_tools.scale.spread import Changes, Client, Learnt, learn, main, redirected_by_word


def step_by_step(client: Client, changes: Changes, chance: random.Random) -> Learnt:
    """The same by small steps of time."""
    step = changes.interval / 50
    by_moved, by_connecting, known, ticks = [], 0, 0, 0
    while known < changes.number:
        now = ticks * step
        made = min(changes.number, ticks // 50 + 1)
        moved = client.rate * changes.slots / SLOTS * (made - known)
        if made > known:
            drawn = chance.random()
            if drawn < moved * step:
                by_moved.append(now)
                known = made
            elif drawn < (moved + client.connects) * step:
                by_connecting += 1
                known = made
        ticks += 1
    return Learnt(by_moved, by_connecting, now - (changes.number - 1) * changes.interval)


@pytest.mark.parametrize(
    ("client", "changes"),
    [
        (Client(4000, 0), Changes(1, 1, 1)),
        (Client(2000, 0.05), Changes(20, 1, 1)),
        (Client(8000, 0), Changes(40, 2, 0.25)),
        (Client(500, 2), Changes(10, 1, 0.5)),
    ],
)
def test_it_is_what_small_steps_come_to(client, changes):
    chance = random.Random(11)
    times = 400
    quick = [learn(client, changes, chance) for _ in range(times)]
    slow = [step_by_step(client, changes, chance) for _ in range(times)]
    for figure in (lambda each: len(each.by_moved), lambda each: each.by_connecting, lambda each: each.known):
        mean_of_slow = statistics.fmean(map(figure, slow))
        doubt = 4 * (statistics.pstdev(map(figure, slow)) + statistics.pstdev(map(figure, quick))) / times**0.5
        assert statistics.fmean(map(figure, quick)) == pytest.approx(mean_of_slow, abs=doubt + 0.02 * changes.interval)


def test_a_lone_change_is_learnt_after_the_time_between_requests_for_its_slot():
    client = Client(1000, 0)
    chance = random.Random(1)
    known = [learn(client, Changes(1, 1, 1), chance).known for _ in range(3000)]
    assert statistics.fmean(known) == pytest.approx(SLOTS / 1000, rel=0.05)


def test_who_has_long_between_changes_is_told_of_each():
    learnt = learn(Client(1000, 0), Changes(30, 1, 1e5), random.Random(1))
    assert len(learnt.by_moved) == 30
    assert [int(when // 1e5) for when in learnt.by_moved] == list(range(30))


def test_who_goes_by_the_word_is_told_of_each_slot_once():
    assert redirected_by_word(Client(1e9, 0), Changes(50, 2, 1), 100) == pytest.approx(100)
    assert redirected_by_word(Client(1, 0), Changes(1, 1, 1), 10) == pytest.approx(10 / SLOTS, rel=0.001)


def rows_of(shown):
    return {line[:11].strip(): line[11:].split() for line in shown.splitlines()[-4:]}


def test_questions_are_counted_by_who_is_asked(capsys):
    assert main(["--nodes", "10", "--clients", "5", "--simulated", "5", "--changes", "1", "--connects", "0"]) == 0
    rows = rows_of(capsys.readouterr().out)
    assert rows["every node"][:2] == ["5", "50"]
    assert rows["who said it"][:2] == ["5", "5"]
    assert rows["the owner"][:2] == ["5", "5"]
    assert rows["the word"][1] == "0"


def test_questions_are_shared_by_those_who_gave_slots_or_by_those_who_have_them(capsys):
    words = ["--changes", "1000", "--interval", "0.001", "--givers", "100", "--owners", "10", "--connects", "0"]
    assert main(words) == 0
    rows = rows_of(capsys.readouterr().out)
    rates = [float(rows[who][-3].removesuffix("/s").replace(",", "")) for who in ("who said it", "the owner")]
    assert rates[0] > 10
    assert rates[1] == pytest.approx(10 * rates[0], rel=0.05)


def test_more_changes_than_there_are_slots_are_refused(capsys):
    with pytest.raises(SystemExit):
        main(["--changes", "100", "--slots", "200"])
    assert "100 changes of 200 slots are more than the 16,384 that there are" in capsys.readouterr().err
