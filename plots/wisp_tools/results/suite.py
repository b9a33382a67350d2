# SPDX-License-Identifier: Apache-2.0
"""Folders in the format `wisp-result` version 1 (results/FORMAT.md): of the JMH suite and of simple_kv."""

from dataclasses import replace
from pathlib import Path

from wisp_tools.errors import WispError
from wisp_tools.histogram import Histogram
from wisp_tools.model import Conditions, Configuration, Measurement, Way
from wisp_tools.results.descriptions import cores_in, devices_in, kernel_in
from wisp_tools.results.fields import Fields

FORMAT = "wisp-result"

UNITS = {"ops/s": 1.0, "ops/ms": 1e3, "ops/us": 1e6, "ops/ns": 1e9}
"""Requests per second in one of each unit of throughput."""

MIXES = {
    "get": "get:1",
    "put": "put:1",
    "delete": "put:1,delete:1",
    "mixed": "get:95,put:5",
    "wisp": "put:1,get:1,delete:1",
}
"""The suite's operations as mixes of the perf client."""


def load_folder(folder: Path, shown: str, guest: str | None = None) -> list[Measurement]:
    """The measurements of transports in a folder; those of the store alone, without a server, are left out.

    Raises WispError if the folder is not a result, not whole, or lacks what failed.
    """
    for suffix, reason in ((".unfinished", "was still under way"), (".FAILED", "failed or was interrupted")):
        if folder.name.endswith(suffix):
            raise WispError(f"{shown}: is no result: the run {reason}")
    result = Fields.of_file(folder / "result.json", f"{shown}/result.json")
    environment = Fields.of_file(folder / "environment.json", f"{shown}/environment.json")
    for file, expected in ((result, FORMAT), (environment, "wisp-environment")):
        if file.text("format") != expected or file.whole("version") != 1:
            raise WispError(f"{file.where}: is not {expected} version 1")
    missing = result.whole("missing")
    if missing:
        raise WispError(f"{result.where}: {missing} combinations of parameters failed, so this is no whole result")
    conditions = _conditions(environment, guest)
    return [
        _measurement(shown, conditions, measurement)
        for measurement in result.each("measurements")
        if "transport" in measurement.inner("parameters") and "payloadSize" in measurement.inner("parameters")
    ]


def _conditions(environment: Fields, guest: str | None) -> Conditions:
    machine, software = environment.inner("machine"), environment.inner("software")
    java = environment.inner("java") if "java" in environment else None
    commit = software.optional_text("commit")
    jdk = f"{java.optional_text('vendor') or ''} {java.optional_text('version') or ''}".strip() if java else None
    return Conditions(
        cpu=machine.optional_text("cpu"),
        cores=cores_in(machine, "allowedCores"),
        kernel=kernel_in(machine.optional_text("kernel")),
        jdk=jdk or None,
        software=f"commit {commit[:8]}" if commit else None,
        date=environment.text("startedAt")[:10],
        guest=machine.optional_text("guest") or guest,
    )


def _measurement(shown: str, run: Conditions, measurement: Fields) -> Measurement:
    parameters = measurement.inner("parameters")
    program = _program(measurement.text("benchmark"))
    ends = measurement.inner("ends") if "ends" in measurement else None
    operation = parameters.optional_text("operation") or "wisp"
    payload = parameters.whole_in_text("payloadSize")
    configuration = Configuration(
        way=Way(
            program,
            parameters.text("transport"),
            parameters.optional_text("get"),
            parameters.optional_text("write") if program == "simple_kv" else None,
            _foreign_server(parameters) if program == "wisp" else None,
        ),
        instrument="suite" if program == "wisp" else program,
        key_size=parameters.whole_in_text("keySize", 1),
        payload_size=payload,
        sizes=f"fixed:{payload}",
        clients=measurement.whole("threads", 1),
        threads=measurement.whole("threads", 1),
        pipeline=_pipeline(parameters),
        mix=MIXES.get(operation, operation),
        waiting="poll" if parameters.optional_text("busyPoll") == "true" else None,
        placement=parameters.optional_text("placement"),
    )
    return Measurement(
        source=shown,
        configuration=configuration,
        conditions=replace(run, devices=devices_in(ends.text("client"))) if ends else run,
        throughput=_throughput(measurement),
        latencies=_latencies(measurement),
        emulated=bool(ends and "emulated" in ends and ends.flag("emulated")),
    )


def _foreign_server(parameters: Fields) -> str | None:
    """The address of a server that the suite did not start, of which it knows no more."""
    server = parameters.optional_text("server") if "server" in parameters else None
    return None if server == "own" else server


def _pipeline(parameters: Fields) -> int:
    """How many requests were sent before waiting: simple_kv calls it how many are sent ahead."""
    for name in ("pipeline", "ahead"):
        if name in parameters:
            return parameters.whole_in_text(name, 1)
    return 1


def _program(benchmark: str) -> str:
    plain = benchmark.replace("_", "").replace("-", "").lower()
    return "simple_kv" if "simplekv" in plain else "wisp"


def _throughput(measurement: Fields) -> tuple[float, ...]:
    score = measurement.inner("score")
    unit = score.text("unit")
    if unit not in UNITS:
        raise WispError(f"{score.where}: {unit[:40]} is no unit of throughput ({', '.join(UNITS)})")
    samples = score.numbers("samples") or [score.number("value")]
    return tuple(sample * UNITS[unit] for sample in samples)


def _latencies(measurement: Fields) -> dict[str, Histogram]:
    latencies = {}
    for latency in measurement.each("latencies"):
        histogram = Histogram.decode(latency.text("histogram"), f"{latency.where}, histogram")
        if histogram.count != latency.whole("count"):
            raise WispError(
                f"{latency.where}: the histogram holds {histogram.count} latencies, not {latency.whole('count')}"
            )
        latencies[latency.text("operation")] = histogram
    return latencies
