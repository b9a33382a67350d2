# SPDX-License-Identifier: Apache-2.0
"""The perf client's load: a closed loop that keeps a number of requests ahead of their replies."""

import random
import time
from array import array
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from simple_kv import protocol
from simple_kv.exchange import Exchange
from simple_kv.protocol import DELETE, GET, PUT, Reply
from wisp_tools.errors import WispError

#: In the order of a result file.
KINDS = (PUT, GET, DELETE)
#: Of the suite as well (results/FORMAT.md).
MOST_KEYS, MOST_STORED_BYTES = 1_000_000, 1 << 30

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class LoadSettings:
    """What is asked for: sizes in bytes, a key in decimal digits."""

    key_size: int
    payload_size: int
    ahead: int
    seed: int

    @property
    def keys(self) -> int:
        """How many different keys are used."""
        return min(int(10**self.key_size), MOST_KEYS, max(2, MOST_STORED_BYTES // self.payload_size))


@dataclass
class Recorded:
    """The requests of one iteration: nanoseconds of each by kind, and how many found their key absent."""

    started_at: float
    nanoseconds: dict[str, "array[int]"] = field(default_factory=lambda: {kind: array("q") for kind in KINDS})
    misses: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    elapsed_nanoseconds: int = 0

    @property
    def requests(self) -> int:
        return sum(map(len, self.nanoseconds.values()))

    @property
    def requests_per_second(self) -> float:
        return 1e9 * self.requests / self.elapsed_nanoseconds


class Load:
    """Draws requests, a third each of puts, gets and deletes over all keys, sends them and checks the replies."""

    def __init__(self, settings: LoadSettings, clock: Callable[[], int] = time.perf_counter_ns) -> None:
        self._ahead = settings.ahead
        self._random = random.Random(settings.seed).random
        self._keys = settings.keys
        self._key_format = b"%%0%dd" % settings.key_size
        self._value = bytes(97 + index % 26 for index in range(settings.payload_size))
        self._expected = {
            (PUT, True): protocol.PUT_DONE,
            (PUT, False): None,
            (GET, True): self._value,
            (GET, False): protocol.GET_FAILED,
            (DELETE, True): protocol.DELETE_DONE,
            (DELETE, False): protocol.DELETE_FAILED,
        }
        self._clock = clock

    def prepare(self, exchange: Exchange, progress: Progress) -> None:
        """Gives every second key a value, which is where the mix settles, and removes the others."""
        outstanding: deque[str] = deque()
        for number in range(self._keys):
            if len(outstanding) == self._ahead:
                self._check(outstanding.popleft(), exchange.parse(exchange.wait()))
            kind = DELETE if number % 2 else PUT
            exchange.post(exchange.build(kind, self._key_format % number, self._value))
            exchange.complete()
            outstanding.append(kind)
            if number % 1000 == 0:
                progress(number, self._keys)
        for kind in outstanding:
            self._check(kind, exchange.parse(exchange.wait()))

    def run(self, exchange: Exchange, requests: int, progress: Progress) -> Recorded:
        """Sends requests and takes in all their replies.

        A latency runs from before the request's text is made to its checked reply; while ``ahead`` requests are under
        way, the next is sent as soon as the oldest is answered.

        Raises WispError if a request fails.
        """
        clock, build, post, complete = self._clock, exchange.build, exchange.post, exchange.complete
        recorded = Recorded(time.time())
        outstanding: deque[tuple[str, int]] = deque()
        unsent = requests
        began = clock()
        next_report = began + 500_000_000
        while unsent or outstanding:
            while unsent and len(outstanding) < self._ahead:
                started = clock()
                kind = KINDS[int(self._random() * 3)]
                post(build(kind, self._key_format % int(self._random() * self._keys), self._value))
                complete()
                outstanding.append((kind, started))
                unsent -= 1
            reply = exchange.parse(exchange.wait())
            kind, started = outstanding.popleft()
            self._check(kind, reply)
            now = clock()
            recorded.nanoseconds[kind].append(now - started)
            if not reply.done:
                recorded.misses[kind] += 1
            if now > next_report:
                progress(requests - unsent - len(outstanding), requests)
                next_report = now + 500_000_000
        recorded.elapsed_nanoseconds = clock() - began
        return recorded

    def _check(self, kind: str, reply: Reply) -> None:
        if reply.text != self._expected[kind, reply.done]:
            said = reply.text[:80].decode(errors="backslashreplace")
            raise WispError(f"the answer to a {kind} is wrong: {said!r}; does another client use the same keys?")
