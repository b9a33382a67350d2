# SPDX-License-Identifier: Apache-2.0
"""A comparison in words: Markdown, which a pull request shows as it is and a terminal can show too."""

from collections.abc import Sequence

from wisp_tools.compare import errors
from wisp_tools.compare.comparison import Comparison
from wisp_tools.compare.plan import FEWEST_PAIRS
from wisp_tools.compare.revisions import remark
from wisp_tools.compare.verdict import (
    CONFIDENCE,
    LARGEST_RULER_SPREAD,
    Allocation,
    AllocationVerdict,
    Judgement,
    Verdict,
)
from wisp_tools.estimates import Interval

_BOLD = {Verdict.SLOWER, Verdict.NOT_STEADY, Verdict.TOO_FEW_PAIRS, Verdict.NOT_COMPARED}

_ENDS = {
    errors.REGRESSION: "Regression",
    errors.NOT_COMPARED: "Not everything could be compared",
    errors.NO_VERDICT: "No verdict",
}
_MOST_TITLES = 6


def as_markdown(comparison: Comparison) -> str:
    """The whole report. Whatever comes from a commit or a failed run is escaped."""
    lines = [f"## {_escaped(headline(comparison))}", ""]
    lines.append(f"`{comparison.base.commit[:10]}` {_escaped(comparison.base.subject)} → ")
    lines[-1] += f"`{comparison.head.commit[:10]}` {_escaped(comparison.head.subject)}"
    if said := remark(comparison.base, comparison.head):
        lines += ["", f"**Not committed:** {said}."]
    ratio = f"head / base ({CONFIDENCE:.0%} interval)"
    lines += ["", f"| figure | verdict | {ratio} | base | head | unit | allocated, B/op |"]
    lines.append("|---|---|---|---|---|---|---|")
    lines += [_row(each) for each in comparison.judgements]
    lines += ["", *_notes(comparison), ""]
    return "\n".join(lines)


def headline(comparison: Comparison) -> str:
    """How it ended, and of all possible reasons those that hold, with the figures that they hold for."""
    if not comparison.reasons:
        allocation = any(each.allocation is not None for each in comparison.judgements)
        return "Nothing is slower" + (", and nothing allocates more" if allocation else "")
    said = "; ".join(f"{reason.words}: {_listed(titles)}" for reason, titles in comparison.reasons.items())
    return f"{_ENDS[comparison.exit_code]}: {said}"


def _listed(titles: Sequence[str]) -> str:
    others = len(titles) - _MOST_TITLES
    # In quotation marks, because there are commas in titles.
    return ", ".join(f'"{title}"' for title in titles[:_MOST_TITLES]) + (f" and {others} more" if others > 0 else "")


def _row(judgement: Judgement) -> str:
    sample = judgement.figure.sample
    verdict = judgement.verdict.value
    arrow = "" if sample is None else " ↑ better" if sample.more_is_better else " ↓ better"
    cells = [
        judgement.figure.title,
        f"**{verdict}**" if judgement.verdict in _BOLD else verdict,
        "-" if judgement.ratio is None else f"{judgement.ratio.mean:.3f} ({_range(judgement.ratio)})",
        "-" if judgement.base is None else _number(judgement.base.mean),
        "-" if judgement.head is None else _number(judgement.head.mean),
        "-" if sample is None else sample.unit + arrow,
        _allocated(judgement.allocation),
    ]
    return "| " + " | ".join(_escaped(cell, keep="*") for cell in cells) + " |"


def _allocated(allocation: Allocation | None) -> str:
    if allocation is None:
        return "-"
    both = f"{allocation.base:.2f} → {allocation.head:.2f}"
    if allocation.verdict is AllocationVerdict.MORE:
        return f"**{both}, allocates more**"
    return f"{both}, allocates less" if allocation.verdict is AllocationVerdict.LESS else both


def _notes(comparison: Comparison) -> list[str]:
    machine = comparison.machine
    notes = []
    for ruler in comparison.rulers:
        ratio = "" if ruler.ratio is None else f", {ruler.ratio.mean:.3f} ({_range(ruler.ratio)}) times itself"
        notes.append(ruler.reason or f"{ruler.figure.title}: steady{ratio}")
    # What a ruler did is said once, and not for every figure.
    told = [
        each
        for each in comparison.judgements
        if each.reason and not (each.verdict is Verdict.NOT_STEADY and each.figure.rulers)
    ]
    notes += [f"{each.figure.title}: {each.reason}" for each in told]
    figures = [each.figure for each in comparison.rulers] + [each.figure for each in comparison.judgements]
    for figure in figures:
        if figure.dropped and figure.pairs:
            notes.append(f"{figure.title}: {figure.dropped} pairs dropped: {figure.failures[0]}")
    visible = [
        f"{each.figure.title} {each.smallest_visible:.0%}"
        for each in comparison.judgements
        if each.smallest_visible is not None and each.verdict is Verdict.NO_CLEAR_CHANGE
    ]
    if visible:
        notes.append("a slowdown would have shown from about: " + ", ".join(visible))
    unruled = f"no rulers: nothing is called unchanged whose runs spread by more than {LARGEST_RULER_SPREAD:.0%}"
    notes.append(
        f"{comparison.subject.conditions()}; {comparison.pairs} pairs of runs in both orders (a verdict needs"
        f" {FEWEST_PAIRS}), threshold {comparison.threshold_percent:g} %,"
        f" {f'rulers of {comparison.ruler_from}' if comparison.ruler_from else unruled}"
    )
    load = "" if machine.loadAverage is None else f", load {machine.loadAverage[0]:g} at the start"
    notes.append(f"{machine.cpu or 'unknown CPU'}, {machine.cores} cores, {machine.kernel}, {machine.java}{load}")
    return ["- " + _escaped(note) for note in notes]


def _range(interval: Interval) -> str:
    return f"{interval.low:.3f} to {interval.high:.3f}"


def _number(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def _escaped(text: str, keep: str = "") -> str:
    """One line, in which nothing is Markdown, HTML or a mention."""
    flat = " ".join(text.split())
    for character in "\\`|*_[]<>@#":
        if character not in keep:
            flat = flat.replace(character, f"&#{ord(character)};" if character in "<>@|" else "\\" + character)
    return flat
