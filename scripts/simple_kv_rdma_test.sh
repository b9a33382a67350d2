#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs the tests of the Python baseline that need an RDMA device: on this machine if it has one, else in
# the virtual machine of ./wisp guest. Its exit code is 0 if they passed, 125 if there can be no virtual
# machine here, 124 if they did not end in time, else another. Arguments go to Python's unittest.
set -euo pipefail

readonly LIMIT_SECONDS=1200
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

exec "$root/wisp" guest --limit "$LIMIT_SECONDS" \
  "$root/wisp" simple-kv test --pattern rdma_tests.py "$@" </dev/null
