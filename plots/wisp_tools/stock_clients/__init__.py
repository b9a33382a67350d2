# SPDX-License-Identifier: Apache-2.0
"""Clients of Redis that others wrote, each held to one list of expectations against a server of this tree."""
