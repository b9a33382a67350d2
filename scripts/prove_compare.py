#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that ./wisp compare raises no false alarms and catches what is planted; -h says how it is used."""

import sys
from pathlib import Path

from compare.prove import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path(__file__).resolve().parent.parent))
