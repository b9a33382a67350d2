# SPDX-License-Identifier: Apache-2.0
"""Wisp measured beside other programs, on one machine, in one run: ``./wisp beside WHAT``, a module for each WHAT."""
