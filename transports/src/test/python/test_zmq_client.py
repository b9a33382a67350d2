# SPDX-License-Identifier: Apache-2.0
"""A client of Wisp over ZeroMQ, written from core/PROTOCOL.md alone, and what it expects of a server.

Usage: test_zmq_client.py ENDPOINT PASSWORD-PROTECTED-ENDPOINT PASSWORD
"""

import struct
import sys
import unittest

import zmq

HEADER = struct.Struct("<BBHIQ")
ENTRY = struct.Struct("<BBHIQq")
PING, GET, PUT, PUT_IF_ABSENT, PUT_IF_PRESENT, PUT_IF_VERSION = 1, 2, 3, 4, 5, 6
DELETE, DELETE_IF_VERSION, CONTAINS, TIME_TO_LIVE, SCAN, INFORMATION, AUTHENTICATE = 7, 8, 9, 10, 11, 12, 13
WRITE_ALL = 15
NONE, PUTS, DELETES = 0, 1, 2
ALWAYS, IF_ABSENT, IF_PRESENT, IF_VERSION = 0, 1, 2, 3
CREATED, REPLACED, FOUND, DELETED, ABSENT, CONFLICT, DONE = 0, 1, 3, 4, 5, 6, 7
KEY_EMPTY, TRANSACTION_TOO_LARGE, MALFORMED, UNKNOWN_OPERATION, NOT_AUTHENTICATED = 16, 20, 32, 33, 34
NO_EXPIRY = 2**64 - 1

TIMEOUT_MS = 20_000
endpoint = protected_endpoint = password = None


def request(operation, key=b"", value=b"", argument=0):
    return HEADER.pack(1, operation, len(key), len(value), argument) + key + value


def entry(change, condition, key, value=b"", version=0, expiry=0):
    return ENTRY.pack(change, condition, len(key), len(value), version, expiry) + key + value


def read(frame):
    version, status, reserved, length, argument = HEADER.unpack_from(frame)
    assert version == 1 and reserved == 0 and length == len(frame) - HEADER.size
    return status, argument, frame[HEADER.size :]


class Test(unittest.TestCase):
    def setUp(self):
        self.context = zmq.Context()

    def tearDown(self):
        self.context.destroy(linger=0)

    def socket(self, kind, where=None):
        socket = self.context.socket(kind)
        socket.setsockopt(zmq.RCVTIMEO, TIMEOUT_MS)
        socket.setsockopt(zmq.SNDTIMEO, TIMEOUT_MS)
        socket.connect(where or endpoint)
        return socket

    def asker(self, where=None):
        socket = self.socket(zmq.REQ, where)

        def ask(*arguments, **named):
            socket.send(request(*arguments, **named))
            return read(socket.recv())

        return ask

    def test_put_get_delete(self):
        ask = self.asker()
        ask(DELETE, b"key")
        self.assertEqual(ask(PUT, b"key", b"one"), (CREATED, 0, b""))
        self.assertEqual(ask(PUT, b"key", b"two"), (REPLACED, 0, b""))
        status, version, value = ask(GET, b"key")
        self.assertEqual((status, value), (FOUND, b"two"))
        self.assertEqual(ask(CONTAINS, b"key")[0], FOUND)
        self.assertEqual(ask(PUT_IF_ABSENT, b"key", b"three")[0], CONFLICT)
        self.assertEqual(ask(PUT_IF_PRESENT, b"key", b"three")[0], REPLACED)
        self.assertEqual(ask(PUT_IF_VERSION, b"key", b"four", version)[0], CONFLICT)
        version = ask(GET, b"key")[1]
        self.assertEqual(ask(PUT_IF_VERSION, b"key", b"four", version)[0], REPLACED)
        self.assertEqual(ask(DELETE_IF_VERSION, b"key", argument=version)[0], CONFLICT)
        self.assertEqual(ask(DELETE, b"key")[0], DELETED)
        self.assertEqual(ask(DELETE, b"key")[0], ABSENT)
        self.assertEqual(ask(GET, b"key"), (ABSENT, 0, b""))
        self.assertEqual(ask(CONTAINS, b"key")[0], ABSENT)

    def test_batches(self):
        ask = self.asker()
        ask(PUT, b"one", b"old")
        ask(DELETE, b"two")
        version = ask(GET, b"one")[1]
        batch = (
            entry(PUTS, IF_VERSION, b"one", b"new", version)
            + entry(PUTS, IF_ABSENT, b"two", b"new", expiry=-1)
            + entry(DELETES, ALWAYS, b"three")
            + entry(NONE, IF_ABSENT, b"four")
        )
        self.assertEqual(ask(WRITE_ALL, value=batch), (DONE, 0, b""))
        self.assertEqual(ask(GET, b"one")[2], b"new")
        self.assertEqual(ask(TIME_TO_LIVE, b"two"), (FOUND, NO_EXPIRY, b""))
        self.assertEqual(ask(WRITE_ALL, value=entry(PUTS, ALWAYS, b"five", b"v") + batch), (CONFLICT, 0, b""))
        self.assertEqual(ask(GET, b"five")[0], ABSENT)
        self.assertEqual(ask(WRITE_ALL, value=batch[:-1])[0], MALFORMED)
        self.assertEqual(ask(WRITE_ALL, value=entry(PUTS, ALWAYS, b"five", b"v") * 2)[0], MALFORMED)
        self.assertEqual(ask(WRITE_ALL), (DONE, 0, b""))
        many = b"".join(entry(PUTS, ALWAYS, b"%d" % i, expiry=1) for i in range(8_193))
        status, _, text = ask(WRITE_ALL, value=many)
        self.assertEqual(status, TRANSACTION_TOO_LARGE)
        self.assertIn(b"8192 keys and 67108864 bytes", text)
        for key in (b"one", b"two"):
            self.assertEqual(ask(DELETE, key)[0], DELETED)

    def test_values_of_every_size(self):
        ask = self.asker()
        for length in (0, 1, 254, 255, 256, 65_536, 1 << 20, 64 << 20):
            value = bytes(range(256)) * (length // 256) + b"\0" * (length % 256)
            self.assertIn(ask(PUT, b"sized", value)[0], (CREATED, REPLACED))
            self.assertEqual(ask(GET, b"sized")[2], value)
        ask(DELETE, b"sized")

    def test_keys_of_any_bytes(self):
        ask = self.asker()
        for key in (b"\0", b"\r\n", b" ", bytes(range(256)), b"k" * 65_535):
            self.assertEqual(ask(PUT, key, key)[0], CREATED)
            self.assertEqual(ask(GET, key)[2], key)
            self.assertEqual(ask(DELETE, key)[0], DELETED)

    def test_time_to_live(self):
        ask = self.asker()
        self.assertEqual(ask(TIME_TO_LIVE, b"brief")[0], ABSENT)
        ask(PUT, b"brief", b"value")
        self.assertEqual(ask(TIME_TO_LIVE, b"brief"), (FOUND, NO_EXPIRY, b""))
        ask(PUT, b"brief", b"value", 600_000)
        status, left, _ = ask(TIME_TO_LIVE, b"brief")
        self.assertTrue(status == FOUND and 0 < left <= 600_000)
        ask(DELETE, b"brief")

    def test_scan(self):
        ask = self.asker()
        expected = {b"scan%d" % i for i in range(500)}
        for key in expected:
            ask(PUT, key, b"v")
        found, cursor = set(), 0
        while True:
            status, cursor, keys = ask(SCAN, value=struct.pack("<I", 50), argument=cursor)
            self.assertEqual(status, DONE)
            while keys:
                (length,) = struct.unpack_from("<H", keys)
                found.add(keys[2 : 2 + length])
                keys = keys[2 + length :]
            if cursor == 0:
                break
        self.assertTrue(expected <= found)
        for key in expected:
            ask(DELETE, key)

    def test_ping_and_information(self):
        ask = self.asker()
        self.assertEqual(ask(PING, value=b"hello"), (DONE, 0, b"hello"))
        lines = ask(INFORMATION)[2].decode().splitlines()
        self.assertIn("transport:zmq", lines)

    def test_dealer_pipelines_in_order_with_and_without_delimiter(self):
        dealer = self.socket(zmq.DEALER)
        for i in range(2_000):
            body = request(PING, value=b"%d" % i)
            dealer.send_multipart([b"", body] if i % 2 else [body])
        for i in range(2_000):
            frames = dealer.recv_multipart()
            self.assertEqual(frames[:-1], [b""] if i % 2 else [])
            self.assertEqual(read(frames[-1]), (DONE, 0, b"%d" % i))

    def test_everything_before_the_request_comes_back(self):
        dealer = self.socket(zmq.DEALER)
        dealer.send_multipart([b"one", b"two", b"", request(PING)])
        frames = dealer.recv_multipart()
        self.assertEqual(frames[:-1], [b"one", b"two", b""])
        self.assertEqual(read(frames[-1])[0], DONE)

    def test_faults_get_answers_and_the_connection_lives_on(self):
        socket = self.socket(zmq.REQ)
        for frame, expected in (
            (b"", MALFORMED),
            (b"hello", MALFORMED),
            (request(GET, b"key") + b"x", MALFORMED),
            (HEADER.pack(2, GET, 0, 0, 0), MALFORMED),
            (HEADER.pack(1, 200, 0, 0, 0), UNKNOWN_OPERATION),
            (request(GET), KEY_EMPTY),
            (request(PING), DONE),
        ):
            socket.send(frame)
            status, _, text = read(socket.recv())
            self.assertEqual(status, expected)
            self.assertEqual(status >= 32, len(text) > 0)

    def test_password(self):
        ask = self.asker(protected_endpoint)
        self.assertEqual(ask(GET, b"key")[0], NOT_AUTHENTICATED)
        self.assertEqual(ask(AUTHENTICATE, value=b"wrong")[0], NOT_AUTHENTICATED)
        self.assertEqual(ask(GET, b"key")[0], NOT_AUTHENTICATED)
        self.assertEqual(ask(AUTHENTICATE, value=password.encode())[0], DONE)
        self.assertEqual(ask(GET, b"key")[0], ABSENT)
        self.assertEqual(self.asker(protected_endpoint)(GET, b"key")[0], NOT_AUTHENTICATED)


if __name__ == "__main__":
    endpoint, protected_endpoint, password = sys.argv[1:4]
    unittest.main(argv=sys.argv[:1], verbosity=2)
