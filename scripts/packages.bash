# SPDX-License-Identifier: Apache-2.0
# Installs packages of Debian and Ubuntu. Sourced by "test.sh" and ".ci/run".
# shellcheck shell=bash

# Runs a command as root.
as_root() {
  if ((EUID == 0)); then
    "$@"
  else
    sudo "$@"
  fi
}

# Whether packages can be installed without asking.
can_install() {
  command -v apt-get >/dev/null && { ((EUID == 0)) || sudo -n true 2>/dev/null; }
}

# Installs packages of the distribution, with patience for the network and for another apt: no option waits
# for the lock of the lists. Old lists may do, so that it is the installation that counts.
install_packages() {
  local patience=(-o DPkg::Lock::Timeout=300 -o Acquire::Retries=3) attempts=1
  until as_root apt-get update -qq "${patience[@]}"; do
    ((attempts++ < 9)) || break
    echo "wisp: apt-get update failed; it is tried again in 10 s" >&2
    sleep 10
  done
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq "${patience[@]}" --no-install-recommends "$@" >/dev/null
}
