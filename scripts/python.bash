# SPDX-License-Identifier: Apache-2.0
# What the launcher does with Python: environments for it, and the commands that are written in it. Sourced
# by "wisp", whose "fail" it uses, "install_packages" of packages.bash, and "root", the folder of the tree.
# shellcheck shell=bash

# Sets "python" to one that is new enough, and "environment" to the folder where simple-kv's packages are to be.
# That of the distribution comes first: its package of pyverbs fits no other.
find_python() {
  local candidate name
  for candidate in /usr/bin/python3 "$(command -v python3 || true)"; do
    [[ -x $candidate ]] || continue
    if name=$("$candidate" - "$root/scripts/simple_kv/requirements.txt" 2>/dev/null <<'END'
import hashlib, sys
assert sys.version_info >= (3, 11)
with open(sys.argv[1], "rb") as file:
    print(hashlib.sha256(file.read() + sys.version.encode() + sys.executable.encode()).hexdigest()[:16])
END
    ); then
      python=$candidate
      environment=${XDG_CACHE_HOME:-$HOME/.cache}/wisp-simple-kv/$name
      return
    fi
  done
  fail "simple-kv needs Python 3.11 or later (Debian and Ubuntu: apt install python3 python3-venv)" 2
}

# Makes the environment that simple-kv runs in if need be: elsewhere first, so that a half of it is never used.
ensure_simple_kv_environment() {
  local making log
  find_python
  [[ ! -d $environment ]] || return 0
  if [[ ${WISP_BUILD:-} == never ]]; then
    fail "the Python packages of simple-kv are not in $environment, and WISP_BUILD=never forbids to install them:\
 ./wisp simple-kv -h installs them"
  fi
  "$python" -c 'import venv, ensurepip' 2>/dev/null ||
    fail "$python cannot make an environment for packages (Debian and Ubuntu: apt install python3-venv)" 2
  making=$environment.$$
  log=$making/install.log
  echo "wisp: installing the Python packages of simple-kv in $environment" >&2
  mkdir -p "${environment%/*}"
  if ! "$python" -m venv --system-site-packages "$making" >&2 ||
    ! "$making/bin/python" -m pip install --quiet --disable-pip-version-check --ignore-installed \
      --requirement "$root/scripts/simple_kv/requirements.txt" >"$log" 2>&1; then
    tail -n 5 "$log" >&2 || true
    rm -rf "$making"
    fail "the Python packages of simple-kv could not be installed"
  fi
  # Whoever else has made one meanwhile has made the same.
  "$python" -c 'import os, sys; os.rename(*sys.argv[1:])' "$making" "$environment" 2>/dev/null || rm -rf "$making"
}

# Installs pyverbs for simple-kv over RDMA, where that can be done without asking.
ensure_pyverbs() {
  ! "$environment/bin/python" -c 'import pyverbs.device' 2>/dev/null || return 0
  if command -v apt-get >/dev/null && { ((EUID == 0)) || sudo -n true 2>/dev/null; }; then
    echo "wisp: installing python3-pyverbs" >&2
    # Without it the cells of simple-kv over RDMA fail, and nothing else.
    install_packages python3-pyverbs ||
      echo "wisp: pyverbs could not be installed, without which simple-kv has no RDMA" >&2
  else
    echo "wisp: pyverbs is missing, without which simple-kv has no RDMA: install python3-pyverbs" >&2
  fi
}

# Runs the Python baseline, or its tests.
run_simple_kv() {
  ensure_simple_kv_environment
  if [[ ${1:-} == test ]]; then
    shift
    exec "$environment/bin/python" -m unittest discover --start-directory "$root/scripts/tests" \
      --top-level-directory "$root/scripts" "$@"
  fi
  exec "$environment/bin/python" "$root/scripts/simple_kv.py" "$@"
}

# Compares two commits, which it builds away from this tree.
run_compare() {
  command -v python3 >/dev/null || fail "comparing commits needs python3" 2
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "comparing commits needs Python 3.11 or newer, and python3 is $(python3 --version)" 2
  exec python3 "$root/scripts/compare_commits.py" "$@"
}

# Sets "plots_python" to the Python of an environment that has exactly what plots/requirements.txt locks.
# It is kept from one call to the next, and made anew when that file or Python changes.
ensure_plots_environment() {
  local requirements=$root/plots/requirements.txt python cache folder version log
  python=$(command -v python3) || fail "plots need Python 3.11 or later: install python3 and python3-venv" 2
  version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2] if sys.version_info >= (3, 11) else "")')
  [[ -n $version ]] || fail "plots need Python 3.11 or later, and $python is older" 2
  cache=${XDG_CACHE_HOME:-$HOME/.cache}/wisp-plots
  folder=$cache/$(cat "$requirements" <(echo "$version") | cksum | tr ' ' -)
  plots_python=$folder/bin/python
  [[ ! -f $folder/complete ]] || return 0
  log=$folder.log
  "$python" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "plots need Python's venv: install it first (Debian and Ubuntu: apt install python3-venv)" 2
  echo "wisp: installing $(grep -c '==' "$requirements") Python packages for plots (matplotlib, hdrhistogram," \
    "jsonschema, pytest, ruff, selenium and what they need) into $folder" >&2
  mkdir -p "$cache"
  rm -rf "$folder"
  if ! {
    "$python" -m venv "$folder" &&
      "$plots_python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r "$requirements"
  } >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    rm -rf "$folder"
    fail "the packages could not be installed; all that was said is in $log"
  fi
  touch "$folder/complete"
}

# Installs a browser for the test of the report's page, where there is none and that can be done without
# asking. Sets "browser_missing" where there is none in the end.
install_browser() {
  browser_missing=false
  if has_browser; then
    return
  fi
  if command -v apt-get >/dev/null && { ((EUID == 0)) || sudo -n true 2>/dev/null; }; then
    echo "wisp: installing what the test of the report's page uses: chromium chromium-driver"
    install_packages chromium chromium-driver || true
  fi
  has_browser || browser_missing=true
}

has_browser() {
  command -v chromedriver >/dev/null && { command -v chromium || command -v google-chrome; } >/dev/null
}

# Checks and tests all that is written in Python, but for what needs an RDMA device.
check_python() {
  install_browser
  ensure_plots_environment
  ensure_simple_kv_environment
  echo "wisp: checking and testing plots"
  (
    cd "$root/plots"
    "$plots_python" -m ruff format --check --quiet . || fail "plots: not formatted; ruff format does it"
    "$plots_python" -m ruff check --quiet . || fail "plots: ruff found what is said above"
    PYTHONDONTWRITEBYTECODE=1 "$plots_python" -m pytest -q -p no:cacheprovider tests || fail "the tests of plots failed"
  )
  echo "wisp: testing the comparison of commits"
  "$plots_python" -B -m unittest discover --start-directory "$root/scripts/compare/tests" \
    --top-level-directory "$root/scripts" || fail "the tests of the comparison of commits failed"
  echo "wisp: testing the Python baseline"
  (run_simple_kv test) || fail "the tests of the Python baseline failed"
  ! $browser_missing || cat <<'END'

################################################################################
  THE REPORT'S PAGE WAS NOT TESTED: there is no browser. Install chromium and chromium-driver.
################################################################################
END
}

# Replaces this process by a command of the plots.
run_plots() {
  ensure_plots_environment
  export PYTHONPATH=$root/plots PYTHONDONTWRITEBYTECODE=1
  exec "$plots_python" -m wisp_plots "$@"
}
