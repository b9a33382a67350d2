# SPDX-License-Identifier: Apache-2.0
"""What client and server of the RDMA transport tell each other over TCP: one JSON object each, on a line.

The connection then stays open without another word: its end is how each learns that the other has gone.
"""

import ipaddress
import json
import socket
import time
from dataclasses import asdict, dataclass, fields

from simple_kv.errors import PeerError, ProtocolError
from simple_kv.tcp import reason

FORMAT, VERSION = "simple-kv-rdma", 1
MOST_LINE_BYTES = 4096


@dataclass(frozen=True)
class QueuePairAddress:
    """What a peer needs to connect its queue pair to this one. Sent in a hello and in a welcome."""

    queuePair: int
    packetSequence: int
    lid: int
    gid: str
    mtu: int


@dataclass(frozen=True)
class Hello:
    """The client's words. ``receives`` buffers for replies are posted before it writes a request."""

    endpoint: QueuePairAddress
    receives: int


@dataclass(frozen=True)
class Welcome:
    """The server's words: where the region is that the client may write its requests to."""

    endpoint: QueuePairAddress
    address: int
    remoteKey: int
    regionBytes: int
    emulated: bool


_LIMITS = {
    "queuePair": (0, 2**24 - 1),
    "packetSequence": (0, 2**24 - 1),
    "lid": (0, 2**16 - 1),
    "mtu": (1, 5),
    "receives": (1, 1024),
    "address": (1, 2**64 - 1),
    "remoteKey": (0, 2**32 - 1),
    "regionBytes": (4096, 2**31),
}


def encode(message: Hello | Welcome) -> bytes:
    return _line({"format": FORMAT, "version": VERSION, **asdict(message)})


def encode_refusal(sentence: str) -> bytes:
    return _line({"format": FORMAT, "version": VERSION, "refused": sentence})


def decode_hello(line: bytes) -> Hello:
    found = _object(line)
    return Hello(_endpoint(found), _number(found, "receives"))


def decode_welcome(line: bytes) -> Welcome:
    """Reads a server's answer. Raises PeerError if that is a refusal, with the server's own words."""
    found = _object(line)
    if isinstance(refused := found.get("refused"), str):
        raise PeerError(f"the server refused: {refused[:300]}")
    emulated = found.get("emulated")
    if not isinstance(emulated, bool):
        raise ProtocolError("the peer's greeting lacks 'emulated'")
    numbers = {name: _number(found, name) for name in ("address", "remoteKey", "regionBytes")}
    return Welcome(_endpoint(found), emulated=emulated, **numbers)


def receive_line(connection: socket.socket, timeout: float) -> bytes:
    """One line, for which the peer has so many seconds altogether."""
    deadline = time.monotonic() + timeout
    line = b""
    while not line.endswith(b"\n"):
        left = deadline - time.monotonic()
        if left <= 0:
            raise PeerError(f"the server did not answer within {timeout:g} s")
        connection.settimeout(left)
        try:
            data = connection.recv(MOST_LINE_BYTES)
        except TimeoutError:
            continue
        except OSError as error:
            raise PeerError(f"the connection to the server broke: {reason(error)}") from error
        if not data:
            raise PeerError("the server closed the connection: is it one for --transport rdma?")
        line += data
        check_length(line)
    return line


def check_length(line: bytes) -> None:
    if len(line) > MOST_LINE_BYTES:
        raise ProtocolError(f"a greeting has {MOST_LINE_BYTES} bytes at most, and the peer's is longer")


def _line(message: dict[str, object]) -> bytes:
    return json.dumps(message).encode() + b"\n"


def _object(line: bytes) -> dict[str, object]:
    check_length(line)
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("the peer's greeting is no JSON: is it one for --transport rdma?") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ProtocolError(f"the peer's greeting is not of the format {FORMAT}")
    version = found.get("version")
    if isinstance(version, bool) or version != VERSION:
        raise ProtocolError(f"the peer speaks version {str(version)[:20]}, and this program {VERSION}")
    return found


def _number(found: dict[str, object], name: str) -> int:
    value = found.get(name)
    least, most = _LIMITS[name]
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ProtocolError(f"the peer's greeting has {name} {str(value)[:30]}, which is not from {least} to {most}")
    return value


def _endpoint(found: dict[str, object]) -> QueuePairAddress:
    endpoint = found.get("endpoint")
    if not isinstance(endpoint, dict):
        raise ProtocolError("the peer's greeting lacks 'endpoint'")
    gid = endpoint.get("gid")
    try:
        gid = ipaddress.IPv6Address(str(gid)).exploded
    except ValueError as error:
        raise ProtocolError(f"the peer's greeting has gid {str(gid)[:50]}, which is no IPv6 address") from error
    numbers = {field.name: _number(endpoint, field.name) for field in fields(QueuePairAddress) if field.name != "gid"}
    return QueuePairAddress(gid=gid, **numbers)
