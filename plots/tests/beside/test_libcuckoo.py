# SPDX-License-Identifier: Apache-2.0
import os
import shutil
import subprocess
import sys
from argparse import Namespace
from contextlib import ExitStack

import pytest

from wisp_tools import files
from wisp_tools.beside import libcuckoo
from wisp_tools.beside.answering import answering
from wisp_tools.beside.libcuckoo import CASES, TABLES, Case, Figures, Tables
from wisp_tools.errors import WispError
from wisp_tools.processes import ProcessFailure
from wisp_tools.report.studies import recorded_studies

DIGEST = -2076705562701996272
"""Of the requests for 1000 entries; MapProcessTest has the same number."""

#: In the place of a table: it keeps the lines that it is asked, and each answer says one operation more than the last.
PROGRAM = r"""
import json, sys
name, digest, lines = sys.argv[1:]
rate = {"wisp": 1e6, "libcuckoo": 2e6, "concurrent-hash-map": 3e6, "memory": 0}[name]
for line in sys.stdin:
    with open(lines, "a") as asked:
        asked.write(name + " " + line)
    if line == "fill\n":
        answer = {"memoryBytes": 150_000, "digest": int(digest), "runtime": "some runtime"}
    elif line.startswith("chase"):
        answer = {"nanosecondsPerLoad": 120.4}
    else:
        rate += 1
        answer = {"operationsPerSecond": rate, "cpuNanosecondsPerOperation": 250.5}
        if name != "libcuckoo":
            answer["allocatedBytesPerOperation"] = 3.25
    print(json.dumps(answer), flush=True)
"""


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """The lines that fake tables were asked, with the name of each; all but the fills."""
    lines = tmp_path / "asked"

    def commands(entries, pages, folder):
        names = (*TABLES, libcuckoo.MEMORY)
        return {name: [sys.executable, "-c", PROGRAM, name, "7", str(lines)] for name in names}

    monkeypatch.setattr(libcuckoo, "commands", commands)
    return lambda: [line.split() for line in lines.read_text().splitlines() if not line.endswith(" fill")]


def test_all_tables_take_turns_and_are_asked_for_the_same_keys(asked, tmp_path):
    with ExitStack() as stack:
        tables = Tables(TABLES, 1000, 50, "huge", tmp_path, stack)
        libcuckoo.compare(tables, CASES["put-2-by-16"], 2)
    order = [*TABLES, libcuckoo.MEMORY]
    by_round = [asked()[at : at + 4] for at in range(0, 12, 4)]
    # The one that warms up, and two; every second in the opposite order.
    assert [[name for name, *_ in each] for each in by_round] == [order[::-1], order, order[::-1]]
    requests = [[line for line in each if line[0] in TABLES] for each in by_round]
    seeds = [{line[-1] for line in each} for each in requests]
    assert all(len(each) == 1 for each in seeds)
    assert len(set.union(*seeds)) == 3
    assert {tuple(line[1:-1]) for each in requests for line in each} == {("measure", "put", "16", "2", "50")}


def test_loads_wait_for_as_much_memory_as_the_table_takes(asked, tmp_path):
    with ExitStack() as stack:
        found = libcuckoo.compare(Tables(["wisp"], 1000, 50, "huge", tmp_path, stack), CASES["get-1"], 2)
    assert [line[1:] for line in asked() if line[0] == libcuckoo.MEMORY] == [["chase", "150000", "50"]] * 3
    assert found["nanosecondsPerLoad"] == [120.4, 120.4]
    assert list(found["tables"]) == ["wisp"]
    assert "ratioToLibcuckoo" not in found["tables"]["wisp"]


def test_jvms_are_warmed_by_each_operation_once(asked, tmp_path):
    with ExitStack() as stack:
        cases = [CASES[name] for name in ("get-1", "get-2-by-16", "mixed-1")]
        Tables(TABLES, 1000, 50, "huge", tmp_path, stack).warm(cases)
    assert [line[:5] for line in asked()] == [
        [name, "measure", operation, together, "1"]
        for operation, each in (("get", ("1", "16")), ("mixed", ("1",)))
        for name in ("wisp", "concurrent-hash-map")
        for together in each
    ]


def test_programs_that_would_ask_for_other_keys_are_not_compared(tmp_path, monkeypatch):
    def commands(entries, pages, folder):
        asked = str(tmp_path / "asked")
        names = (*TABLES, libcuckoo.MEMORY)
        return {name: [sys.executable, "-c", PROGRAM, name, str(at), asked] for at, name in enumerate(names)}

    monkeypatch.setattr(libcuckoo, "commands", commands)
    with ExitStack() as stack, pytest.raises(WispError, match="do not ask for the same keys"):
        Tables(TABLES, 1000, 50, "huge", tmp_path, stack)


def rounds(*rates: tuple[float, float, float]) -> list[dict[str, Figures | float]]:
    return [
        {
            "wisp": Figures(wisp, 400.0, 3.0),
            "libcuckoo": Figures(other, 300.0, None),
            "concurrent-hash-map": Figures(heap, 500.0, 168.0),
            libcuckoo.MEMORY: 120.4,
        }
        for wisp, other, heap in rates
    ]


def test_rates_are_compared_within_a_round_only():
    row = libcuckoo.row(Case("get", 1), rounds((1, 2, 4), (30, 10, 10), (4, 4, 1)))
    assert row["tables"]["wisp"]["ratioToLibcuckoo"] == {"median": 1, "lowest": 0.5, "highest": 3}
    assert row["tables"]["concurrent-hash-map"]["ratioToLibcuckoo"] == {"median": 1, "lowest": 0.25, "highest": 2}


def test_the_record_fits_its_schema_and_the_report_and_the_table_show_it(asked, tmp_path):
    options = Namespace(
        entries=1000, pages="huge", seconds=1, rounds=2, started_at="2026-11-29T12:00:00Z", arguments=["get-1"]
    )
    with ExitStack() as stack:
        tables = Tables(TABLES, options.entries, 50, options.pages, tmp_path, stack)
        document = {
            "format": "wisp-beside-libcuckoo",
            "version": 2,
            "conditions": libcuckoo.conditions(options, tables.runtimes),
            "bytesBeyondKeyAndValue": tables.beyond,
            "rows": [libcuckoo.compare(tables, CASES[name], options.rounds) for name in ("get-1", "put-2-by-16")],
        }
    files.write_checked(tmp_path / "libcuckoo.json", libcuckoo.SCHEMA, document)
    with pytest.raises(WispError, match="not of the format"):
        files.write_checked(tmp_path / "other.json", libcuckoo.SCHEMA, document | {"rows": []})
    (study,) = recorded_studies(tmp_path)
    assert study.title == "The table beside libcuckoo's"
    assert "pages: huge." in study.text
    assert "wisp 34.0, libcuckoo 34.0, concurrent-hash-map 34.0" in study.text
    assert {len(line) for line in study.rows} == {len(study.header)}
    assert study.rows[0] == ("get", "1", "1", "wisp", "1.00", "0.50 (0.50 to 0.50)", "250", "3.2")
    assert study.rows[1] == ("get", "1", "1", "libcuckoo", "2.00", "1.00 (1.00 to 1.00)", "250", "")
    assert "| put | 16 | 2 | concurrent-hash-map | 3.00 | 1.50 (1.50 to 1.50) | 250 | 3.2 |" in libcuckoo.in_table(
        document
    )

    larger = document | {"conditions": document["conditions"] | {"entries": 20_000, "pages": "small"}}
    files.write_checked(tmp_path / "a-larger-one.json", libcuckoo.SCHEMA, larger)
    (study,) = recorded_studies(tmp_path)
    assert study.title == "The table beside libcuckoo's, by how much it holds"
    assert {len(line) for line in study.rows} == {len(study.header)}
    assert [line[:5] for line in study.rows] == [
        (entries, pages, *operation)
        for entries, pages in (("1,000", "huge"), ("20,000", "small"))
        for operation in (("get", "1", "1"), ("put", "16", "2"))
    ]
    of_the_first = ("1.00", "2.00", "3.00", "0.50 (0.50 to 0.50)", "250", "250", "120", "34.0", "34.0")
    assert study.rows[0][5:] == of_the_first


def test_a_record_of_one_table_has_no_ratio(asked, tmp_path):
    options = Namespace(
        entries=1000, pages="huge", seconds=1, rounds=2, started_at="2026-11-29T12:00:00Z", arguments=[]
    )
    for name in ("huge", "small"):
        with ExitStack() as stack:
            tables = Tables(["wisp"], options.entries, 50, name, tmp_path, stack)
            document = {
                "format": "wisp-beside-libcuckoo",
                "version": 2,
                "conditions": libcuckoo.conditions(options, tables.runtimes) | {"pages": name},
                "bytesBeyondKeyAndValue": tables.beyond,
                "rows": [libcuckoo.compare(tables, CASES["get-1"], options.rounds)],
            }
        files.write_checked(tmp_path / f"{name}.json", libcuckoo.SCHEMA, document)
        assert "| get | 1 | 1 | wisp | 1.00 |  | 250 | 3.2 |" in libcuckoo.in_table(document)
    (study,) = recorded_studies(tmp_path)
    assert study.rows[0][5:10] == ("1.00", "", "", "", "250")
    assert study.rows[0][-2:] == ("34.0", "")


@pytest.mark.parametrize("words", ["", "wisp,", "hash-map", "wisp libcuckoo"])
def test_a_table_that_does_not_exist_is_named(words, capsys):
    with pytest.raises(SystemExit):
        libcuckoo.main(["--tables", words])
    assert "there is no table" in capsys.readouterr().err


def test_tables_take_turns_in_one_order_however_they_are_named():
    assert libcuckoo.parser().parse_args(["--tables", "libcuckoo,wisp"]).tables == ["wisp", "libcuckoo"]


def test_a_case_that_does_not_exist_is_named(capsys):
    with pytest.raises(SystemExit):
        libcuckoo.main(["get-9"])
    assert "no such case: get-9" in capsys.readouterr().err


@pytest.mark.parametrize("entries", ["0", "999", "100000001", "many"])
def test_a_number_of_entries_out_of_range_is_refused(entries, capsys):
    with pytest.raises(SystemExit):
        libcuckoo.main(["--entries", entries])
    assert "is no whole number from 1000 to 100000000" in capsys.readouterr().err


class TestWhatIsMissing:
    @pytest.fixture(autouse=True)
    def programs_in_a_folder(self, tmp_path, monkeypatch):
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
        monkeypatch.setattr("wisp_tools.beside.side.BENCHMARKS", tmp_path)
        self.compiler = tmp_path / "g++"

    def complaint(self, capsys) -> str:
        with pytest.raises(SystemExit):
            libcuckoo.need(libcuckoo.parser())
        return capsys.readouterr().err

    def test_a_compiler(self, capsys):
        assert "not found: g++ (Debian: apt-get install g++ libcuckoo-dev)" in self.complaint(capsys)

    def test_the_library(self, capsys):
        self.compiler.write_text("#!/bin/sh\nexit 1\n")
        self.compiler.chmod(0o755)
        assert "not found: libcuckoo/cuckoohash_map.hh (Debian: apt-get install g++ libcuckoo-dev)" in self.complaint(
            capsys
        )

    def test_nothing(self):
        self.compiler.write_text("#!/bin/sh\nexit 0\n")
        self.compiler.chmod(0o755)
        libcuckoo.need(libcuckoo.parser())


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """The table in C++."""
    if not (shutil.which(libcuckoo.COMPILER[0]) and libcuckoo.has_header()):
        pytest.skip("g++ and libcuckoo-dev are not installed")
    built = tmp_path_factory.mktemp("table") / "table"
    warnings = ("-Wall", "-Wextra", "-Werror")
    subprocess.run([*libcuckoo.COMPILER, *warnings, "-o", built, libcuckoo.PROGRAM], check=True)
    return built


def huge_pages_are_disabled(command) -> bool:
    """As the status of a process tells that is started in the way of a command."""
    at = command.index(next(word for word in command if str(word).endswith(("java", "table"))))
    told = subprocess.run([*command[:at], "/bin/cat", "/proc/self/status"], capture_output=True, text=True, check=True)
    lines = [line for line in told.stdout.splitlines() if line.startswith("THP_enabled")]
    if not lines:
        pytest.skip("this kernel has no huge pages")
    return lines[0].split()[-1] == "0"


@pytest.mark.parametrize("pages", ["huge", "small"])
def test_all_tables_have_the_same_pages(pages, tmp_path):
    for command in libcuckoo.commands(1000, pages, tmp_path).values():
        assert huge_pages_are_disabled(command) is (pages == "small")


class TestTheTableInCpp:
    @pytest.fixture
    def table(self, program, tmp_path):
        core = str(min(os.sched_getaffinity(0)))
        with answering("the table", [program, "1000", core], tmp_path / "log") as made:
            yield made

    def test_it_asks_for_what_the_other_program_asks_for(self, table):
        filled = table.ask("fill")
        assert filled["digest"] == DIGEST
        assert filled["memoryBytes"] > 1000 * (libcuckoo.KEY_SIZE + libcuckoo.VALUE_SIZE)

    def test_it_measures_each_operation(self, table):
        table.ask("fill")
        for operation in ("get", "put", "mixed"):
            found = table.ask("measure", operation, 16, 1, 5, 1)
            assert found["operationsPerSecond"] > 0
            assert found["cpuNanosecondsPerOperation"] > 0

    def test_it_follows_loads_that_wait_for_each_other(self, table):
        for size in (64, 100_000, 4096):
            assert table.ask("chase", size, 5)["nanosecondsPerLoad"] > 0

    def test_what_it_cannot_do_is_told(self, table):
        for words, reason in (
            (("measure", "get", 1, 1, 5, 1), r"key \d+ was absent"),
            (("measure", "drop", 1, 1, 5, 1), "there is no operation drop"),
            (("measure", "get", 1, 2, 5, 1), "measure OPERATION TOGETHER THREADS MILLISECONDS SEED"),
            (("measure", "get", 0, 1, 5, 1), "measure OPERATION TOGETHER THREADS MILLISECONDS SEED"),
            (("chase", 0, 5), "chase BYTES MILLISECONDS"),
            (("drop",), "no such request: drop"),
        ):
            with pytest.raises(ProcessFailure, match=reason):
                table.ask(*words)

    def test_it_says_how_it_is_used(self, program):
        done = subprocess.run([program, "many"], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (2, "usage: table ENTRIES CORES\n")
