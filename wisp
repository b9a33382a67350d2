#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs Wisp from its source tree: finds a JDK 25, builds what is missing or older than its sources,
# and starts the program. "./wisp -h" says what there is to start.
#
# "./wisp jdk" prints the folder of the JDK that it found. "./wisp guest" runs a command where there
# is an RDMA device, if need be in a virtual machine: "./wisp guest -h" explains it. "./wisp rdma-tests"
# builds and runs in that way the tests that need a device: "./wisp rdma-tests -h". "./wisp simple-kv"
# runs the Python baseline: "./wisp simple-kv -h"; "./wisp simple-kv test" its tests.
#
# "./wisp plot", "./wisp report" and "./wisp export" draw, report and export recorded runs, in a Python
# environment that they make themselves; each explains itself with -h.
#
# From the environment: WISP_JAVA_OPTS are further options for the JVM; WISP_BUILD=never forbids
# building, for those who call this script from within a build.
set -euo pipefail

readonly JAVA_VERSION=25
: "${HOME:=/nonexistent}"
readonly JVM_FLAGS=(--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow)

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

# Whether a folder holds a JDK of the version we want. Its "release" file says so in no time;
# starting java to ask it would take longer than all the rest of this script.
is_jdk() {
  [[ -x $1/bin/javac && -r $1/release ]] || return 1
  local line
  while IFS= read -r line; do
    case $line in
      "JAVA_VERSION=\"$JAVA_VERSION\"" | "JAVA_VERSION=\"$JAVA_VERSION."* | "JAVA_VERSION=\"$JAVA_VERSION-"* | "JAVA_VERSION=\"$JAVA_VERSION+"*)
        return 0
        ;;
    esac
  done <"$1/release"
  return 1
}

# The JDK that the javac on the PATH belongs to, through the links that Debian and Fedora put there.
jdk_of_path() {
  local javac
  javac=$(command -v javac) || return 1
  follow_links "$javac"
  dirname "$(dirname "$followed")"
}

# Sets "java_home".
find_jdk() {
  local candidate
  if [[ -n ${JAVA_HOME:-} ]] && is_jdk "$JAVA_HOME"; then
    java_home=$JAVA_HOME
    return
  fi
  if candidate=$(jdk_of_path) && is_jdk "$candidate"; then
    java_home=$candidate
    return
  fi
  for candidate in \
    /usr/lib/jvm/* \
    "${SDKMAN_DIR:-$HOME/.sdkman}"/candidates/java/* \
    "$HOME"/.jdks/* \
    /opt/java/* /opt/jdk* \
    /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /home/linuxbrew/.linuxbrew/opt/openjdk*/libexec \
    /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if is_jdk "$candidate"; then
      java_home=$candidate
      return
    fi
  done
  fail "no JDK $JAVA_VERSION was found: install one (Debian and Ubuntu: apt install openjdk-$JAVA_VERSION-jdk;\
 Fedora: dnf install java-$JAVA_VERSION-openjdk-devel; macOS: brew install openjdk@$JAVA_VERSION;\
 anywhere: https://adoptium.net), or set JAVA_HOME to one" 2
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

# Lets one launcher at a time build in this tree. The lock goes with the process, however it ends.
lock_build() {
  local lock=$root/target/build.lock
  mkdir -p "$root/target"
  if command -v flock >/dev/null; then
    exec 9>"$lock"
    if ! flock -n 9; then
      echo "wisp: waiting for another build to end" >&2
      flock 9
    fi
    return
  fi
  local holder
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
  JAVA_HOME=$java_home \
    MAVEN_OPTS="${JVM_FLAGS[*]} ${MAVEN_OPTS:-}" \
    "$root/mvnw" --batch-mode --file "$root/pom.xml" "$@" 2>&1
}

# The name in a line of Maven's that ends as "some/folder/name.jar (1.2 MB at 3 MB/s)".
file_of_download() {
  local address=${1%% (*}
  echo "${address##*/}"
}

# Of Maven's output, what a waiting person wants to see: modules, downloads and errors.
condense() {
  local line
  while IFS= read -r line; do
    case $line in
      "[INFO] Building "*"["*) echo "  ${line#\[INFO\] }" ;;
      *"Downloaded from "*.jar\ *) echo "  downloaded $(file_of_download "$line")" ;;
      "[ERROR]"*) echo "$line" ;;
    esac
  done
}

# Hides of Maven's output only the announcements of downloads, of which the ends are shown.
without_announcements() {
  local line
  while IFS= read -r line; do
    case $line in
      *"Downloading from "*) ;;
      *"Downloaded from "*.jar\ *) echo "downloaded $(file_of_download "$line")" ;;
      *"Downloaded from "*) ;;
      *) echo "$line" ;;
    esac
  done
}

# Builds a jar if need be. The old one is removed first: a failed build leaves nothing stale to run,
# and a process that has the old file open keeps it. The new one gets the time at which the build
# began, so that a source edited meanwhile is newer.
ensure_built() {
  local jar=$1 log=$root/target/build.log began=$root/target/build.began
  shift
  is_fresh "$jar" "$@" && return
  if [[ ${WISP_BUILD:-} == never ]]; then
    fail "$jar is missing or older than its sources, and WISP_BUILD=never forbids to build it"
  fi
  lock_build
  if ! is_fresh "$jar" "$@"; then
    echo "wisp: building ${jar##*/}, which is missing or older than its sources" >&2
    touch "$began"
    rm -f "$jar"
    if ! maven --projects "${!#}" --also-make -DskipTests package | tee "$log" | condense >&2; then
      rm -f "$jar"
      fail "the build failed; all of its output is in $log"
    fi
    touch -r "$began" "$jar"
  fi
  unlock_build
}

# Sets "pinned" to what holds the JVM to one processor of an emulated guest: a server to the first, a
# client to the last. JDK 25 writes a jump over the entry of a method that it replaces (given up by
# JDK-8358821), and QEMU may show another processor one half of it, of which the JVM dies. The suite has
# both ends in one command, and keeps all processors.
pin_in_emulation() {
  local argument allowed processor
  [[ ${WISP_GUEST:-} == tcg && -n $(command -v taskset) ]] || return 0
  allowed=$(awk '/^Cpus_allowed_list:/ { print $2 }' /proc/self/status)
  processor=${allowed##*[-,]}
  for argument; do
    case $argument in -s* | --server) processor=${allowed%%[-,]*} ;; esac
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

ensure_command_built() {
  ensure_built "$root/cli/target/wisp.jar" core transports/verbs transports measure cli
}

ensure_benchmarks_built() {
  ensure_built "$root/benchmarks/target/benchmarks.jar" core transports/verbs transports measure benchmarks
}

# Runs a command on a machine with an RDMA device. Where that is a virtual machine, nothing can be
# built in it, so that what the command seems to start is built here.
run_guest() {
  case "$*" in
    *simple[-_]kv*)
      ensure_simple_kv_environment
      ensure_pyverbs
      ;;
    *wisp*bench*) ensure_benchmarks_built ;;
    *wisp*) ensure_command_built ;;
  esac
  exec "$root/scripts/guest.sh" "$@"
}

# Installs what the tests use beside the JDK, where that can be done without asking.
install_test_tools() {
  local missing=() tool
  for tool in redis-cli:redis-tools shellcheck:shellcheck python3:python3 cc:gcc; do
    command -v "${tool%%:*}" >/dev/null || missing+=("${tool##*:}")
  done
  for tool in python3 /usr/bin/python3; do
    if command -v "$tool" >/dev/null && ! "$tool" -c 'import ensurepip, venv' 2>/dev/null; then
      missing+=(python3-venv)
      break
    fi
  done
  if [[ $(uname) == Linux ]]; then
    [[ -f /usr/include/stdio.h ]] || missing+=(libc6-dev)
    [[ -f /usr/include/infiniband/verbs.h ]] || missing+=(libibverbs-dev)
  fi
  ((${#missing[@]})) || return 0
  if command -v apt-get >/dev/null && { ((EUID == 0)) || sudo -n true 2>/dev/null; }; then
    echo "wisp: installing what the tests use: ${missing[*]}"
    install_packages "${missing[@]}"
  else
    fail "the tests use programs that are not here; install these packages first: ${missing[*]}"
  fi
}

check_scripts() {
  local scripts=("$root/wisp" "$root/.ci/run") script
  for script in "$root"/scripts/*.sh "$root"/scripts/guest/*.sh; do
    [[ -f $script ]] && scripts+=("$script")
  done
  echo "wisp: checking ${#scripts[@]} scripts with shellcheck"
  shellcheck --external-sources --check-sourced "${scripts[@]}"
  check_licenses
}

# Refuses sources without a line that names their licence. Maven's own wrapper and what is built are not ours.
check_licenses() {
  local unnamed
  unnamed=$(find "$root" \( -name target -o -name '.?*' -o -path "$root/results" \) -prune -o -type f \
    \( -name '*.java' -o -name '*.py' -o -name '*.sh' -o -name '*.bash' -o -name '*.xml' -o -name '*.js' -o -name '*.css' \) \
    -exec grep -L 'SPDX-License-Identifier: Apache-2.0' {} +)
  [[ -z $unnamed ]] || fail "no line with SPDX-License-Identifier: Apache-2.0 in: $unnamed"
}

# Gives the jars that a build has made the time at which it began, so that a source edited meanwhile is
# newer.
date_jars() {
  local began=$1 jar
  shift
  for jar; do
    [[ ! $jar -nt $began ]] || touch -r "$began" "$jar"
  done
}

# Builds the tests that need an RDMA device, and runs them where there is one.
run_rdma_tests() {
  local modules log=$root/target/build.log began=$root/target/build.began
  if [[ ${WISP_BUILD:-} != never && " $* " != *" -h "* ]]; then
    modules=$("$root/scripts/rdma-tests.sh" --list "$@" | paste -sd , -)
    echo "wisp: building the tests of $modules" >&2
    lock_build
    touch "$began"
    maven -Prdma-tests --projects "$modules" --also-make -DskipTests package | tee "$log" | condense >&2 ||
      fail "the build failed; all of its output is in $log"
    date_jars "$began" "${jars[@]}"
    unlock_build
  fi
  export JAVA_HOME=$java_home
  exec "$root/scripts/rdma-tests.sh" "$@"
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
  local began=$1 options=$2 module
  "$root/scripts/rdma-tests.sh" --list | while read -r module; do
    if ((options == 0)) || [[ $root/$module/target/rdma-tests/class-path -nt $began ]]; then
      echo "$module"
    fi
  done
}

# Runs the tests that need an RDMA device, of what Maven has just built. Sets "guest_missing" if there
# turns out to be no guest for them.
test_rdma() {
  local began=$1 options=$2 modules status=0
  shift 2
  [[ -z $guest_missing ]] || return 0
  mapfile -t modules < <(built_rdma_modules "$began" "$options")
  if ((${#modules[@]} == 0)); then
    echo "wisp: nothing that was built has tests for RDMA"
    return 0
  fi
  JAVA_HOME=$java_home "$root/scripts/rdma-tests.sh" "$@" "${modules[@]}" || status=$?
  if ((status == 0 && options == 0)); then
    "$root/scripts/simple_kv_rdma_test.sh" || status=$?
  fi
  case $status in
    0) ;;
    125) guest_missing="the virtual machine did not start, as said above" ;;
    124) fail "the RDMA tests did not end in time" ;;
    *) fail "the RDMA tests failed: look above, and under */target/rdma-tests/reports" ;;
  esac
}

# What nobody may overlook.
report_missing_guest() {
  cat <<END

################################################################################
  RDMA TESTS DID NOT RUN: ${guest_missing#wisp guest: }
  Whatever needs an RDMA device is untested.
################################################################################
END
  [[ ${CI:-} != true ]] || fail "the RDMA tests did not run, which in CI is a failure"
}

explain_tests() {
  cat <<'END'
Usage: ./wisp test [--long] [OPTION ...]
Checks the scripts, builds Wisp, runs all tests and gates, and those of RDMA where there is a device or can
be a virtual machine with one.

  --long      the tests that take long as well
  -h, --help  this text

Any other OPTION is Maven's and chooses what it does, as -pl core, or -pl transports -am -Dtest=SomeTest with
-Dsurefire.failIfNoSpecifiedTests=false. With one, the tests written in Python are left out, and those of RDMA are
run of the modules that Maven builds. CI=true in the environment makes it a failure if those of RDMA cannot be run.

Exit codes: 0 if all that was run passed; 1 if something failed or nothing was run; 2 without a JDK.
END
}

# Whether Maven has run a test since a file was touched.
has_run_tests() {
  [[ -n $(find "$root" -path '*/target/*-reports/TEST-*.xml' -newer "$1" -print -quit) ]]
}

run_tests() {
  local options=$# arguments=() rdma_arguments=(--limit 3600) argument began=$root/target/build.began
  for argument; do
    case $argument in
      -h | --help)
        explain_tests
        exit 0
        ;;
      --long)
        arguments+=(-DexcludedTests=rdma -Pjcstress)
        rdma_arguments=(--long --limit 5400)
        options=$((options - 1))
        ;;
      *) arguments+=("$argument") ;;
    esac
  done
  install_test_tools
  check_scripts
  ((options)) || check_python
  prepare_guest
  lock_build
  touch "$began"
  rm -f "${jars[@]}"
  if ! maven -Prdma-tests ${arguments[@]+"${arguments[@]}"} verify | without_announcements; then
    fail "the tests failed: look for the first line with ERROR above, and under */target/surefire-reports"
  fi
  date_jars "$began" "${jars[@]}"
  has_run_tests "$began" ||
    fail "Maven ended well and ran no test, as its options had it: ${arguments[*]:-none}; ./wisp test -h explains them"
  unlock_build
  test_rdma "$began" "$options" "${rdma_arguments[@]}"
  cat <<END

All ${guest_missing:+other }tests passed. What to look at next:
  ./wisp -s -t                    a server; then, in another terminal:
  ./wisp -c 127.0.0.1 -t          a shell on it
  ./wisp -p 127.0.0.1 -t --key_size 3 --payload_size 100
                                  its throughput and latency
  ./wisp bench -p keySize=3       every transport measured side by side
  ./wisp report --fresh --quick   that and more, as tables, plots and a page
END
  [[ -z $guest_missing ]] || report_missing_guest
}

hold_closed_descriptors
find_root
# shellcheck source=scripts/packages.bash
source "$root/scripts/packages.bash"
# shellcheck source=scripts/python.bash
source "$root/scripts/python.bash"
case ${1:-} in # these need no JDK
  plot | report | export)
    run_plots "$@"
    ;;
  simple-kv)
    shift
    run_simple_kv "$@"
    ;;
esac
find_jdk
jars=("$root/cli/target/wisp.jar" "$root/benchmarks/target/benchmarks.jar")
extra_flags=() pinned=()
case ${1:-} in
  test)
    shift
    run_tests "$@"
    ;;
  jdk)
    echo "$java_home"
    ;;
  rdma-tests)
    shift
    run_rdma_tests "$@"
    ;;
  guest)
    shift
    run_guest "$@"
    ;;
  compare)
    shift
    run_compare "$@"
    ;;
  bench)
    shift
    ensure_benchmarks_built
    run_jar "$root/benchmarks/target/benchmarks.jar" "$@"
    ;;
  *)
    ensure_command_built
    pin_in_emulation "$@"
    [[ -t 2 ]] && extra_flags+=(-Dwisp.liveProgress=true)
    run_jar "$root/cli/target/wisp.jar" "$@"
    ;;
esac
