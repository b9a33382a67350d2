#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Lets jextract generate bindings of what the raw layer uses, for the Maven profile "jextract".
#
#   generate.sh OUTPUT SOURCES    into the folder OUTPUT, and lists the files in SOURCES
set -eu

folder=$(cd "$(dirname "$0")" && pwd)
raw=$folder/../main/java/io/wisp/verbs/raw
output=$1
sources=$2

# All that the raw layer uses of C, as options of jextract.
list() {
  cat "$folder/includes.txt"
  sed -n 's/.*withName("\(ibv_[a-z_]*\|pollfd\)").*/--include-struct \1/p' "$raw/Structs.java"
  sed -n 's/.* static final int \([A-Z0-9_]*\) = .*/--include-constant \1/p' "$raw/Ibv.java" "$raw/Posix.java"
  sed -n 's/^  \(E[A-Z0-9]*\)([0-9]*),$/--include-constant \1/p' "$raw/Errno.java"
  cat "$raw"/*Calls.java | tr -d '\n ' | grep -o 'Library\.link[A-Za-z]*("[a-z0-9_]*"' |
    sed 's/.*"\(.*\)"/--include-function \1/'
}

if ! command -v jextract >/dev/null; then
  echo "The profile jextract needs the tool jextract on the PATH, and it is not there:" \
    "get it from https://jdk.java.net/jextract/" >&2
  exit 1
fi

rm -rf "$output"
mkdir -p "$output"
list >"$output/includes.txt"
jextract --output "$output" --target-package io.wisp.verbs.jextract -l :libibverbs.so.1 \
  "@$output/includes.txt" "$folder/verbs.h"
find "$output" -name '*.java' >"$sources"
