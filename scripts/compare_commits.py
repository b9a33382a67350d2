#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tells whether a commit is slower than another one: ./wisp compare, which says with -h how it is used."""

import sys
from pathlib import Path

from compare.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path(__file__).resolve().parent.parent))
