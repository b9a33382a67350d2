# SPDX-License-Identifier: Apache-2.0
"""The interactive client."""

import sys
from collections.abc import Iterable

from simple_kv import protocol
from simple_kv.errors import ProtocolError
from simple_kv.exchange import Exchange, ask

HELP = """\
get KEY          the value of a key
put KEY VALUE    gives a key a value, which goes on to the end of the line; also: set
del KEY          removes a key; also: delete
info             what the server is
quit             ends"""


def encode_line(line: str) -> bytes:
    """The request that a user typed. Raises ProtocolError if it is none."""
    request = line.encode("utf-8", errors="surrogateescape")
    if b"\n" in request or b"\r" in request:
        raise ProtocolError("a request is one line")
    protocol.parse_request(request)
    return request + b"\n"


def run_command(exchange: Exchange, request: bytes) -> bool:
    """Sends one request and prints the reply; returns whether the request did what it asks for."""
    reply = ask(exchange, request)
    print(reply.text.decode("utf-8", errors="backslashreplace"), flush=True)
    return reply.done


def run_shell(exchange: Exchange, lines: Iterable[str], prompt: str) -> None:
    """Runs lines until they end or one says quit. A line that is no request is told of, and the next one read."""
    print(prompt, end="", flush=True)
    for line in lines:
        words = line.strip().lower()
        if words in ("quit", "exit"):
            return
        if words in ("help", "?"):
            print(HELP)
        elif words:
            _run_line(exchange, line.rstrip("\r\n").lstrip())
        print(prompt, end="", flush=True)
    if prompt:
        print()


def _run_line(exchange: Exchange, line: str) -> None:
    try:
        request = encode_line(line)
    except ProtocolError as error:
        print(f"simple-kv: {error}", file=sys.stderr, flush=True)
        return
    run_command(exchange, request)
