# SPDX-License-Identifier: Apache-2.0
import json
import random
import socket
import unittest

from simple_kv import control
from simple_kv.control import Hello, QueuePairAddress, Welcome
from simple_kv.errors import PeerError, ProtocolError, SimpleKvError

ADDRESS = QueuePairAddress(17, 99, 0, "0000:0000:0000:0000:0000:ffff:0a09:0001", 3)
HELLO = Hello(ADDRESS, 10)
WELCOME = Welcome(ADDRESS, 0x7F0000001000, 1234, 102_400, True)


class GreetingTest(unittest.TestCase):
    def test_what_is_encoded_is_read_back(self):
        self.assertEqual(control.decode_hello(control.encode(HELLO)), HELLO)
        self.assertEqual(control.decode_welcome(control.encode(WELCOME)), WELCOME)

    def test_an_address_is_read_however_it_is_abbreviated(self):
        message = json.loads(control.encode(HELLO))
        message["endpoint"]["gid"] = "::ffff:10.9.0.1"
        self.assertEqual(control.decode_hello(json.dumps(message).encode()), HELLO)

    def test_every_field_that_is_missing_or_out_of_range_is_named(self):
        for message, decode in ((HELLO, control.decode_hello), (WELCOME, control.decode_welcome)):
            whole = json.loads(control.encode(message))
            for holder in (whole, whole["endpoint"]):
                for name in list(holder):
                    for wrong in (None, -1, 2**70, "x", [], True if name != "emulated" else 1, 1.5):
                        kept = holder[name]
                        holder[name] = wrong
                        with self.assertRaises(ProtocolError, msg=(name, wrong)):
                            decode(json.dumps(whole).encode())
                        holder[name] = kept
                    kept = holder.pop(name)
                    with self.assertRaises(ProtocolError, msg=name):
                        decode(json.dumps(whole).encode())
                    holder[name] = kept
            decode(json.dumps(whole).encode())

    def test_a_refusal_is_told_in_the_words_of_the_server(self):
        with self.assertRaisesRegex(PeerError, "the server refused: it has 16 clients"):
            control.decode_welcome(control.encode_refusal("it has 16 clients"))

    def test_noise_is_refused(self):
        draw = random.Random(4)
        for _ in range(2_000):
            noise = bytearray(control.encode(WELCOME))
            for _ in range(draw.randrange(1, 5)):
                noise[draw.randrange(len(noise))] = draw.randrange(256)
            try:
                control.decode_welcome(bytes(noise))
            except SimpleKvError:
                continue
        for noise in (b"", b"[]", b"[" * 4000, b"null", b"0000007+Put suc\n", b"x" * 5000):
            with self.assertRaises(ProtocolError):
                control.decode_hello(noise)


class ReceiveLineTest(unittest.TestCase):
    def setUp(self):
        self.ours, self.theirs = socket.socketpair()

    def tearDown(self):
        self.ours.close()
        self.theirs.close()

    def test_a_peer_that_says_nothing_is_given_up(self):
        with self.assertRaisesRegex(PeerError, "did not answer within 0.1 s"):
            control.receive_line(self.ours, 0.1)

    def test_a_peer_that_goes_is_noticed(self):
        self.theirs.sendall(b"{")
        self.theirs.close()
        with self.assertRaisesRegex(PeerError, "closed the connection"):
            control.receive_line(self.ours, 60)

    def test_a_line_that_never_ends_is_refused(self):
        self.theirs.sendall(b"x" * (control.MOST_LINE_BYTES + 1))
        with self.assertRaisesRegex(ProtocolError, "4096 bytes at most"):
            control.receive_line(self.ours, 60)
