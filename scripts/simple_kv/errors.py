# SPDX-License-Identifier: Apache-2.0
"""What goes wrong in ways that a user is told of in one sentence."""

from wisp_tools.errors import WispError


class ProtocolError(WispError):
    """Bytes of a peer that are not what the protocol says."""


class PeerError(WispError):
    """A peer that is not there, has gone, or does not answer in time."""
