# SPDX-License-Identifier: Apache-2.0
"""What the clients of both transports have in common."""

import time
from array import array
from collections.abc import Callable
from typing import ParamSpec, Protocol, TypeVar

from simple_kv import protocol
from simple_kv.protocol import Reply

P = ParamSpec("P")
R = TypeVar("R")

#: The steps of a request in a client, in their order.
STEPS = ("build", "post", "complete", "wait", "parse")


class Exchange(Protocol):
    """A connection of a client, with a method for each step of a request. Replies come in the order of requests.

    ``build`` makes the text, ``post`` hands it to the transport, ``complete`` waits until the transport is done with
    sending it, ``wait`` waits for the next reply, ``parse`` reads that.

    The methods raise PeerError if the server has gone or does not answer in time, and ProtocolError if what it answers
    is no reply.
    """

    #: How the client describes its end of the connection.
    description: str

    def build(self, kind: str, key: bytes = b"", value: bytes = b"") -> bytes: ...

    def post(self, text: bytes) -> None: ...

    def complete(self) -> None: ...

    def wait(self) -> bytes: ...

    def parse(self, frame: bytes) -> Reply: ...

    def close(self) -> None: ...


class TextExchange:
    """The steps that are the same for every transport."""

    def build(self, kind: str, key: bytes = b"", value: bytes = b"") -> bytes:
        return protocol.encode_request(kind, key, value)

    def parse(self, frame: bytes) -> Reply:
        return protocol.parse_reply(frame)


def ask(exchange: Exchange, text: bytes) -> Reply:
    """Sends one request and waits for its reply."""
    exchange.post(text)
    exchange.complete()
    return exchange.parse(exchange.wait())


class ProfiledExchange:
    """Times every step of another exchange, at the price of two clock reads a step."""

    def __init__(self, exchange: Exchange) -> None:
        self.description = exchange.description
        self.nanoseconds = {step: array("q") for step in STEPS}
        self.build = self._timed("build", exchange.build)
        self.post = self._timed("post", exchange.post)
        self.complete = self._timed("complete", exchange.complete)
        self.wait = self._timed("wait", exchange.wait)
        self.parse = self._timed("parse", exchange.parse)
        self.close = exchange.close

    def _timed(self, step: str, call: Callable[P, R]) -> Callable[P, R]:
        record = self.nanoseconds[step].append

        def timed(*arguments: P.args, **named: P.kwargs) -> R:
            started = time.perf_counter_ns()
            result = call(*arguments, **named)
            record(time.perf_counter_ns() - started)
            return result

        return timed

    def reset(self) -> None:
        for values in self.nanoseconds.values():
            del values[:]
