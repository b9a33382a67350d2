# SPDX-License-Identifier: Apache-2.0
"""Requests over TCP sockets."""

import select
import selectors
import socket
import struct
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from simple_kv.errors import PeerError, ProtocolError
from simple_kv.exchange import TextExchange
from simple_kv.protocol import UNPARSABLE, LineSplitter, Reply, ReplySplitter, encode_reply
from simple_kv.store import Executor

RECEIVE_BYTES = 1 << 18
#: A client that does not read its replies is not read from any more once it has so many bytes of them outstanding.
MOST_UNSENT_BYTES = 4 << 20
MOST_CONNECTIONS = 1000
#: How long a peer that vanished without a word may hold a connection.
DEAD_PEER_SECONDS = 60


def watch_peer(connection: socket.socket) -> None:
    """Has the kernel find out that a peer has vanished, and send small messages at once."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", DEAD_PEER_SECONDS // 2),
        ("TCP_KEEPINTVL", 10),
        ("TCP_KEEPCNT", 3),
        ("TCP_USER_TIMEOUT", 1000 * DEAD_PEER_SECONDS),
    ):
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def listen(address: str, port: int) -> socket.socket:
    """A socket that listens. Raises PeerError if it cannot."""
    try:
        return socket.create_server((address, port), backlog=128)
    except (OSError, OverflowError) as error:
        raise PeerError(f"cannot listen on {address}:{port}: {reason(error)}") from error


def connect(host: str, port: int, timeout: float) -> socket.socket:
    """A connected socket. Raises PeerError if there is no server."""
    try:
        connection = socket.create_connection((host, port), timeout)
    except (OSError, OverflowError, UnicodeError) as error:
        raise PeerError(f"no server at {host}:{port}: {reason(error)}") from error
    watch_peer(connection)
    return connection


def reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


class Server(ABC):
    """Takes connections and looks after them in one thread, until stopped."""

    def __init__(self, executor: Executor, address: str, port: int) -> None:
        self._executor = executor
        self._listener = listen(address, port)
        self._listener.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ, self._on_connection)
        self._stopped = False
        self.address: str = self._listener.getsockname()[0]
        self.port: int = self._listener.getsockname()[1]

    @abstractmethod
    def serve(self) -> None:
        """Returns after stop."""

    def stop(self) -> None:
        """Ends serving within half a second. May be called from a signal handler or another thread."""
        self._stopped = True

    @abstractmethod
    def _accept(self, connection: socket.socket) -> None:
        """Takes a connection that does not block, or closes it."""

    def _on_connection(self, _events: int) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        connection.setblocking(False)
        watch_peer(connection)
        self._accept(connection)


class TcpServer(Server):
    """Serves any number of clients."""

    _connections = 0

    def serve(self) -> None:
        try:
            while not self._stopped:
                for key, events in self._selector.select(0.5):
                    key.data(events)
        finally:
            for key in list(self._selector.get_map().values()):
                cast(socket.socket, key.fileobj).close()
            self._selector.close()

    def _accept(self, connection: socket.socket) -> None:
        if self._connections >= MOST_CONNECTIONS:
            connection.close()
            return
        self._connections += 1
        session = _Session(connection, self._executor, self._selector, self._forget)
        self._selector.register(connection, selectors.EVENT_READ, session.on_event)

    def _forget(self) -> None:
        self._connections -= 1


@dataclass(eq=False)
class _Session:
    """The server's side of one connection."""

    _connection: socket.socket
    _executor: Executor
    _selector: selectors.BaseSelector
    _on_close: Callable[[], None]
    _lines: LineSplitter = field(default_factory=LineSplitter)
    _unsent: bytearray = field(default_factory=bytearray)
    _watched: int = selectors.EVENT_READ
    _ending: bool = False

    def on_event(self, events: int) -> None:
        try:
            if events & selectors.EVENT_READ and not self._receive():
                self._close()
                return
            self._execute()
            self._send()
        except OSError:
            self._close()
            return
        if self._ending and not self._unsent:
            self._close()
        else:
            self._watch()

    def _receive(self) -> bool:
        try:
            data = self._connection.recv(RECEIVE_BYTES)
        except BlockingIOError:
            return True
        self._lines.feed(data)
        return bool(data)

    def _execute(self) -> None:
        """Answers the lines that are there, as far as the client takes in the replies."""
        try:
            while not self._ending and len(self._unsent) < MOST_UNSENT_BYTES:
                line = self._lines.next()
                if line is None:
                    return
                self._unsent += self._executor.answer(line)
        except ProtocolError as error:  # where the next request begins is unknown
            self._unsent += encode_reply(Reply(False, UNPARSABLE + b": " + str(error).encode()))
            self._ending = True

    def _send(self) -> None:
        while self._unsent:
            try:
                sent = self._connection.send(self._unsent)
            except BlockingIOError:
                return
            del self._unsent[:sent]
            self._execute()

    def _watch(self) -> None:
        reading = not self._ending and len(self._unsent) < MOST_UNSENT_BYTES
        wanted = (selectors.EVENT_READ if reading else 0) | (selectors.EVENT_WRITE if self._unsent else 0)
        if wanted != self._watched:
            self._watched = wanted
            self._selector.modify(self._connection, wanted, self.on_event)

    def _close(self) -> None:
        self._selector.unregister(self._connection)
        self._connection.close()
        self._on_close()


class TcpExchange(TextExchange):
    """A client's connection. A request costs one call of the kernel, and so does waiting for its reply.

    :param timeout: seconds that the server may take for anything
    """

    def __init__(self, host: str, port: int, timeout: float) -> None:
        self._timeout = timeout
        self._connection = connect(host, port, timeout)
        # Python's own timeout would ask the kernel before each call whether there is something to receive.
        self._connection.settimeout(None)
        seconds = int(timeout)
        limit = struct.pack("@ll", seconds, int(1e6 * (timeout - seconds)))
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        self._poll = select.poll()
        self._poll.register(self._connection, select.POLLIN | select.POLLOUT)
        self._replies = ReplySplitter()
        self.description = f"tcp to {host}:{port}"

    def post(self, text: bytes) -> None:
        unsent = memoryview(text)
        while unsent:
            try:
                unsent = unsent[self._connection.send(unsent, socket.MSG_DONTWAIT) :]
            except BlockingIOError:
                self._make_room()
            except OSError as error:
                raise self._gone(error) from error

    def complete(self) -> None:
        """Nothing is left to be waited for: the kernel has the text."""

    def wait(self) -> bytes:
        while (frame := self._replies.next()) is None:
            self._receive()
        return frame

    def close(self) -> None:
        self._connection.close()

    def _make_room(self) -> None:
        """Waits until more can be sent, and takes in replies meanwhile: a server that cannot send reads no more."""
        ready = self._poll.poll(1000 * self._timeout)
        if not ready:
            raise self._late()
        if ready[0][1] & ~select.POLLOUT:
            self._receive()

    def _receive(self) -> None:
        try:
            data = self._connection.recv(RECEIVE_BYTES)
        except BlockingIOError as error:
            raise self._late() from error
        except OSError as error:
            raise self._gone(error) from error
        if not data:
            raise PeerError(f"{self.description}: the server closed the connection")
        self._replies.feed(data)

    def _late(self) -> PeerError:
        return PeerError(f"{self.description}: no answer within {self._timeout:g} s")

    def _gone(self, error: OSError) -> PeerError:
        return PeerError(f"{self.description}: {reason(error)}")
