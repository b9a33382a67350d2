# SPDX-License-Identifier: Apache-2.0
"""What is told to the user on the error stream, and the one exception whose text is meant for that."""

import sys


class WispError(Exception):
    """What stops a command, in one sentence that names the thing and the limit it broke."""


def say(text: str) -> None:
    print(f"wisp: {text}", file=sys.stderr, flush=True)
