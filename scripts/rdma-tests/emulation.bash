# SPDX-License-Identifier: Apache-2.0
# Tells crashes of a JVM that QEMU's emulation of several processors causes from all others. Sourced by rdma-tests.sh.
# shellcheck shell=bash

# Whether a JVM's error log (hs_err_pid*.log) shows that it died at the jump (byte e9, five bytes long) that it had
# written over the first instruction of a compiled method to replace it:
#  - by a memory fault at the jump, which touches no memory: half of it was run, half of what was there before; or
#  - by an illegal instruction right behind it, in what is left of the longer instruction that was there: a
#    processor had still taken the jump for one that goes on.
# No error of ours can look like either.
is_crash_at_written_jump() {
  awk '
    /^#  SIG(SEGV|BUS) / { memory_fault = 1 }
    /^#  SIGILL / { illegal_instruction = 1 }
    /^# Problematic frame:/ { getline; in_java_code = /^# J [0-9]+ / }
    # The address and sixteen bytes a line. One begins at the instruction, so the last five bytes of the line before
    # are right before it. What follows in the log has other lines with addresses.
    /^=>0x[0-9a-f]+: / { at_jump = $2 == "e9"; behind_jump = five_before == "e9" }
    /^ +0x[0-9a-f]+: / && NF == 17 { five_before = $13 }
    END { exit !(in_java_code && (memory_fault && at_jump || illegal_instruction && behind_jump)) }
  ' "$1"
}
