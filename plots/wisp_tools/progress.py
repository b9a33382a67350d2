# SPDX-License-Identifier: Apache-2.0
"""Signs of life on the error stream, so that nobody takes work for a program that hangs."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from wisp_tools.errors import say

SILENCE_SECONDS = 4.0


@contextmanager
def under_way(what: str, silence: float = SILENCE_SECONDS) -> Iterator[None]:
    """Says what is under way, and says so again after each `silence` seconds until it has ended."""
    say(what)
    ended = threading.Event()
    begun = time.monotonic()

    def remind() -> None:
        while not ended.wait(silence):
            say(f"still {what}, {time.monotonic() - begun:.0f} s")

    reminder = threading.Thread(target=remind, daemon=True)
    reminder.start()
    try:
        yield
    finally:
        ended.set()
        reminder.join()
