# SPDX-License-Identifier: Apache-2.0
"""Measures everything that the report shows: a table of cells, and what runs them, round by round."""
