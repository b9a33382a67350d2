#!/bin/busybox sh
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=dash
# The first process of the guest, in its initial file system: loads the modules, lays a throw-away
# overlay over the file system of the host, and goes on there with session.sh.
#
# What it prints goes to the console, of which guest.sh shows the end when the guest does not start.

fail() {
  echo "wisp guest: $1"
  poweroff -f
}

share() {
  mount -t 9p -o "trans=virtio,version=9p2000.L,msize=512000,$3" "$1" "$2" ||
    fail "the folder $1 of the host could not be mounted"
}

/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
while read -r module; do
  insmod "/modules/$module" || fail "the kernel did not load $module"
done </modules/order

mkdir -p /host /writable /newroot
share host /host ro,cache=loose
mount -t tmpfs -o size=75% tmpfs /writable
mkdir /writable/upper /writable/work
mount -t overlay -o lowerdir=/host,upperdir=/writable/upper,workdir=/writable/work overlay /newroot ||
  fail "no overlay over the file system of the host"
mkdir -p /newroot/run
mount -t tmpfs -o mode=755 tmpfs /newroot/run
mkdir /newroot/run/wisp-guest
share session /newroot/run/wisp-guest cache=none
for folder in proc sys dev; do
  mkdir -p "/newroot/$folder"
  mount --move "/$folder" "/newroot/$folder"
done
exec switch_root /newroot /bin/bash /run/wisp-guest/session.sh
