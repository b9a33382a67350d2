# SPDX-License-Identifier: Apache-2.0
"""Whether two cores are as near to each other as they can be.

What polls on two cores hands cache lines to and fro, and that takes twice as long while the machine, mostly a virtual
one whose processors are moved about, has the two far apart. Such times come and go, some tens of seconds long, and then
half the requests a second say nothing of the program. So the distance is measured by itself, before and after.
"""

import mmap
import multiprocessing
import os
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from time import perf_counter_ns, sleep

from wisp_tools.errors import WispError

TRIPS, SERIES = 1_000, 9
TOLERANCE = 1.25
"""How many times the shortest trip of the campaign one may take while the cores count as near."""
PATIENCE_SECONDS = 900.0
"""Of a campaign. Where cores stay apart for longer, measurements are taken as they come."""
PAUSE_SECONDS = 2.0
ATTEMPTS = 5
_STOP = 2**63
_CACHE_LINE_WORDS = 8
_LOOKS = 100_000
"""At a word, before it is asked whether the other process is still there."""


def trip_nanoseconds(first: int, second: int) -> float:
    """A trip of a word from one core to the other and back, by processes that poll: the shortest mean of some series.

    Most of it is the interpreter's time, which the distance adds to.
    """
    memory = mmap.mmap(-1, mmap.PAGESIZE)
    words = memoryview(memory).cast("Q")
    echo = multiprocessing.get_context("fork").Process(target=_echo, args=(first, words, os.getpid()), daemon=True)
    allowed = os.sched_getaffinity(0)
    echo.start()
    try:
        os.sched_setaffinity(0, {second})
        return min(_mean_trip(words, 1 + number * TRIPS, echo) for number in range(SERIES))
    finally:
        words[0] = _STOP
        os.sched_setaffinity(0, allowed)
        echo.join()
        words.release()
        memory.close()


def _echo(core: int, words: memoryview, parent: int) -> None:
    os.sched_setaffinity(0, {core})
    seen = 0
    while seen != _STOP and os.getppid() == parent:
        for _ in range(_LOOKS):
            if words[0] != seen:
                seen = words[_CACHE_LINE_WORDS] = words[0]
                if seen == _STOP:
                    break
    os._exit(0)


def _mean_trip(words: memoryview, start: int, echo: BaseProcess) -> float:
    began = perf_counter_ns()
    for number in range(start, start + TRIPS):
        words[0] = number
        while not any(words[_CACHE_LINE_WORDS] == number for _ in range(_LOOKS)):
            if not echo.is_alive():
                raise WispError("the distance of two cores was not measured: the process on the other one has ended")
    return (perf_counter_ns() - began) / TRIPS


@dataclass
class Nearness:
    """Of two cores, in the course of a campaign."""

    first: int
    second: int
    shortest: float = field(default=0.0, init=False)
    """The shortest trip so far, in nanoseconds; 0 before the first."""
    waited: float = field(default=0.0, init=False)

    def look(self) -> tuple[float, bool]:
        """How long a trip takes now, and whether that is near."""
        trip = trip_nanoseconds(self.first, self.second)
        self.shortest = min(trip, self.shortest or trip)
        return round(trip, 1), trip <= TOLERANCE * self.shortest

    def wait(self) -> float:
        """Waits until the cores are near, or patience has come to its end. Returns how long a trip takes then."""
        trip, near = self.look()
        while not near and self.is_patient:
            sleep(PAUSE_SECONDS)
            self.waited += PAUSE_SECONDS
            trip, near = self.look()
        return trip

    @property
    def is_patient(self) -> bool:
        return self.waited < PATIENCE_SECONDS
