# SPDX-License-Identifier: Apache-2.0
import random

import pytest

from simple_kv import protocol
from simple_kv.errors import ProtocolError
from simple_kv.protocol import LineSplitter, Reply, ReplySplitter, Request


def split(splitter: LineSplitter | ReplySplitter, stream: bytes, draw: random.Random) -> list[bytes]:
    """What a splitter finds in a stream that comes in pieces."""
    found, at = [], 0
    while at < len(stream):
        step = draw.choice((1, 2, 3, 9, 100, 4096))
        splitter.feed(stream[at : at + step])
        at += step
        found += iter(splitter.next, None)
    return found


class TestParseRequest:
    def test_words_are_read_in_any_case_and_by_both_names(self):
        for word, kind in ((b"GET", "get"), (b"Get", "get"), (b"del", "delete"), (b"DELETE", "delete")):
            assert protocol.parse_request(word + b" k") == Request(kind, b"k")
        for word in (b"put", b"set", b"SET", b"Put"):
            assert protocol.parse_request(word + b" k v") == Request("put", b"k", b"v")

    def test_a_value_goes_on_to_the_end_of_the_line(self):
        assert protocol.parse_request(b"put k a b  c ") == Request("put", b"k", b"a b  c ")

    def test_the_carriage_return_of_telnet_is_left_out(self):
        assert protocol.parse_request(b"get k\r") == Request("get", b"k")

    def test_what_is_encoded_is_read_back(self):
        for request in (Request("get", b"k"), Request("put", b"k", b"v w"), Request("delete", b"k"), Request("info")):
            line = protocol.encode_request(request.kind, request.key, request.value)
            assert protocol.parse_request(line.removesuffix(b"\n")) == request

    @pytest.mark.parametrize("line", [b"G k", b"ge k", b"getx k", b"get\tk", b"", b" get k", b"\xff\xfe"])
    def test_words_inside_other_words_are_not_taken_for_requests(self, line):
        with pytest.raises(protocol.WrongWordError):
            protocol.parse_request(line)

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            (b"get", "key of 1 to 250 bytes"),
            (b"get ", "this one has 0"),
            (b"get a b", "nothing else"),
            (b"del", "key of 1 to 250 bytes"),
            (b"put", "key of 1 to 250 bytes"),
            (b"put k", "value of 1 to 1048576 bytes"),
            (b"put k ", "this one has 0"),
            (b"get " + b"k" * 251, "this one has 251"),
            (b"put k " + b"v" * (protocol.MOST_VALUE_BYTES + 1), "this one has 1048577"),
            (b"info now", "takes nothing"),
            (b"put k a\nb", "one line"),
            (b"put k a\rb", "one line"),
            (b"get k\nget l", "one line"),
        ],
        ids=lambda each: repr(each[:20]),
    )
    def test_requests_that_lack_something_are_refused_with_the_limit(self, line, words):
        with pytest.raises(ProtocolError, match=words):
            protocol.parse_request(line)

    def test_the_longest_key_and_value_are_taken(self):
        line = b"put " + b"k" * 250 + b" " + b"v" * protocol.MOST_VALUE_BYTES
        assert len(protocol.parse_request(line).value) == protocol.MOST_VALUE_BYTES

    def test_random_bytes_give_a_request_or_a_protocol_error(self):
        draw = random.Random(7)
        words = [b"get", b"put", b"set", b"del", b" ", b"k", b"\r", b"\0", b"\xff", b"info"]
        for _ in range(20_000):
            line = b"".join(draw.choices(words, k=draw.randrange(8)))
            try:
                request = protocol.parse_request(line)
            except ProtocolError:
                continue
            encoded = protocol.encode_request(request.kind, request.key, request.value)
            assert protocol.parse_request(encoded.removesuffix(b"\n")) == request


class TestReply:
    def test_the_length_is_in_seven_digits(self):
        assert protocol.encode_reply(Reply(True, b"Put suc")) == b"0000007+Put suc\n"
        assert protocol.encode_reply(Reply(False, b"")) == b"0000000-\n"

    def test_a_value_that_reads_as_a_failure_is_told_from_a_failure(self):
        value = protocol.parse_reply(protocol.encode_reply(Reply(True, protocol.GET_FAILED)))
        failure = protocol.parse_reply(protocol.encode_reply(Reply(False, protocol.GET_FAILED)))
        assert value.done
        assert not failure.done

    @pytest.mark.parametrize(
        "frame",
        [
            b"",
            b"0000001",
            b"000001+a\n",
            b"0000001*a\n",
            b"0000001+a",
            b"0000001+ab\n",
            b"0000002+a\n",
            b"0000001+ab",
            b"-000001+a\n",
            b"1048577+a\n",
        ],
    )
    def test_what_is_no_reply_is_refused(self, frame):
        with pytest.raises(ProtocolError):
            protocol.parse_reply(frame)

    def test_replies_are_found_however_the_stream_is_cut(self):
        draw = random.Random(3)
        replies = [Reply(draw.random() < 0.5, draw.randbytes(draw.choice((0, 1, 7, 100, 5000)))) for _ in range(300)]
        stream = b"".join(map(protocol.encode_reply, replies))
        found = split(ReplySplitter(), stream, draw)
        assert list(map(protocol.parse_reply, found)) == replies


class TestLineSplitter:
    def test_lines_are_found_however_the_stream_is_cut(self):
        draw = random.Random(5)
        lines = [draw.randbytes(draw.choice((0, 1, 30, 3000))).replace(b"\n", b" ") for _ in range(300)]
        stream = b"".join(line + b"\n" for line in lines)
        assert split(LineSplitter(), stream, draw) == lines

    def test_a_line_that_never_ends_is_refused_before_it_fills_memory(self):
        splitter = LineSplitter()
        with pytest.raises(ProtocolError, match=f"{protocol.MOST_REQUEST_BYTES} bytes at most"):
            for _ in range(3 * 1024):
                splitter.feed(b"x" * 1024)
                assert splitter.next() is None

    def test_the_longest_request_is_no_longer_than_the_limit(self):
        longest = protocol.encode_request("put", b"k" * 250, b"v" * protocol.MOST_VALUE_BYTES)
        longest = longest.replace(b"put", b"delete", 1)
        splitter = LineSplitter()
        splitter.feed(longest)
        assert splitter.next() == longest[:-1]
        splitter.feed(b"x" + longest)
        with pytest.raises(ProtocolError):
            splitter.next()
