# SPDX-License-Identifier: Apache-2.0
"""What ends a measurement from outside: Ctrl-C, a request to end, and the end of its terminal."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

ENDING = (signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Inside the block SIGTERM and SIGHUP interrupt as Ctrl-C does, once: a second one does not disturb the
    stopping of what was started. One that the caller ignores, as ``nohup`` has it, stays ignored.
    """
    previous = {number: signal.getsignal(number) for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN}

    def interrupt(*_: object) -> None:
        for number in previous:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in previous:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def held() -> Iterator[None]:
    """An interrupt inside the block comes at its end. What is started there is known by then to whoever stops it."""
    handlers: dict[int, Callable[..., Any]] = {}
    if threading.current_thread() is threading.main_thread():
        found = {number: signal.getsignal(number) for number in (signal.SIGINT, *ENDING)}
        handlers = {number: handler for number, handler in found.items() if callable(handler)}
    came: list[int] = []
    for number in handlers:
        signal.signal(number, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if came:
            handlers[came[0]](came[0], None)
