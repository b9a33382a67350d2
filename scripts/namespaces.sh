#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs a command beside three machines that can be cut off from each other: "scripts/namespaces.sh -h" explains it.
set -euo pipefail

# The exit code where there can be no such network. Tests that need it are skipped then.
readonly NO_NETWORK=125

explain() {
  cat <<'END'
Usage: scripts/namespaces.sh COMMAND [ARGUMENT ...]
Runs a command beside three network namespaces a, b and c, which talk to each
other through a router. The command runs on the router. It takes Linux,
iproute2, and root or user namespaces.

  ip netns exec a COMMAND                       runs on a; b and c are alike
  10.0.1.2, 10.0.2.2, 10.0.3.2                  are a, b and c
  node-a, node-b, node-c                        are the router's ends of the
                                                cables that lead to them
  ip rule add iif node-a to 10.0.2.2 blackhole  drops what a sends to b, and
                                                not what b sends to a
  ip rule del iif node-a to 10.0.2.2 blackhole  ends that

Nothing of this is in the machine's own network, nor in its list of
namespaces: nobody outside sees it, and nothing outside can be reached from
it. /run is empty, and in memory. When the command ends, or this script is
killed by whatever signal, all processes in it are killed, and network and
/run are gone.

Exit codes: that of COMMAND; 125 if there can be no such network here.
END
}

fail() {
  echo "namespaces: $1" >&2
  exit "$NO_NETWORK"
}

# Runs itself again in namespaces of its own. They end with their first process. That ends when the command does,
# or when nobody is left who can write to descriptor 8, a pipe: this process alone can.
enter() {
  local kinds=(--net --mount --pid --fork --mount-proc) tool
  for tool in unshare ip; do
    command -v "$tool" >/dev/null || fail "this takes $tool, of Debian's packages util-linux and iproute2"
  done
  ((EUID == 0)) || kinds+=(--user --map-root-user)
  unshare "${kinds[@]}" true 2>/dev/null || fail "network namespaces take Linux, and root or user namespaces"
  exec 8<> <(:)
  unshare "${kinds[@]}" bash "${BASH_SOURCE[0]}" --inside "$@" 7</dev/fd/8 8>&-
}

make_network() {
  local node number=0
  mount -t tmpfs -o mode=755 tmpfs /run
  echo 1 >/proc/sys/net/ipv4/ip_forward
  ip link set lo up
  for node in a b c; do
    number=$((number + 1))
    ip netns add "$node"
    ip link add name "node-$node" type veth peer name eth0 netns "$node"
    ip addr add "10.0.$number.1/24" dev "node-$node"
    ip link set "node-$node" up
    ip -n "$node" link set lo up
    ip -n "$node" addr add "10.0.$number.2/24" dev eth0
    ip -n "$node" link set eth0 up
    ip -n "$node" route add default via "10.0.$number.1"
  done
}

# The first process of the namespaces.
run_inside() {
  local said
  { cat <&7 >/dev/null; kill -KILL -1; } &
  exec 7<&-
  said=$(make_network 2>&1) || fail "there can be no such network here: $said"
  "$@"
}

case ${1:-} in
  '' | -h | --help) explain ;;
  --inside) run_inside "${@:2}" ;;
  *) enter "$@" ;;
esac
