# SPDX-License-Identifier: Apache-2.0
"""The table, and the execution of requests on it."""

import json
from collections.abc import Callable

from simple_kv import protocol
from simple_kv.errors import ProtocolError
from simple_kv.protocol import Reply, Request

#: What an entry takes beside the bytes of key and value, roughly: two bytes objects and a place in the dictionary.
ENTRY_OVERHEAD_BYTES = 200


class Store:
    """Keys with their values, up to a number of bytes; a put beyond that fails."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._values: dict[bytes, bytes] = {}

    def get(self, key: bytes) -> bytes | None:
        return self._values.get(key)

    def put(self, key: bytes, value: bytes) -> bool:
        before = self._values.get(key)
        growth = len(value) - len(before) if before is not None else len(key) + len(value) + ENTRY_OVERHEAD_BYTES
        if self._bytes + growth > self._most_bytes:
            return False
        self._values[key] = value
        self._bytes += growth
        return True

    def delete(self, key: bytes) -> bool:
        value = self._values.pop(key, None)
        if value is None:
            return False
        self._bytes -= len(key) + len(value) + ENTRY_OVERHEAD_BYTES
        return True

    def __len__(self) -> int:
        return len(self._values)


class Executor:
    """Answers request lines.

    :param describe: tells what "info" answers with
    """

    def __init__(self, store: Store, describe: Callable[[], dict[str, object]]) -> None:
        self._store = store
        self._describe = describe

    def answer(self, line: bytes) -> bytes:
        """The encoded reply to a line without its line feed, whatever the line says."""
        try:
            return protocol.encode_reply(self._execute(protocol.parse_request(line)))
        except protocol.WrongWordError:
            return protocol.encode_reply(Reply(False, protocol.WRONG_WORD))
        except ProtocolError as error:
            return protocol.encode_reply(Reply(False, protocol.UNPARSABLE + b": " + str(error).encode()))

    def _execute(self, request: Request) -> Reply:
        if request.kind == protocol.GET:
            value = self._store.get(request.key)
            return Reply(False, protocol.GET_FAILED) if value is None else Reply(True, value)
        if request.kind == protocol.PUT:
            done = self._store.put(request.key, request.value)
            return Reply(done, protocol.PUT_DONE if done else protocol.PUT_FAILED)
        if request.kind == protocol.DELETE:
            done = self._store.delete(request.key)
            return Reply(done, protocol.DELETE_DONE if done else protocol.DELETE_FAILED)
        return Reply(True, json.dumps(self._describe()).encode())
