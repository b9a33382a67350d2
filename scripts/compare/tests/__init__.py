# SPDX-License-Identifier: Apache-2.0
"""Tests of the comparison: python3 -m unittest discover -s scripts/compare/tests -t scripts"""
