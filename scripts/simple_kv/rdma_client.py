# SPDX-License-Identifier: Apache-2.0
"""The client's end of the RDMA transport: requests go out as writes into the server's memory."""

import os
import select
import time
from collections.abc import Callable
from typing import TypeVar

from simple_kv import control, protocol
from simple_kv.control import Hello
from simple_kv.errors import PeerError, ProtocolError
from simple_kv.exchange import TextExchange
from simple_kv.rdma import Link
from simple_kv.request_region import RequestWriter
from simple_kv.tcp import connect
from wisp_tools import devices

REGION, REQUEST = "region", "request"
#: How often a completion queue is asked in vain before the clock and the server's life are looked at.
_POLLS_BETWEEN_CHECKS = 256

T = TypeVar("T")


class RdmaExchange(TextExchange):
    """A client's connection.

    :param timeout: seconds that the server may take for anything
    :param ahead: requests that may be without a reply
    :param written: REQUEST to write what a request needs, REGION to write the whole image of the server's region each
        time, as the original did by mistake
    """

    def __init__(self, host: str, port: int, timeout: float, ahead: int, written: str, device: str | None) -> None:
        self._timeout = timeout
        self._writes_region = written == REGION
        place = devices.choose(device)
        # A request that sends the reader back to the beginning takes two writes.
        self._link = Link(place, sends=2, receives=ahead)
        try:
            self._control = connect(host, port, self._timeout)
        except BaseException:
            self._link.close()
            raise
        try:
            self._open(ahead)
        except BaseException:
            self.close()
            raise
        self.emulated = place.emulated or self._welcome.emulated
        self.description = f"rdma to {host}:{port}, {place}, writes the {written}"
        self._posted = 0
        self._early: list[bytes] = []

    def _open(self, ahead: int) -> None:
        self._control.sendall(control.encode(Hello(self._link.address, ahead)))
        self._welcome = control.decode_welcome(control.receive_line(self._control, self._timeout))
        size = self._welcome.regionBytes
        self._image = self._link.local_memory(size)
        self._writer = RequestWriter(self._image.bytes)
        # Every value came through a region of this size.
        self._reply_bytes = reply_bytes(size)
        self._replies = self._link.local_memory(ahead * self._reply_bytes)
        self._link.connect(self._welcome.endpoint)
        for number in range(ahead):
            self._post_receive(number)
        self._control.setblocking(False)
        self._life = select.poll()
        self._life.register(self._control, select.POLLIN)

    def post(self, text: bytes) -> None:
        while not self._writer.has_room(len(text)):
            self._early.append(self._receive())
        changed = self._writer.put(text)
        if self._writes_region:
            changed = [(0, self._welcome.regionBytes)]
        for offset, length in changed:
            part = self._image.part(offset, length)
            self._link.post_write(part, self._welcome.address + offset, self._welcome.remoteKey)
        self._posted = len(changed)

    def complete(self) -> None:
        for _ in range(self._posted):
            self._poll(self._link.poll_sent)
        self._posted = 0

    def wait(self) -> bytes:
        return self._early.pop(0) if self._early else self._receive()

    def close(self) -> None:
        self._control.close()
        self._link.close()

    def _receive(self) -> bytes:
        number, length = self._poll(self._link.poll_received)
        start = number * self._reply_bytes
        frame = self._replies.bytes[start : start + length]
        self._post_receive(number)
        self._writer.free()
        return frame

    def _post_receive(self, number: int) -> None:
        self._link.post_receive(self._replies.part(number * self._reply_bytes, self._reply_bytes), number)

    def _poll(self, poll: Callable[[], T | None]) -> T:
        """Polls until there is something."""
        deadline = None
        while True:
            for _ in range(_POLLS_BETWEEN_CHECKS):
                if found := poll():
                    return found
            if deadline is None:
                deadline = time.monotonic() + self._timeout
            elif time.monotonic() > deadline:
                raise PeerError(f"{self.description}: no answer within {self._timeout:g} s")
            self._check_life()
            os.sched_yield()

    def _check_life(self) -> None:
        if not self._life.poll(0):
            return
        try:
            said = self._control.recv(1)
        except OSError:
            said = b""
        if not said:
            raise PeerError(f"{self.description}: the server closed the connection")
        raise ProtocolError(f"{self.description}: the server spoke again after its greeting")


def reply_bytes(region_bytes: int) -> int:
    """The longest reply where requests go through a region of this size."""
    return max(region_bytes // 2, 4096) + protocol.REPLY_OVERHEAD_BYTES
