# SPDX-License-Identifier: Apache-2.0
import json
import random
import socket

import pytest

from simple_kv import control
from simple_kv.control import Hello, QueuePairAddress, Welcome
from simple_kv.errors import PeerError, ProtocolError
from wisp_tools.errors import WispError

ADDRESS = QueuePairAddress(17, 99, 0, "0000:0000:0000:0000:0000:ffff:0a09:0001", 3)
HELLO = Hello(ADDRESS, 10)
WELCOME = Welcome(ADDRESS, 0x7F0000001000, 1234, 102_400, True)


class TestGreeting:
    def test_what_is_encoded_is_read_back(self):
        assert control.decode_hello(control.encode(HELLO)) == HELLO
        assert control.decode_welcome(control.encode(WELCOME)) == WELCOME

    def test_an_address_is_read_however_it_is_abbreviated(self):
        message = json.loads(control.encode(HELLO))
        message["endpoint"]["gid"] = "::ffff:10.9.0.1"
        assert control.decode_hello(json.dumps(message).encode()) == HELLO

    @pytest.mark.parametrize(("message", "decode"), [(HELLO, control.decode_hello), (WELCOME, control.decode_welcome)])
    def test_every_field_that_is_missing_or_out_of_range_is_refused(self, message, decode):
        whole = json.loads(control.encode(message))
        for holder in (whole, whole["endpoint"]):
            for name, right in list(holder.items()):
                for wrong in (None, -1, 2**70, "x", [], True if name != "emulated" else 1, 1.5):
                    holder[name] = wrong
                    with pytest.raises(ProtocolError):
                        pytest.fail(f"{name} {wrong} gave {decode(json.dumps(whole).encode())}")
                del holder[name]
                with pytest.raises(ProtocolError):
                    pytest.fail(f"without {name} gave {decode(json.dumps(whole).encode())}")
                holder[name] = right
        decode(json.dumps(whole).encode())

    def test_a_refusal_is_told_in_the_words_of_the_server(self):
        with pytest.raises(PeerError, match="the server refused: it has 16 clients"):
            control.decode_welcome(control.encode_refusal("it has 16 clients"))

    def test_noise_is_refused(self):
        draw = random.Random(4)
        for _ in range(2_000):
            noise = bytearray(control.encode(WELCOME))
            for _ in range(draw.randrange(1, 5)):
                noise[draw.randrange(len(noise))] = draw.randrange(256)
            try:
                control.decode_welcome(bytes(noise))
            except WispError:
                continue
        for noise in (b"", b"[]", b"[" * 4000, b"null", b"0000007+Put suc\n", b"x" * 5000):
            with pytest.raises(ProtocolError):
                control.decode_hello(noise)


class TestReceiveLine:
    @pytest.fixture(autouse=True)
    def pair(self):
        self.ours, self.theirs = socket.socketpair()
        with self.ours, self.theirs:
            yield

    def test_a_peer_that_says_nothing_is_given_up(self):
        with pytest.raises(PeerError, match="did not answer within 0.1 s"):
            control.receive_line(self.ours, 0.1)

    def test_a_peer_that_goes_is_noticed(self):
        self.theirs.sendall(b"{")
        self.theirs.close()
        with pytest.raises(PeerError, match="closed the connection"):
            control.receive_line(self.ours, 60)

    def test_a_line_that_never_ends_is_refused(self):
        self.theirs.sendall(b"x" * (control.MOST_LINE_BYTES + 1))
        with pytest.raises(ProtocolError, match="4096 bytes at most"):
            control.receive_line(self.ours, 60)
