# SPDX-License-Identifier: Apache-2.0
"""What the report says of measurements that answer one question: what a get takes, the write of 30 us, what Java costs a client,
Redis, libcuckoo, and what it costs that a write lasts."""

import statistics
from collections.abc import Sequence
from pathlib import Path

from wisp_tools import wording
from wisp_tools.beside import durable, fan_in, gets, libcuckoo, loss, perftest, redis, shared_memory
from wisp_tools.beside.clients import NAMES as CLIENTS
from wisp_tools.errors import WispError
from wisp_tools.model import EMULATED_LABEL
from wisp_tools.report.aims import Records, aims
from wisp_tools.report.compaction import nearly_full
from wisp_tools.report.study import Study
from wisp_tools.results import suite
from wisp_tools.results.fields import Fields
from wisp_tools.results.runs import NO_RUNS, format_of

CPU_TIME = "cpuNanosecondsPerRequest"


def recorded_studies(results: Path) -> list[Study]:
    """Those among all recorded files, first what gets are to reach. Raises WispError if a file is not whole."""
    found: dict[str, list[Fields]] = {name: [] for name in (*MAKERS, *OTHERS)}
    for path in sorted(results.glob("**/*.json")):
        relative = path.relative_to(results)
        name = format_of(path) or ""
        if name in found and not (set(relative.parts[:-1]) & NO_RUNS):
            found[name].append(Fields.of_file(path, str(relative)))
    studies = [make(file) for name, make in MAKERS.items() for file in found[name]]
    of_runs = [study for file in found[suite.FORMAT] if (study := nearly_full(file))]
    records = Records(*(found[each.FORMAT] for each in (gets, perftest, shared_memory, fan_in)))
    return [*aims(records), *studies, *_beside_libcuckoo(found[libcuckoo.FORMAT]), *of_runs]


def write_cost(file: Fields) -> Study:
    """The answer in a file of `./wisp simple-kv explain-write --json FILE`."""
    _check_version(file, 1)
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
    _check_version(file, 2)
    conditions = file.inner("conditions")
    tolerance = f"{100 * file.number('tolerance'):g} %"
    answer = "in some loads more" if file.flag("slower") else "nowhere more"
    text = (
        f"The perf client is {answer} than {tolerance} slower than redis-benchmark on the same server: the median of"
        f" {conditions.whole('rounds')} rounds, both orders. From {file.where}: {conditions.optional_text('cpu') or 'CPU unknown'},"
        f" {conditions.whole('cores')} cores, {conditions.text('kernel')}, {conditions.text('redisBenchmark')},"
        f" wisp -p waiting by {conditions.text('wait')} (redis-benchmark sleeps), values of {wording.size(conditions.whole('payloadSize'))},"
        f" {conditions.text('startedAt')[:10]}."
    )
    rows, reasons = [], []
    for row in file.each("rows"):
        rounds = list(row.each("rounds"))
        ratio = row.inner("ratio")
        rows.append(
            (
                wording.PLACEMENTS[row.text("placement")],
                str(row.whole("connections")),
                str(row.whole("pipeline")),
                row.text("operation"),
                f"{_median(rounds, 'wisp', 'requestsPerSecond'):,.0f}",
                f"{_median(rounds, 'redisBenchmark', 'requestsPerSecond'):,.0f}",
                f"{ratio.number('median'):.3f}",
                f"{ratio.number('lowest'):.3f} to {ratio.number('highest'):.3f}",
                row.one_of("verdict", ("agree", "faster", "slower")),
                *(f"{_median(rounds, client, CPU_TIME) / 1000:.2f} us" for client in CLIENTS),
                *(_calls(row, client) for client in CLIENTS),
            )
        )
        if row.text("verdict") == "slower":
            reasons.append(_why(row, rounds))
    text = " ".join([text, *reasons])
    header = (
        "cores",
        "connections",
        "pipeline",
        "operation",
        "wisp -p, requests/s",
        "redis-benchmark, requests/s",
        "ratio",
        "lowest to highest",
        "verdict",
        *(f"{words}, CPU per request" for words in CLIENTS.values()),
        *(f"{words}, system calls per request" for words in CLIENTS.values()),
    )
    return Study("Same server, same load, two clients", text, header, tuple(rows))


def _calls(row: Fields, client: str) -> str:
    """A client's calls of the kernel for each request."""
    calls = row.inner("calls").inner(client)
    counts = {name: calls.number(name) for name in calls.names()}
    most = sorted(counts, key=lambda name: -counts[name])
    each = f" ({', '.join(f'{name} {counts[name]:.2f}' for name in most)})" if most else ""
    return f"{sum(counts.values()):.2f}{each}"


def _why(row: Fields, rounds: Sequence[Fields]) -> str:
    """Why Wisp's client is slower, as far as what was measured beside the rates says it."""
    cores = wording.PLACEMENTS[row.text("placement")]
    what = f"{row.text('operation')}, {row.whole('connections')} x {row.whole('pipeline')}, {cores}"
    times = " and ".join(f"{words} {_median(rounds, each, CPU_TIME) / 1000:.2f} us" for each, words in CLIENTS.items())
    counted = " and ".join(f"{words} {_calls(row, each)}" for each, words in CLIENTS.items())
    return f"Where it is slower ({what}): CPU time for each request, {times}; system calls, {counted}."


def beside_redis(file: Fields) -> Study:
    """The answer in a file of `./wisp beside redis --json FILE`."""
    _check_version(file, 1)
    conditions = file.inner("conditions")
    text = (
        "Wisp's TCP server, redis-server and the floor, a server in C that answers the same bytes without a table. Each"
        f" has one thread and the same client, redis-benchmark: the median of {conditions.whole('rounds')} interleaved"
        f" rounds, ratios within each round. From {file.where}: {conditions.optional_text('cpu') or 'CPU unknown'},"
        f" {conditions.whole('cores')} cores, {conditions.text('kernel')}, {conditions.text('redis')}, values of"
        f" {wording.size(conditions.whole('payloadSize'))}, {conditions.text('startedAt')[:10]}. In `one` the client shares"
        " the server's core and sends one request at a time, `fifty` is 50 connections and a core for each end,"
        " `pipelined` the same with 16 requests sent together; `1k` and `1m` say how many keys there are."
    )
    rows = [redis.cells_of(row, list(row.each("rounds"))) for row in file.each("rows")]
    return Study("The TCP server beside redis-server", text, redis.HEAD, tuple(cells for row in rows for cells in row))


def beside_gets(file: Fields) -> Study:
    """The answer in a file of `./wisp beside gets --json FILE`."""
    _check_version(file, 1)
    conditions = file.inner("conditions")
    guest = conditions.optional_text("guest") is not None
    transport = conditions.text("transport")
    label = f" {EMULATED_LABEL}, so only ratios and counts mean anything." if guest and transport == "rdma" else ""
    text = (
        f"The ways of a get over {transport}, measured in turns by one warm client, {conditions.whole('rounds')} rounds of"
        f" {conditions.whole('seconds')} s each, ratios within each round; both ends poll. auto reads the record where the"
        " server said that it is, and else asks; onesided never asks; ring always does. From"
        f" {file.where}: {conditions.optional_text('cpu') or 'CPU unknown'}, {conditions.whole('cores')} cores,"
        f" {conditions.text('kernel')}, keys of {wording.size(conditions.whole('keySize'))}, values of"
        f" {wording.size(conditions.whole('payloadSize'))}, {conditions.text('startedAt')[:10]}.{label}"
    )
    rows = tuple(cells for row in file.each("rows") for cells in gets.cells_of(row))
    return Study(f"What a get takes over {transport}", text, gets.HEAD, rows)


def beside_loss(file: Fields) -> Study:
    """The answer in a file of `./wisp beside loss --json FILE`."""
    _check_version(file, 1)
    conditions = file.inner("conditions")
    text = (
        "One request at a time over rdma, puts and gets in equal parts, while the cable between both devices loses packets"
        " at random, measured in turns with each ack timeout (--ack-timeout of both ends):"
        f" {conditions.whole('rounds')} rounds of {conditions.whole('requests'):,} requests each. A run fails if the"
        f" connection breaks. From {file.where}: {conditions.optional_text('cpu') or 'CPU unknown'},"
        f" {conditions.whole('cores')} cores, {conditions.text('kernel')}, values of"
        f" {wording.size(conditions.whole('payloadSize'))}, {conditions.text('startedAt')[:10]}. {EMULATED_LABEL}: the"
        " ack timeouts are real time, and all else is slower than in hardware."
    )
    return Study("What a lost packet costs", text, loss.HEAD, tuple(loss.cells_of(row) for row in file.each("rows")))


def _beside_libcuckoo(files: Sequence[Fields]) -> list[Study]:
    """The answers in files of `./wisp beside libcuckoo --json FILE`: of one all that it says, of several what compares them."""
    if len(files) < 2:
        return [_beside_libcuckoo_once(file) for file in files]
    files = sorted(files, key=lambda file: (file.inner("conditions").whole("entries"), file.where))
    text = (
        f"Wisp's table inside one process, libcuckoo's and ConcurrentHashMap. {libcuckoo.IN_TURNS} With few entries all that a"
        " request needs is in a core's own cache, and it takes what its instructions take; with many it waits for memory."
        f" From {', '.join(_origin_of_tables(file) for file in files)}."
    )
    rows = tuple(cells for file in files for cells in libcuckoo.cells_by_entries(file))
    return [Study("The table beside libcuckoo's, by how much it holds", text, libcuckoo.HEAD_BY_ENTRIES, rows)]


def _beside_libcuckoo_once(file: Fields) -> Study:
    conditions = file.inner("conditions")
    text = (
        f"Wisp's table inside one process, libcuckoo's and ConcurrentHashMap with the same {conditions.whole('entries'):,}"
        f" entries; pages: {conditions.text('pages')}. {libcuckoo.IN_TURNS}"
        f" {libcuckoo.memory_in_words(file.inner('bytesBeyondKeyAndValue'))} From {_origin_of_tables(file)}."
    )
    rows = tuple(cells for row in file.each("rows") for cells in libcuckoo.cells_of(row))
    return Study("The table beside libcuckoo's", text, libcuckoo.HEAD, rows)


def _origin_of_tables(file: Fields) -> str:
    _check_version(file, 2)
    conditions = file.inner("conditions")
    return (
        f"{file.where} ({conditions.optional_text('cpu') or 'CPU unknown'}, {conditions.whole('cores')} cores,"
        f" {conditions.text('kernel')}, libcuckoo {conditions.optional_text('libcuckoo') or 'of unknown version'}, keys of"
        f" {wording.size(conditions.whole('keySize'))}, values of {wording.size(conditions.whole('valueSize'))},"
        f" {conditions.whole('rounds')} rounds of {conditions.whole('seconds')} s, {conditions.text('startedAt')[:10]})"
    )


def beside_durable(file: Fields) -> Study:
    """The answer in a file of `./wisp beside durable --json FILE`."""
    _check_version(file, 1)
    conditions = file.inner("conditions")
    others = [found for name in ("redis", "etcd") if (found := conditions.optional_text(name))]
    text = (
        "SETs to Wisp without a log (memory), with --keep, with --data, and to three members that share a log (replicas), beside"
        " redis-server with appendfsync always and three members of etcd, all on one machine and one disk:"
        f" {conditions.whole('rounds')} interleaved rounds of about {conditions.whole('seconds')} s for each server, ratios within"
        " each round. `one-CxP` is redis-benchmark with C connections and P requests sent together on each"
        f"{', a core for each end' if conditions.text('placement') == 'split' else ''}; `group-64` is 64 clients in Go, in"
        " `group-64-shared` those of etcd over one connection. The CPU time of a group is that of all members. What the"
        " disk wrote and flushed has what others wrote meanwhile. Forces (fsync and its like) were counted in runs of their own,"
        " which strace slows."
        f" {durable.disk_in_words(conditions.inner('disk'))} From {file.where}:"
        f" {conditions.optional_text('cpu') or 'CPU unknown'}, {conditions.whole('cores')} cores, {conditions.text('kernel')},"
        f" {', '.join(others)}, values of {wording.size(conditions.whole('payloadSize'))}, {conditions.text('startedAt')[:10]}."
    )
    rows = tuple(cells for row in file.each("rows") for cells in durable.cells_of(row))
    return Study("What it costs that a write lasts", text, durable.HEAD, rows)


def beside_fan_in(file: Fields) -> Study:
    """The answer in a file of `./wisp beside fan-in --json FILE`."""
    _check_version(file, 1)
    conditions = file.inner("conditions")
    emulated = "guest" in conditions and conditions.text("transport") == "rdma"
    label = f" {EMULATED_LABEL}, so only ratios mean anything." if emulated else ""
    text = (
        f"Gets by the ring over {conditions.text('transport')}, one at a time for each client. One thread of a process has all"
        " clients and sends for them in turn; the server has one thread; each has a core and polls."
        f" {conditions.whole('rounds')} interleaved rounds of {conditions.whole('seconds')} s, ratios within each round. From"
        f" {file.where}: {conditions.optional_text('cpu') or 'CPU unknown'}, {conditions.whole('cores')} cores,"
        f" {conditions.text('kernel')}, {conditions.text('startedAt')[:10]}.{label}"
    )
    title = f"One thread of a server, by how many clients ask it over {conditions.text('transport')}"
    return Study(title, text, fan_in.HEAD, tuple(fan_in.cells_of(row) for row in file.each("rows")))


MAKERS = {
    gets.FORMAT: beside_gets,
    fan_in.FORMAT: beside_fan_in,
    loss.FORMAT: beside_loss,
    "wisp-write-cost": write_cost,
    "wisp-client-agreement": client_agreement,
    "wisp-beside-redis": beside_redis,
    durable.FORMAT: beside_durable,
}


OTHERS = (libcuckoo.FORMAT, perftest.FORMAT, shared_memory.FORMAT, suite.FORMAT)
"""Of which some make one study, or only some files make one."""


def _check_version(file: Fields, known: int) -> None:
    if file.whole("version") != known:
        raise WispError(f"{file.where}: has version {file.whole('version')}, and only {known} is known")


def _median(rounds: Sequence[Fields], name: str, figure: str) -> float:
    return statistics.median(each.inner(name).number(figure) for each in rounds)


def _percent(spread: Fields) -> str:
    median, lowest, highest = (100 * spread.number(name, -100) for name in ("median", "lowest", "highest"))
    return f"{median:.0f} % [{lowest:.0f} to {highest:.0f}]"


def _times(spread: Fields) -> str:
    return f"{spread.number('median'):.1f} [{spread.number('lowest'):.1f} to {spread.number('highest'):.1f}] times"
