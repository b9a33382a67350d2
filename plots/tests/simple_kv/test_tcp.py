# SPDX-License-Identifier: Apache-2.0
import contextlib
import random
import socket
import threading

import pytest

from simple_kv import protocol
from simple_kv.errors import PeerError, ProtocolError
from simple_kv.exchange import STEPS, ProfiledExchange, ask
from simple_kv.protocol import ReplySplitter
from simple_kv.store import Executor, Store
from simple_kv.tcp import MOST_UNSENT_BYTES, TcpExchange
from tests.simple_kv.support import PATIENCE_SECONDS, as_a_dictionary, describe, silent_server, tcp_server


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)


def read_replies(connection: socket.socket, count: int) -> list[protocol.Reply]:
    splitter, found = ReplySplitter(), []
    while len(found) < count:
        data = connection.recv(1 << 16)
        if not data:
            raise AssertionError(f"the server closed after {len(found)} of {count} replies")
        splitter.feed(data)
        while (frame := splitter.next()) is not None:
            found.append(protocol.parse_reply(frame))
    return found


def send_until_nobody_reads(connection: socket.socket, data: bytes) -> None:
    """Fails if all is read."""
    connection.settimeout(2)
    at = late = 0
    # The first time both ends may have stood still.
    while late < 2:
        assert at < len(data), "all was read"
        try:
            at += connection.send(data[at : at + (1 << 16)])
            late = 0
        except TimeoutError:
            late += 1


def exchanging(port: int, timeout: float = PATIENCE_SECONDS) -> contextlib.closing[TcpExchange]:
    return contextlib.closing(TcpExchange("127.0.0.1", port, timeout))


def works(port: int) -> bool:
    with exchanging(port) as exchange:
        ask(exchange, b"put health good\n")
        return ask(exchange, b"get health\n").text == b"good"


class CountingExecutor(Executor):
    answered = 0

    def answer(self, line: bytes) -> bytes:
        self.answered += 1
        return super().answer(line)


class TestTcpServer:
    def test_requests_cut_anywhere_are_answered_as_a_dictionary_would(self):
        draw = random.Random(21)
        words = {"put": (b"put", b"SET"), "get": (b"get",), "delete": (b"delete", b"DEL")}
        stream, expected = b"", []
        for request, reply in as_a_dictionary(draw, 3_000, 40, lambda: b"v%d" % draw.randrange(1000)):
            said = [draw.choice(words[request.kind]), request.key, *filter(None, [request.value])]
            stream += b" ".join(said) + (b"\r\n" if request.kind == "get" else b"\n")
            expected.append(reply)
        with tcp_server() as port, connect(port) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

            def send() -> None:
                at = 0
                while at < len(stream):
                    step = draw.choice((1, 2, 7, 60, 1000, 5000))
                    connection.sendall(stream[at : at + step])
                    at += step

            sender = threading.Thread(target=send)
            sender.start()
            assert read_replies(connection, len(expected)) == expected
            sender.join(PATIENCE_SECONDS)

    def test_random_bytes_neither_stop_nor_confuse_it(self):
        draw = random.Random(22)
        with tcp_server() as port:
            for _ in range(100):
                with connect(port) as connection:
                    noise = draw.randbytes(draw.randrange(3000)) + draw.choice((b"", b"\n"))
                    connection.sendall(noise)
                    if draw.random() < 0.7:
                        connection.shutdown(socket.SHUT_WR)
                        while connection.recv(1 << 16):
                            pass
            assert works(port)

    def test_each_line_of_noise_gets_a_reply_and_requests_after_it_work(self):
        with tcp_server() as port, connect(port) as connection:
            connection.sendall(b"\n\xff\xfe\nput\nfoo bar\nput k v\nget k\n")
            replies = read_replies(connection, 6)
            assert [reply.done for reply in replies] == [False] * 4 + [True] * 2
            assert replies[-1].text == b"v"

    def test_a_line_too_long_is_refused_and_the_connection_ended(self):
        with tcp_server() as port:
            with connect(port) as connection:
                connection.sendall(b"put k " + b"x" * protocol.MOST_REQUEST_BYTES)
                (reply,) = read_replies(connection, 1)
                assert b"bytes at most" in reply.text
                assert connection.recv(1) == b""
            assert works(port)

    def test_a_client_that_reads_no_replies_is_not_read_from_for_ever(self):
        key, value = b"k" * protocol.MOST_KEY_BYTES, b"x" * 8192
        with tcp_server() as port, connect(port) as connection:
            connection.sendall(protocol.encode_request("put", key, value))
            read_replies(connection, 1)
            gets = protocol.encode_request("get", key)
            send_until_nobody_reads(connection, gets * ((24 << 20) // len(gets)))
            assert works(port)
            connection.settimeout(PATIENCE_SECONDS)
            count = 2 * MOST_UNSENT_BYTES // len(value)
            assert {reply.text for reply in read_replies(connection, count)} == {value}

    def test_requests_that_were_read_already_are_not_all_answered_into_memory(self):
        executor = CountingExecutor(Store(1 << 20), describe)
        value = b"x" * 16_384
        with tcp_server(executor) as port, connect(port) as connection:
            connection.sendall(protocol.encode_request("put", b"k", value))
            read_replies(connection, 1)
            requests = 40_000
            connection.sendall(b"get k\n" * requests)
            assert works(port)
            assert executor.answered < requests // 4
            length = len(protocol.encode_reply(protocol.Reply(True, value)))
            left = requests * length
            while left:
                data = connection.recv(min(left, 1 << 20))
                assert data, "the server closed the connection"
                left -= len(data)
            assert executor.answered == requests + 3

    def test_a_client_that_vanishes_in_the_middle_of_a_request_is_forgotten(self):
        with tcp_server() as port:
            for _ in range(50):
                with connect(port) as connection:
                    connection.sendall(b"put k half a val")
            assert works(port)
            with exchanging(port) as exchange:
                assert not ask(exchange, b"get k\n").done


class TestTcpExchange:
    def test_the_longest_values_may_be_sent_far_ahead(self):
        value = b"x" * protocol.MOST_VALUE_BYTES
        with tcp_server() as port, exchanging(port) as exchange:
            assert ask(exchange, protocol.encode_request("put", b"k", value)).done
            for _ in range(20):
                exchange.post(protocol.encode_request("put", b"k", value))
                exchange.post(b"get k\n")
            for _ in range(20):
                assert exchange.parse(exchange.wait()).text == b"Put suc"
                assert exchange.parse(exchange.wait()).text == value

    def test_a_server_that_does_not_answer_is_given_up(self):
        with silent_server() as (port, _), exchanging(port, 0.2) as exchange:
            exchange.post(b"get k\n")
            with pytest.raises(PeerError, match="no answer within 0.2 s"):
                exchange.wait()

    def test_a_server_that_does_not_read_is_given_up(self):
        late = pytest.raises(PeerError, match="no answer within 0.2 s")
        with silent_server() as (port, _), exchanging(port, 0.2) as exchange, late:
            for _ in range(100):
                exchange.post(b"x" * (1 << 20))

    def test_the_end_of_the_server_is_noticed_at_once(self):
        with silent_server() as (port, listener), exchanging(port) as exchange:
            exchange.post(b"get k\n")
            listener.accept()[0].close()
            with pytest.raises(PeerError, match="closed the connection|reset"):
                exchange.wait()

    def test_an_answer_that_is_no_reply_is_told(self):
        with silent_server() as (port, listener), exchanging(port) as exchange:
            served = listener.accept()[0]
            served.sendall(b"HTTP/1.1 400 Bad Request\r\n")
            with pytest.raises(ProtocolError, match="began with 'HTTP/1.1'"):
                exchange.wait()
            served.close()

    def test_no_server_is_told(self):
        with silent_server() as (port, _):
            pass
        with pytest.raises(PeerError, match=f"no server at 127.0.0.1:{port}"):
            TcpExchange("127.0.0.1", port, 1)

    def test_a_profile_has_each_step_of_each_request(self):
        with tcp_server() as port:
            profiled = ProfiledExchange(TcpExchange("127.0.0.1", port, PATIENCE_SECONDS))
            for _ in range(5):
                profiled.post(profiled.build("get", b"k"))
                profiled.complete()
                profiled.parse(profiled.wait())
            assert dict.fromkeys(STEPS, 5) == {k: len(v) for k, v in profiled.nanoseconds.items()}
            assert all(each >= 0 for values in profiled.nanoseconds.values() for each in values)
            profiled.reset()
            assert sum(map(len, profiled.nanoseconds.values())) == 0
            profiled.close()
