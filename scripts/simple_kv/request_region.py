# SPDX-License-Identifier: Apache-2.0
"""Requests in memory that one client writes and the server polls.

A frame is a header of 24 characters and the request's line::

    Q 0000002a 0000013 9f2c01bb        (without the spaces) a request: number, bytes of the line, CRC-32
    W 0000002a 0000000 5be1a0c4        the frame with this number is at the beginning of the region

Frames follow each other. Where one does not fit before the end, a frame of kind W, if at least that fits, sends the
reader back to the beginning. The CRC is of the header before it and the line. Number and CRC together tell a whole
frame from one of which bytes have not arrived, in whatever order they do, and from what an earlier round left in the
same place.

A frame takes half of the region at most, so that in an empty region one fits either before or behind the reader.
The writer frees a frame when it has the reply to it, for the server takes a request out before it answers.
"""

import zlib
from collections import deque
from typing import Protocol

from simple_kv.errors import ProtocolError

HEADER_BYTES = 24
#: Of the header, what the CRC covers.
_CHECKED_BYTES = 16
_NUMBERS = 1 << 32
LEAST_REGION_BYTES = 4096


class Memory(Protocol):
    """A bytearray or a mmap."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> bytes: ...

    def __setitem__(self, part: slice, data: bytes, /) -> None: ...


def most_request_bytes(region_bytes: int) -> int:
    """The longest line that a region of this size takes."""
    return region_bytes // 2 - HEADER_BYTES


def frame(kind: bytes, number: int, line: bytes) -> bytes:
    header = b"%b%08x%07d" % (kind, number, len(line))
    return b"%b%08x%b" % (header, zlib.crc32(line, zlib.crc32(header)), line)


class RequestWriter:
    """The client's image of the region, in which it places what it then writes to the server."""

    def __init__(self, image: Memory) -> None:
        self._image = image
        self._size = len(image)
        self._next = 0
        self._number = 0
        #: Where the frames begin that have no reply yet, oldest first.
        self._outstanding: deque[int] = deque()

    def has_room(self, line_bytes: int) -> bool:
        """Whether a line fits now; if not, it does after some more replies. Raises ProtocolError if it never does."""
        most = most_request_bytes(self._size)
        if line_bytes > most:
            raise ProtocolError(
                f"a request of {line_bytes} bytes is too long for the server's region of {self._size} bytes, which"
                f" takes {most} at most: start the server with a larger --region"
            )
        return self._place(HEADER_BYTES + line_bytes) is not None

    def put(self, line: bytes) -> list[tuple[int, int]]:
        """Places a line for which there is room; returns what has to be written, as pairs of offset and length."""
        length = HEADER_BYTES + len(line)
        offset = self._place(length)
        if offset is None:
            raise ValueError(f"there is no room for {len(line)} bytes")
        changed = []
        self._outstanding.append(self._next)
        if offset != self._next and self._size - self._next >= HEADER_BYTES:
            self._image[self._next : self._next + HEADER_BYTES] = frame(b"W", self._number, b"")
            changed.append((self._next, HEADER_BYTES))
        self._image[offset : offset + length] = frame(b"Q", self._number, line)
        changed.append((offset, length))
        self._next = offset + length
        self._number = (self._number + 1) % _NUMBERS
        return changed

    def free(self) -> None:
        """Tells that the oldest request has its reply."""
        self._outstanding.popleft()

    def _place(self, length: int) -> int | None:
        """Where a frame goes, None while there is no room."""
        if not self._outstanding:
            return self._next if self._size - self._next >= length else 0
        oldest = self._outstanding[0]
        if self._next <= oldest:
            return self._next if oldest - self._next >= length else None
        if self._size - self._next >= length:
            return self._next
        return 0 if oldest >= length else None


class RequestReader:
    """The server's side of the region."""

    def __init__(self, region: Memory) -> None:
        self._region = region
        self._size = len(region)
        self._next = 0
        self._number = 0
        self._expected = b"00000000"

    def poll(self) -> bytes | None:
        """The next line, copied out; None while it has not wholly arrived.

        What is not a frame is never taken for one: the client that wrote it waits for a reply in vain.
        """
        if self._size - self._next < HEADER_BYTES:
            self._next = 0
        start = self._next
        if self._region[start + 1 : start + 9] != self._expected:
            return None
        header = self._region[start : start + HEADER_BYTES]
        kind, digits = header[:1], header[9:_CHECKED_BYTES]
        if kind not in b"QW" or not digits.isdigit():
            return None
        length = int(digits)
        if length > most_request_bytes(self._size):
            return None
        line = self._region[start + HEADER_BYTES : start + HEADER_BYTES + length]
        if len(line) != length or b"%08x" % zlib.crc32(line, zlib.crc32(header[:_CHECKED_BYTES])) != header[16:]:
            return None
        if kind == b"W":
            self._next = 0
            return None
        self._next = start + HEADER_BYTES + length
        self._number = (self._number + 1) % _NUMBERS
        self._expected = b"%08x" % self._number
        return line
