# SPDX-License-Identifier: Apache-2.0
"""What several tests use."""

import contextlib
import random
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

from simple_kv import protocol
from simple_kv.load import KINDS
from simple_kv.protocol import Reply, Request
from simple_kv.store import Executor, Store
from simple_kv.tcp import Server, TcpServer
from tests.waiting import PATIENCE_SECONDS

PROGRAM = (sys.executable, "-m", "wisp_tools", "simple-kv")


def describe() -> dict[str, object]:
    return {"description": "simple_kv under test", "command": "test", "cores": "0", "emulated": False}


def tcp_server(executor: Executor | None = None) -> contextlib.AbstractContextManager[int]:
    return in_thread(TcpServer(executor or Executor(Store(1 << 26), describe), "127.0.0.1", 0))


@contextlib.contextmanager
def in_thread(server: Server) -> Iterator[int]:
    """Has a server serve in a thread; gives its port."""
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server.port
    finally:
        server.stop()
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive(), "the server did not stop"


def as_a_dictionary(
    draw: random.Random, requests: int, keys: int, value_of: Callable[[], bytes]
) -> Iterator[tuple[Request, Reply]]:
    """Random requests, each with the reply that a dictionary would give."""
    model: dict[bytes, bytes] = {}
    for _ in range(requests):
        request = Request(draw.choice(KINDS), b"%d" % draw.randrange(keys))
        match request.kind:
            case protocol.PUT:
                request = replace(request, value=value_of())
                model[request.key] = request.value
                yield request, Reply(True, protocol.PUT_DONE)
            case protocol.GET:
                found = model.get(request.key)
                yield request, Reply(found is not None, found or protocol.GET_FAILED)
            case _:
                done = model.pop(request.key, None) is not None
                yield request, Reply(done, protocol.DELETE_DONE if done else protocol.DELETE_FAILED)


@contextlib.contextmanager
def silent_server() -> Iterator[tuple[int, socket.socket]]:
    """Takes connections and never answers; gives its port and the socket that listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1], listener


def run(*arguments: str, said: str | None = None) -> subprocess.CompletedProcess[str]:
    """Runs the program to its end."""
    return subprocess.run(
        [*PROGRAM, *arguments], input=said or "", capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )


@contextlib.contextmanager
def program(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The program while it runs; it is ended at the end."""
    process = subprocess.Popen(
        [*PROGRAM, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # nohup, or a shell that starts the tests in the background, has it ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=PATIENCE_SECONDS)


def port_of(server: subprocess.Popen[str]) -> int:
    """The port in the line that a server prints when it listens."""
    line = server.stdout.readline()
    return int(line.split(",")[0].rpartition(":")[2])
