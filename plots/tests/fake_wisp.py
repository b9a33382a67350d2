# SPDX-License-Identifier: Apache-2.0
"""A launcher that measures nothing: it leaves the files that Wisp would, or behaves as the test says."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1])]

HOME = Path(os.environ["FAKE_WISP"])


def main(arguments):
    behaviour = told()
    with (HOME / "calls").open("a") as log:
        log.write(" ".join(arguments) + "\n")
    if os.environ.get("WISP_BUILD") != "never":
        with (HOME / "builds").open("a") as log:
            log.write(" ".join(arguments) + "\n")
    if arguments == ["jdk"]:
        print(HOME / "jdk")
        sys.exit()
    if arguments[-1] == "-h":
        sys.exit(1 if behaviour.get("no_build") else 0)
    if arguments[0] == "guest":
        guest(arguments[1:], behaviour)
    elif "-s" in arguments:
        serve(behaviour)
    elif arguments == ["-p", "-"]:
        measure_lines()
    else:
        measure(arguments, behaviour)


def told():
    file = HOME / "behaviour.json"
    return json.loads(file.read_text()) if file.exists() else {}


def guest(arguments, behaviour):
    if "--prepare" in arguments:
        if behaviour.get("no_guest"):
            print("wisp guest: there is no QEMU here")
            sys.exit(125)
        return
    if behaviour.get("guest_dies"):
        sys.exit(137)
    if behaviour.get("guest_does_not_boot"):
        sys.exit(125)
    command = arguments[arguments.index("--") + 1 :]
    inside = subprocess.Popen(command, env={**os.environ, "WISP_GUEST": "tcg"})
    signal.signal(signal.SIGTERM, lambda *_: inside.terminate())
    sys.exit(inside.wait())


def serve(behaviour):
    if behaviour.get("no_server"):
        print("wisp: no memory for a server")
        sys.exit(1)
    with (HOME / "servers").open("a") as log:
        log.write(f"{os.getpid()}\n")
    print("ready; Ctrl-C ends it", flush=True)
    time.sleep(600)


def measure_lines():
    with (HOME / "clients").open("a") as log:
        log.write(f"{os.getpid()}\n")
    for line in sys.stdin:
        with (HOME / "calls").open("a") as log:
            log.write(f"-p {line}")
        code = 0
        try:
            measure(["-p", *line.split()], told())
        except SystemExit as end:
            code = end.code
        if "client" in told().get("dies", []):
            sys.exit(7)
        print(f"exit code {code}", flush=True)


def say_rate(rates):
    """The next of them; nothing if none are told."""
    asked = HOME / "rates"
    number = int(asked.read_text()) if asked.exists() else 0
    asked.write_text(str(number + 1))
    if rates:
        print(f"qps        {rates[number]}")


def measure(arguments, behaviour):
    from files import measurement, perf, write_json, write_suite

    kind = "simple-kv" if arguments[0] == "simple-kv" else arguments[arguments.index("--transport") + 1]
    if kind in behaviour.get("hang", []):
        (HOME / "hanging").write_text(str(os.getpid()))
        time.sleep(600)
    if arguments[0] == "-p" and "--json" not in arguments:
        say_rate(behaviour.get("rates", []))
        return
    if kind in behaviour.get("fail", []):
        if kind == "simple-kv":
            write_suite(Path(arguments[-1] + ".FAILED"), [])
        print(f"wisp: told to fail at {Path(arguments[-1]).resolve()}\nand some more")
        sys.exit(1)
    target = Path(arguments[-1])
    if kind in behaviour.get("broken", []):
        target.write_text('{"format":')
    elif arguments[0] == "simple-kv":
        write_suite(target, [measurement(benchmark="simple_kv.request", ahead="1")], arguments=arguments)
    else:
        write_json(target, perf(kind, get="ring" if kind == "rdma" else None, emulated=kind == "rdma"))


main(sys.argv[1:])
