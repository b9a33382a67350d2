#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs the tests that need an RDMA device: "scripts/rdma-tests.sh -h" says how.
#
# It starts them with JUnit's own launcher from what Maven's profile rdma-tests has written down in each
# module, as Maven would take minutes in an emulated machine.
set -euo pipefail

readonly EXIT_USAGE=2
# How often the tests of a module are run where emulation makes JVMs die, before that is a failure.
readonly MOST_ATTEMPTS=3
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
readonly root
# shellcheck source=SCRIPTDIR/rdma-tests/emulation.bash
source "$root/scripts/rdma-tests/emulation.bash"

usage() {
  cat <<'END'
Usage: ./wisp rdma-tests [OPTION ...] [MODULE ...]
Builds and runs the tests tagged "rdma", of all modules or of those named by
their folders: on this machine if it has an RDMA device, else in the virtual
machine of ./wisp guest.

  --class REGEX    only classes whose whole name matches
  --long           those tagged "long" as well
  --limit SECONDS  end them after this time (exit code 124)
  --list           only print the modules
  -h, --help       this text

A module's reports are left in its target/rdma-tests/reports. WISP_BUILD=never
runs what is built.
END
}

say() {
  echo "rdma-tests: $1"
}

fail() {
  echo "rdma-tests: $1" >&2
  exit "${2:-1}"
}

# Prints the modules with tests tagged "rdma", as folders below the root.
list_modules() {
  local source
  cd "$root"
  find . -path '*/src/test/java' -type d -not -path '*/target/*' | sort | while read -r source; do
    if grep -rqF --include='*.java' '@Tag("rdma")' "$source"; then
      source=${source#./}
      echo "${source%/src/test/java}"
    fi
  done
}

# Sets "mode", "long", "limit", "classes" and "modules".
parse_options() {
  mode=outside long=() limit=() classes='.*(Test|Tests|IT)' modules=()
  while (($#)); do
    case $1 in
      -h | --help)
        usage
        exit 0
        ;;
      --list) mode=list ;;
      # What is started where the device is.
      --inside) mode=inside ;;
      --long) long=(--long) ;;
      --limit | --class)
        (($# > 1)) || fail "$1 needs a value" "$EXIT_USAGE"
        if [[ $1 == --limit ]]; then limit=(--limit "$2"); else classes=$2; fi
        shift
        ;;
      -*) fail "there is no option '$1'" "$EXIT_USAGE" ;;
      *) modules+=("${1%/}") ;;
    esac
    shift
  done
  ((${#modules[@]})) || mapfile -t modules < <(list_modules)
}

check_modules() {
  local module
  ((${#modules[@]})) || fail "no module has a test tagged rdma"
  for module in "${modules[@]}"; do
    [[ -d $root/$module/src/test/java ]] || fail "there is no module '$module' with tests" "$EXIT_USAGE"
    [[ -r $root/$module/target/rdma-tests/class-path && -d $root/$module/target/test-classes ]] ||
      fail "the tests of $module are not built: ./wisp rdma-tests builds them"
  done
}

# Starts this script again where there is a device.
run_outside() {
  local module shares=()
  for module in "${modules[@]}"; do
    rm -rf "$root/$module/target/rdma-tests/reports"
    shares+=(--out "$root/$module/target/rdma-tests/reports")
  done
  exec "$root/scripts/guest.sh" ${limit[@]+"${limit[@]}"} "${shares[@]}" \
    "$root/scripts/rdma-tests.sh" --inside ${long[@]+"${long[@]}"} --class "$classes" "${modules[@]}" </dev/null
}

# Runs those tests of a module that have the tags of an expression, on the processors that "pinned", if set,
# holds a command to: run_tagged MODULE EXPRESSION REPORTS [JVM OPTION ...]
run_tagged() {
  local module=$1 tags=$2 reports=$3 built=$root/$1/target
  shift 3
  ((${#long[@]})) || tags+=' & !long'
  cd "$root/$module"
  ${pinned[@]+"${pinned[@]}"} "$JAVA_HOME/bin/java" "@$built/rdma-tests/jvm-options" "$@" -XX:ErrorFile=target/rdma-tests/reports/hs_err_pid%p.log \
    -cp "$built/test-classes:$built/classes:$(<"$built/rdma-tests/class-path")" \
    org.junit.platform.console.ConsoleLauncher execute --disable-banner --disable-ansi-colors \
    --scan-class-path "$built/test-classes" --include-classname "$classes" --include-tag "$tags" \
    --reports-dir "$reports"
}

# Whether the tests of a module use a tag.
uses_tag() {
  grep -rqF --include='*.java' "@Tag(\"$2\")" "$root/$1/src/test/java"
}

# A JVM that is optimising all the time replaces methods all the time, and to do so writes a jump over the
# first instruction of one that another processor may be at (the JDK gave that up in version 26:
# JDK-8358821). QEMU's emulation of several processors does not always survive it, so in it the first
# compiler alone does the work, which replaces next to nothing. Tests that only hold of fully optimised
# code, as that it allocates nothing, say so by the tag fully-optimised: they get both compilers, and one
# processor, so that no other one can be at what is written.
run_module() {
  local reports=target/rdma-tests/reports pinned=()
  if [[ ${WISP_GUEST:-} != tcg ]]; then
    run_tagged "$1" rdma "$reports"
    return
  fi
  run_tagged "$1" 'rdma & !fully-optimised' "$reports" -XX:TieredStopAtLevel=1 || return
  pinned=(taskset -c 0)
  ! uses_tag "$1" fully-optimised || run_tagged "$1" 'rdma & fully-optimised' "$reports/fully-optimised"
}

# Whether JVMs died, and all of them of what run_module avoids.
crashed_by_emulation() {
  local log
  [[ ${WISP_GUEST:-} == tcg ]] || return 1
  for log in "$root/$1"/target/rdma-tests/reports/hs_err_pid*.log; do
    [[ -r $log ]] && is_crash_at_written_jump "$log" || return 1
  done
}

# Runs the tests of a module, and again if the emulation has spoilt them, which it says.
run_module_to_an_end() {
  local attempt log
  for ((attempt = 1; ; attempt++)); do
    if (run_module "$1"); then
      return
    fi
    ((attempt < MOST_ATTEMPTS)) && crashed_by_emulation "$1" || return 1
    say "A JVM CRASHED AT A JUMP THAT IT HAD JUST WRITTEN, under emulation: the tests of $1 are run AGAIN"
    for log in "$root/$1"/target/rdma-tests/reports/hs_err_pid*.log; do
      say "the crash of attempt $attempt: $(basename "$log").$attempt in target/rdma-tests/reports of $1"
      mv "$log" "$log.$attempt"
    done
  done
}

# Adds up an attribute of the reports of a module, as "tests" or "failures".
count() {
  find "$root/$1/target/rdma-tests/reports" -name 'TEST-*.xml' -exec grep -hm 1 '<testsuite ' {} \; |
    sed -n 's/.* '"$2"'="\([0-9]*\)".*/\1/p' | awk '{ sum += $1 } END { print sum + 0 }'
}

device_in_words() {
  local devices
  devices=$(cd /sys/class/infiniband && echo *)
  case ${WISP_GUEST:-} in
    tcg) echo "$devices (Soft-RoCE in an emulated machine)" ;;
    kvm) echo "$devices (Soft-RoCE in a virtual machine)" ;;
    *) echo "$devices" ;;
  esac
}

run_inside() {
  local module status failed=() tests=0 skipped=0 unsuccessful=0
  for module in "${modules[@]}"; do
    say "the tests of $module"
    status=0
    run_module_to_an_end "$module" || status=$?
    ((status == 0)) || failed+=("$module (exit code $status)")
    tests=$((tests + $(count "$module" tests)))
    skipped=$((skipped + $(count "$module" skipped)))
    unsuccessful=$((unsuccessful + $(count "$module" failures) + $(count "$module" errors)))
  done
  say "$tests tests of ${modules[*]} on $(device_in_words): $unsuccessful failed, $skipped skipped"
  ((${#failed[@]} == 0)) || fail "these modules have RDMA tests that failed: ${failed[*]}; see their target/rdma-tests/reports"
  ((tests > skipped)) || fail "no RDMA test was run"
}

parse_options "$@"
case $mode in
  list) ((${#modules[@]} == 0)) || printf '%s\n' "${modules[@]}" ;;
  outside)
    check_modules
    run_outside
    ;;
  inside)
    check_modules
    run_inside
    ;;
esac
