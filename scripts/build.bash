# SPDX-License-Identifier: Apache-2.0
# Builds with Maven what is missing or older than its sources. Sourced by "wisp" and "test.sh", whose "fail", "root",
# the folder of the tree, and "java_home" it uses.
# shellcheck shell=bash

# What each jar is made of, folders below the root; the jar's own is the last.
readonly COMMAND_MODULES=(core transports/verbs transports measure cli)
readonly BENCHMARK_MODULES=(core transports/verbs transports measure benchmarks)
readonly REPLICATION_MODULES=(core transports/verbs transports measure cli replication)
readonly COMMAND_JAR=$root/cli/target/wisp.jar BENCHMARK_JAR=$root/benchmarks/target/benchmarks.jar
# The folder has all that a server with a log needs beside the command.
readonly REPLICATION_JAR=$root/replication/target/lib/wisp-replication.jar

readonly JVM_FLAGS=(--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow)
readonly BUILD_LOG=$root/target/build.log BUILD_BEGAN=$root/target/build.began

ensure_command_built() {
  ensure_built "$COMMAND_JAR" "${COMMAND_MODULES[@]}"
}

ensure_benchmarks_built() {
  ensure_built "$BENCHMARK_JAR" "${BENCHMARK_MODULES[@]}"
}

ensure_replication_built() {
  ensure_built "$REPLICATION_JAR" "${REPLICATION_MODULES[@]}"
}

# Builds a jar if need be. The old one is removed first: a failed build leaves nothing stale to run,
# and a process that has the old file open keeps it.
ensure_built() {
  local jar=$1
  shift
  is_fresh "$jar" "$@" && return
  if [[ ${WISP_BUILD:-} == never ]]; then
    fail "$jar is missing or older than its sources, and WISP_BUILD=never forbids to build it"
  fi
  lock_build
  if ! is_fresh "$jar" "$@"; then
    echo "wisp: building ${jar##*/}, which is missing or older than its sources" >&2
    rm -f "$jar"
    # Or jars of another version of Ratis would stay beside the new ones.
    [[ $jar != "$REPLICATION_JAR" ]] || rm -rf "${jar%/*}"
    build "${!#}" -Prun
  fi
  unlock_build
}

# Notes when a build begins. The clock of files ticks every few milliseconds: what the build writes shall be newer.
note_beginning() {
  touch "$BUILD_BEGAN"
  sleep 0.02
}

# Builds modules without their tests: MODULE[,MODULE ...] [OPTION of Maven ...]
build() {
  note_beginning
  if ! maven "${@:2}" --projects "$1" --also-make -DskipTests package | tee "$BUILD_LOG" | condense | show_life >&2; then
    discard_jars
    fail "the build failed; all of its output is in $BUILD_LOG"
  fi
  date_jars
}

# Whether a jar exists and nothing that it is built from is newer. Folders count as well: deleting a
# file changes the time of its folder.
is_fresh() {
  local jar=$1 module sources=("$root/pom.xml" "$root/.mvn")
  shift
  [[ -f $jar ]] || return 1
  for module; do
    sources+=("$root/$module/pom.xml" "$root/$module/src/main")
    [[ ! -d $root/$module/src/launcher ]] || sources+=("$root/$module/src/launcher")
  done
  [[ -z $(find "${sources[@]}" -newer "$jar" -print -quit) ]]
}

# Gives the jars that a build has made the time at which it began, so that a source edited meanwhile is newer.
date_jars() {
  local jar
  for jar in "$COMMAND_JAR" "$BENCHMARK_JAR" "$REPLICATION_JAR"; do
    [[ ! $jar -nt $BUILD_BEGAN ]] || touch -r "$BUILD_BEGAN" "$jar"
  done
}

# Removes the jars that a build has made before it failed.
discard_jars() {
  local jar
  for jar in "$COMMAND_JAR" "$BENCHMARK_JAR" "$REPLICATION_JAR"; do
    [[ ! $jar -nt $BUILD_BEGAN ]] || rm -f "$jar"
  done
}

# Lets one launcher at a time build in this tree. The lock goes with the process, however it ends.
lock_build() {
  local lock=$root/target/build.lock holder
  mkdir -p "$root/target"
  if command -v flock >/dev/null; then
    exec 9>"$lock"
    if ! flock -n 9; then
      echo "wisp: waiting for another build to end" >&2
      flock 9
    fi
    return
  fi
  until mkdir "$lock.d" 2>/dev/null; do
    holder=$(cat "$lock.d/pid" 2>/dev/null || true)
    if [[ -n $holder ]] && ! kill -0 "$holder" 2>/dev/null; then
      rm -rf "$lock.d"
    else
      sleep 1
    fi
  done
  echo $$ >"$lock.d/pid"
}

unlock_build() {
  if command -v flock >/dev/null; then
    exec 9>&-
  else
    rm -rf "$root/target/build.lock.d"
  fi
}

maven() {
  if ! compgen -G "${MAVEN_USER_HOME:-$HOME/.m2}/wrapper/dists/apache-maven-*" >/dev/null; then
    echo "  downloading Maven" >&2
  fi
  JAVA_HOME=$java_home MAVEN_OPTS="${JVM_FLAGS[*]} ${MAVEN_OPTS:-}" \
    "$root/mvnw" --batch-mode --file "$root/pom.xml" "$@" 2>&1
}

# Of Maven's output, what a waiting person wants to see: modules, downloads and errors.
condense() {
  sed -nu -e 's/^\[INFO\] \(Building .*\[.*\)/  \1/p' \
    -e 's|.*Downloaded from .*/\([^/ ]*\.jar\) .*|  downloaded \1|p' -e '/^\[ERROR\]/p'
}

# Passes lines on, and says every few seconds without one how long it has taken.
show_life() {
  local line status began=$SECONDS
  while :; do
    status=0
    IFS= read -r -t 4 line || status=$?
    if ((status == 0)); then
      echo "$line"
    elif ((status > 128)); then
      echo "    $((SECONDS - began)) s"
    else
      break
    fi
  done
}

# Hides of Maven's output only the announcements of downloads, of which the ends are shown.
without_announcements() {
  sed -u -e '/Downloading from /d' -e 's|.*Downloaded from .*/\([^/ ]*\.jar\) .*|downloaded \1|' -e '/Downloaded from /d'
}
