# SPDX-License-Identifier: Apache-2.0
"""Makes files as Wisp's programs leave them, small and with figures that tests choose."""

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hdrh.histogram import HdrHistogram

THIRDS = "put:1,get:1,delete:1"


def encoded(latencies: Sequence[int]) -> str:
    histogram = HdrHistogram(1, 60_000_000_000, 3)
    for latency in latencies:
        histogram.record_value(latency)
    return histogram.encode().decode()


def latencies(median: int, count: int = 1000, seed: int = 1) -> list[int]:
    """Nanoseconds with a tail like that of a server."""
    source = random.Random(seed)
    return [
        max(1, int(median * source.lognormvariate(0, 0.3) * (20 if source.random() < 0.01 else 1)))
        for _ in range(count)
    ]


def operation(values: Sequence[int], service: Sequence[int] | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {"requests": len(values), "hits": 0, "misses": 0, "errors": 0, "histogram": encoded(values)}
    made["latencyNanoseconds"] = summary(values)
    if service is not None:
        made["serviceNanoseconds"] = summary(service)
        made["serviceHistogram"] = encoded(service)
    return made


def operations(get: dict[str, Any]) -> dict[str, Any]:
    """Gets alone, and so all operations together."""
    none = {"requests": 0, "hits": 0, "misses": 0, "errors": 0}
    return {"put": none, "get": get, "delete": none, "all": dict(get)}


def summary(values: Sequence[int]) -> dict[str, float]:
    ordered = sorted(values)
    named = {
        f"p{percent:g}": ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
        for percent in (50, 90, 99, 99.9, 99.99)
    }
    return {"min": ordered[0], "mean": sum(ordered) / len(ordered), **named, "max": ordered[-1]}


def perf(
    transport: str = "tcp",
    rate: float = 10_000.0,
    payload: int = 100,
    key_size: int = 3,
    clients: int = 1,
    pipeline: int = 1,
    mix: str = THIRDS,
    get: str | None = None,
    emulated: bool = False,
    cpu: str = "Some CPU",
    values: Sequence[int] | None = None,
) -> dict[str, Any]:
    """A file of the perf client, version 1."""
    connection = {
        "transport": transport,
        "endpoint": "127.0.0.1:4000",
        "description": "rdma (device rxe0 port 1, Soft-RoCE, emulated) to 127.0.0.1:4002"
        if emulated
        else f"{transport} to 127.0.0.1:4000",
        "emulated": emulated,
        "timeoutMilliseconds": 5000,
        "waiting": "spin",
        "busyPoll": False,
        **({"get": get} if get else {}),
    }
    return {
        "format": "wisp-perf",
        "formatVersion": 1,
        "startedAt": "2026-11-25T20:26:27.809133832Z",
        "connection": connection,
        "settings": {
            "keySize": key_size,
            "payloadSize": payload,
            "requests": 1000,
            "warmup": 100,
            "clients": clients,
            "pipeline": pipeline,
            "mix": mix,
            "seed": 1,
            "loop": "closed",
        },
        "environment": {
            "wisp": "0.2.0-SNAPSHOT",
            "os": "Linux 6.1.0-56",
            "architecture": "amd64",
            "cpu": cpu,
            "cores": 2,
            "coresAllowed": "0-1",
            "jdk": "Eclipse Adoptium 25.0.3+9-LTS",
            "jvmFlags": [],
        },
        "result": {
            "elapsedNanoseconds": 100_000_000,
            "requestsPerSecond": rate,
            "operations": operations(operation(values or latencies(50_000))),
        },
    }


def perf_open(
    transport: str = "tcp", capacity: float = 20_000, rates: Sequence[float] = (), **settings: Any
) -> dict[str, Any]:
    """A file of the perf client, version 2, of an open loop whose latency rises towards a capacity."""
    rates = list(rates) or [capacity * share for share in (0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 1.3)]
    loop = {"loop": "open", "durationNanoseconds": 5_000_000_000, "arrivals": "poisson", "rates": rates}
    runs = [open_run(offered, capacity) for offered in rates]
    return version_2(perf(transport, **settings), runs, **loop, preload=1000)


def open_run(offered: float, capacity: float) -> dict[str, Any]:
    if offered > capacity:
        return {
            "outcome": "saturated",
            "offeredPerSecond": offered,
            "requestsPerSecond": capacity,
            "shortfall": 1 - capacity / offered,
            "elapsedNanoseconds": 5_000_000_000,
        }
    sent = latencies(50_000)
    due = [int(value / (1 - offered / capacity * 0.95)) for value in sent]
    return {
        "outcome": "measured",
        "offeredPerSecond": offered,
        "requestsPerSecond": offered,
        "shortfall": 0.0,
        "elapsedNanoseconds": 5_000_000_000,
        "operations": operations(operation(due, sent)),
    }


def perf_closed_2(**settings: Any) -> dict[str, Any]:
    """A file of the perf client, version 2, of a closed loop."""
    file = perf(**settings)
    run = {"outcome": "measured", "offeredPerSecond": None, "shortfall": None, **file["result"]}
    return version_2(file, [run], keys="zipfian:0.99", verify=True, cores=[0, 1])


def version_2(file: dict[str, Any], runs: list[dict[str, Any]], **settings: Any) -> dict[str, Any]:
    """What version 1 has in common with version 2, which has settings of its own and several runs."""
    del file["result"]
    sizes = f"fixed:{file['settings']['payloadSize']}"
    new = dict.fromkeys(("durationNanoseconds", "arrivals", "workload", "cores"))
    new |= {"rates": [], "keys": "uniform", "sizes": sizes, "verify": False, "preload": 0}
    return file | {"formatVersion": 2, "settings": file["settings"] | new | settings, "runs": runs}


def measurement(
    transport: str = "tcp",
    payload: int = 100,
    samples: Sequence[float] = (9_000.0, 10_000.0, 11_000.0),
    benchmark: str = "io.wisp.bench.TransportBenchmark.request",
    unit: str = "ops/s",
    count: int = 1000,
    **parameters: str,
) -> dict[str, Any]:
    """Of the suite; `count` is what it says of how many latencies it holds, which are 1000."""
    values = latencies(50_000)
    return {
        "benchmark": benchmark,
        "mode": "thrpt",
        "threads": 1,
        "forks": 1,
        "warmupIterations": 1,
        "measuredIterations": len(samples),
        "jvmFlags": [],
        "parameters": {
            "keySize": "3",
            "payloadSize": str(payload),
            "operation": "wisp",
            "transport": transport,
            **parameters,
        },
        "score": {"value": sum(samples) / len(samples), "error": None, "unit": unit, "samples": list(samples)},
        "secondary": {},
        "ends": {
            "client": f"{transport} to 127.0.0.1:4000",
            "clientCores": "0-1",
            "server": f"{transport} at 127.0.0.1:4000",
            "serverCores": "0-1",
            "serverCommand": "",
            "emulated": False,
            "keys": 1000,
        },
        "latencies": [
            {
                "operation": "all",
                "count": count,
                "misses": 0,
                "min": min(values),
                "mean": sum(values) / len(values),
                "max": max(values),
                "percentiles": {"50": 50_000},
                "histogram": encoded(values),
            }
        ],
        "histogramLog": None,
    }


def environment(arguments: Sequence[str] = ()) -> dict[str, Any]:
    return {
        "format": "wisp-environment",
        "version": 1,
        "startedAt": "2026-11-25T11:51:38Z",
        "commandLine": list(arguments),
        "software": {"commit": "45cff5987fbd79982e7cbaa0f88f45ee18664765", "dirty": False, "jarSha256": None},
        "machine": {
            "cpu": "Some CPU",
            "cores": 2,
            "allowedCores": "0-1",
            "memoryBytes": 1 << 30,
            "kernel": "Linux 6.1.0-56 amd64",
            "distribution": None,
            "virtualization": None,
            "guest": None,
            "governor": None,
            "transparentHugePages": None,
            "loadAverage": None,
        },
        "java": None,
        "transports": [{"name": "tcp", "unavailable": None}],
        "rdmaDevices": [],
    }


def write_json(path: Path, values: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values))
    return path


def write_suite(
    folder: Path, measurements: Sequence[dict[str, Any]], missing: int = 0, arguments: Sequence[str] = ()
) -> Path:
    result = {
        "format": "wisp-result",
        "version": 1,
        "name": folder.name,
        "rounds": 1,
        "missing": missing,
        "measurements": list(measurements),
    }
    write_json(folder / "result.json", result)
    write_json(folder / "environment.json", environment(arguments))
    return folder
