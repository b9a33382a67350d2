# SPDX-License-Identifier: Apache-2.0
"""Tests of the RDMA transport, on the machine's device: "./wisp guest ./wisp simple-kv test -m rdma" runs them."""

import contextlib
import json
import os
import random
import signal
from collections import deque
from collections.abc import Iterator

import pytest

from simple_kv import control, protocol, rdma
from simple_kv.control import Hello
from simple_kv.errors import PeerError, ProtocolError
from simple_kv.exchange import ask
from simple_kv.rdma import Link
from simple_kv.rdma_client import REGION, REQUEST, RdmaExchange
from simple_kv.rdma_server import MOST_CLIENTS, RdmaServer
from simple_kv.request_region import most_request_bytes
from simple_kv.store import Executor, Store
from simple_kv.tcp import TcpExchange, connect
from tests.simple_kv.support import PATIENCE_SECONDS, as_a_dictionary, describe, in_thread, port_of, program, run
from wisp_tools import devices, files

pytestmark = pytest.mark.rdma
SMALL_REGION = 8192


@contextlib.contextmanager
def rdma_server(region: int = SMALL_REGION) -> Iterator[tuple[int, object]]:
    """A server process; gives its port and the process."""
    with program("-s", "--transport", "rdma", "--port", "0", "--region", str(region)) as server:
        yield port_of(server), server


def open_exchange(port: int, ahead: int = 10, written: str = REQUEST, timeout: float = 60.0) -> RdmaExchange:
    return RdmaExchange("127.0.0.1", port, timeout, ahead, written, None)


def run_against_dictionary(exchange: RdmaExchange, requests: int, ahead: int) -> None:
    """Random requests, so many ahead, each answered as a dictionary would."""
    draw = random.Random(ahead)
    lengths = (1, 100, 1500, most_request_bytes(SMALL_REGION) - 10)
    values = as_a_dictionary(draw, requests, 20, lambda: b"%d" % draw.randrange(9) * draw.choice(lengths))
    expected: deque[protocol.Reply] = deque()
    for request, reply in values:
        if len(expected) == ahead:
            assert exchange.parse(exchange.wait()) == expected.popleft()
        exchange.post(exchange.build(request.kind, request.key, request.value))
        exchange.complete()
        expected.append(reply)
    while expected:
        assert exchange.parse(exchange.wait()) == expected.popleft()


@pytest.fixture(scope="module", autouse=True)
def verbs():
    rdma.require()


class OnSharedServer:
    """Tests that leave their server as it was: starting one takes long in an emulated machine."""

    region = SMALL_REGION

    @pytest.fixture(scope="class")
    @classmethod
    def shared_port(cls):
        with rdma_server(cls.region) as (port, _):
            yield port

    @pytest.fixture(autouse=True)
    def connections(self, shared_port):
        self.port = shared_port
        with contextlib.ExitStack() as self.opened:
            yield

    def open(self, ahead: int = 10, written: str = REQUEST) -> RdmaExchange:
        return self.opened.enter_context(contextlib.closing(open_exchange(self.port, ahead, written)))

    def assert_serves(self):
        assert ask(self.open(), b"put health good\n").done


class TestRdma(OnSharedServer):
    @pytest.mark.parametrize("ahead", [1, 10])
    @pytest.mark.parametrize(("written", "requests"), [(REQUEST, 400), (REGION, 200)])
    def test_requests_are_answered_as_a_dictionary_would_over_many_rounds_of_the_region(self, written, requests, ahead):
        exchange = self.open(ahead, written)
        for key in range(20):
            ask(exchange, b"del %d\n" % key)
        run_against_dictionary(exchange, requests, ahead)

    def test_several_clients_at_a_time_have_regions_of_their_own(self):
        clients = [self.open() for _ in range(3)]
        for turn in range(20):
            for number, client in enumerate(clients):
                client.post(b"put %d %d\n" % (number, turn))
                client.complete()
            for client in clients:
                assert client.parse(client.wait()).text == protocol.PUT_DONE
        for number in range(3):
            assert ask(clients[0], b"get %d\n" % number).text == b"19"

    def test_a_request_longer_than_the_region_takes_is_refused_and_the_next_one_works(self):
        exchange = self.open()
        with pytest.raises(ProtocolError, match="start the server with a larger --region"):
            exchange.post(protocol.encode_request(protocol.PUT, b"k", b"v" * SMALL_REGION))
        assert ask(exchange, b"put k v\n").text == protocol.PUT_DONE

    def test_bad_lines_are_answered_with_the_reason(self):
        exchange = self.open()
        assert ask(exchange, b"frobnicate\n").text == protocol.WRONG_WORD
        assert b"put takes a value" in ask(exchange, b"put k\n").text
        assert ask(exchange, b"get absent\n").text == protocol.GET_FAILED

    def test_noise_in_the_region_is_no_request_and_harms_no_other_client(self):
        draw = random.Random(6)
        noisy, good = self.open(), self.open()
        for _ in range(20):
            noisy._image.bytes[:] = draw.randbytes(SMALL_REGION)
            part = noisy._image.part(0, SMALL_REGION)
            noisy._link.post_write(part, noisy._welcome.address, noisy._welcome.remoteKey)
            noisy._posted = 1
            noisy.complete()
            assert ask(good, b"put k v\n").text == protocol.PUT_DONE

    def test_a_write_outside_of_the_region_ends_only_the_connection_of_who_tried(self):
        bad, good = self.open(), self.open()
        part = bad._image.part(0, 64)
        bad._link.post_write(part, bad._welcome.address + SMALL_REGION, bad._welcome.remoteKey)
        bad._posted = 1
        with pytest.raises(PeerError, match="IBV_WC_REM_ACCESS_ERR"):
            bad.complete()
        assert ask(good, b"put k v\n").text == protocol.PUT_DONE


class TestLargeRegion(OnSharedServer):
    region = 3 << 20

    def test_a_mebibyte_fits_a_region_that_is_large_enough(self):
        value = b"x" * protocol.MOST_VALUE_BYTES
        exchange = self.open(ahead=2)
        assert ask(exchange, protocol.encode_request(protocol.PUT, b"k", value)).done
        assert ask(exchange, b"get k\n").text == value


class TestServersThatGo:
    def test_a_server_that_is_killed_is_noticed(self):
        with rdma_server() as (port, server), contextlib.closing(open_exchange(port)) as exchange:
            assert ask(exchange, b"put k v\n").done
            server.kill()
            server.wait(PATIENCE_SECONDS)
            with pytest.raises(PeerError):
                for _ in range(100):
                    ask(exchange, b"get k\n")

    def test_a_server_that_is_held_is_given_up_after_the_timeout(self):
        with rdma_server() as (port, server), contextlib.closing(open_exchange(port)) as exchange:
            assert ask(exchange, b"put k v\n").done
            exchange._timeout = 0.5
            os.kill(server.pid, signal.SIGSTOP)
            with pytest.raises(PeerError, match="no answer within 0.5 s"):
                ask(exchange, b"get k\n")


class TestClientsThatGo(OnSharedServer):
    def test_clients_that_vanish_leave_room_for_others(self):
        for _ in range(MOST_CLIENTS + 3):
            link = Link(devices.choose(None), sends=1, receives=1)
            with connect("127.0.0.1", self.port, 60) as connection:
                connection.sendall(control.encode(Hello(link.address, 1)))
                control.decode_welcome(control.receive_line(connection, 60))
            link.close()
        self.assert_serves()

    def test_greetings_that_are_noise_are_refused_with_the_reason(self):
        for noise, words in ((b"get k\n", "no JSON"), (b"{}\n", "format"), (b"x" * 5000, "4096 bytes at most")):
            with connect("127.0.0.1", self.port, 60) as connection:
                connection.sendall(noise)
                with pytest.raises(PeerError, match=words):
                    control.decode_welcome(control.receive_line(connection, 60))
        self.assert_serves()

    def test_a_client_that_never_greets_is_let_go(self):
        greeting = pytest.raises(PeerError, match="no greeting came within 5 s")
        with connect("127.0.0.1", self.port, 60) as connection, greeting:
            control.decode_welcome(control.receive_line(connection, 60))
        self.assert_serves()

    def test_a_client_for_tcp_is_told_what_it_talks_to(self):
        tcp = contextlib.closing(TcpExchange("127.0.0.1", self.port, 60))
        with tcp as exchange, pytest.raises(ProtocolError, match="for this --transport"):
            ask(exchange, b"get k\n")

    def test_more_clients_than_the_most_are_refused(self, monkeypatch):
        monkeypatch.setattr("simple_kv.rdma_server.MOST_CLIENTS", 1)
        server = RdmaServer(Executor(Store(1000), describe), "127.0.0.1", 0, None, SMALL_REGION)
        with in_thread(server) as port, contextlib.closing(open_exchange(port)) as exchange:
            with pytest.raises(PeerError, match="it has 1 clients, which is the most"):
                open_exchange(port)
            assert ask(exchange, b"put k v\n").done


class TestRecordedRun(OnSharedServer):
    region = 102_400

    @pytest.mark.parametrize("written", [REQUEST, REGION])
    def test_a_run_is_recorded_as_emulated_where_its_device_is(self, tmp_path, written):
        port_used = devices.choose(None)
        arguments = ["-p", f"127.0.0.1:{self.port}", "--transport", "rdma", "--write", written]
        arguments += ["--profile", "--key_size", "1", "--requests", "60", "--warmup", "10"]
        done = run(*arguments, "--iterations", "3", "--timeout", "60", "--results", f"{tmp_path}/run")
        assert (done.returncode, done.stderr) == (0, "")
        assert ("EMULATED" in done.stdout) == port_used.emulated
        (found,) = json.loads((tmp_path / "run" / "result.json").read_text())["measurements"]
        conditions = json.loads((tmp_path / "run" / "environment.json").read_text())
        assert found["ends"]["emulated"] == port_used.emulated
        assert found["parameters"]["write"] == written
        assert found["latencies"][-1]["count"] == 60
        assert port_used.device in [each["name"] for each in conditions["rdmaDevices"]]
        assert conditions["transports"][1]["unavailable"] is None

    def test_the_write_is_explained_in_a_file_of_its_format(self, tmp_path):
        path = tmp_path / "write.json"
        done = run("explain-write", "--rounds", "1", "--requests", "100", "--json", str(path))
        assert done.returncode == 0, done.stderr
        found = json.loads(path.read_text())
        files.check("wisp-write-cost-1", found)
        assert sum(share["median"] for share in found["summary"]["shares"].values()) == pytest.approx(1, abs=5e-8)
