# SPDX-License-Identifier: Apache-2.0
"""Tells whether a commit made Wisp slower; CONTRIBUTING.md says how to use it."""
