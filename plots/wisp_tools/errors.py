# SPDX-License-Identifier: Apache-2.0
"""The one exception whose text is meant for the user."""


class WispError(Exception):
    """What stops a command, in one sentence that names the thing and the limit it broke."""
