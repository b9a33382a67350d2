# SPDX-License-Identifier: Apache-2.0
"""What the report says of measurements that answer one question: the write of 30 us, and whether two clients agree."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wisp_tools import wording
from wisp_tools.beside.clients import NAMES as CLIENTS
from wisp_tools.errors import WispError
from wisp_tools.model import EMULATED_LABEL
from wisp_tools.results.fields import Fields
from wisp_tools.results.runs import NO_RUNS, format_of

CPU_TIME = "cpuNanosecondsPerRequestWithStart"


@dataclass(frozen=True)
class Study:
    """A question with its answer as text and a table."""

    title: str
    text: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def recorded_studies(results: Path) -> list[Study]:
    """Those among all recorded files, by path. Raises WispError if one of them is not whole."""
    studies = []
    for path in sorted(results.glob("**/*.json")):
        relative = path.relative_to(results)
        make = MAKERS.get(format_of(path) or "")
        if make is not None and not (set(relative.parts[:-1]) & NO_RUNS):
            studies.append(make(Fields.of_file(path, str(relative))))
    return studies


def write_cost(file: Fields) -> Study:
    """The answer in a file of `./wisp simple-kv explain-write --json FILE`."""
    _check_version(file)
    settings, summary = file.inner("settings"), file.inner("summary")
    shares, ratios = summary.inner("shares"), summary.inner("ratios")
    rounds = list(file.each("rounds"))
    region, small = settings.whole("regionBytes"), settings.whole("smallBytes")
    sizes = settings.inner("requestBytes")
    requests = sorted({sizes.whole(kind) for kind in sizes.names()})
    written_requests = f"{requests[0]} to {requests[-1]} B" if len(requests) > 1 else f"{requests[0]} B"
    label = f"; {EMULATED_LABEL}, so only shares and ratios mean anything" if file.flag("emulated") else ""
    text = (
        "The original's client took 30 us for each RDMA write. It sent the whole registered region of"
        f" {region:,} bytes instead of the request. Of a Python client's write of the region,"
        f" {_percent(shares.inner('mistake'))} is that mistake, {_percent(shares.inner('python'))} is Python and"
        f" {_percent(shares.inner('device'))} is the device with a request alone (median of {len(rounds)} rounds, lowest"
        f" to highest in brackets). Writing the region takes {_times(ratios.inner('pythonRegionToPythonRequest'))} the"
        f" time of writing the request in Python, and {_times(ratios.inner('cRegionToCRequest'))} in C."
        f" Python's requests are of {written_requests}, a third each of put, get and delete; the program in C wrote"
        f" {small} B in their place."
        f" From {file.where}, device {file.text('device')}, placement {file.text('placement')}{label}."
    )
    rows = [
        (
            words,
            written,
            wording.duration(_median(rounds, name, figure)),
            f"{_median(rounds, name, 'requestsPerSecond'):,.0f}" if name.startswith("python") else "",
        )
        for name, words, written, figure in (
            ("pythonRegion", "Python, the region", f"{region:,} B", "writeP50"),
            ("pythonRequest", "Python, the request", written_requests, "writeP50"),
            ("cRegion", "C (perftest), as much as the region", f"{region:,} B", "writeMean"),
            ("cRequest", "C (perftest), a small write", f"{small} B", "writeMean"),
        )
    ]
    return Study("The write of 30 us", text, ("who writes what", "bytes", "one write", "requests/s"), tuple(rows))


def client_agreement(file: Fields) -> Study:
    """The answer in a file of `./wisp beside clients --json FILE`."""
    _check_version(file)
    conditions = file.inner("conditions")
    tolerance = f"{100 * file.number('tolerance'):g} %"
    answer = "agree within" if file.flag("agree") else "do not all agree within"
    text = (
        f"The perf client and redis-benchmark on the same server {answer} {tolerance}: the median of"
        f" {conditions.whole('rounds')} rounds, both orders. From {file.where}: {conditions.optional_text('cpu') or 'CPU unknown'},"
        f" {conditions.whole('cores')} cores, {conditions.text('kernel')}, {conditions.text('redisBenchmark')}, placement"
        f" {conditions.text('placement')}, wisp -p waiting by {conditions.text('wait')} (redis-benchmark sleeps), values of {wording.size(conditions.whole('payloadSize'))},"
        f" {conditions.text('startedAt')[:10]}."
    )
    rows, reasons = [], []
    for row in file.each("rows"):
        rounds = list(row.each("rounds"))
        ratio = row.inner("ratio")
        rows.append(
            (
                row.text("operation"),
                str(row.whole("pipeline")),
                f"{_median(rounds, 'wisp', 'requestsPerSecond'):,.0f}",
                f"{_median(rounds, 'redisBenchmark', 'requestsPerSecond'):,.0f}",
                f"{ratio.number('median'):.3f}",
                f"{ratio.number('lowest'):.3f} to {ratio.number('highest'):.3f}",
                row.one_of("verdict", ("agree", "differ")),
                *(f"{_median(rounds, client, CPU_TIME) / 1000:.2f} us" for client in CLIENTS),
                *(_calls(row, client) for client in CLIENTS),
            )
        )
        if row.text("verdict") == "differ":
            reasons.append(_why(row, rounds))
    text = " ".join([text, *reasons])
    header = (
        "operation",
        "pipeline",
        "wisp -p, requests/s",
        "redis-benchmark, requests/s",
        "ratio",
        "lowest to highest",
        "verdict",
        *(f"{words}, CPU per request, start and warm-up included" for words in CLIENTS.values()),
        *(f"{words}, system calls per request" for words in CLIENTS.values()),
    )
    return Study("Same server, same load, two clients", text, header, tuple(rows))


def _calls(row: Fields, client: str) -> str:
    """A client's calls of the kernel for each request, where they were counted."""
    if "calls" not in row:
        return "not counted"
    calls = row.inner("calls").inner(client)
    counts = {name: calls.number(name) for name in calls.names()}
    most = sorted(counts, key=lambda name: -counts[name])
    each = f" ({', '.join(f'{name} {counts[name]:.2f}' for name in most)})" if most else ""
    return f"{sum(counts.values()):.2f}{each}"


def _why(row: Fields, rounds: Sequence[Fields]) -> str:
    """Why two clients differ, as far as what was measured beside the rates says it."""
    what = f"{row.text('operation')} with {row.whole('pipeline')} sent together"
    times = " and ".join(f"{words} {_median(rounds, each, CPU_TIME) / 1000:.2f} us" for each, words in CLIENTS.items())
    counted = " and ".join(f"{words} {_calls(row, each)}" for each, words in CLIENTS.items())
    calls = f"for each request, {counted}" if "calls" in row else "were not counted, which --calls does"
    return f"Why they differ at {what}: CPU time for each request, start and warm-up included, {times}; system calls {calls}."


MAKERS = {"wisp-write-cost": write_cost, "wisp-client-agreement": client_agreement}


def _check_version(file: Fields) -> None:
    if file.whole("version") != 1:
        raise WispError(f"{file.where}: has version {file.whole('version')}, and only 1 is known")


def _median(rounds: Sequence[Fields], name: str, figure: str) -> float:
    return statistics.median(each.inner(name).number(figure) for each in rounds)


def _percent(spread: Fields) -> str:
    median, lowest, highest = (100 * spread.number(name, -100) for name in ("median", "lowest", "highest"))
    return f"{median:.0f} % [{lowest:.0f} to {highest:.0f}]"


def _times(spread: Fields) -> str:
    return f"{spread.number('median'):.1f} [{spread.number('lowest'):.1f} to {spread.number('highest'):.1f}] times"
