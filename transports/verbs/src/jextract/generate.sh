#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Lets jextract generate bindings of what the raw layer uses, for the Maven profile "jextract".
#
#   generate.sh OUTPUT SOURCES    into the folder OUTPUT, and lists the files in SOURCES
set -eu

folder=$(cd "$(dirname "$0")" && pwd)
output=$1
sources=$2

if ! command -v jextract >/dev/null; then
  echo "The profile jextract needs the tool jextract on the PATH, and it is not there:" \
    "get it from https://jdk.java.net/jextract/" >&2
  exit 1
fi

rm -rf "$output"
mkdir -p "$output"
jextract --output "$output" --target-package io.wisp.verbs.jextract -l :libibverbs.so.1 \
  "@$folder/includes.txt" "$folder/verbs.h"
find "$output" -name '*.java' >"$sources"
