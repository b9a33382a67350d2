# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The run of a command in the guest: the folder and the channels that connect host and guest, the
# start and the end of the machine. Read by guest.sh.

readonly BOOT_LIMIT=180 KVM_BOOT_LIMIT=30
# The exit code of a process that wrote to a pipe which nobody reads: 128 and SIGPIPE.
readonly EXIT_BROKEN_PIPE=141

kvm_usable() {
  [[ -r /dev/kvm && -w /dev/kvm ]] && grep -qwE 'vmx|svm' /proc/cpuinfo
}

is_alive() {
  [[ -n ${1:-} ]] && kill -0 "$1" 2>/dev/null
}

stop_processes() {
  local process
  for process in "$@"; do
    is_alive "$process" && kill "$process" 2>/dev/null
  done
  for process in "$@"; do
    [[ -z $process ]] || wait "$process" 2>/dev/null || true
  done
}

clean_up() {
  stop_processes "${machine:-}" "${timer:-}" "${feeder:-}" "${output:-}" "${errors:-}"
  rm -rf "$session"
}

interrupted() {
  trap '' INT TERM HUP
  exit $((128 + $1))
}

# Makes the folder by which host and guest talk; sets "session".
open_session() {
  session=$(mktemp -d "${TMPDIR:-/tmp}/wisp-guest.XXXXXX")
  trap clean_up EXIT
  trap 'interrupted 1' HUP
  trap 'interrupted 2' INT
  trap 'interrupted 15' TERM
  mkdir "$session/shared"
  mkfifo "$session/input" "$session/output" "$session/errors"
}

# Makes the initial file system: that of the cache, followed by the first process.
complete_initrd() {
  mkdir "$session/initrd"
  install -m 755 "$root/scripts/guest/init.sh" "$session/initrd/init"
  { cat "$kernel/initrd.gz" && pack "$session/initrd"; } >"$session/initrd.gz"
}

# Writes down for the guest what to run and where.
describe_command() {
  local shared=$session/shared
  cp "$root/scripts/guest/session.sh" "$shared/session.sh"
  printf '%s\0' "${command[@]}" >"$shared/command"
  printf '%s' "$PWD" >"$shared/directory"
  uname -n >"$shared/name"
  {
    env -0
    printf '%s\0' "WISP_GUEST=$accel" WISP_BUILD=never
  } >"$shared/environment"
  printf '%s\0' "${shares[@]}" >"$shared/shares"
  ! passes_input || touch "$shared/input"
}

# Whether standard input is to be passed on. Reading the terminal would stop a process that is in the
# background.
passes_input() {
  [[ ! /dev/stdin -ef /dev/null ]] || return 1
  [[ -t 0 ]] || return 0
  local stat
  stat=$(</proc/self/stat)
  read -r -a stat <<<"${stat##*) }"
  [[ ${stat[2]} == "${stat[5]}" ]]
}

# Doubles the commas of a path, as QEMU's options want it.
escaped() {
  echo "${1//,/,,}"
}

# Sets "machine" to the process of QEMU. The channels for output lead into processes of ours, because
# QEMU leaves what it writes to without blocking.
start_machine() {
  local number folder options=() parameters='console=ttyS0 panic=-1 quiet loglevel=4 mitigations=off'
  case $accel in
    kvm) options+=(-accel kvm -cpu host) ;;
    # The clock that programs read without a call of the kernel is reliable in emulation, which the
    # kernel does not know; the next best takes ten times as long to read.
    tcg) options+=(-accel 'tcg,thread=multi' -cpu max) parameters+=' tsc=reliable' ;;
  esac
  for number in "${!shares[@]}"; do
    options+=(-virtfs "local,path=$(escaped "${shares[number]}"),mount_tag=share$number,security_model=none,multidevs=remap")
  done
  folder=$(escaped "$session")
  setpriv --pdeathsig KILL qemu-system-x86_64 "${options[@]}" -smp "$cpus" -m "$memory" -M q35 \
    -display none -vga none -no-reboot -no-user-config -nodefaults \
    -kernel "$kernel/vmlinuz" -initrd "$session/initrd.gz" \
    -append "$parameters" \
    -chardev "file,id=console,path=$folder/console" -serial chardev:console \
    -device virtio-serial-pci \
    -chardev stdio,id=input,signal=off -device virtserialport,chardev=input,name=input \
    -chardev "file,id=output,path=$folder/output" -device virtserialport,chardev=output,name=output \
    -chardev "file,id=errors,path=$folder/errors" -device virtserialport,chardev=errors,name=errors \
    -virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap \
    -virtfs "local,path=$folder/shared,mount_tag=session,security_model=none" \
    <"$session/input" >"$session/qemu" 2>&1 7>&- &
  machine=$!
}

# Starts what carries the output out, which ends when QEMU does.
start_channels() {
  exec 7<>"$session/input"
  cat <"$session/output" 7>&- &
  output=$!
  cat <"$session/errors" >&2 7>&- &
  errors=$!
}

# Lets the command's input flow, or end.
feed_input() {
  if passes_input; then
    cat <&0 >&7 &
    feeder=$!
  fi
  exec 7>&-
}

# Waits until the guest is about to run the command, for some seconds at most.
wait_for_boot() {
  local most=$1 began=$SECONDS shown=0 tick
  exec {tick}<> <(:)
  until [[ -e $session/shared/started ]]; do
    if ! is_alive "$machine" || ((SECONDS - began >= most)); then
      return 1
    fi
    if [[ -t 2 ]] && ((SECONDS - began > shown)); then
      shown=$((SECONDS - began))
      printf '\rwisp guest: booting, %d s ' "$shown" >&2
    fi
    read -rt 0.1 -u "$tick" || true
  done
  exec {tick}>&-
  ((shown == 0)) || printf '\r' >&2
  say "the guest is up after $((SECONDS - began)) s"
}

last_words() {
  if grep -aqs 'Kernel panic' "$session/console"; then
    grep -a -m 1 -o 'Kernel panic.*' "$session/console" | tr -d '\r' | sed 's/^/  /' >&2
  fi
  tail -qn 8 "$session/qemu" "$session/console" 2>/dev/null | tr -d '\r' | sed 's/^/  /' >&2 || true
}

boot() {
  local chosen=$accel
  [[ -n $accel ]] || { kvm_usable && accel=kvm; } || accel=tcg
  say "starting a virtual machine with the RDMA device rxe0 ($accel, $cpus CPUs, $memory MiB)"
  describe_command
  start_machine
  if [[ $accel == kvm ]]; then
    wait_for_boot "$KVM_BOOT_LIMIT" && return
    [[ -z $chosen ]] || boot_failed "$KVM_BOOT_LIMIT"
    say "KVM does not work here: emulating the machine"
    stop_processes "$machine"
    accel=tcg
    describe_command
    start_machine
  fi
  wait_for_boot "$BOOT_LIMIT" || boot_failed "$BOOT_LIMIT"
}

boot_failed() {
  if is_alive "$machine"; then
    say "the guest did not start within $1 s; its last words:"
  else
    say "the guest ended before it ran the command; its last words:"
  fi
  last_words
  exit "$EXIT_NO_GUEST"
}

has_ended() {
  [[ -s $session/shared/status ]] || ! is_alive "$machine"
}

# Waits for the end of the command or of the machine, and ends the command at its time limit or when
# nobody reads its output any more.
await_end() {
  local ended=0
  timer=''
  if ((limit)); then
    sleep "$limit" &
    timer=$!
  fi
  until has_ended; do
    wait -n "$machine" "$output" "$errors" ${timer:+"$timer"} 2>/dev/null || ended=$?
    ((ended != EXIT_BROKEN_PIPE)) || exit "$ended"
    if ((limit)) && ! is_alive "$timer" && ! has_ended; then
      say "the command was ended after the time limit of $limit s"
      exit "$EXIT_LIMIT"
    fi
    has_ended || sleep 0.1
  done
}

# Ends with the exit code of the command, if the guest lived to tell it.
finish() {
  wait "$machine" "$output" "$errors" 2>/dev/null || true
  if grep -aqs 'Out of memory: Killed' "$session/console"; then
    say "the guest ran out of memory and ended processes: --memory gives it more than $memory MiB"
  fi
  if [[ ! -s $session/shared/status ]]; then
    say "the guest ended before the command did; its last words:"
    last_words
    exit "$EXIT_GUEST_DIED"
  fi
  exit "$(<"$session/shared/status")"
}
