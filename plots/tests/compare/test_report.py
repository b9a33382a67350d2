# SPDX-License-Identifier: Apache-2.0
import json
import re

import pytest

from tests.compare.fixtures import SMALL_SET, figure, ruler
from tests.test_schemas import RESULTS, SCHEMAS
from tests.test_schemas import errors as errors_of
from wisp_tools.compare import errors
from wisp_tools.compare.comparison import Comparison, judge_all
from wisp_tools.compare.document import as_document
from wisp_tools.compare.machine import Machine
from wisp_tools.compare.measure import Measurement
from wisp_tools.compare.own_suite import OwnSuite
from wisp_tools.compare.report import as_markdown, headline
from wisp_tools.compare.revisions import Revision
from wisp_tools.compare.verdict import Figure


def comparison(*figures, rulers=None):
    measurement = Measurement(
        {each.title: each for each in figures}, {each.title: each for each in rulers or [ruler()]}
    )
    judged_rulers, judgements = judge_all(measurement, 5.0)
    machine = Machine("a CPU", 2, "Linux 6", "OpenJDK 25", [0.5, 0.4, 0.3])
    moments = ("2026-01-01T00:00:00Z", "2026-01-01T00:05:00Z")
    base, head = Revision("main", "a" * 40, "Old"), Revision("HEAD", "b" * 40, "New")
    return Comparison(base, head, OwnSuite(SMALL_SET), 6, 5.0, "base", machine, *moments, judged_rulers, judgements)


def dropped(pairs=()):
    return Figure("store put", ("ruler: memory",), list(pairs), 4, ["head: it fell over"])


class TestExitCode:
    slower, same, moved = figure(0.8), figure(1.0), [ruler(1.2)]
    too_few = Figure("store mixed", ("ruler: memory",), figure(1.0).pairs[:2], 4, ["base: it fell over"])

    @pytest.mark.parametrize(
        ("case", "expected"),
        [
            (comparison(same), errors.NO_REGRESSION),
            (comparison(figure(1.2)), errors.NO_REGRESSION),
            (comparison(slower), errors.REGRESSION),
            (comparison(slower, dropped()), errors.REGRESSION),
            (comparison(figure(1.0, allocated=(0.0, 32.0)), rulers=moved), errors.REGRESSION),
            (comparison(slower, rulers=moved), errors.NO_VERDICT),
            (comparison(same, rulers=moved), errors.NO_VERDICT),
            (comparison(same, too_few), errors.NOT_COMPARED),
            (comparison(same, dropped(figure(1.0).pairs[:4])), errors.NOT_COMPARED),
            (comparison(same, dropped()), errors.NOT_COMPARED),
            (comparison(same, dropped(), rulers=moved), errors.NOT_COMPARED),
        ],
    )
    def test_puts_a_regression_before_what_could_not_be_compared_and_that_before_no_verdict(self, case, expected):
        assert case.exit_code == expected


class TestHeadline:
    moved = [ruler(1.2)]
    failed_ruler = [Figure("ruler: memory", (), ruler().pairs[:3], 1, ["base: it fell over"])]
    some = Figure("store mixed", ("ruler: memory",), figure(1.0).pairs[:2], 4, ["base: it fell over"])
    lacking = Figure("store delete", ("ruler: memory",), failures=["base has none"])
    allocating = figure(1.0, title="store scan", allocated=(0.0, 32.0))

    @pytest.mark.parametrize(
        ("case", "expected"),
        [
            (comparison(figure(1.0)), "Nothing is slower, and nothing allocates more"),
            (comparison(figure(1.0, allocated=(None, None))), "Nothing is slower"),
            (comparison(figure(0.8), figure(1.0, title="other")), 'Regression: slower: "store get"'),
            (comparison(allocating), 'Regression: allocates more: "store scan"'),
            (
                comparison(figure(0.8), allocating, dropped()),
                'Regression: slower: "store get"; allocates more: "store scan"; no pair of runs was complete: "store put"',
            ),
            (comparison(figure(1.0), rulers=moved), 'No verdict: the machine was not steady: "store get"'),
            (
                comparison(figure(1.0), rulers=failed_ruler),
                'No verdict: too few pairs of a ruler were complete: "store get"',
            ),
            (comparison(some), 'Not everything could be compared: too few pairs of runs were complete: "store mixed"'),
            (comparison(lacking), 'Not everything could be compared: not in both commits: "store delete"'),
            (
                comparison(figure(1.0), dropped(figure(1.0).pairs[:4])),
                'Not everything could be compared: a run of head failed: "store put"',
            ),
            (
                comparison(*[figure(0.8, title=f"row {number}") for number in range(8)]),
                'Regression: slower: "row 0", "row 1", "row 2", "row 3", "row 4", "row 5" and 2 more',
            ),
        ],
    )
    def test_gives_the_reasons_that_hold_with_their_figures_and_no_others(self, case, expected):
        assert headline(case) == expected
        assert as_markdown(case).startswith(f"## {expected}\n")


class TestMarkdown:
    def test_shows_ratio_interval_direction_and_allocation_of_each_figure(self):
        report = as_markdown(comparison(figure(0.8, "us/op", allocated=(0.0, 32.0))))
        row = next(line for line in report.splitlines() if line.startswith("| store get"))
        assert re.search(r"\| faster \| 0\.80\d \(0\.\d+ to 0\.\d+\) \| .* \| us/op ↓ better \|", row)
        assert "**0.00 → 32.00, allocates more**" in row
        assert '## Regression: allocates more: "store get"' in report
        assert "threshold 5 %, rulers of base" in report
        assert "a CPU, 2 cores, Linux 6, OpenJDK 25, load 0.5 at the start" in report

    def test_says_why_there_is_no_verdict(self):
        report = as_markdown(comparison(figure(0.5), rulers=[ruler(1.2)]))
        assert "| **machine not steady** |" in report
        assert "- ruler: memory moved:" in report
        assert "No verdict" in report
        assert "slower" not in report.split("threshold")[0].split("\n", 1)[1]

    def test_says_how_many_pairs_were_dropped_and_why(self):
        some = Figure("store put", ("ruler: memory",), figure(1.0).pairs, 2, ["head: it fell over"])
        assert "store put: 2 pairs dropped: head: it fell over" in as_markdown(comparison(some))
        assert "store put: head: it fell over" in as_markdown(comparison(dropped()))

    def test_has_a_table_that_holds_together(self):
        report = as_markdown(comparison(figure(1.0), dropped()))
        rows = [line for line in report.splitlines() if line.startswith("|")]
        assert {row.count("|") for row in rows} == {8}


class TestDocument:
    @pytest.mark.parametrize(
        "case",
        [
            comparison(figure(1.0)),
            comparison(figure(0.5, "us/op", allocated=(0.0, 32.0)), dropped()),
            comparison(figure(1.0), rulers=[ruler(1.2)]),
            comparison(figure(1.0, allocated=(None, None)), dropped(figure(1.0).pairs[:2])),
        ],
    )
    def test_keeps_to_its_schema_whatever_was_found(self, case):
        document = json.loads(json.dumps(as_document(case), allow_nan=False))
        assert errors_of("wisp-comparison-1", document) == []

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda document: document.update(version=2),
            lambda document: document.update(surprise=1),
            lambda document: document.pop("rulers"),
            lambda document: document["benchmarks"][0].update(verdict="fine"),
            lambda document: document["benchmarks"][0]["pairs"][0].update(base=-1),
            lambda document: document["benchmarks"][0]["ratio"].pop("low"),
        ],
    )
    def test_is_told_from_what_breaks_the_schema(self, spoil):
        document = as_document(comparison(figure(1.0)))
        spoil(document)
        assert errors_of("wisp-comparison-1", document) != []

    def test_has_every_field_in_the_description_of_the_format(self):

        described = (RESULTS / "FORMAT.md").read_text(encoding="utf-8")
        schema = json.loads((SCHEMAS / "wisp-comparison-1.schema.json").read_text(encoding="utf-8"))
        described = described.partition("## comparison.json")[2]
        fields = schema["properties"].keys() | schema["$defs"]["allocation"]["properties"].keys()
        assert {name for name in fields if f"`{name}`" not in described} == set()
