#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures Wisp's ibverbs binding, or its rdma transport, beside perftest: one RDMA device, one machine, one run.

Rounds are interleaved and their order alternates: the answer is the ratio of each round, its median and its range.
Where a ratio is of times, less is better for Wisp; where it is of rates, more is.

    ./wisp guest scripts/compare_with_perftest.py verbs [--rounds N] [--sizes 8,64] [--json FILE] [CASE ...]
    ./wisp guest scripts/compare_with_perftest.py wisp  [--rounds N] [--payloads 10,100] [--json FILE] [CASE ...]

Cases of verbs, each over RC, with perftest's own settings, which are given to both sides explicitly:
    read, write, send          p50 and p99 of one request at a time, beside ib_read_lat, ib_write_lat, ib_send_lat: a
                               READ whole, of the others half a round trip, as perftest reports them
    read-rate, write-rate      messages a second with 128 requests under way, posted in chains of 16 with one completion
                               each, beside ib_read_bw and ib_write_bw --post_list 16

Cases of wisp, keys of 3 digits:
    onesided                   GET with known addresses, without the server, beside ib_read_lat of the record's size
    ring                       GET through the request ring, beside two half trips of ib_write_lat, one of the request
                               frame's size and one of the reply frame's

The binding's two processes and Wisp's server live through all rounds, so that what the JVM has compiled stays; they
sleep while perftest is measured. Rounds that do not count come first and warm the JVM.

Needs an RDMA device, perftest, and what "./wisp bench -l" (verbs) or "./wisp -h" (wisp) builds: build before
"./wisp guest", in which nothing can be.
"""

import argparse
import contextlib
import datetime
import json
import os
import platform
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WISP = ROOT / "wisp"
JAR = ROOT / "benchmarks" / "target" / "benchmarks.jar"
DEVICES = Path("/sys/class/infiniband")
LIMIT_SECONDS = 600

FORMAT, VERSION = "wisp-perftest-comparison", 1
"""Of --json; results/schemas has its schema."""

# perftest's own defaults, of which a device may offer more.
INLINE = {"read": 0, "write": 220, "send": 236}
RECEIVE_DEPTH = 512
DEPTH, CHAIN, OUTSTANDING_READS = 128, 16, 16

# Of the rdma transport's port from the one that the server is given.
PORT_OFFSET = 2

KEY_SIZE = 3
KEYS = 10**KEY_SIZE


class ComparisonError(Exception):
    """What stops a comparison, in words for a user."""


class Cores:
    """Which core each side of a pair of programs gets, if any."""

    def __init__(self, placement):
        cores = sorted(os.sched_getaffinity(0))
        self.placement = placement
        self.prefixes = {"server": [], "client": []}
        if placement == "split":
            self.prefixes = {"server": ["taskset", "-c", str(cores[0])], "client": ["taskset", "-c", str(cores[-1])]}

    def command(self, side, command):
        return [*self.prefixes[side], *map(str, command)]


def devices():
    return sorted(entry.name for entry in DEVICES.iterdir()) if DEVICES.is_dir() else []


def is_emulated(device):
    return "virtual" in (DEVICES / device).resolve().parts


def end(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    """Whether something listens on a port, found out without connecting, which perftest would take for its client."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(FileNotFoundError), open(table) as lines:
            for line in lines:
                words = line.split()
                if words[3] == "0A" and words[1].endswith(f":{port:04X}"):
                    return True
    return False


def wait_until_it_listens(name, process, port, log):
    deadline = time.monotonic() + 120
    while not listens(port):
        if process.poll() is not None:
            said = Path(log).read_text(errors="replace").strip()[-500:]
            raise ComparisonError(f"{name} ended with status {process.returncode}: {said}")
        if time.monotonic() > deadline:
            raise ComparisonError(f"{name} does not listen on port {port} after 120 s")
        time.sleep(0.02)


class Perftest:
    """The programs of perftest, on one device."""

    def __init__(self, device, folder, cores):
        self.folder = Path(folder)
        self.cores = cores
        self.common = ["-d", device["device"], "-i", device["port"], "-m", device["mtu"], "-F"]
        if device["gidIndex"] >= 0:
            self.common += ["-x", device["gidIndex"]]

    def latency(self, operation, size, count):
        """p50 and p99 in nanoseconds, as the program reports them."""
        options = ["-s", size, "-n", count]
        if operation == "read":
            options += ["-o", OUTSTANDING_READS]
        else:
            options += ["-I", INLINE[operation]]
        if operation == "send":
            options += ["-r", RECEIVE_DEPTH]
        row = self._run(f"ib_{operation}_lat", options, size, count)
        # bytes, iterations, then microseconds: min, max, typical, average, stdev, 99 %, 99.9 %
        return {"p50": 1000 * float(row[4]), "p99": 1000 * float(row[7])}

    def rate(self, operation, size, count):
        options = ["-s", size, "-n", count, "-t", DEPTH, "-l", CHAIN]
        options += ["-o", OUTSTANDING_READS] if operation == "read" else ["-I", 0]
        row = self._run(f"ib_{operation}_bw", options, size, count)
        # bytes, iterations, peak and average in units of 2^20 bytes a second, millions of messages a second
        return {"messagesPerSecond": 1e6 * float(row[4])}

    def _run(self, program, options, size, count):
        port = free_port()
        command = [program, *self.common, *options, "-p", port]
        log = self.folder / "perftest-server.log"
        with open(log, "wb") as output:
            server = subprocess.Popen(
                self.cores.command("server", command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            try:
                wait_until_it_listens(program, server, port, log)
                client = subprocess.run(
                    self.cores.command("client", [*command, "127.0.0.1"]),
                    capture_output=True,
                    text=True,
                    timeout=LIMIT_SECONDS,
                    check=False,
                )
                if client.returncode != 0:
                    said = (client.stderr.strip() or client.stdout.strip())[-500:]
                    raise ComparisonError(f"{program} ended with status {client.returncode}: {said}")
                with contextlib.suppress(subprocess.TimeoutExpired):
                    server.wait(timeout=10)
            finally:
                end(server)
        for line in client.stdout.splitlines():
            words = line.split()
            if words[:2] == [str(size), str(count)]:
                return words
        raise ComparisonError(f"{program} printed no result for {size} bytes: {client.stdout.strip()[-500:]}")


class Binding:
    """The processes that measure Wisp's binding on command; they sleep in between."""

    def __init__(self, java, device, folder, cores):
        self.log = open(Path(folder) / "binding.log", "w+")
        flags = ["--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-cp", JAR]
        program = "io.wisp.bench.verbs.MeasuringProcess"
        self.command = ["java", *map(str, flags[:2]), program]
        self.process = subprocess.Popen(
            cores.command("client", [java, *flags, program, *cores.prefixes["server"]]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )
        self.device = self.ask("device", device)

    def latency(self, operation, size, count):
        return self.ask("latency", operation, size, INLINE[operation], count)

    def rate(self, operation, size, count):
        return self.ask("rate", operation, size, CHAIN, DEPTH, count)

    def ask(self, *words):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(" ".join(map(str, words)) + "\n")
            self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            self.log.seek(0)
            raise ComparisonError(f"the measuring process ended: {self.log.read().strip()[-500:]}")
        answer = json.loads(line)
        if "failed" in answer:
            raise ComparisonError(f"the binding: {answer['failed']}")
        return answer

    def close(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=20)
        end(self.process)
        self.log.close()


class Server:
    """Wisp's server, held still while something else is measured."""

    def __init__(self, device, folder, cores):
        self.port = free_port()
        self.log = open(Path(folder) / "wisp-server.log", "wb")
        command = [WISP, "-s", "--transport", "rdma", "--port", self.port, "--threads", 1, "--memory", "256m"]
        self.process = subprocess.Popen(
            cores.command("server", [*command, "--wait", "poll", "--device", device]),
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def wait(self, port):
        wait_until_it_listens("wisp -s", self.process, port, self.log.name)

    def hold(self):
        os.killpg(self.process.pid, signal.SIGSTOP)

    def resume(self):
        os.killpg(self.process.pid, signal.SIGCONT)

    def close(self):
        if self.process.poll() is None:
            self.resume()
        end(self.process)
        self.log.close()


def ratios(samples, figure):
    values = sorted(wisp[figure] / perftest[figure] for wisp, perftest in samples)
    return {"median": statistics.median(values), "lowest": values[0], "highest": values[-1]}


def say(text):
    print(text, file=sys.stderr, flush=True)


def interleave(label, rounds, wisp, perftest, figure):
    """Measures both in each round, by turns first, and returns the pairs of figures."""
    samples = []
    for index in range(rounds):
        both = [("wisp", wisp), ("perftest", perftest)]
        measured = {name: function() for name, function in (both if index % 2 else both[::-1])}
        pair = measured["wisp"], measured["perftest"]
        said = ", ".join(f"{name} {measured[name][figure]:,.0f}" for name in ("wisp", "perftest"))
        say(f"{label}, round {index + 1} of {rounds}: {said}, ratio {pair[0][figure] / pair[1][figure]:.3f}")
        samples.append(pair)
    return samples


def row(case, size, unit, figures, samples, **more):
    wisp, perftest = zip(*samples)
    return {
        "case": case,
        "size": size,
        "unit": unit,
        **more,
        "wisp": list(wisp),
        "perftest": list(perftest),
        "ratio": {figure: ratios(samples, figure) for figure in figures},
    }


class Report:
    """What was measured so far, on file from the first row on: a run that is cut short leaves what it has."""

    def __init__(self, options, cores):
        self.options = options
        self.cores = cores
        self.conditions = {}
        self.rows = []

    def begin(self, device):
        self.conditions = conditions(device, self.options, self.cores)

    def add(self, line):
        self.rows.append(line)
        self._write(complete=False)

    def end(self):
        self._write(complete=True)
        print(table(self.rows, self.conditions["emulated"]))

    def _write(self, complete):
        if self.options.json:
            found = {
                "format": FORMAT,
                "version": VERSION,
                "complete": complete,
                "conditions": self.conditions,
                "rows": self.rows,
            }
            self.options.json.write_text(json.dumps(found, indent=2) + "\n")


def compare_verbs(options, folder, cores, report):
    binding = Binding(jdk() / "bin" / "java", options.device, folder, cores)
    try:
        report.begin(binding.device)
        perftest = Perftest(binding.device, folder, cores)
        for case in options.cases:
            warm(binding, case, options)
            for size in options.sizes:
                report.add(compare_binding(binding, perftest, case, size, options))
    finally:
        binding.close()


def split_case(case):
    """The operation, the name of the method that measures it, the figures that are compared, and requests a post."""
    operation, _, rate = case.partition("-")
    return (operation, "rate", ["messagesPerSecond"], CHAIN) if rate else (operation, "latency", ["p50", "p99"], 1)


def warm(binding, case, options):
    """Has the JVMs compile what the case needs: for messages that requests carry in themselves, and for others."""
    operation, method, figures, chain = split_case(case)
    small, large = min(options.sizes), max(options.sizes)
    for size in sorted({small, large} if small <= INLINE[operation] < large and chain == 1 else {small}):
        for part in range(2):
            measured = getattr(binding, method)(operation, size, options.warmup_iterations * chain // 2)
            say(f"{case} {size} B, warm-up {part + 1} of 2: wisp {measured[figures[0]]:,.0f}")


def compare_binding(binding, perftest, case, size, options):
    operation, method, figures, chain = split_case(case)
    count = options.iterations * chain
    samples = interleave(
        f"{case} {size} B",
        options.rounds,
        lambda: getattr(binding, method)(operation, size, count),
        lambda: getattr(perftest, method)(operation, size, count),
        figures[0],
    )
    unit = "messages per second" if method == "rate" else "nanoseconds"
    allocated = sum(wisp["allocatedBytes"] for wisp, _ in samples)
    return row(case, size, unit, figures, samples, allocatedBytes=allocated)


def compare_wisp(options, folder, cores, report):
    binding = Binding(jdk() / "bin" / "java", options.device, folder, cores)
    device = binding.device
    binding.close()
    report.begin(device)
    perftest = Perftest(device, folder, cores)
    name = device["device"] if device["gidIndex"] < 0 else f"{device['device']}:{device['port']}:{device['gidIndex']}"
    server = Server(name, folder, cores)
    try:
        server.wait(server.port + PORT_OFFSET)
        perf(server, name, folder, cores, "ring", 10, "put:1", 2000, 0)
        server.hold()
        for case in options.cases:
            for payload in options.payloads:
                report.add(compare_transport(server, perftest, name, folder, cores, case, payload, options))
    finally:
        server.close()


def perf(server, device, folder, cores, get, payload, mix, requests, warmup):
    """p50 and p99 of Wisp's perf client, one connection, one request at a time."""
    result = Path(folder) / "perf.json"
    command = [WISP, "-p", f"127.0.0.1:{server.port}", "--transport", "rdma", "--key_size", KEY_SIZE]
    command += ["--payload_size", payload, "--mix", mix, "--requests", requests, "--warmup", warmup]
    command += ["--get", get, "--wait", "poll", "--device", device, "--json", result]
    done = subprocess.run(
        cores.command("client", command), capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False
    )
    if done.returncode != 0:
        raise ComparisonError(f"wisp -p ended with status {done.returncode}: {done.stderr.strip()[-500:]}")
    measured = json.loads(result.read_text())["runs"][0]
    operation = measured["operations"][mix.partition(":")[0]]
    latency = operation["latencyNanoseconds"]
    found = {"hits": operation["hits"], "misses": operation["misses"], "lookups": measured.get("lookups", {})}
    return {"p50": latency["p50"], "p99": latency["p99"], **found}


def compare_transport(server, perftest, device, folder, cores, case, payload, options):
    def fill():
        perf(server, device, folder, cores, "ring", payload, "put:1", 12 * KEYS, 0)

    def wisp():
        server.resume()
        try:
            return perf(
                server, device, folder, cores, case, payload, "get:1", options.iterations, f"{options.warmup_seconds}s"
            )
        finally:
            server.hold()

    sizes = MESSAGES[case](payload)

    def c_programs():
        operation = "read" if case == "onesided" else "write"
        trips = [perftest.latency(operation, size, options.iterations) for size in sizes]
        return {figure: sum(trip[figure] for trip in trips) for figure in ("p50", "p99")}

    server.resume()
    fill()
    server.hold()
    label = f"{case} {payload} B"
    say(f"{label}, warm-up: wisp {wisp()['p50']:,.0f}")
    samples = interleave(label, options.rounds, wisp, c_programs, "p50")
    return row(case, payload, "nanoseconds", ["p50", "p99"], samples, perftestSizes=sizes)


def padded(length, unit):
    return -(-length // unit) * unit


# What travels for a GET: the record as the table holds it (core/FORMAT.md); a frame of the ring, of a multiple of 16
# bytes, with the request (core/PROTOCOL.md), and another one with the reply.
RECORD_HEADER, FRAME_HEADER, REQUEST_HEADER, REPLY_HEADER = 16, 16, 16, 16
MESSAGES = {
    "onesided": lambda payload: [padded(RECORD_HEADER + KEY_SIZE + payload, 8)],
    "ring": lambda payload: [
        padded(FRAME_HEADER + REQUEST_HEADER + KEY_SIZE, 16),
        padded(FRAME_HEADER + REPLY_HEADER + payload, 16),
    ],
}


def jdk():
    found = subprocess.run([str(WISP), "jdk"], capture_output=True, text=True, check=False)
    if found.returncode != 0:
        raise ComparisonError(found.stderr.strip())
    return Path(found.stdout.strip())


def conditions(device, options, cores):
    with open("/proc/cpuinfo") as lines:
        cpu = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "unknown")
    version = subprocess.run(["ib_read_lat", "--version"], capture_output=True, text=True, check=False)
    commit = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    emulated = is_emulated(device["device"])
    return {
        "device": device,
        "emulated": emulated,
        "note": "Soft-RoCE, emulated: only ratios within this run mean anything" if emulated else None,
        "guest": os.environ.get("WISP_GUEST"),
        "cpu": cpu,
        "cores": os.cpu_count(),
        "placement": cores.placement,
        "kernel": platform.release(),
        "perftest": (version.stdout + version.stderr).strip(),
        "commit": commit.stdout.strip() or None,
        "started": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "loadAverage": Path("/proc/loadavg").read_text().split()[:3],
        "arguments": sys.argv[1:],
        "rounds": options.rounds,
        "iterations": options.iterations,
        "warmupIterations": options.warmup_iterations,
        "warmupSeconds": options.warmup_seconds,
        "inline": INLINE,
        "depth": DEPTH,
        "chain": CHAIN,
        "outstandingReads": OUTSTANDING_READS,
        "receiveDepth": RECEIVE_DEPTH,
    }


def table(rows, emulated):
    lines = ["Soft-RoCE, emulated: only the ratios mean anything.", ""] if emulated else []
    lines.append("| case | bytes | figure | Wisp, median | perftest, median | ratio: median (lowest to highest) |")
    lines.append("|---|---|---|---|---|---|")
    for line in rows:
        for figure, ratio in line["ratio"].items():
            scale, unit = (1, "/s") if figure == "messagesPerSecond" else (1000, "us")
            medians = " | ".join(
                f"{statistics.median(each[figure] for each in line[side]) / scale:,.1f} {unit}"
                for side in ("wisp", "perftest")
            )
            spread = f"{ratio['median']:.2f} ({ratio['lowest']:.2f} to {ratio['highest']:.2f})"
            name = "messages" if figure == "messagesPerSecond" else figure
            lines.append(f"| {line['case']} | {line['size']} | {name} | {medians} | {spread} |")
    return "\n".join(lines)


def numbers(least, most):
    def parse(text):
        if not re.fullmatch(r"\d+(,\d+)*", text):
            raise argparse.ArgumentTypeError(f"numbers with commas between them are wanted, and {text!r} is not that")
        values = [int(word) for word in text.split(",")]
        for value in values:
            if not least <= value <= most:
                raise argparse.ArgumentTypeError(f"{value} is not from {least} to {most}")
        return values

    return parse


def number(least, most):
    def parse(text):
        values = numbers(least, most)(text)
        if len(values) != 1:
            raise argparse.ArgumentTypeError(f"one number is wanted, and {text!r} is not that")
        return values[0]

    return parse


COMMANDS = {
    "verbs": (compare_verbs, ["read", "write", "send", "read-rate", "write-rate"]),
    "wisp": (compare_wisp, ["onesided", "ring"]),
}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True, metavar="verbs|wisp")
    for name, (_, cases) in COMMANDS.items():
        command = commands.add_parser(name, help=f"cases {', '.join(cases)}")
        command.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(cases)}; all of them by default")
        command.add_argument("--rounds", type=number(1, 1000), default=5, help="rounds that count (default 5)")
        help_text = f"posts in a round, of {CHAIN} messages each where they are chained (default 2000)"
        command.add_argument("--iterations", type=number(100, 10**7), default=2000, help=help_text)
        command.add_argument("--device", default="any", help="the RDMA device; the first that works by default")
        command.add_argument(
            "--placement", choices=["split", "free"], default="split", help="a core for each side, or not"
        )
        command.add_argument("--json", type=Path, help="where to write every figure")
        if name == "verbs":
            default = [8, 64, 128, 1024, 4096, 65536]
            help_text = "bytes of a message (default 8,64,128,1024,4096,65536)"
            command.add_argument("--sizes", type=numbers(1, 2**26), default=default, help=help_text)
            help_text = "of Wisp's side, before those that count (default 20000)"
            command.add_argument("--warmup-iterations", type=number(0, 10**7), default=20_000, help=help_text)
            command.set_defaults(warmup_seconds=None)
        else:
            default = [10, 100, 1000]
            help_text = "bytes of a value (default 10,100,1000)"
            command.add_argument("--payloads", type=numbers(1, 10**6), default=default, help=help_text)
            help_text = "of each round's new client, which in an emulated guest compiles slowly (default 20)"
            command.add_argument("--warmup-seconds", type=number(1, 300), default=20, help=help_text)
            command.set_defaults(warmup_iterations=None)
    options = parser.parse_args()
    known = COMMANDS[options.command][1]
    unknown = [case for case in options.cases if case not in known]
    if unknown:
        parser.error(f"no such case: {', '.join(unknown)}; there are {', '.join(known)}")
    options.cases = options.cases or known
    check_machine(parser, options)
    return options


def check_machine(parser, options):
    there = devices()
    if not there:
        parser.error(
            "this machine has no RDMA device: run it as ./wisp guest scripts/compare_with_perftest.py"
            f" {' '.join(sys.argv[1:])}, on a virtual machine that has one"
        )
    if options.device not in ("any", *there):
        parser.error(f"there is no RDMA device {options.device}; there is {', '.join(there)}")
    programs = ["ib_read_lat", "ib_write_lat", "ib_send_lat", "ib_read_bw", "ib_write_bw", "taskset"]
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        parser.error(f"not found: {', '.join(missing)} (Debian: apt-get install perftest util-linux)")
    if options.placement == "free" and options.command == "wisp" and os.environ.get("WISP_GUEST") == "tcg":
        parser.error("--placement free: in an emulated guest ./wisp holds each JVM to one processor, so split alone is fair")
    if options.placement == "split" and len(os.sched_getaffinity(0)) < 2:
        parser.error("two cores are needed, one for each side; --placement free does without")
    if not JAR.exists():
        parser.error(f"{JAR} is missing: ./wisp bench -l builds it")
    if options.json and not os.access(options.json.resolve().parent, os.W_OK):
        parser.error(f"--json {options.json}: there is no folder that it can be written to")


def main():
    options = parse_arguments()
    cores = Cores(options.placement)
    report = Report(options, cores)
    with tempfile.TemporaryDirectory(prefix="wisp-compare-") as folder:
        try:
            COMMANDS[options.command][0](options, folder, cores, report)
        except ComparisonError as error:
            sys.exit(f"compare_with_perftest: {error}")
        except subprocess.TimeoutExpired as error:
            sys.exit(f"compare_with_perftest: {error.cmd[0]} did not end within {LIMIT_SECONDS} s")
    report.end()


if __name__ == "__main__":
    main()
