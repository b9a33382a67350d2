#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs Wisp from its source tree: finds a JDK 25, or fetches one, or finds a Python, builds what is missing or older than its sources,
# and hands over. "./wisp -h" says what Wisp itself can do; beside that there are, each with -h:
#
#   test                     all tests and gates; rdma-tests: those that need an RDMA device; test-python: Python's;
#                            test-clients: clients of Redis that others wrote
#   guest                    runs a command where there is an RDMA device, if need be in a virtual machine
#   cluster                  shows who shares a log, has others come and go, and moves slots between nodes
#   failover                 kills masters of a group while somebody writes, and looks for what was acknowledged
#   bench                    the JMH suite
#   plot, report, export     what was measured, as plots, tables, a page, or files of other programs
#   compare, prove-compare   is a commit slower than another one; can that be told here
#   beside                   Wisp beside redis, etcd, perftest, bare memory, libcuckoo, and another client
#   scale                    what a thousand machines would ask, counted and simulated
#   simple-kv                the Python baseline
#   jdk                      prints the folder of the JDK that is used
#
# From the environment: WISP_JAVA_OPTS are further options for the JVM; WISP_BUILD=never forbids
# building and installing, for those who call this script from within a build; WISP_JDK_URL and
# WISP_JDK say where a JDK may be fetched from (scripts/jdk.bash).
set -euo pipefail

: "${HOME:=/nonexistent}"

fail() {
  echo "wisp: $1" >&2
  exit "${2:-1}"
}

# Takes the numbers of closed standard descriptors, and leaves them as good as closed: the JVM would give them
# to the next files that it opens, and the shell would take a file of the JDK for its input.
hold_closed_descriptors() {
  [[ -e /dev/fd/0 ]] || exec 0>/dev/null
  [[ -e /dev/fd/1 ]] || exec 1</dev/null
  [[ -e /dev/fd/2 ]] || exec 2</dev/null
}

# Sets "followed" to the file that a path leads to through symbolic links.
follow_links() {
  local target
  followed=$1
  while [[ -L $followed ]]; do
    target=$(readlink "$followed")
    [[ $target == /* ]] || target=$(dirname "$followed")/$target
    followed=$target
  done
}

# Sets "root" to the folder of this script.
find_root() {
  follow_links "${BASH_SOURCE[0]}"
  root=$(cd "$(dirname "$followed")" && pwd -P)
}

# Replaces this process by a module of the tools. The distribution's Python comes first: its pyverbs fits no other.
run_python() {
  local python
  for python in /usr/bin/python3 python3; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      export PYTHONPATH=$root/plots:$root/scripts PYTHONDONTWRITEBYTECODE=1
      exec "$python" -m "$@"
    fi
  done
  fail "this needs Python 3.11 or later (Debian and Ubuntu: apt install python3 python3-venv)" 2
}

# Sets "pinned" to what holds the JVM to one processor of an emulated guest: a server to the first, a
# client to the last. JDK 25 writes a jump over the entry of a method that it replaces (given up by
# JDK-8358821), and QEMU may show another processor one half of it, of which the JVM dies. The suite has
# both ends in one command, and keeps all processors.
pin_in_emulation() {
  local argument allowed processor last=
  [[ ${WISP_GUEST:-} == tcg && -n $(command -v taskset) ]] || return 0
  allowed=$(awk '/^Cpus_allowed_list:/ { print $2 }' /proc/self/status)
  processor=${allowed##*[-,]}
  for argument; do
    case $argument in -s* | --server) processor=${allowed%%[-,]*} ;; esac
  done
  for argument; do
    [[ $last != --cores ]] || argument=--cores=$argument
    if [[ $argument =~ ^--cores=([0-9,-]+)$ ]] && taskset -c "${BASH_REMATCH[1]}" true 2>/dev/null; then
      processor=${BASH_REMATCH[1]}
    fi
    last=$argument
  done
  pinned=(taskset -c "$processor")
}

# Sets "in_utf8" to what gives a program a locale in UTF-8 where this one is none: Java reads file names in the
# locale's encoding. The three bytes are one character in UTF-8 alone.
choose_locale() {
  local euro=$'\xe2\x82\xac'
  in_utf8=()
  ((${#euro} == 1)) || in_utf8=(env LC_ALL=C.UTF-8)
}

# Replaces this process, so that signals reach Java.
run_jar() {
  local jar=$1 java_opts=()
  shift
  read -r -a java_opts <<<"${WISP_JAVA_OPTS:-}" || true
  choose_locale
  exec ${in_utf8[@]+"${in_utf8[@]}"} ${pinned[@]+"${pinned[@]}"} "$java_home/bin/java" "${JVM_FLAGS[@]}" ${extra_flags[@]+"${extra_flags[@]}"} \
    ${java_opts[@]+"${java_opts[@]}"} -jar "$jar" "$@"
}

# Builds the tests that need an RDMA device, and runs them where there is one.
run_rdma_tests() {
  local modules
  if [[ ${WISP_BUILD:-} != never && " $* " != *" -h "* ]]; then
    modules=$("$root/scripts/rdma-tests.sh" --list "$@" | paste -sd , -)
    echo "wisp: building the tests of $modules" >&2
    lock_build
    build "$modules" -Prdma-tests
    unlock_build
  fi
  JAVA_HOME=$java_home exec "$root/scripts/rdma-tests.sh" "$@"
}

# Runs a command on a machine with an RDMA device. Where that is a virtual machine, nothing can be built or
# installed in it, so that all that a command could start is built here.
run_guest() {
  case ${1:-} in
    '' | -h | --help | --prepare | --check) ;; # these run no command
    *)
      if [[ ${WISP_BUILD:-} != never ]]; then
        ensure_command_built
        ensure_benchmarks_built
        (run_python wisp_tools.packages record) >/dev/null || echo "wisp: simple-kv will not be able to record" >&2
      fi
      ;;
  esac
  exec "$root/scripts/guest.sh" "$@"
}

# Has a group of three nodes lose its masters, in network namespaces where nothing can be built.
run_failover() {
  if [[ ${WISP_BUILD:-} != never && " $* " != *" -h "* && " $* " != *" --help "* ]]; then
    ensure_command_built
    ensure_replication_built
  fi
  exec "$root/scripts/failover.sh" "$@"
}

# Gives a server with a log what that takes: jars that nobody else loads, and so nobody else has to fetch.
provide_replication() {
  local argument
  for argument; do
    case $argument in
      --data | --data=*)
        ensure_replication_built
        extra_flags+=("-Dwisp.replication=${REPLICATION_JAR%/*}")
        return
        ;;
    esac
  done
}

hold_closed_descriptors
find_root
case ${1:-} in
  plot | report | export | compare | prove-compare | beside | scale | simple-kv | test-clients | test-python)
    run_python wisp_tools "$@"
    ;;
esac
# shellcheck source=scripts/jdk.bash
source "$root/scripts/jdk.bash"
# shellcheck source=scripts/build.bash
source "$root/scripts/build.bash"
provide_jdk
extra_flags=() pinned=()
case ${1:-} in
  test)
    JAVA_HOME=$java_home exec "$root/scripts/test.sh" "${@:2}"
    ;;
  jdk)
    case "${*:2}" in
      '') echo "$java_home" ;;
      -h | --help) echo "./wisp jdk prints the folder of the JDK that is used" ;;
      *) fail "jdk takes nothing else: it prints the folder of the JDK that is used" 2 ;;
    esac
    ;;
  rdma-tests)
    run_rdma_tests "${@:2}"
    ;;
  guest)
    run_guest "${@:2}"
    ;;
  failover)
    run_failover "${@:2}"
    ;;
  cluster)
    ensure_command_built
    run_jar "$COMMAND_JAR" "$@"
    ;;
  bench)
    ensure_benchmarks_built
    run_jar "$BENCHMARK_JAR" "${@:2}"
    ;;
  *)
    ensure_command_built
    provide_replication "$@"
    pin_in_emulation "$@"
    [[ -t 1 ]] && extra_flags+=(-Dwisp.outIsTerminal=true)
    [[ -t 2 ]] && extra_flags+=(-Dwisp.liveProgress=true)
    run_jar "$COMMAND_JAR" "$@"
    ;;
esac
