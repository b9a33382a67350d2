# SPDX-License-Identifier: Apache-2.0
"""What ends a measurement from outside: Ctrl-C, a request to end, and the end of its terminal."""

import contextlib
import signal
from collections.abc import Iterator

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
