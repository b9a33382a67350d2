# SPDX-License-Identifier: Apache-2.0
"""The command line."""

import argparse
import os
import re
import signal
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from simple_kv import perf, protocol, rdma, shell
from simple_kv.exchange import Exchange
from simple_kv.load import LoadSettings
from simple_kv.rdma_client import REGION, REQUEST, RdmaExchange
from simple_kv.rdma_server import DEFAULT_REGION_BYTES, RdmaServer
from simple_kv.request_region import LEAST_REGION_BYTES
from simple_kv.run_folder import RunFolder
from simple_kv.store import Executor, Store
from simple_kv.tcp import Server, TcpExchange, TcpServer
from wisp_tools import devices, environment, files, packages
from wisp_tools.arguments import Parser, number, whole
from wisp_tools.errors import WispError
from wisp_tools.tree import ROOT

TESTS = ROOT / "plots" / "tests" / "simple_kv"
DEFAULT_PORT = 4444
MOST_AHEAD = 64
MOST_REQUESTS = 50_000_000
MOST_REGION_BYTES = 64 << 20
FAILED, INTERRUPTED = 1, 130

DESCRIPTION = """\
The Python baseline of Wisp: a small key-value server with its clients, over TCP sockets or RDMA (pyverbs).

  ./wisp simple-kv -s                         a server
  ./wisp simple-kv -c 127.0.0.1 [COMMAND ...] a shell on it, or some commands as "put a 1" "get a"
  ./wisp simple-kv -p 127.0.0.1               its throughput and latency: a third each of put, get and delete
  ./wisp simple-kv explain-write              where the time of an RDMA write goes (-h explains)
  ./wisp simple-kv test                       its tests; with -m rdma those that need an RDMA device

RDMA needs a device; "./wisp guest COMMAND" runs a command on a virtual machine that has one.
"""


def size(least: int, most: int) -> Callable[[str], int]:
    """Reads a number of bytes as 102400, 512k, 64m or 2g."""

    def parse(text: str) -> int:
        found = re.fullmatch(r"([0-9]{1,12})([kmg]?)", text.lower())
        value = int(found[1]) << {"": 0, "k": 10, "m": 20, "g": 30}[found[2]] if found else -1
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is no size from {least} to {most} bytes, as 102400 or 64m")
        return value

    return parse


def endpoint(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or ":" in host and not (host.startswith("[") and host.endswith("]")):
        host, port = text, str(DEFAULT_PORT)
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is neither HOST nor HOST:PORT with a port from 1 to 65535")
    return host.strip("[]"), int(port)


def core_list(text: str) -> set[int]:
    allowed = os.sched_getaffinity(0)
    if not re.fullmatch(r"[0-9]{1,5}(,[0-9]{1,5})*", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no list of cores as 0,1")
    cores = {int(each) for each in text.split(",")}
    if not cores <= allowed:
        raise argparse.ArgumentTypeError(
            f"{text!r} names cores that this process may not use; it may {sorted(allowed)}"
        )
    return cores


def parser() -> Parser:
    made = Parser("./wisp simple-kv", DESCRIPTION, "simple-kv")
    what = made.add_mutually_exclusive_group(required=True)
    what.add_argument("-s", "--server", action="store_true", help="serve a store")
    what.add_argument("-c", "--client", type=endpoint, metavar="HOST[:PORT]", help="open a shell on a server")
    what.add_argument("-p", "--perf", type=endpoint, metavar="HOST[:PORT]", help="measure a server")
    made.add_argument("commands", nargs="*", metavar="COMMAND", help="with -c: run these instead of a shell")
    made.add_argument("--transport", choices=("tcp", "rdma"), default="tcp", help="how requests travel (default tcp)")
    made.add_argument("--device", metavar="NAME[:PORT[:GID]]", help="the RDMA device; the first that works by default")
    made.add_argument("--cores", type=core_list, metavar="N[,N...]", help="the cores that this process may use")

    server = made.add_argument_group("server")
    server.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    help_text = f"port, 0 for any free one (default {DEFAULT_PORT})"
    server.add_argument("--port", type=whole(0, 65535), default=DEFAULT_PORT, help=help_text)
    memory, region = size(1 << 16, 1 << 40), size(LEAST_REGION_BYTES, MOST_REGION_BYTES)
    server.add_argument("--memory", type=memory, default=1 << 30, help="for keys and values (default 1g)")
    help_text = "bytes of memory that an RDMA client writes requests to; a request takes half of it at most (default"
    help_text += f" {DEFAULT_REGION_BYTES}, as the original)"
    server.add_argument("--region", type=region, default=DEFAULT_REGION_BYTES, help=help_text)

    client = made.add_argument_group("clients")
    seconds = number(0.01, 60, " of seconds")
    client.add_argument("--timeout", type=seconds, default=10.0, help="seconds that the server may take (default 10)")
    help_text = "what an RDMA client writes to the server for a request: the request, or the whole region as the"
    help_text += " original did by mistake (default request)"
    client.add_argument("--write", choices=(REQUEST, REGION), default=REQUEST, help=help_text)

    load = made.add_argument_group("perf client")
    load.add_argument("--key_size", "--key-size", type=whole(1, 18), default=3, help="decimal digits (default 3)")
    most = protocol.MOST_VALUE_BYTES
    help_text = f"bytes of a value, to {most} (default 100)"
    load.add_argument("--payload_size", "--payload-size", type=whole(1, most), default=100, help=help_text)
    load.add_argument("--requests", type=whole(1, MOST_REQUESTS), default=100_000, help="to measure (default 100000)")
    load.add_argument("--warmup", type=whole(0, MOST_REQUESTS), default=10_000, help="before those (default 10000)")
    help_text = "parts of the measurement, each a sample (default 5)"
    load.add_argument("--iterations", type=whole(1, 1000), default=5, help=help_text)
    load.add_argument("--ahead", type=whole(1, MOST_AHEAD), default=10, help="requests without a reply (default 10)")
    load.add_argument("--seed", type=whole(0, 10**11), default=1, help="of keys and operations (default 1)")
    load.add_argument("--profile", action="store_true", help="time the steps of each request in the client")
    load.add_argument("--results", type=Path, metavar="FOLDER", help="record the run there (results/FORMAT.md)")
    return made


def main(arguments: list[str]) -> int:
    """Runs the program and returns its exit code."""
    try:
        match arguments:
            case ["explain-write", *others]:
                from simple_kv import explain_write

                return explain_write.main(others)
            case ["test", *others]:
                return _test(others)
        status = _run(_checked(arguments), arguments)
        sys.stdout.flush()
        return status
    except WispError as error:
        print(f"simple-kv: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("simple-kv: interrupted", file=sys.stderr)
        return INTERRUPTED
    except OSError as error:  # what is printed cannot be written, or standard input not read
        if not isinstance(error, BrokenPipeError):
            print(f"simple-kv: standard input or output: {error.strerror or error}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def _test(arguments: list[str]) -> int:
    """Runs the baseline's tests; arguments are pytest's, such as -m rdma for those that need a device."""
    packages.require("test")
    import pytest

    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    return pytest.main(["--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml"), str(TESTS), *arguments])


def _checked(arguments: list[str]) -> argparse.Namespace:
    made = parser()
    options = made.parse_args(arguments)
    if options.commands and options.client is None:
        made.error(f"{options.commands[0]!r} is no option; commands go with -c")
    if options.iterations > options.requests:
        made.error(f"--iterations {options.iterations} is more than --requests {options.requests}")
    if options.transport != "rdma" and (options.device or options.write == REGION):
        made.error("--device and --write region go with --transport rdma")
    return options


def _run(options: argparse.Namespace, arguments: list[str]) -> int:
    if options.results:
        packages.require("record")
    if options.transport == "rdma":
        rdma.require()
    if options.cores:
        os.sched_setaffinity(0, options.cores)
    if options.server:
        return _serve(options, arguments)
    return _measure(options, arguments) if options.perf else _open_shell(options)


def _serve(options: argparse.Namespace, arguments: list[str]) -> int:
    def describe() -> dict[str, object]:
        return {
            "description": description,
            "command": " ".join(["wisp", "simple-kv", *arguments]),
            "cores": environment.cores(),
            "emulated": emulated,
        }

    executor = Executor(Store(options.memory), describe)
    server: Server
    if options.transport == "tcp":
        server, place, emulated = TcpServer(executor, options.host, options.port), "", False
    else:
        server = RdmaServer(executor, options.host, options.port, options.device, options.region)
        place, emulated = f", {server.place}, region of {options.region} bytes", server.place.emulated
    description = f"simple_kv {options.transport} at {server.address}:{server.port}{place}, 1 thread"
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: server.stop())
    print(description, flush=True)
    server.serve()
    return 0


def transports() -> dict[str, str | None]:
    """Of each the reason why this machine cannot run it."""
    no_device = None if devices.names() else "this machine has no RDMA device"
    return {"tcp": None, "rdma": rdma.unavailable() or no_device}


def _connect(options: argparse.Namespace, endpoint: tuple[str, int], ahead: int) -> closing[Exchange]:
    if options.transport == "tcp":
        return closing(TcpExchange(*endpoint, options.timeout))
    return closing(RdmaExchange(*endpoint, options.timeout, ahead, options.write, options.device))


def _open_shell(options: argparse.Namespace) -> int:
    requests = [shell.encode_line(command) for command in options.commands]
    with _connect(options, options.client, 1) as exchange:
        if requests:
            outcomes = [shell.run_command(exchange, request) for request in requests]
            return 0 if all(outcomes) else FAILED
        shell.run_shell(exchange, sys.stdin, "simple-kv> " if sys.stdin.isatty() else "")
        return 0


def _measure(options: argparse.Namespace, arguments: list[str]) -> int:
    if options.results is None:
        print(_measure_into(options, None))
        return 0
    started_at = environment.timestamp()
    with RunFolder(options.results) as folder:
        folder.write_environment(environment.capture(started_at, files.without_places(arguments), transports()))
        said = _measure_into(options, folder)
    print(f"{said}\nrecorded in {options.results}")
    return 0


def _measure_into(options: argparse.Namespace, folder: RunFolder | None) -> str:
    settings = LoadSettings(options.key_size, options.payload_size, options.ahead, options.seed)
    with _connect(options, options.perf, options.ahead) as exchange:
        measured = perf.measure(
            exchange, settings, options.requests, options.warmup, options.iterations, options.profile
        )
    if folder is not None:
        host, port = options.perf
        parameters = {"server": f"{host}:{port}", "transport": options.transport}
        if options.transport == "rdma":
            parameters |= {"device": options.device or "auto", "write": options.write}
        found = perf.measurement(measured, exchange, parameters, options.warmup, folder.histogram(1))
        folder.complete([found])
    return perf.summary(measured)
