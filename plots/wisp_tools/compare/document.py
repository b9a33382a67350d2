# SPDX-License-Identifier: Apache-2.0
"""The JSON of a comparison: wisp-comparison, version 1 (results/FORMAT.md)."""

from dataclasses import asdict
from typing import Any

from wisp_tools.compare import verdict
from wisp_tools.compare.comparison import Comparison
from wisp_tools.compare.plan import FEWEST_PAIRS
from wisp_tools.compare.verdict import Figure, Judgement, Pair, Steadiness

FORMAT, VERSION = "wisp-comparison", 1


def as_document(comparison: Comparison) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "startedAt": comparison.started,
        "finishedAt": comparison.finished,
        "base": asdict(comparison.base),
        "head": asdict(comparison.head),
        "settings": {
            **comparison.subject.settings(),
            "pairs": comparison.pairs,
            "fewestPairs": FEWEST_PAIRS,
            "thresholdPercent": comparison.threshold_percent,
            "confidence": verdict.CONFIDENCE,
            "rulerConfidence": verdict.RULER_CONFIDENCE,
            "allocationBoundBytes": verdict.ALLOCATION_BYTES,
            "allocationBoundShare": verdict.ALLOCATION_SHARE,
            "allocationBoundErrors": verdict.ALLOCATION_ERRORS,
            "largestRulerSpread": verdict.LARGEST_RULER_SPREAD,
            "rulersFrom": comparison.ruler_from,
        },
        "machine": asdict(comparison.machine),
        "regression": any(each.is_regression for each in comparison.judgements),
        "exitCode": comparison.exit_code,
        "rulers": [_ruler(each) for each in comparison.rulers],
        "benchmarks": [_judgement(each) for each in comparison.judgements],
    }


def _figure(figure: Figure) -> dict[str, Any]:
    sample = figure.sample
    return {
        "title": figure.title,
        "benchmark": sample.benchmark if sample else None,
        "mode": sample.mode if sample else None,
        "parameters": dict(sample.parameters) if sample else {},
        "unit": sample.unit if sample else None,
        "better": None if sample is None else "higher" if sample.more_is_better else "lower",
        "pairs": [_pair(each) for each in figure.pairs],
        "droppedPairs": figure.dropped,
        "failures": list(figure.failures),
    }


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "order": list(pair.order),
        "base": pair.base.score,
        "head": pair.head.score,
        "baseAllocated": pair.base.allocated,
        "headAllocated": pair.head.allocated,
    }


def _ruler(ruler: Steadiness) -> dict[str, Any]:
    return _figure(ruler.figure) | {
        "steady": ruler.is_steady,
        "ratio": ruler.ratio and asdict(ruler.ratio),
        "spread": ruler.spread,
        "reason": ruler.reason or None,
    }


def _judgement(judgement: Judgement) -> dict[str, Any]:
    allocation = judgement.allocation
    return _figure(judgement.figure) | {
        "verdict": judgement.verdict.value,
        "reason": judgement.reason or None,
        "rulers": list(judgement.figure.rulers),
        "base": judgement.base and asdict(judgement.base),
        "head": judgement.head and asdict(judgement.head),
        "ratio": judgement.ratio and asdict(judgement.ratio),
        "smallestVisibleChange": judgement.smallest_visible,
        "allocation": allocation and asdict(allocation) | {"unit": "B/op", "verdict": allocation.verdict.value},
    }
