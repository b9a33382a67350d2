# SPDX-License-Identifier: Apache-2.0
"""Readers of the files that measurements leave, one module for each format."""
