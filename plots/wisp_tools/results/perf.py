# SPDX-License-Identifier: Apache-2.0
"""Files of the perf client (`./wisp -p --json FILE`), versions 1 and 2; cli/perf-json.md says what they hold."""

from dataclasses import replace
from pathlib import Path

from wisp_tools.errors import WispError
from wisp_tools.histogram import Histogram
from wisp_tools.model import ALL_OPERATIONS, Conditions, Configuration, Measurement, Way, mix_weights
from wisp_tools.results.descriptions import cores_in, devices_in, kernel_in
from wisp_tools.results.fields import Fields

FORMAT = "wisp-perf"


def load_perf(path: Path, shown: str, guest: str | None = None) -> list[Measurement]:
    """A measurement for each run in the file, which an open loop makes for each offered rate.

    `guest` says what ran the virtual machine of the measurement where the caller knows it; else the file says
    it, or, if it is from before files did, the emulated CPU. Raises WispError if the file is not whole, or not of a run without errors.
    """
    file = Fields.of_file(path, shown)
    if file.text("format") != FORMAT:
        raise WispError(f"{shown}: is a {file.text('format')[:40]}, not a {FORMAT}")
    version = file.whole("formatVersion")
    if version not in (1, 2):
        raise WispError(f"{shown}: has version {version} of {FORMAT}, and only 1 and 2 are known")
    if "interrupted" in file and file.flag("interrupted"):
        raise WispError(f"{shown}: was interrupted, and holds less than was to be measured")
    connection, settings = file.inner("connection"), file.inner("settings")
    configuration, conditions = _configuration(connection, settings, version), _conditions(file, connection, guest)
    made = Measurement(shown, configuration, conditions, throughput=(), emulated=connection.flag("emulated"))
    if version == 1:
        return [_measured(made, file.inner("result"))]
    runs = [_run(made, run) for run in file.each("runs")]
    if not runs:
        raise WispError(f"{shown}: holds no run")
    return runs


def _configuration(connection: Fields, settings: Fields, version: int) -> Configuration:
    mix = settings.text("mix")
    try:
        mix_weights(mix)
    except ValueError as failure:
        raise WispError(f"{settings.where}: {failure}") from failure
    payload = settings.whole("payloadSize") if "payloadSize" in settings else None
    cores = settings.numbers("cores") if "cores" in settings else []
    way = Way("wisp", connection.text("transport"), connection.optional_text("get"), server=_foreign_server(connection))
    return Configuration(
        way=way,
        instrument="client",
        key_size=settings.whole("keySize", 1),
        payload_size=payload,
        sizes=settings.text("sizes") if version > 1 else f"fixed:{settings.whole('payloadSize')}",
        clients=settings.whole("clients", 1),
        threads=settings.whole("threads", 1) if "threads" in settings else settings.whole("clients", 1),
        pipeline=settings.whole("pipeline", 1),
        mix=mix,
        keys=settings.text("keys") if version > 1 else "uniform",
        workload=settings.optional_text("workload") if "workload" in settings else None,
        loop=settings.one_of("loop", ("closed", "open")),
        arrivals=settings.optional_text("arrivals") if version > 1 else None,
        # null has no other side to wait for.
        waiting=None if way.transport == "null" else connection.optional_text("waiting"),
        placement=f"client on {','.join(f'{core:.0f}' for core in cores)}" if cores else None,
    )


def _foreign_server(connection: Fields) -> str | None:
    server = connection.optional_text("server") if "server" in connection else None
    if server is None or server.startswith("wisp"):
        return None
    return "an unknown server" if server == "unknown" else server


def _conditions(file: Fields, connection: Fields, guest: str | None) -> Conditions:
    environment = file.inner("environment")
    cpu = environment.optional_text("cpu")
    if guest is None:
        guest = _guest(environment, cpu)
    return Conditions(
        cpu=cpu,
        # In emulation the launcher holds each JVM to one core of the guest's, which is not another machine.
        cores=environment.whole("cores", 1) if guest else cores_in(environment, "coresAllowed"),
        kernel=kernel_in(environment.optional_text("os")),
        jdk=environment.optional_text("jdk"),
        software=environment.optional_text("wisp"),
        date=file.text("startedAt")[:10],
        guest=guest,
        devices=devices_in(connection.text("description")),
    )


def _guest(environment: Fields, cpu: str | None) -> str | None:
    if "guest" in environment.names():
        return environment.one_of("guest", ("tcg", "kvm")) if "guest" in environment else None
    return "tcg" if cpu is not None and cpu.startswith("QEMU") else None


def _run(made: Measurement, run: Fields) -> Measurement:
    offered = run.optional_number("offeredPerSecond")
    loop = made.configuration.loop
    if (offered is None) != (loop == "closed"):
        raise WispError(f"{run.where}: offeredPerSecond and the {loop} loop contradict each other")
    made = replace(made, configuration=replace(made.configuration, offered=offered))
    if run.one_of("outcome", ("measured", "saturated")) == "measured":
        return _measured(made, run)
    if offered is None:
        raise WispError(f"{run.where}: a closed loop cannot be saturated")
    if "operations" in run:
        raise WispError(f"{run.where}: a saturated run has no latencies, and this one holds some")
    rate, shortfall = run.number("requestsPerSecond"), run.number("shortfall")
    return replace(made, throughput=(rate,), saturated=True, shortfall=shortfall)


def _measured(made: Measurement, result: Fields) -> Measurement:
    latencies: dict[str, Histogram] = {}
    service: dict[str, Histogram] = {}
    operations = result.inner("operations")
    for name in operations.names():
        operation = operations.inner(name)
        requests = operation.whole("requests")
        if operation.whole("errors"):
            raise WispError(f"{operation.where}: {operation.whole('errors')} requests failed, so this is no result")
        if not requests:
            continue
        latencies[name] = _histogram(operation, "histogram", requests)
        if made.configuration.offered is not None:
            service[name] = _histogram(operation, "serviceHistogram", requests)
    if ALL_OPERATIONS not in latencies:
        raise WispError(f"{operations.where}: there is no latency of all operations together")
    rate, shortfall = result.number("requestsPerSecond"), result.optional_number("shortfall")
    if rate <= 0:
        raise WispError(f"{result.where}: requestsPerSecond is 0, so nothing was measured")
    return replace(made, throughput=(rate,), latencies=latencies, service=service, shortfall=shortfall)


def _histogram(operation: Fields, name: str, requests: int) -> Histogram:
    histogram = Histogram.decode(operation.text(name), f"{operation.where}, {name}")
    if histogram.count != requests:
        raise WispError(f"{operation.where}: the {name} holds {histogram.count} latencies of {requests} requests")
    return histogram
