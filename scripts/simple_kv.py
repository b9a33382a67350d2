#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Python baseline: a small key-value server with its clients. Started as "./wisp simple-kv", which explains it."""

import sys

from simple_kv.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
