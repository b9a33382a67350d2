#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The first process of the guest once the file system of the host is there: makes the RDMA device,
# runs the command and turns the guest off.
#
# guest.sh shares a folder with us that holds, each string ended by NUL, the words of the command in
# "command", its environment in "environment" and the host's folders to be written to in "shares";
# further the folder to run it in in "directory", the host's name in "name", and "input" if there is
# one to pass on. We leave in it "started", then "status", the exit code.
set -u

readonly SESSION=/run/wisp-guest
readonly ADDRESS=10.9.0.1/24
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

power_off() {
  sync
  echo o >/proc/sysrq-trigger
  while :; do
    sleep 1
  done
}

fail() {
  echo "wisp guest: $1"
  power_off
}

mount_file_systems() {
  mkdir -p /dev/shm /dev/pts
  mount -t tmpfs -o mode=1777,size=75% tmpfs /dev/shm
  mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /dev/pts
  ln -sfn /proc/self/fd /dev/fd
  ln -sfn /proc/self/fd/0 /dev/stdin
  ln -sfn /proc/self/fd/1 /dev/stdout
  ln -sfn /proc/self/fd/2 /dev/stderr
  chmod 1777 /tmp 2>/dev/null
}

mount_shares() {
  local folders number
  mapfile -d '' -t folders <"$SESSION/shares"
  for number in "${!folders[@]}"; do
    mkdir -p "${folders[number]}"
    # With the cache named mmap, the folder's files can be mapped as those of a disk can.
    mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=mmap "share$number" "${folders[number]}" ||
      fail "the folder ${folders[number]} of the host could not be mounted"
  done
}

# The RDMA device on one end of a virtual cable: rdma_rxe takes any Ethernet device but not "lo".
make_device() {
  local port=/sys/class/infiniband/rxe0/ports/1 waited=0
  ip link set lo up
  ip link add veth0 type veth peer name veth1 || fail "the kernel made no pair of veth devices"
  ip addr add "$ADDRESS" dev veth0
  ip link set veth0 up
  ip link set veth1 up
  rdma link add rxe0 type rxe netdev veth0 || fail "the kernel made no RDMA device rxe0"
  until [[ $(<"$port/state") == *ACTIVE ]] && grep -qsi ffff:0a09:0001 "$port"/gids/*; do
    ((waited++ < 100)) || fail "the RDMA device rxe0 did not become active"
    sleep 0.1
  done
}

# Sets "port" to the device file of a channel to the host.
find_port() {
  local folder
  for folder in /sys/class/virtio-ports/*; do
    if [[ $(<"$folder/name") == "$1" ]]; then
      port=/dev/${folder##*/}
      return
    fi
  done
  fail "there is no channel for $1"
}

# Connects descriptors 3, 4 and 5 to the channels, through pipes: a program may open /dev/stderr a
# second time, which a channel does not allow.
open_channels() {
  find_port input
  if [[ -e $SESSION/input ]]; then
    exec 3< <(exec cat "$port")
  else
    exec 3</dev/null
  fi
  find_port output
  exec 4> >(exec cat >"$port")
  output=$!
  find_port errors
  exec 5> >(exec cat >"$port")
  errors=$!
}

raise_limits() {
  ulimit -l unlimited
  ulimit -Hn 524288
  ulimit -c 0
}

run_command() {
  local command environment
  mapfile -d '' -t command <"$SESSION/command"
  mapfile -d '' -t environment <"$SESSION/environment"
  cd "$(<"$SESSION/directory")" || exit 125
  # pytest names its folder by the caller, and refuses the one below /tmp that is not root's.
  exec setsid env -i "${environment[@]}" PYTEST_DEBUG_TEMPROOT="$(mktemp -d)" "${command[@]}"
}

# Lets the channels run dry, which a process that outlives the command could hinder for ever.
close_channels() {
  local waited=0
  exec 3<&- 4>&- 5>&-
  kill -KILL -- "-$1" 2>/dev/null
  while kill -0 "$output" "$errors" 2>/dev/null && ((waited++ < 20)); do
    sleep 0.1
  done
}

mount_file_systems
cat "$SESSION/name" >/proc/sys/kernel/hostname
mount_shares
make_device
raise_limits
open_channels
touch "$SESSION/started"
(run_command) <&3 >&4 2>&5 3<&- 4>&- 5>&- &
running=$!
wait "$running"
status=$?
close_channels "$running"
echo "$status" >"$SESSION/status"
power_off
