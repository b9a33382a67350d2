# SPDX-License-Identifier: Apache-2.0
import json
import random

import pytest

from simple_kv import protocol
from simple_kv.store import ENTRY_OVERHEAD_BYTES, Executor, Store
from tests.simple_kv.support import describe


class TestStore:
    def test_it_does_what_a_dictionary_does(self):
        draw, store, model = random.Random(11), Store(1 << 30), {}
        for _ in range(20_000):
            key = b"%d" % draw.randrange(50)
            match draw.randrange(3):
                case 0:
                    value = draw.randbytes(draw.randrange(1, 20))
                    assert store.put(key, value)
                    model[key] = value
                case 1:
                    assert store.get(key) == model.get(key)
                case 2:
                    assert store.delete(key) == (model.pop(key, None) is not None)
            assert len(store) == len(model)

    def test_a_put_beyond_its_memory_fails_and_leaves_what_is_there(self):
        store = Store(2 * (ENTRY_OVERHEAD_BYTES + 11))
        assert store.put(b"a", b"0123456789")
        assert store.put(b"b", b"0123456789")
        assert not store.put(b"c", b"0")
        assert not store.put(b"a", b"0123456789x")
        assert store.get(b"a") == b"0123456789"
        assert store.put(b"a", b"9876543210")
        assert store.delete(b"b")
        assert store.put(b"c", b"0")

    def test_memory_is_given_back_whatever_the_order(self):
        draw, store = random.Random(2), Store(10_000)
        for _ in range(5_000):
            key = b"%d" % draw.randrange(100)
            if draw.random() < 0.5:
                store.put(key, b"v" * draw.randrange(1, 300))
            else:
                store.delete(key)
        for number in range(100):
            store.delete(b"%d" % number)
        assert store.put(b"k", b"v" * (10000 - ENTRY_OVERHEAD_BYTES - 1))


class TestExecutor:
    @pytest.fixture
    def answer(self):
        executor = Executor(Store(1000), describe)
        return lambda line: protocol.parse_reply(executor.answer(line))

    def test_the_replies_are_those_of_the_original(self, answer):
        for line, done, text in (
            (b"get k", False, b"Get fail"),
            (b"put k v", True, b"Put suc"),
            (b"get k", True, b"v"),
            (b"del k", True, b"Del suc"),
            (b"del k", False, b"Del fail"),
            (b"put k " + b"v" * 1000, False, b"Put fail"),
            (b"frobnicate", False, b"Wrong op"),
        ):
            assert answer(line) == protocol.Reply(done, text), line[:20]

    def test_what_cannot_be_parsed_is_answered_with_the_reason(self, answer):
        reply = answer(b"put k")
        assert not reply.done
        assert reply.text.startswith(b"Request can not be parsed: put takes a value")

    def test_info_describes_the_server(self, answer):
        assert json.loads(answer(b"info").text) == describe()
