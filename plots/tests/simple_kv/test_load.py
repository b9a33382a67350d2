# SPDX-License-Identifier: Apache-2.0
from collections import deque

import pytest

from simple_kv import protocol
from simple_kv.exchange import TextExchange
from simple_kv.load import KINDS, Load, LoadSettings
from simple_kv.perf import placement, quantile
from simple_kv.store import Executor, Store
from tests.simple_kv.support import describe
from wisp_tools.errors import WispError


class InstantExchange(TextExchange):
    """Answers each request when its reply is waited for, and notes what is under way."""

    description = "instant"

    def __init__(self) -> None:
        self.store = Store(1 << 30)
        self.executor = Executor(self.store, describe)
        self.sent: deque[bytes] = deque()
        self.most_under_way = 0
        self.lines: list[bytes] = []
        self.wrong: bytes | None = None

    def post(self, text: bytes) -> None:
        self.sent.append(text)
        self.lines.append(text)
        self.most_under_way = max(self.most_under_way, len(self.sent))

    def complete(self) -> None:
        pass

    def wait(self) -> bytes:
        answer = self.executor.answer(self.sent.popleft().removesuffix(b"\n"))
        return self.wrong or answer

    def close(self) -> None:
        pass


def silent(_done: int, _total: int) -> None:
    pass


def steps_of(nanoseconds: int):
    """A clock that goes on by so much with each look."""
    now = 0

    def look() -> int:
        nonlocal now
        now += nanoseconds
        return now

    return look


class TestLoad:
    settings = LoadSettings(key_size=2, payload_size=7, ahead=10, seed=1)

    def test_so_many_requests_are_sent_ahead(self):
        for ahead in (1, 10, 64):
            exchange = InstantExchange()
            settings = LoadSettings(2, 7, ahead, 1)
            recorded = Load(settings).run(exchange, 1000, silent)
            assert exchange.most_under_way == ahead
            assert recorded.requests == 1000
            assert not exchange.sent

    def test_fewer_requests_than_may_be_ahead_all_get_replies(self):
        assert Load(self.settings).run(InstantExchange(), 3, silent).requests == 3
        assert Load(self.settings).run(InstantExchange(), 0, silent).requests == 0

    def test_each_kind_has_a_third_over_all_keys(self):
        exchange = InstantExchange()
        recorded = Load(self.settings).run(exchange, 30_000, silent)
        for kind in KINDS:
            assert len(recorded.nanoseconds[kind]) / 30_000 == pytest.approx(1 / 3, abs=0.02)
        keys = {line.split()[1] for line in exchange.lines}
        assert keys == {b"%02d" % number for number in range(100)}

    def test_a_seed_gives_the_same_requests_again(self):
        first, second, other = InstantExchange(), InstantExchange(), InstantExchange()
        Load(self.settings).run(first, 500, silent)
        Load(self.settings).run(second, 500, silent)
        Load(LoadSettings(2, 7, 10, 2)).run(other, 500, silent)
        assert first.lines == second.lines
        assert first.lines != other.lines

    def test_preparing_leaves_every_second_key_whatever_was_there(self):
        exchange = InstantExchange()
        for number in range(100):
            exchange.store.put(b"%02d" % number, b"old")
        Load(self.settings).prepare(exchange, silent)
        assert len(exchange.store) == 50
        assert exchange.store.get(b"42") == b"abcdefg"
        assert exchange.store.get(b"43") is None

    def test_half_of_the_gets_and_deletes_miss(self):
        exchange, load = InstantExchange(), Load(self.settings)
        load.prepare(exchange, silent)
        recorded = load.run(exchange, 30_000, silent)
        assert recorded.misses["put"] == 0
        for kind in ("get", "delete"):
            assert recorded.misses[kind] / len(recorded.nanoseconds[kind]) == pytest.approx(0.5, abs=0.05)

    def test_a_latency_counts_from_before_the_text_is_made_to_the_checked_reply(self):
        settings = LoadSettings(2, 7, 1, 1)
        recorded = Load(settings, clock=steps_of(1000)).run(InstantExchange(), 100, silent)
        values = [value for kind in KINDS for value in recorded.nanoseconds[kind]]
        assert values == [1000] * 100
        assert recorded.elapsed_nanoseconds == 201000

    def test_a_wrong_reply_ends_the_run(self):
        for reply in (
            protocol.Reply(False, protocol.WRONG_WORD),
            protocol.Reply(False, protocol.PUT_FAILED),
            protocol.Reply(True, b"another value"),
        ):
            exchange = InstantExchange()
            exchange.wrong = protocol.encode_reply(reply)
            with pytest.raises(WispError, match="the answer to a .* is wrong"):
                Load(self.settings).run(exchange, 100, silent)

    def test_the_keys_are_bounded_as_those_of_the_suite(self):
        assert LoadSettings(3, 100, 10, 1).keys == 1000
        assert LoadSettings(8, 1, 10, 1).keys == 1000000
        assert LoadSettings(8, 1 << 20, 10, 1).keys == 1024


class TestQuantile:
    def test_a_quantile_is_a_value_that_occurred(self):
        values = list(range(1, 101))
        for share, expected in ((0.5, 50), (0.99, 99), (0.991, 100), (1, 100), (0.001, 1)):
            assert quantile(values, share) == expected
        assert quantile([7], 0.5) == 7


class TestPlacement:
    def test_placements_are_called_as_in_the_suite(self):
        assert placement("0", "0") == "shared"
        assert placement("1", "0") == "split"
        assert placement("1", "0-3") == "other"
