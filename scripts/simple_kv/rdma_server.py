# SPDX-License-Identifier: Apache-2.0
"""The server's end of the RDMA transport: it polls the memory that clients write to, and answers with SEND."""

import contextlib
import os
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from simple_kv import control
from simple_kv.control import Hello, Welcome
from simple_kv.errors import PeerError, ProtocolError
from simple_kv.rdma import Link
from simple_kv.rdma_client import reply_bytes
from simple_kv.request_region import RequestReader
from simple_kv.store import Executor
from simple_kv.tcp import Server
from wisp_tools import devices
from wisp_tools.errors import WispError

#: The original's region.
DEFAULT_REGION_BYTES = 102_400
MOST_CLIENTS = 16
#: Replies to one client that may be under way.
SEND_SLOTS = 16
#: Turns between looks at sockets and clock while requests come.
_TURNS_BETWEEN_CHECKS = 256
#: A server that has had nothing to do for so long sleeps between its turns.
_IDLE_SECONDS, _SLEEP_SECONDS = 0.1, 0.001
_HELLO_SECONDS = 5
_SEND_SECONDS = 10


class RdmaServer(Server):
    """Serves the clients that connect their queue pairs over TCP.

    It polls without pause while requests come, which takes a whole core, sleeps for a millisecond at a time after a
    tenth of a second without any, and for as long as it takes while nobody is connected.
    """

    def __init__(self, executor: Executor, address: str, port: int, device: str | None, region_bytes: int) -> None:
        self._region_bytes = region_bytes
        self.place = devices.choose(device)
        Link(self.place, sends=1, receives=1).close()  # says at once if it cannot be
        super().__init__(executor, address, port)
        self._clients: set[_Client] = set()

    def serve(self) -> None:
        try:
            last_request = time.monotonic()
            while not self._stopped:
                if self._turns():
                    last_request = time.monotonic()
                idle = time.monotonic() - last_request > _IDLE_SECONDS
                connected = any(client.connected for client in self._clients)
                self._look_at_sockets((_SLEEP_SECONDS if idle else 0) if connected else 0.5)
        finally:
            for client in list(self._clients):
                client.close()
            self._listener.close()
            self._selector.close()

    def _turns(self) -> bool:
        """Gives every client a number of turns; returns whether there was a request."""
        connected = [client for client in self._clients if client.connected]
        worked = False
        for _ in range(_TURNS_BETWEEN_CHECKS if connected else 0):
            for client in connected:
                if client.connected:
                    worked |= client.take_turn()
        if connected and not worked:
            os.sched_yield()
        return worked

    def _look_at_sockets(self, timeout: float) -> None:
        for key, events in self._selector.select(timeout):
            key.data(events)
        now = time.monotonic()
        for client in list(self._clients):
            if not client.connected and now > client.hello_deadline:
                client.refuse(f"no greeting came within {_HELLO_SECONDS} s")

    def _accept(self, connection: socket.socket) -> None:
        client = _Client(connection, self._executor, self.place, self._region_bytes, self._forget)
        if len(self._clients) >= MOST_CLIENTS:
            client.refuse(f"it has {MOST_CLIENTS} clients, which is the most")
            return
        self._clients.add(client)
        self._selector.register(connection, selectors.EVENT_READ, client.on_readable)

    def _forget(self, client: "_Client", connection: socket.socket) -> None:
        if client in self._clients:
            self._clients.remove(client)
            self._selector.unregister(connection)


@dataclass(eq=False)
class _Client:
    """The server's side of one connection."""

    _connection: socket.socket
    _executor: Executor
    _place: devices.Port
    _region_bytes: int
    _on_close: Callable[["_Client", socket.socket], None]
    _said: bytes = b""
    _link: Link | None = None
    connected: bool = False
    hello_deadline: float = field(default_factory=lambda: time.monotonic() + _HELLO_SECONDS)

    def on_readable(self, _events: int) -> None:
        try:
            data = self._connection.recv(control.MOST_LINE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data or self.connected:  # it has gone, or says what no client says
            self.close()
            return
        self._said += data
        try:
            control.check_length(self._said)
            if self._said.endswith(b"\n"):
                self._connect(control.decode_hello(self._said))
        except WispError as error:
            self.refuse(str(error))

    def take_turn(self) -> bool:
        """Answers a request if there is one; returns whether there was. Ends the connection if it has failed."""
        line = self._requests.poll()
        if line is None:
            return False
        try:
            self._send(self._executor.answer(line.removesuffix(b"\n")))
        except WispError:
            self.close()
        return True

    def refuse(self, sentence: str) -> None:
        with contextlib.suppress(OSError):
            self._connection.send(control.encode_refusal(sentence))
        self.close()

    def close(self) -> None:
        self.connected = False
        self._on_close(self, self._connection)
        self._connection.close()
        if self._link is not None:
            with contextlib.suppress(WispError):  # other clients are still to be served
                self._link.close()
            self._link = None

    def _connect(self, hello: Hello) -> None:
        self._link = link = Link(self._place, sends=SEND_SLOTS, receives=1)
        region = link.remote_memory(self._region_bytes)
        self._requests = RequestReader(region.bytes)
        self._slot_bytes = reply_bytes(self._region_bytes)
        self._slots = link.local_memory(SEND_SLOTS * self._slot_bytes)
        self._next_slot = 0
        self._sending = 0
        link.connect(hello.endpoint)
        welcome = Welcome(link.address, region.address, region.remote_key, self._region_bytes, self._place.emulated)
        try:
            self._connection.send(control.encode(welcome))
        except OSError as error:
            raise PeerError("the client has gone") from error
        self.connected = True

    def _send(self, frame: bytes) -> None:
        link = self._link
        assert link is not None
        if len(frame) > self._slot_bytes:
            raise ProtocolError(f"a reply of {len(frame)} bytes is longer than {self._slot_bytes}")
        while link.poll_sent():
            self._sending -= 1
        self._await_slot(link)
        start = self._next_slot * self._slot_bytes
        self._slots.bytes[start : start + len(frame)] = frame
        link.post_send(self._slots.part(start, len(frame)), self._next_slot)
        self._next_slot = (self._next_slot + 1) % SEND_SLOTS
        self._sending += 1

    def _await_slot(self, link: Link) -> None:
        deadline = time.monotonic() + _SEND_SECONDS
        while self._sending == SEND_SLOTS:
            if link.poll_sent():
                self._sending -= 1
            elif time.monotonic() > deadline:
                raise PeerError(f"the client took no reply within {_SEND_SECONDS} s")
