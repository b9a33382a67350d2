import unittest

from simple_kv import explain_write, schemas
from simple_kv.errors import SimpleKvError

STEPS = {"build": 1.0, "post": 2.0, "complete": 3.0, "wait": 4.0, "parse": 5.0}


def one_round(region: float, request: float, c_region: float, c_request: float) -> dict:
    def python(median: float) -> dict:
        return {"writeMean": 7 * median, "writeP50": median, "steps": STEPS, "requestsPerSecond": 1.0}

    def program(mean: float) -> dict:
        return {"writeMean": mean, "halfRoundTripP50": mean / 2}

    return {
        "order": ["pythonRegion", "pythonRequest", "cRegion", "cRequest"],
        "pythonRegion": python(region),
        "pythonRequest": python(request),
        "cRegion": program(c_region),
        "cRequest": program(c_request),
    }


def document(rounds: list[dict]) -> dict:
    return {
        "format": "wisp-write-cost",
        "version": 1,
        "environment": {"format": "wisp-environment", "version": 1},
        "device": "rxe0",
        "emulated": True,
        "placement": "split",
        "settings": {
            "requests": 100,
            "regionBytes": 102_400,
            "smallBytes": 64,
            "keySize": 3,
            "payloadSize": 100,
            "ahead": 10,
        },
        "rounds": rounds,
        "summary": explain_write.summarize(rounds),
    }


class SummaryTest(unittest.TestCase):
    def test_the_shares_of_a_round_add_up_to_one(self):
        found = explain_write.shares(one_round(100, 25, 80, 5))
        self.assertEqual(found, {"mistake": 0.75, "python": 0.2, "device": 0.05})

    def test_medians_and_ranges_are_over_rounds(self):
        summary = explain_write.summarize(
            [one_round(100, 25, 80, 5), one_round(100, 50, 40, 10), one_round(100, 10, 90, 10)]
        )
        self.assertEqual(summary["shares"]["mistake"], {"median": 0.75, "lowest": 0.5, "highest": 0.9})
        self.assertEqual(summary["ratios"]["cRegionToCRequest"], {"median": 9, "lowest": 4, "highest": 16})

    def test_the_document_satisfies_its_schema_and_a_changed_one_does_not(self):
        good = document([one_round(100, 25, 80, 5)])
        schemas.check("wisp-write-cost-1", good)
        for change in ({"version": 2}, {"rounds": []}, {"more": 1}, {"emulated": None}):
            with self.assertRaisesRegex(SimpleKvError, "not of the format wisp-write-cost-1"):
                schemas.check("wisp-write-cost-1", good | change)

    def test_the_table_says_that_it_is_emulated(self):
        table = explain_write.table(document([one_round(100, 25, 80, 5)]))
        self.assertTrue(table.startswith("Soft-RoCE, emulated"))
        self.assertIn("| 75.0% (75.0% to 75.0%) |", table)
