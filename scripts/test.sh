#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What "./wisp test" does, which starts it with JAVA_HOME: "./wisp test -h" explains it.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
java_home=${JAVA_HOME:?"./wisp test" starts this}
readonly root java_home
# shellcheck source=SCRIPTDIR/build.bash
source "$root/scripts/build.bash"
# shellcheck source=SCRIPTDIR/packages.bash
source "$root/scripts/packages.bash"

fail() {
  echo "wisp: $1" >&2
  exit "${2:-1}"
}

explain_tests() {
  cat <<'END'
Usage: ./wisp test [--long] [OPTION ...]
Checks the scripts, builds Wisp, runs all tests and gates, and those of RDMA
where there is a device or can be a virtual machine with one.

  --long      the tests that take long as well, and all clients of Redis that
              others wrote (./wisp test-clients -h)
  -h, --help  this text

Any other OPTION is Maven's and chooses what it does, as -pl core, or -pl
transports -am -Dtest=SomeTest with -Dsurefire.failIfNoSpecifiedTests=false.
With one, the tests written in Python are left out, and those of RDMA are run of
the modules that Maven builds; what was run is said at the end.

Packages that the tests use are installed where that takes no password.
Elsewhere all runs that can without them, and a list at the end says what did
not run and which packages that takes. CI=true in the environment makes it a
failure if something cannot be run, but for the test of the report's page.

Exit codes: 0 if all that was run passed; 1 if something failed or nothing was
run; 2 without a JDK.
END
}

# Where the locale is not installed, as a remote shell may bring it along, every shell that tests start would warn.
use_installed_locale() {
  command -v locale >/dev/null || return 0
  local wanted=${LC_ALL:-${LANG:-}}
  [[ -n $(locale 2>&1 >/dev/null || true) ]] || return 0
  echo "wisp: the locale $wanted is not installed, so the tests run in C.UTF-8"
  export LC_ALL=C.UTF-8
}

# Installs what the tests use beside the JDK, where that can be done without asking.
install_test_tools() {
  local missing=() tool
  for tool in redis-cli:redis-tools shellcheck:shellcheck python3:python3 cc:gcc; do
    command -v "${tool%%:*}" >/dev/null || missing+=("${tool##*:}")
  done
  [[ ! -x /usr/bin/python3 ]] || has_python /usr/bin/python3 || missing+=(python3-venv)
  if [[ $(uname) == Linux ]]; then
    [[ -f /usr/include/stdio.h ]] || missing+=(libc6-dev)
    [[ -f /usr/include/infiniband/verbs.h ]] || missing+=(libibverbs-dev)
    [[ -f /usr/include/hiredis/hiredis.h ]] || missing+=(libhiredis-dev)
  fi
  ((${#missing[@]})) || return 0
  if can_install; then
    echo "wisp: installing what the tests use: ${missing[*]}"
    install_packages "${missing[@]}"
  else
    echo "wisp: these packages are missing and take root to install; what needs them is left out: ${missing[*]}"
    lacking+=("${missing[@]}")
  fi
}

# Whether a Python can run the tools of plots.
has_python() {
  "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

has_browser() {
  command -v chromedriver >/dev/null && { command -v chromium || command -v google-chrome; } >/dev/null
}

check_scripts() {
  local scripts=("$root/wisp" "$root/.ci/run") script
  for script in "$root"/scripts/*.sh "$root"/scripts/guest/*.sh; do
    [[ ! -f $script ]] || scripts+=("$script")
  done
  if ! command -v shellcheck >/dev/null; then
    leave_out "THE SCRIPTS WERE NOT CHECKED: there is no shellcheck"
    return
  fi
  echo "wisp: checking ${#scripts[@]} scripts with shellcheck"
  shellcheck --external-sources --check-sourced "${scripts[@]}"
}

# Refuses sources without a line that names their licence. Maven's own wrapper and what is built are not ours.
check_licenses() {
  local unnamed
  unnamed=$(find "$root/." -mindepth 1 \( -name target -o -name '.?*' -o -path "$root/./results" \) -prune -o -type f \
    \( -name '*.java' -o -name '*.py' -o -name '*.sh' -o -name '*.bash' -o -name '*.xml' -o -name '*.js' -o -name '*.css' \
    -o -name '*.c' -o -name '*.go' \) \
    -exec grep -L 'SPDX-License-Identifier: Apache-2.0' {} +)
  [[ -z $unnamed ]] || fail "no line with SPDX-License-Identifier: Apache-2.0 in: $unnamed"
}

# Checks and tests all that is written in Python, but for what needs an RDMA device.
check_python() {
  if ! has_python /usr/bin/python3 && ! has_python python3; then
    leave_out "WHAT IS WRITTEN IN PYTHON WAS NOT TESTED: there is no Python 3.11 with the module venv"
    return
  fi
  if ! has_browser && can_install; then
    echo "wisp: installing what the test of the report's page uses: chromium chromium-driver"
    install_packages chromium chromium-driver || true
  fi
  "$root/wisp" test-python || fail "the checks and tests of what is written in Python failed"
  if ! has_browser; then
    not_run+=("THE REPORT'S PAGE WAS NOT TESTED: there is no browser")
    lacking+=(chromium chromium-driver)
  fi
}

# Has clients of Redis that others wrote meet the server that Maven has built: all, or with --quick those that need
# no more than other tests.
check_clients() {
  local told=$root/target/clients-not-run reason package
  if ! has_python /usr/bin/python3 && ! has_python python3; then
    leave_out "CLIENTS OF REDIS DID NOT RUN: there is no Python 3.11 with the module venv"
    return
  fi
  rm -f "$told"
  "$root/wisp" test-clients "$@" --not-run "$told" || fail "clients of Redis failed, as said above"
  [[ -f $told ]] || return 0
  while IFS=$'\t' read -r reason package; do
    leave_out "A CLIENT OF REDIS DID NOT RUN: $reason"
    lacking+=("$package")
  done <"$told"
}

# Notes what cannot be run.
leave_out() {
  not_run+=("$1")
  incomplete=true
}

# Notes the tests that Maven ran and that left themselves out, by the reasons that they gave. What a transport
# has not by its nature lacks nowhere.
note_skipped_tests() {
  local reason
  while read -r reason; do
    not_run+=("$reason")
  done < <(find "$root" -path '*/target/*-reports/TEST-*.xml' -newer "$BUILD_BEGAN" -exec grep -ho '<skipped message="[^"]*' {} + |
    sed -e 's/.*message="//' -e 's/^Assumption failed: //' -e 's/&quot;/"/g; s/&apos;/'"'"'/g; s/&#10;.*//; s/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g' |
    grep -v ' by its nature$' | sort | uniq -c | sort -rn | awk '{ n = $1; $1 = ""; print n (n == 1 ? " test:" : " tests:") $0 }')
}

# Says what nobody may overlook.
say_what_did_not_run() {
  local bar='################################################################################'
  ((${#not_run[@]})) || return 0
  printf '\n%s\n' "$bar"
  printf '  %s\n' "These did not run:" "${not_run[@]/#/- }"
  ((${#lacking[@]} == 0)) || printf '  %s\n' "Packages that would change it: ${lacking[*]}"
  printf '%s\n' "$bar"
}

# Passes lines on to standard error as they come, and the last of them to standard output as well.
show_and_print_last() {
  local line last=''
  while IFS= read -r line; do
    echo "$line" >&2 || true
    last=$line
  done
  echo "$last"
}

# Sets "guest_missing" to the reason if there can be no guest here.
prepare_guest() {
  guest_missing=''
  if ! guest_missing=$("$root/scripts/guest.sh" --prepare 2>&1 | show_and_print_last); then
    : "${guest_missing:=the virtual machine could not be prepared}"
  else
    guest_missing=''
  fi
}

# Prints the modules with tests that need an RDMA device: all, or with options for Maven, which may
# have chosen some, those that the build has made.
built_rdma_modules() {
  local module
  "$root/scripts/rdma-tests.sh" --list | while read -r module; do
    if ((options == 0)) || [[ $root/$module/target/rdma-tests/class-path -nt $BUILD_BEGAN ]]; then
      echo "$module"
    fi
  done
}

# Runs the tests that need an RDMA device, of what Maven has just built, and those of the baseline; sets
# "rdma_modules". Sets "guest_missing" if there turns out to be no guest for them.
test_rdma() {
  local status=0
  mapfile -t rdma_modules < <(built_rdma_modules)
  if ((${#rdma_modules[@]} == 0)); then
    echo "wisp: nothing that was built has tests for RDMA"
    return 0
  fi
  "$root/scripts/rdma-tests.sh" "$@" "${rdma_modules[@]}" || status=$?
  if ((status == 0 && options == 0)); then
    "$root/scripts/guest.sh" --limit 1200 "$root/wisp" simple-kv test -m rdma </dev/null || status=$?
  fi
  case $status in
    0) ;;
    125) guest_missing="the virtual machine did not start, as said above" ;;
    124) fail "the RDMA tests did not end in time" ;;
    *) fail "the RDMA tests failed: look above, and under */target/rdma-tests/reports" ;;
  esac
}

# Has Maven build and test with options of its own.
test_with_maven() {
  lock_build
  note_beginning
  if ! maven -Prdma-tests "$@" verify | without_announcements; then
    discard_jars
    fail "the tests failed: look for the first line with ERROR above, and under */target/surefire-reports"
  fi
  date_jars
  [[ -n $(find "$root" -path '*/target/*-reports/TEST-*.xml' -newer "$BUILD_BEGAN" -print -quit) ]] ||
    fail "Maven ended well and ran no test, as its options had it: ${*:-none}; ./wisp test -h explains them"
  unlock_build
}

conclude() {
  if ((options)); then
    echo
    echo "What was run passed, a part: Maven's tests with ${arguments[*]}, those of RDMA of ${rdma_modules[*]:-no module}."
  else
    cat <<END

All ${incomplete:+other }tests passed. What to look at next:
  ./wisp -s -t                    a server; then, in another terminal:
  ./wisp -c 127.0.0.1 -t          a shell on it
  ./wisp -p 127.0.0.1 -t --key_size 3 --payload_size 100
                                  its throughput and latency
  ./wisp bench -p keySize=3       every transport measured side by side
  ./wisp report --fresh --quick   that and more, as tables, plots and a page
END
  fi
  say_what_did_not_run
  [[ -z $incomplete || ${CI:-} != true ]] || fail "something did not run, as said above, which in CI is a failure"
}

options=$# arguments=() rdma_arguments=(--limit 3600) rdma_modules=() client_arguments=(--quick)
not_run=() lacking=() incomplete=''
for argument; do
  case $argument in
    -h | --help)
      explain_tests
      exit 0
      ;;
    --long)
      arguments+=(-DexcludedTests=rdma -Pjcstress)
      client_arguments=()
      rdma_arguments=(--long --limit 5400)
      options=$((options - 1))
      ;;
    *) arguments+=("$argument") ;;
  esac
done
use_installed_locale
install_test_tools
check_licenses
check_scripts
((options)) || check_python
prepare_guest
test_with_maven ${arguments[@]+"${arguments[@]}"}
note_skipped_tests
((options)) || check_clients ${client_arguments[@]+"${client_arguments[@]}"}
[[ -n $guest_missing ]] || test_rdma "${rdma_arguments[@]}"
[[ -z $guest_missing ]] || leave_out "RDMA TESTS DID NOT RUN: ${guest_missing#wisp guest: }"
conclude
