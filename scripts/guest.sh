#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs a command in a small virtual machine that has a real RDMA device, on a machine without one.
# "scripts/guest.sh -h" says how it is used.
#
# The machine is QEMU with a kernel of Debian or Ubuntu that has rdma_rxe (Soft-RoCE). It needs no RDMA
# hardware and no module in the host's kernel. It sees the host's whole file system at the same paths
# (over 9p, read-only, below a throw-away overlay), so whatever is installed here runs there.
#
# In guest/: provide.bash gets what the machine is made of, machine.bash runs it; init.sh is the first
# process in it and session.sh the one that runs the command.
#
# Functions that traps and other functions call by name look unreachable to shellcheck:
# shellcheck disable=SC2317
set -euo pipefail

readonly EXIT_USAGE=2 EXIT_LIMIT=124 EXIT_NO_GUEST=125 EXIT_GUEST_DIED=137

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
readonly root
# shellcheck source=SCRIPTDIR/guest/provide.bash
source "$root/scripts/guest/provide.bash"
# shellcheck source=SCRIPTDIR/guest/machine.bash
source "$root/scripts/guest/machine.bash"

usage() {
  cat <<'END'
Usage: ./wisp guest [OPTION ...] COMMAND [ARG ...]
Runs COMMAND on a machine with an RDMA device: on this one if it has any, else
in a virtual machine that has the software device rxe0 (Soft-RoCE, RoCE v2,
address 10.9.0.1).

  --virtual        the virtual machine, even if this machine has an RDMA device
  --out DIR        what COMMAND writes in this folder stays; so it does in
                   results/local of the project. All else that it writes is gone
                   with the virtual machine. Repeatable.
  --limit SECONDS  end COMMAND after this time (exit code 124)
  --memory SIZE    of the virtual machine, as 4G or 2048M (default: half of this
                   machine's, up to 6G)
  --cpus N         of the virtual machine (default: as many as this machine has,
                   from 2 to 4)
  --accel KIND     kvm or tcg (emulation); default: KVM where it works
  --prepare        only install and fetch what the virtual machine needs
  --check          only say whether that is done (exit code 0) or not (125)
  -h, --help       this text

COMMAND runs in the same folder, with the same environment and files, as root,
with standard input, output and error output passed through. WISP_GUEST says
what runs it: kvm or tcg. Times in it are emulated: only ratios between runs in
one guest mean anything. It has no network beyond itself.

Exit codes: COMMAND's own; 2 wrong use; 124 the time limit; 125 the virtual
machine cannot be made or started here; 137 it ended before COMMAND did.

On first use it installs packages (Debian and Ubuntu, as root or by sudo without
a password) and unpacks a kernel into ${XDG_CACHE_HOME:-~/.cache}/wisp-guest.
Remove that folder to fetch a newer one.
END
}

say() {
  echo "wisp guest: $1" >&2
}

fail() {
  say "$1"
  exit "${2:-$EXIT_NO_GUEST}"
}

wrong_use() {
  fail "$1 (./wisp guest -h explains)" "$EXIT_USAGE"
}

host_memory_mib() {
  awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo
}

smallest() {
  echo $(($1 < $2 ? $1 : $2))
}

# Whether the value of an option has its form: must_match OPTION VALUE PATTERN WORDS
must_match() {
  [[ $2 =~ $3 ]] || wrong_use "$1 takes $4, and '$2' is none"
}

# Sets "memory" (MiB) from a size.
parse_memory() {
  local host
  must_match --memory "$1" '^([1-9][0-9]{0,6})([GgMm])$' 'a size as 4G or 2048M'
  memory=${BASH_REMATCH[1]}
  [[ ${BASH_REMATCH[2]} == [Mm] ]] || memory=$((memory * 1024))
  host=$(host_memory_mib)
  ((memory >= 512)) || wrong_use "--memory $1 is too little: a guest needs 512M at least"
  ((memory <= host)) || wrong_use "--memory $1 is more than this machine has, ${host}M"
}

add_share() {
  local folder
  [[ -n $1 ]] || wrong_use "--out takes a folder"
  mkdir -p "$1" 2>/dev/null || wrong_use "--out $1: this folder cannot be made"
  folder=$(cd "$1" && pwd -P)
  [[ -w $folder ]] || wrong_use "--out $1: nothing can be written there"
  shares+=("$folder")
}

parse_value() {
  case $1 in
    --out) add_share "$2" ;;
    --memory) parse_memory "$2" ;;
    --limit) must_match "$1" "$2" '^[1-9][0-9]{0,6}$' 'a number of seconds from 1 to 9999999' && limit=$2 ;;
    --cpus) must_match "$1" "$2" '^([1-9]|[1-5][0-9]|6[0-4])$' 'a number from 1 to 64' && cpus=$2 ;;
    --accel)
      [[ $2 == kvm || $2 == tcg ]] || wrong_use "--accel takes kvm or tcg, and '$2' is neither"
      accel=$2
      ;;
  esac
}

# Sets the options and "command".
parse_options() {
  local host
  memory='' cpus='' limit=0 accel='' virtual=false purpose=run shares=() command=()
  while (($#)); do
    case $1 in
      -h | --help)
        usage
        exit 0
        ;;
      --virtual) virtual=true ;;
      --prepare | --check) purpose=${1#--} ;;
      --out | --limit | --memory | --cpus | --accel)
        (($# > 1)) || wrong_use "$1 needs a value"
        parse_value "$1" "$2"
        shift
        ;;
      --)
        shift
        break
        ;;
      -*) wrong_use "there is no option '$1'" ;;
      *) break ;;
    esac
    shift
  done
  command=("$@")
  [[ $purpose != run ]] || ((${#command[@]})) || wrong_use "no command to run was given"
  host=$(host_memory_mib)
  : "${memory:=$(smallest $((host / 2)) 6144)}"
  : "${cpus:=$(smallest "$(nproc)" 4)}"
  ((cpus > 1)) || cpus=2
}

# Sets "device" to the first RDMA device of this machine.
find_device() {
  local entry
  for entry in /sys/class/infiniband/*; do
    if [[ -e $entry ]]; then
      device=${entry##*/}
      return 0
    fi
  done
  return 1
}

run_here() {
  say "this machine has the RDMA device $device: running the command on it, without a virtual machine"
  ((limit)) || exec "${command[@]}"
  local status=0
  timeout --foreground -k 5 "$limit" "${command[@]}" || status=$?
  ((status != EXIT_LIMIT)) || say "the command was ended after the time limit of $limit s"
  exit "$status"
}

main() {
  parse_options "$@"
  if ! $virtual && find_device; then
    [[ $purpose == run ]] || exit 0
    run_here
  fi
  check_machine
  if ! is_prepared; then
    [[ $purpose != check ]] || fail "the virtual machine is not prepared: ./wisp guest --prepare does it"
    prepare_guest
  fi
  [[ $purpose == run ]] || exit 0
  [[ ! -w $root/results ]] || add_share "$root/results/local"
  open_session
  complete_initrd
  start_channels
  boot
  feed_input
  await_end
  finish
}

main "$@"
