# SPDX-License-Identifier: Apache-2.0
"""Numbers and conditions in words, the same in plots, tables and pages."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from wisp_tools.model import EMULATED_LABEL, Conditions, Configuration, mix_weights
from wisp_tools.points import Point, conditions_of

NOTES_RATE = 20_000
NOTES_NAME = "original notes (2016, python-rdma, their hardware)"
NOTES_LABEL = f"{NOTES_NAME}: {NOTES_RATE:,} requests/s"


RATE_UNITS = ((1e9, " G"), (1e6, " M"), (1e3, " k"), (1, ""))
DURATION_UNITS = ((1e9, " s"), (1e6, " ms"), (1e3, " us"), (1, " ns"))
"""Of nanoseconds."""


def rate(requests_per_second: float) -> str:
    """Requests per second with three digits that mean something, as 12.6 k."""
    return _three_digits(requests_per_second, RATE_UNITS)


def duration(nanoseconds: float) -> str:
    """A latency with three digits that mean something, as 79.1 us."""
    return f"{nanoseconds:.0f} ns" if nanoseconds < 999.5 else _three_digits(nanoseconds, DURATION_UNITS)


def size(count: int) -> str:
    """Bytes, as 64 KiB where that is exact."""
    for bytes_each, unit in ((1 << 20, "MiB"), (1 << 10, "KiB")):
        if count >= bytes_each and count % bytes_each == 0:
            return f"{count // bytes_each} {unit}"
    return f"{count} B"


def conditions(points: Sequence[Point]) -> str:
    """The machine, software and dates of some points in one sentence."""
    found = conditions_of(points)
    words = [
        *_different(found, "cpu"),
        *(f"{cores} core{'s' if cores != '1' else ''}" for cores in _different(found, "cores")),
        *_different(found, "kernel"),
        *(f"JDK {jdk}" for jdk in _different(found, "jdk")),
        *_different(found, "software"),
    ]
    devices = sorted({device for one in found for device in one.devices})
    if devices:
        words.append(f"RDMA device {', '.join(devices)}")
    dates = sorted(_different(found, "date"))
    if dates:
        words.append(dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}")
    guest = next((one.guest for one in found if one.guest), None)
    if guest:
        words.append(f"virtual machine ({guest}), compare only within it")
    if any(point.emulated for point in points):
        words.append(f"rdma: {EMULATED_LABEL}")
    return "; ".join(words)


def repetition(points: Sequence[Point]) -> str:
    """What a point and its error bar are."""
    said = []
    for of_jmh, words in (
        (True, "mean of {} iterations, and bars reach over the 99.9 % interval"),
        (False, "median of {} samples, and bars reach from the lowest to the highest"),
    ):
        counts = sorted({len(p.samples) for p in points if p.interval and p.interval.of_jmh == of_jmh})
        if counts:
            said.append(words.format(f"{counts[0]} to {counts[-1]}" if len(counts) > 1 else counts[0]))
    if any(not point.interval for point in points):
        said.append("one run without a bar")
    return sentence("; or ".join(said)) if said != ["one run without a bar"] else "One run each."


def interval(point: Point) -> str:
    """The ends of the interval of a point's rate, and of which kind it is; empty if it has none."""
    found = point.interval
    if not found:
        return ""
    return f"{max(found.low, 0):,.0f} to {found.high:,.0f} ({'99.9 %' if found.of_jmh else 'range'})"


def mix(text: str) -> str:
    """A mix of operations, as `a third each of put, get and delete`, or `95 % get, 5 % put`."""
    weights = mix_weights(text)
    names = [name for name, weight in weights.items() if weight]
    if len(names) == 1:
        return f"{names[0]} alone"
    if len(names) == 3 and len({weights[name] for name in names}) == 1:
        return f"a third each of {names[0]}, {names[1]} and {names[2]}"
    return ", ".join(f"{100 * weights[name] / sum(weights.values()):.3g} % {name}" for name in names)


def comparison_title(points: Sequence[Point]) -> str:
    """What a comparison of all ways under one load shows."""
    load = points[0].configuration
    together = "one request at a time" if load.pipeline == 1 else f"{load.pipeline} requests sent together"
    return sentence(f"{mix(load.mix)}, {together}").rstrip(".")


def percentiles_title(points: Sequence[Point]) -> str:
    payload = points[0].configuration.payload_size
    return "Latency by percentile" + ("" if payload is None else f", values of {size(payload)}")


LOAD_TITLE = "Latency by offered load"


def load(points: Sequence[Point], varied: Iterable[str] = ()) -> str:
    """What all points have in common of how requests were made, without what the plot varies."""
    shown = []
    hidden = set(varied)
    configurations = [point.configuration for point in points]
    for name, words in (
        ("loop", lambda c: f"{c.loop} loop" + (f", {c.arrivals} arrivals" if c.arrivals else "")),
        ("clients", _clients),
        ("pipeline", lambda c: f"pipeline {c.pipeline}"),
        ("key_size", lambda c: f"keys of {c.key_size} B, {c.keys}"),
        ("payload_size", lambda c: f"values of {values(c)}"),
        ("mix", lambda c: mix(c.mix)),
    ):
        if name in hidden:
            continue
        different = list(dict.fromkeys(text for text in map(words, configurations) if text))
        if different:
            shown.append(" or ".join(different))
    instruments = list(dict.fromkeys(INSTRUMENTS[c.instrument] for c in configurations))
    return "; ".join([*shown, *_ends(configurations), f"measured by {' and '.join(instruments)}"])


PLACEMENTS = {"shared": "one core for both ends", "split": "a core for each end", "free": "cores left to the kernel"}


def _clients(configuration: Configuration) -> str:
    threads, clients = configuration.threads, configuration.clients
    driven = "" if threads == clients else f" in {threads} thread{'s' if threads > 1 else ''}"
    return f"{clients} client{'s' if clients > 1 else ''}{driven}"


def values(configuration: Configuration) -> str:
    """The size of values; where they differ, how."""
    return configuration.sizes if configuration.payload_size is None else size(configuration.payload_size)


def _ends(configurations: Iterable[Configuration]) -> list[str]:
    """How client and server wait and where they run; by transport where that differs."""
    transports: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for each in configurations:
        words = (
            f"waiting by {each.waiting}" if each.waiting else "",
            PLACEMENTS.get(each.placement, f"placement {each.placement}") if each.placement else "",
        )
        if any(words) and each.way.transport not in transports[tuple(filter(None, words))]:
            transports[tuple(filter(None, words))].append(each.way.transport)
    if len(transports) == 1:
        return list(next(iter(transports)))
    return [f"{' and '.join(names)} with {', '.join(words)}" for words, names in transports.items()]


INSTRUMENTS = {"suite": "the JMH suite", "client": "wisp -p", "simple_kv": "simple_kv"}


def _different(found: Sequence[Conditions], name: str) -> list[str]:
    return list(dict.fromkeys(str(value) for one in found if (value := getattr(one, name)) is not None))


def _three_digits(value: float, units: Sequence[tuple[float, str]]) -> str:
    size, unit = next(each for each in units if value >= 0.9995 * each[0] or each[0] == 1)
    value /= size
    digits = 0 if value >= 99.95 else 1 if value >= 9.995 else 2
    return f"{value:.{digits}f}{unit}"


def sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
