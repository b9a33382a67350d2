# SPDX-License-Identifier: Apache-2.0
"""Reads what Wisp measured, draws it, reports it, and measures it anew."""
