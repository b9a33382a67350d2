# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the guest is made of: the packages, and in a cache folder its kernel and its initial file
# system. Read by guest.sh.

readonly MODULES=(virtio_pci virtio_console 9pnet_virtio 9p overlay veth sch_netem rdma_rxe ib_uverbs rdma_ucm)
# What rdma_rxe asks the kernel for by another name; newer kernels have it built in.
readonly OPTIONAL_MODULES=(crc32_generic)
# What has to be here, each command with the package that it comes in.
readonly COMMANDS=(
  qemu-system-x86_64:qemu-system-x86 depmod:kmod cpio:cpio ip:iproute2 rdma:iproute2
  ibv_devinfo:ibverbs-utils ib_read_lat:perftest)
# pyverbs is for simple-kv.
readonly LIBRARIES=(libibverbs1 ibverbs-providers python3-pyverbs)
# Patience with another apt and with the network.
readonly APT_OPTIONS=(-o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)

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
    apt_step as_root apt-get update -qq "${APT_OPTIONS[@]}"
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
  (($#)) || return 0
  need_apt "these packages are missing: $*"
  can_be_root ||
    fail "cannot make a virtual machine here: these packages are missing, and installing them takes root or sudo without a password: $*"
  say "installing $*"
  update_lists || fail "apt-get update failed"
  apt_step as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq "${APT_OPTIONS[@]}" --no-install-recommends "$@" ||
    fail "apt-get did not install $*"
}

# Installs what a command comes in if there are files that only it can read.
install_reader() {
  local command=$1 package=$2 folder=$3 name=$4
  if [[ -z $(command -v "$command") && -n $(find "$folder" -name "$name" -print -quit) ]]; then
    install_packages "$package"
  fi
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
      apt_step apt-get download -qq "${APT_OPTIONS[@]}" "${packages[@]}" && return
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

# Packs a folder as the kernel wants its initial file system.
pack() {
  (cd "$1" && find . | cpio -o -H newc --quiet | gzip -1)
}

# Lets the modules be found in both places: packages differ in where they have them, and depmod in
# where it looks.
link_modules() {
  mkdir -p "$1/lib" "$1/usr/lib"
  [[ -e $1/lib/modules ]] || ln -s ../usr/lib/modules "$1/lib/modules"
  [[ -e $1/usr/lib/modules ]] || ln -s ../../lib/modules "$1/usr/lib/modules"
}

# Makes the initial file system from unpacked packages: busybox and the modules. The first process is
# added at each start, so that the cache outlives its changes.
make_initrd() {
  local system=$1 target=$2 version tree=$1.initrd module file
  version=$(basename "$system"/lib/modules/*)
  depmod -b "$system" "$version"
  mkdir -p "$tree"/{bin,modules,proc,sys,dev}
  cp "$(find "$system" -path '*/bin/busybox' -type f -print -quit)" "$tree/bin/busybox"
  for module in "${OPTIONAL_MODULES[@]}" "${MODULES[@]}"; do
    module_files "$system" "$version" "$module"
  done | awk '!seen[$0]++' | while read -r file; do
    unpack_module "$file" "$tree/modules"
  done >"$tree/modules/order"
  pack "$tree" >"$target"
}

# Names the folder of the cache by what it holds, so that other modules get another one.
cache_folder() {
  local sum
  sum=$(cksum <<<"${MODULES[*]} ${OPTIONAL_MODULES[*]}")
  echo "$cache/kernel-${sum%% *}"
}

is_cached() {
  (cd "$kernel" 2>/dev/null && sha256sum --status -c sums 2>/dev/null)
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
  install_reader xz xz-utils "$work/system" '*.ko.xz'
  install_reader zstd zstd "$work/system" '*.ko.zst'
  link_modules "$work/system"
  cd "$work/kernel"
  make_initrd "$work/system" initrd.gz
  cp "$work"/system/boot/vmlinuz-* vmlinuz
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

# Whether a guest can be on this kind of machine; sets "kernel" to the folder for its kernel.
check_machine() {
  [[ $(uname -sm) == "Linux x86_64" ]] ||
    fail "cannot make a virtual machine here: it needs Linux on x86-64, and this is $(uname -sm)"
  [[ -n ${XDG_CACHE_HOME:-}${HOME:-} ]] ||
    fail "there is no folder for the kernel: set HOME or XDG_CACHE_HOME"
  cache=${XDG_CACHE_HOME:-$HOME/.cache}/wisp-guest
  kernel=$(cache_folder)
}

is_prepared() {
  [[ -z $(missing_packages) ]] && is_cached
}

# Gets all that a guest needs, while others that want the same wait.
prepare_guest() {
  local missing
  mkdir -p "$cache" 2>/dev/null || fail "the folder $cache cannot be made: set XDG_CACHE_HOME to one that can"
  exec 9>"$cache/lock"
  if ! flock -n 9; then
    say "waiting for another process that prepares the virtual machine"
    flock 9
  fi
  mapfile -t missing < <(missing_packages)
  install_packages "${missing[@]}"
  if ! is_cached; then
    need_apt "a kernel with rdma_rxe is missing"
    fill_cache_or_fail
  fi
  exec 9>&-
}
