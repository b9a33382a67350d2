# SPDX-License-Identifier: Apache-2.0
"""The text protocol.

A request is a line that ends with a line feed::

    get KEY
    put KEY VALUE        also: set
    del KEY              also: delete
    info                 a JSON object that describes the server

Words may be in any case. A key has no space in it; a value goes on to the end of the line.

A reply is its length in seven decimal digits, ``+`` or ``-`` for whether the request did what it asks for, the text,
and a line feed. The length is that of the text alone: ``0000007+Put suc``. Without the sign nobody could tell a value
that reads "Get fail" from a get that failed.
"""

import re
from dataclasses import dataclass

from simple_kv.errors import ProtocolError

GET, PUT, DELETE, INFO = "get", "put", "delete", "info"

MOST_KEY_BYTES = 250
MOST_VALUE_BYTES = 1 << 20
#: Of a whole line: the longest word, two spaces and a line feed beside key and value.
MOST_REQUEST_BYTES = len("delete") + 1 + MOST_KEY_BYTES + 1 + MOST_VALUE_BYTES + 1

LENGTH_DIGITS = 7
REPLY_HEADER_BYTES = LENGTH_DIGITS + 1
#: What a reply has beside its text.
REPLY_OVERHEAD_BYTES = REPLY_HEADER_BYTES + 1
#: The longest description that "info" answers with is shorter.
MOST_REPLY_TEXT_BYTES = MOST_VALUE_BYTES

PUT_DONE, PUT_FAILED = b"Put suc", b"Put fail"
GET_FAILED = b"Get fail"
DELETE_DONE, DELETE_FAILED = b"Del suc", b"Del fail"
WRONG_WORD = b"Wrong op"
UNPARSABLE = b"Request can not be parsed"

_WORDS = {b"get": GET, b"put": PUT, b"set": PUT, b"del": DELETE, b"delete": DELETE, b"info": INFO}
_WORDS_OF_KIND = {GET: b"get", PUT: b"put", DELETE: b"del", INFO: b"info"}
_REPLY_HEADER = re.compile(rb"[0-9]{7}[+-]")


class WrongWordError(ProtocolError):
    """A request whose first word is none of the protocol's."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks for. Key and value are empty where the kind has none."""

    kind: str
    key: bytes = b""
    value: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answers: whether it did what was asked, and the text."""

    done: bool
    text: bytes


def encode_request(kind: str, key: bytes = b"", value: bytes = b"") -> bytes:
    """The line of a request that is known to be well formed."""
    word = _WORDS_OF_KIND[kind]
    if kind == PUT:
        return b"%b %b %b\n" % (word, key, value)
    return b"%b %b\n" % (word, key) if key else word + b"\n"


def parse_request(line: bytes) -> Request:
    """Reads a line without its line feed; a carriage return before that is left out, as telnet sends one.

    Raises WrongWordError if the first word is unknown, ProtocolError if the line is no request for another reason, which the message names.
    """
    word, _, rest = line.removesuffix(b"\r").partition(b" ")
    kind = _WORDS.get(word.lower())
    if kind is None:
        raise WrongWordError(f"there is no request {_shown(word)}; there are get, put, set, del, delete and info")
    if b"\r" in rest or b"\n" in rest:
        raise ProtocolError("a request is one line, with a line end at its end alone")
    if kind == INFO:
        if rest:
            raise ProtocolError("info takes nothing")
        return Request(INFO)
    key, space, value = rest.partition(b" ")
    if not 0 < len(key) <= MOST_KEY_BYTES:
        raise ProtocolError(f"{kind} takes a key of 1 to {MOST_KEY_BYTES} bytes, and this one has {len(key)}")
    if kind != PUT:
        if space:
            raise ProtocolError(f"{kind} takes a key and nothing else")
        return Request(kind, key)
    if not 0 < len(value) <= MOST_VALUE_BYTES:
        raise ProtocolError(f"put takes a value of 1 to {MOST_VALUE_BYTES} bytes, and this one has {len(value)}")
    return Request(PUT, key, value)


def encode_reply(reply: Reply) -> bytes:
    return b"%07d%b%b\n" % (len(reply.text), b"+" if reply.done else b"-", reply.text)


def reply_length(header: bytes) -> int:
    """The bytes of a whole reply, from the first REPLY_HEADER_BYTES of it."""
    if not _REPLY_HEADER.fullmatch(header):
        raise ProtocolError(
            f"a reply began with {_shown(header)} instead of seven digits and + or -:"
            " is the server one of simple-kv, for this --transport?"
        )
    length = int(header[:LENGTH_DIGITS])
    if length > MOST_REPLY_TEXT_BYTES:
        raise ProtocolError(f"a reply announced {length} bytes, and {MOST_REPLY_TEXT_BYTES} are the most")
    return length + REPLY_OVERHEAD_BYTES


def parse_reply(frame: bytes) -> Reply:
    """Reads a whole reply. Raises ProtocolError if it is none."""
    expected = reply_length(frame[:REPLY_HEADER_BYTES])
    if len(frame) != expected:
        raise ProtocolError(f"a reply had {len(frame)} bytes where its header announced {expected}")
    if frame[-1:] != b"\n":
        raise ProtocolError("a reply did not end with a line feed")
    return Reply(frame[LENGTH_DIGITS : LENGTH_DIGITS + 1] == b"+", frame[REPLY_HEADER_BYTES:-1])


class Splitter:
    """Cuts a stream of bytes into what it is made of."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, data: bytes) -> None:
        self._pending += data

    def _take(self, length: int) -> bytes:
        taken = bytes(self._pending[:length])
        del self._pending[:length]
        return taken


class LineSplitter(Splitter):
    """Cuts it into request lines."""

    _searched = 0

    def next(self) -> bytes | None:
        """The next line; None if it is not whole. Raises ProtocolError if it is longer than any request."""
        end = self._pending.find(b"\n", self._searched)
        if end < 0:
            self._searched = len(self._pending)
        if max(end, self._searched) >= MOST_REQUEST_BYTES:
            raise ProtocolError(f"a request has {MOST_REQUEST_BYTES} bytes at most, and this one is longer")
        if end < 0:
            return None
        self._searched = 0
        return self._take(end + 1)[:-1]


class ReplySplitter(Splitter):
    """Cuts it into replies."""

    def next(self) -> bytes | None:
        """The next reply, for parse_reply; None if it is not whole. Raises ProtocolError if it can be none."""
        if len(self._pending) < REPLY_HEADER_BYTES:
            return None
        length = reply_length(bytes(self._pending[:REPLY_HEADER_BYTES]))
        return self._take(length) if len(self._pending) >= length else None


def _shown(data: bytes) -> str:
    """Bytes of a peer, short and harmless to print."""
    text = data[:20].decode("ascii", errors="backslashreplace")
    return repr(text) + ("..." if len(data) > 20 else "")
