# SPDX-License-Identifier: Apache-2.0
import pytest

from wisp_tools.beside import side
from wisp_tools.report.aims import AIMS, Aim, Records, aims
from wisp_tools.results.fields import Fields


def figures(rate: float, reads: float = 1.0) -> dict:
    counts = {"readsPerGet": reads, "askedShare": 0.0, "workRequestsPerRequest": 1.0, "postsPerRequest": 1 / 16}
    return {"requestsPerSecond": rate, **counts}


def ways(**rates: tuple[float, ...]) -> dict:
    return {way: {"rounds": [figures(rate) for rate in found]} for way, found in rates.items()}


def recorded(transport: str, guest: str | None, *loads: str) -> Fields:
    same = ways(auto=(3, 30), onesided=(3, 30), ring=(2, 20), tcp=(1, 20))
    conditions = {"transport": transport, "guest": guest, "startedAt": "2026-11-29T00:00:00Z"}
    return Fields({"conditions": conditions, "rows": [{"load": load, "ways": same} for load in loads]}, "gets.json")


def test_ratios_are_within_rounds_and_what_misses_says_so():
    (study,) = aims(Records([recorded("shm", None, "mix-1", "mix-10")]))
    told = {row[0]: row[1:] for row in study.rows}
    assert told["requests/s, auto against the ring, a third each of put, get and delete"] == (
        "at least 1",
        "1.50 (1.50 to 1.50): met",
    )
    assert told["requests/s, the ring against tcp, 10 together, a third each of put, get and delete"] == (
        "at least 1.2",
        "1.50 (1.00 to 2.00): undecided",
    )
    assert told["READs a get, a third each of put, get and delete, auto"] == (
        "at most 0.55",
        "1.00 (1.00 to 1.00): missed",
    )
    assert told["posts for 16 gets together, auto"] == ("at most 1", "")


def test_each_transport_has_its_column_and_the_emulated_one_is_labelled():
    (study,) = aims(
        Records(
            [recorded("rdma", "tcg", "reads-16"), recorded("shm", None, "reads-16"), recorded("shm", None, "ycsb-a-1")]
        )
    )
    assert study.header == ("what", "aim", "rdma, Soft-RoCE, emulated", "shm")
    assert [row for row in study.rows if row[0] == "posts for 16 gets together, auto"] == [
        ("posts for 16 gets together, auto", "at most 1", *2 * ("1.00 (1.00 to 1.00): met",))
    ]


def test_files_without_a_load_of_an_aim_make_no_table():
    assert aims(Records()) == aims(Records([recorded("shm", None, "ycsb-b-4")])) == []


def spread(median: float) -> dict:
    return {"median": median, "lowest": median - 0.05, "highest": median + 0.05}


def perftest(started: str, median: float, *cases: str) -> Fields:
    rows = [{"case": case, "ratio": {"p50": spread(median)}} for case in cases]
    return Fields({"conditions": {"started": started, "emulated": True}, "rows": rows}, "perftest.json")


def bare(started: str, median: float) -> Fields:
    rows = [{"figure": figure, "ratioToFloor": spread(median)} for figure in ("floor", "ring get", "one-sided get")]
    return Fields({"conditions": {"started": started}, "rows": rows}, "shm.json")


def test_what_is_measured_beside_programs_in_c_counts_by_its_last_record():
    records = Records(
        perftest=[perftest("2026-12-01", 1.04, "onesided"), perftest("2026-11-26", 1.3, "onesided", "ring")],
        shm=[bare("2026-11-26", 1.5), bare("2026-11-25", 2.5)],
    )
    (study,) = aims(records)
    assert study.header == ("what", "aim", "rdma, Soft-RoCE, emulated", "shm")
    told = {row[0]: row[1:] for row in study.rows if any(row[2:])}
    assert told == {
        "p50 of a one-sided get of a known address, against ib_read_lat": (
            "at most 1.1",
            "1.04 (0.99 to 1.09): met",
            "",
        ),
        "p50 of a get by the ring, against two half trips of ib_write_lat": (
            "at most 1.1",
            "1.30 (1.25 to 1.35): missed",
            "",
        ),
        "p50 of a get by the ring, against a bare ping-pong": ("at most 2", "", "1.50 (1.45 to 1.55): met"),
        "p50 of a one-sided get, against a bare ping-pong": ("at most 1.1", "", "1.50 (1.45 to 1.55): missed"),
    }


@pytest.mark.parametrize(
    ("bound", "is_least", "word"),
    [
        (1.5, True, "met"),
        (1.51, True, "undecided"),
        (2.01, True, "missed"),
        (2, False, "met"),
        (1.99, False, "undecided"),
        (1.49, False, "missed"),
    ],
)
def test_an_aim_has_a_least_or_a_most_and_is_decided_by_all_rounds(bound, is_least, word):
    aim = Aim("what", "load", lambda _: side.spread([2.0, 1.5, 1.6]), bound, is_least)
    assert aim.judged(Fields({}, "file")) == f"1.60 (1.50 to 2.00): {word}"
    assert aim.in_words == f"at {'least' if is_least else 'most'} {bound:g}"


def test_no_two_aims_are_called_the_same():
    assert len({aim.what for aim in AIMS}) == len(AIMS)
