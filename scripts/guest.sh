#!/usr/bin/env bash
# Runs a command in a small virtual machine that has a real RDMA device, on a machine without one.
# "scripts/guest.sh -h" says how it is used.
#
# The machine is QEMU with a kernel of Debian or Ubuntu that has rdma_rxe (Soft-RoCE). It needs no RDMA
# hardware and no module in the host's kernel. It sees the host's whole file system at the same paths
# (over 9p, read-only, below a throw-away overlay), so whatever is installed here runs there.
#
# guest/init.sh is its first process, guest/session.sh the one that runs the command.
#
# Functions that traps and other functions call by name look unreachable to shellcheck:
# shellcheck disable=SC2317
set -euo pipefail

readonly EXIT_USAGE=2 EXIT_LIMIT=124 EXIT_GUEST=125
readonly BOOT_LIMIT=180 KVM_BOOT_LIMIT=30
readonly MODULES=(virtio_pci virtio_console 9pnet_virtio 9p overlay veth rdma_rxe ib_uverbs rdma_ucm)
# What rdma_rxe asks the kernel for by another name; newer kernels have it built in.
readonly OPTIONAL_MODULES=(crc32_generic)
readonly COMMANDS=(
  qemu-system-x86_64:qemu-system-x86 depmod:kmod cpio:cpio ip:iproute2 rdma:iproute2
  ibv_devinfo:ibverbs-utils ib_read_lat:perftest)
readonly LIBRARIES=(libibverbs1 ibverbs-providers)

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
readonly root

usage() {
  cat <<'END'
Usage: ./wisp guest [OPTION ...] COMMAND [ARG ...]
Runs COMMAND on a machine with an RDMA device: on this one if it has any, else in a virtual machine
that has the software device rxe0 (Soft-RoCE, RoCE v2, address 10.9.0.1).

  --virtual        the virtual machine, even if this machine has an RDMA device
  --out DIR        what COMMAND writes in this folder stays; so it does in results/local of the
                   project. All else that it writes is gone with the virtual machine. Repeatable.
  --limit SECONDS  end COMMAND after this time (exit code 124)
  --memory SIZE    of the virtual machine, as 4G or 2048M (default: half of this machine's, up to 6G)
  --cpus N         of the virtual machine (default: as many as this machine has, from 2 to 4)
  --accel KIND     kvm or tcg (emulation); default: KVM where it works
  --prepare        only install and fetch what the virtual machine needs
  -h, --help       this text

COMMAND runs in the same folder, with the same environment and files, as root, with standard input,
output and error output passed through. WISP_GUEST says what runs it: kvm or tcg. Times in it are
emulated: only ratios between runs in one guest mean anything. It has no network beyond itself.

Exit codes: COMMAND's own; 2 wrong use; 124 the time limit; 125 the virtual machine cannot run here
or broke.

On first use it installs packages (Debian and Ubuntu, as root or by sudo without a password) and
unpacks a kernel into ${XDG_CACHE_HOME:-~/.cache}/wisp-guest. Remove that folder to fetch a newer one.
END
}

say() {
  echo "wisp guest: $1" >&2
}

fail() {
  say "$1"
  exit "${2:-$EXIT_GUEST}"
}

wrong_use() {
  fail "$1 (./wisp guest -h explains)" "$EXIT_USAGE"
}

# ---------------------------------------------------------------------------------------- options

host_memory_mib() {
  awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo
}

smallest() {
  echo $(($1 < $2 ? $1 : $2))
}

# Sets "memory" (MiB) from a size.
parse_memory() {
  local host
  [[ $1 =~ ^([1-9][0-9]{0,6})([GgMm])$ ]] ||
    wrong_use "--memory takes a size as 4G or 2048M, and '$1' is none"
  memory=${BASH_REMATCH[1]}
  [[ ${BASH_REMATCH[2]} == [Mm] ]] || memory=$((memory * 1024))
  host=$(host_memory_mib)
  ((memory >= 512)) || wrong_use "--memory $1 is too little: a guest needs 512M at least"
  ((memory <= host)) || wrong_use "--memory $1 is more than this machine has, ${host}M"
}

parse_cpus() {
  [[ $1 =~ ^([1-9]|[1-5][0-9]|6[0-4])$ ]] ||
    wrong_use "--cpus takes a number from 1 to 64, and '$1' is none"
  cpus=$1
}

parse_limit() {
  [[ $1 =~ ^[1-9][0-9]{0,6}$ ]] ||
    wrong_use "--limit takes a number of seconds from 1 to 9999999, and '$1' is none"
  limit=$1
}

parse_accel() {
  [[ $1 == kvm || $1 == tcg ]] || wrong_use "--accel takes kvm or tcg, and '$1' is neither"
  accel=$1
}

add_share() {
  local folder
  [[ -n $1 ]] || wrong_use "--out takes a folder"
  mkdir -p "$1" 2>/dev/null || wrong_use "--out $1: this folder cannot be made"
  folder=$(cd "$1" && pwd -P)
  [[ -w $folder ]] || wrong_use "--out $1: nothing can be written there"
  # QEMU's options are separated by commas, our list by lines.
  [[ $folder != *[,$'\n']* ]] || wrong_use "--out $1: a folder with a comma in its name cannot be shared"
  shares+=("$folder")
}

parse_value() {
  case $1 in
    --out) add_share "$2" ;;
    --limit) parse_limit "$2" ;;
    --memory) parse_memory "$2" ;;
    --cpus) parse_cpus "$2" ;;
    --accel) parse_accel "$2" ;;
  esac
}

# Sets the options and "command".
parse_options() {
  local host
  memory='' cpus='' limit=0 accel='' virtual=false prepare=false shares=() command=()
  while (($#)); do
    case $1 in
      -h | --help)
        usage
        exit 0
        ;;
      --virtual) virtual=true ;;
      --prepare) prepare=true ;;
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
  $prepare || ((${#command[@]})) || wrong_use "no command to run was given"
  host=$(host_memory_mib)
  : "${memory:=$(smallest $((host / 2)) 6144)}"
  : "${cpus:=$(smallest "$(nproc)" 4)}"
  ((cpus > 1)) || cpus=2
}

# --------------------------------------------------------------------------- a machine with a device

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

# ------------------------------------------------------------------------- what the guest is made of

can_be_root() {
  ((EUID == 0)) || sudo -n true 2>/dev/null
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  else
    sudo -n "$@"
  fi
}

# Runs a command of apt quietly; when it fails, its output is the explanation.
apt_step() {
  local log
  if ! log=$("$@" 2>&1 </dev/null); then
    printf '%s\n' "$log" | tail -n 5 >&2
    return 1
  fi
}

update_lists() {
  if [[ -z ${lists_updated:-} ]]; then
    lists_updated=true
    apt_step as_root apt-get update -qq
  fi
}

is_installed() {
  [[ $(dpkg-query -W -f='${Status}' "$1" 2>/dev/null) == *" installed" ]]
}

# Prints the packages that are missing, each once.
missing_packages() {
  local entry
  {
    for entry in "${COMMANDS[@]}"; do
      command -v "${entry%%:*}" >/dev/null || echo "${entry##*:}"
    done
    for entry in "${LIBRARIES[@]}"; do
      is_installed "$entry" || echo "$entry"
    done
  } | sort -u
}

need_apt() {
  [[ -n $(command -v apt-get) && -n $(command -v dpkg) ]] ||
    fail "cannot make a virtual machine here: $1, and only apt of Debian and Ubuntu is known to get it"
}

install_packages() {
  local missing
  mapfile -t missing < <(missing_packages)
  ((${#missing[@]})) || return 0
  need_apt "these packages are missing: ${missing[*]}"
  can_be_root ||
    fail "cannot make a virtual machine here: these packages are missing, and installing them takes root or sudo without a password: ${missing[*]}"
  say "installing ${missing[*]}"
  update_lists || fail "apt-get update failed"
  apt_step as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" ||
    fail "apt-get did not install ${missing[*]}"
}

# Prints the packages with the kernel and its modules: Debian has them in one, Ubuntu in three.
kernel_packages() {
  local image
  image=$(depends_of linux-image-amd64 linux-image- || true)
  [[ -n $image ]] || image=$(depends_of linux-image-generic linux-image- || true)
  [[ -n $image ]] || return 1
  echo "$image"
  apt-cache pkgnames "linux-modules-" | grep -Fx \
    -e "linux-modules-${image#linux-image-}" -e "linux-modules-extra-${image#linux-image-}" || true
}

depends_of() {
  apt-cache depends "$1" 2>/dev/null | awk -v prefix="$2" '
    $1 ~ /Depends:/ && index($2, prefix) == 1 { print $2; exit }'
}

# Downloads the packages into the present folder. Lists of apt that are missing or old are updated.
download_packages() {
  local packages
  for _ in 1 2; do
    if mapfile -t packages < <(kernel_packages) && ((${#packages[@]})); then
      packages+=(busybox-static)
      say "downloading ${packages[*]}"
      apt_step apt-get download -qq "${packages[@]}" && return
    fi
    can_be_root || fail "the lists of apt know no kernel to download: run apt-get update"
    update_lists || fail "apt-get update failed"
  done
  fail "the kernel of the virtual machine could not be downloaded"
}

# Copies a module, decompressed, to a folder; prints its name there.
unpack_module() {
  local name
  name=$(basename "$1")
  case $name in
    *.xz) xz -dc "$1" >"$2/${name%.xz}" ;;
    *.zst) zstd -qdc "$1" >"$2/${name%.zst}" ;;
    *.gz) gzip -dc "$1" >"$2/${name%.gz}" ;;
    *) cp "$1" "$2/" ;;
  esac
  name=${name%.xz}
  name=${name%.zst}
  echo "${name%.gz}"
}

# Prints the files of the modules that a module needs and of itself, in the order of loading.
module_files() {
  local system=$1 version=$2 module=$3 listed
  listed=$(modprobe -d "$system" -S "$version" --show-depends "$module" 2>/dev/null) ||
    [[ " ${OPTIONAL_MODULES[*]} " == *" $module "* ]] ||
    fail "the kernel $version has no module $module"
  awk '$1 == "insmod" { print $2 }' <<<"$listed"
}

# Makes the initial file system from unpacked packages: busybox, the modules and init.sh.
make_initrd() {
  local system=$1 target=$2 version tree=$1.initrd module file
  version=$(basename "$system"/lib/modules/*)
  depmod -b "$system" "$version"
  mkdir -p "$tree"/{bin,modules,proc,sys,dev}
  cp "$system/bin/busybox" "$tree/bin/busybox"
  install -m 755 "$root/scripts/guest/init.sh" "$tree/init"
  for module in "${OPTIONAL_MODULES[@]}" "${MODULES[@]}"; do
    module_files "$system" "$version" "$module"
  done | awk '!seen[$0]++' | while read -r file; do
    unpack_module "$file" "$tree/modules"
  done >"$tree/modules/order"
  (cd "$tree" && find . | cpio -o -H newc --quiet | gzip -1) >"$target"
}

# Names what the cache is made by, so that one made by another version of these scripts is noticed.
recipe() {
  cat "$root/scripts/guest/init.sh" - <<<"${MODULES[*]} ${OPTIONAL_MODULES[*]}" | sha256sum | cut -c 1-16
}

is_cached() {
  [[ -r $kernel/recipe && $(<"$kernel/recipe") == "$(recipe)" ]] &&
    (cd "$kernel" && sha256sum --status -c sums 2>/dev/null)
}

# Fills the cache. A folder is only given its name when it is whole.
fill_cache() {
  local work=$cache/work package
  rm -rf "$work" "$kernel"
  mkdir -p "$work/packages" "$work/system" "$work/kernel"
  cd "$work/packages"
  download_packages
  say "unpacking the kernel into $kernel"
  for package in *.deb; do
    dpkg-deb -x "$package" "$work/system" || fail "$package could not be unpacked"
  done
  # Debian and Ubuntu differ in whether these are links into /usr already.
  [[ -e $work/system/lib/modules ]] || ln -s usr/lib "$work/system/lib"
  [[ -e $work/system/bin/busybox ]] || ln -s usr/bin "$work/system/bin"
  cd "$work/kernel"
  make_initrd "$work/system" initrd.gz
  cp "$work"/system/boot/vmlinuz-* vmlinuz
  printf '%s\n' "$(recipe)" >recipe
  sha256sum vmlinuz initrd.gz >sums
  cd "$cache"
  mv "$work/kernel" "$kernel"
  rm -rf "$work"
}

# The shell ends at the first error only where no caller looks at the outcome.
fill_cache_or_fail() {
  local status
  set +e
  (
    set -e
    fill_cache
  )
  status=$?
  set -e
  ((status == 0)) || fail "the kernel of the virtual machine could not be prepared in $cache"
}

# Prepares all that a guest needs; sets "kernel" to the folder with its kernel.
prepare_guest() {
  [[ $(uname -sm) == "Linux x86_64" ]] ||
    fail "cannot make a virtual machine here: it needs Linux on x86-64, and this is $(uname -sm)"
  [[ -n ${XDG_CACHE_HOME:-}${HOME:-} ]] ||
    fail "there is no folder for the kernel: set HOME or XDG_CACHE_HOME"
  cache=${XDG_CACHE_HOME:-$HOME/.cache}/wisp-guest
  kernel=$cache/kernel
  if [[ -z $(missing_packages) ]] && is_cached; then
    return
  fi
  mkdir -p "$cache" 2>/dev/null || fail "the folder $cache cannot be made: set XDG_CACHE_HOME to one that can"
  exec 9>"$cache/lock"
  if ! flock -n 9; then
    say "waiting for another process that prepares the virtual machine"
    flock 9
  fi
  install_packages
  if ! is_cached; then
    need_apt "a kernel with rdma_rxe is missing"
    fill_cache_or_fail
  fi
  exec 9>&-
}

# ------------------------------------------------------------------------------------------- the run

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

# Writes down for the guest what to run and where.
describe_command() {
  local shared=$session/shared number
  cp "$root/scripts/guest/session.sh" "$shared/session.sh"
  printf '%s\0' "${command[@]}" >"$shared/command"
  printf '%s' "$PWD" >"$shared/directory"
  {
    env -0
    printf '%s\0' "WISP_GUEST=$accel" WISP_BUILD=never
  } >"$shared/environment"
  for number in "${!shares[@]}"; do
    echo "share$number ${shares[number]}"
  done >"$shared/shares"
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

# Sets "machine" to the process of QEMU. The channels for output lead into processes of ours, because
# QEMU leaves what it writes to without blocking.
start_machine() {
  local number options=() parameters='console=ttyS0 panic=-1 quiet loglevel=4 mitigations=off'
  case $accel in
    kvm) options+=(-accel kvm -cpu host) ;;
    # The clock that programs read without a call of the kernel is reliable in emulation, which the
    # kernel does not know; the next best takes ten times as long to read.
    tcg) options+=(-accel 'tcg,thread=multi' -cpu max) parameters+=' tsc=reliable' ;;
  esac
  for number in "${!shares[@]}"; do
    options+=(-virtfs "local,path=${shares[number]},mount_tag=share$number,security_model=none,multidevs=remap")
  done
  setpriv --pdeathsig KILL qemu-system-x86_64 "${options[@]}" -smp "$cpus" -m "$memory" -M q35 \
    -display none -vga none -no-reboot -no-user-config -nodefaults \
    -kernel "$kernel/vmlinuz" -initrd "$kernel/initrd.gz" \
    -append "$parameters" \
    -chardev "file,id=console,path=$session/console" -serial chardev:console \
    -device virtio-serial-pci \
    -chardev stdio,id=input,signal=off -device virtserialport,chardev=input,name=input \
    -chardev "file,id=output,path=$session/output" -device virtserialport,chardev=output,name=output \
    -chardev "file,id=errors,path=$session/errors" -device virtserialport,chardev=errors,name=errors \
    -virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap \
    -virtfs "local,path=$session/shared,mount_tag=session,security_model=none" \
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
  tail -qn 8 "$session/qemu" "$session/console" 2>/dev/null | tr -d '\r' | sed 's/^/  /' >&2
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
  exit "$EXIT_GUEST"
}

# Waits for the guest's end; says so when it is not the one that it should be.
await_end() {
  local status=0
  timer=''
  if ((limit)); then
    sleep "$limit" &
    timer=$!
  fi
  while [[ ! -s $session/shared/status ]] && is_alive "$machine"; do
    wait -n "$machine" "$output" "$errors" $timer || status=$?
    if ((status == 128 + 13)); then
      exit "$status"
    fi
    if ((limit)) && ! is_alive "$timer" && [[ ! -s $session/shared/status ]]; then
      say "the command was ended after the time limit of $limit s"
      exit "$EXIT_LIMIT"
    fi
  done
}

finish() {
  wait "$machine" "$output" "$errors" || true
  if grep -qs 'Out of memory: Killed' "$session/console"; then
    say "the guest ran out of memory and ended processes; --memory gives it more than $memory MiB"
  fi
  [[ -s $session/shared/status ]] || {
    say "the guest ended before the command did; its last words:"
    last_words
    exit "$EXIT_GUEST"
  }
  exit "$(<"$session/shared/status")"
}

main() {
  parse_options "$@"
  if ! $virtual && find_device; then
    ! $prepare || exit 0
    run_here
  fi
  prepare_guest
  ! $prepare || exit 0
  add_share "$root/results/local"
  open_session
  start_channels
  boot
  feed_input
  await_end
  finish
}

main "$@"
