#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compares two commits in continuous integration: scripts/compare_in_ci.sh SET BASE HEAD
#
# The report goes into the job's summary (GITHUB_STEP_SUMMARY) and, with the JSON, into the folder
# comparison, which the job keeps. A machine that was not steady is a warning, because the change cannot
# help it; whatever else ./wisp compare exits with fails the job.
set -euo pipefail

# Hosted machines are shared: what they do to a benchmark is often more than the 5 % of our own.
readonly THRESHOLD=10
readonly NO_VERDICT=3

cd "$(dirname "${BASH_SOURCE[0]}")/.."
if (($# != 3)); then
  echo "Usage: scripts/compare_in_ci.sh SET BASE HEAD" >&2
  exit 2
fi
if [[ -z $2 ]]; then
  echo "::notice::there is no commit to compare with: the repository is too young"
  exit 0
fi

status=0
./wisp compare "$2" "$3" --set "$1" --threshold "$THRESHOLD" --out comparison || status=$?
if [[ -f comparison/comparison.md ]]; then
  cat comparison/comparison.md >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
fi
if ((status == NO_VERDICT)); then
  echo "::warning::no verdict on whether this is slower: the machine was not steady"
  exit 0
fi
exit "$status"
