# SPDX-License-Identifier: Apache-2.0
# Finds a JDK, or fetches one. Sourced by "wisp", whose "fail" and "follow_links" it uses.
# From the environment:
#   JAVA_HOME          the JDK to use, if its version is the one we want
#   WISP_JDK_URL       where to fetch an archive (.tar.gz) from instead; its SHA-256 is read from the same
#                      address with .sha256.txt behind it, which is how Temurin is published
#   WISP_JDK=never     forbids to fetch one
#   XDG_CACHE_HOME     the folder that gets wisp-jdk, if not ~/.cache
# shellcheck shell=bash

readonly JAVA_VERSION=25
readonly ADOPTIUM=https://api.adoptium.net/v3/assets/latest
readonly JDK_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/wisp-jdk

# Sets "java_home" to a JDK of this machine, or to one that is fetched.
provide_jdk() {
  find_jdk || fetch_jdk
  if [[ -n ${JAVA_HOME:-} && ${JAVA_HOME%/} != "$java_home" ]]; then
    echo "wisp: JAVA_HOME=$JAVA_HOME is not a JDK $JAVA_VERSION; $java_home is used" >&2
  fi
}

# Whether a folder holds a JDK of the version we want. Its "release" file says so in no time;
# starting java to ask it would take longer than all the rest of the launcher.
is_jdk() {
  [[ -n $1 && -x $1/bin/javac && -r $1/release ]] || return 1
  local line
  while IFS= read -r line; do
    case $line in
      "JAVA_VERSION=\"$JAVA_VERSION\"" | "JAVA_VERSION=\"$JAVA_VERSION."* | "JAVA_VERSION=\"$JAVA_VERSION-"* | "JAVA_VERSION=\"$JAVA_VERSION+"*)
        return 0
        ;;
    esac
  done <"$1/release"
  return 1
}

# Prints the JDK that the javac on the PATH belongs to, through the links that Debian and Fedora put there.
jdk_of_path() {
  local javac
  javac=$(command -v javac) || return 1
  follow_links "$javac"
  # shellcheck disable=SC2154 # set there
  dirname "$(dirname "$followed")"
}

find_jdk() {
  for java_home in \
    "${JAVA_HOME:-}" \
    "$(jdk_of_path)" \
    /usr/lib/jvm/* \
    "${SDKMAN_DIR:-$HOME/.sdkman}"/candidates/java/* \
    "$HOME"/.jdks/* \
    /opt/java/* /opt/jdk* \
    /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /home/linuxbrew/.linuxbrew/opt/openjdk*/libexec \
    /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    "$JDK_CACHE"/*/ "$JDK_CACHE"/*/Contents/Home; do
    java_home=${java_home%/}
    ! is_jdk "$java_home" || return 0
  done
  return 1
}

# Fetches a JDK into the user's cache.
fetch_jdk() {
  local none="no JDK $JAVA_VERSION was found" advice address='' checksum=''
  advice="install one (where the distribution has it: apt install openjdk-$JAVA_VERSION-jdk, or dnf install\
 java-$JAVA_VERSION-openjdk-devel; macOS: brew install openjdk@$JAVA_VERSION; anywhere: https://adoptium.net), or set\
 JAVA_HOME to one"
  [[ ${WISP_JDK:-} != never ]] || fail "$none, and WISP_JDK=never forbids to fetch it: $advice" 2
  [[ ${WISP_BUILD:-} != never ]] || fail "$none, and WISP_BUILD=never forbids to fetch it: $advice" 2
  echo "wisp: $none; fetching one" >&2
  trap abandon_fetch EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  if ! { make_cache && locate_archive && unpack_archive; }; then
    fail "no JDK $JAVA_VERSION could be fetched, as said above: $advice" 2
  fi
  abandon_fetch
  trap - EXIT INT TERM
  find_jdk
}

# Sets "fetched" to a new folder, in which nobody looks for a JDK.
make_cache() {
  { mkdir -p "$JDK_CACHE" && fetched=$(mktemp -d "$JDK_CACHE/.fetching-XXXXXX"); } 2>/dev/null ||
    complain "nothing can be written in $JDK_CACHE; XDG_CACHE_HOME says where else"
}

# Ends a transfer that is under way, which Ctrl-C does not reach, and removes what there is of it.
abandon_fetch() {
  [[ -z ${transfer_id:-} ]] || kill "$transfer_id" 2>/dev/null || true
  [[ -z ${fetched:-} ]] || rm -rf "$fetched"
}

# Sets "address" and "checksum" of the archive to fetch.
locate_archive() {
  if [[ -n ${WISP_JDK_URL:-} ]]; then
    address=$WISP_JDK_URL
    checksum=$(fetch "$address.sha256.txt" -) || complain "$address.sha256.txt cannot be read" || return
    checksum=${checksum%%[[:space:]]*}
  else
    locate_temurin || return
  fi
  checksum=$(tr A-F a-f <<<"$checksum")
  [[ $checksum =~ ^[0-9a-f]{64}$ ]] || complain "there is no SHA-256 for $address"
}

# Asks Adoptium for its newest archive for this machine. Of the JSON that it answers the package alone is wanted, in
# which "checksum" stands before "link"; the others are installers.
locate_temurin() {
  local system=linux machine query answer
  [[ $(uname -s) != Darwin ]] || system=mac
  [[ ! -e /etc/alpine-release ]] || system=alpine-linux
  machine=$(uname -m)
  case $machine in
    x86_64 | amd64) machine=x64 ;;
    arm64) machine=aarch64 ;;
  esac
  query="$ADOPTIUM/$JAVA_VERSION/hotspot?os=$system&architecture=$machine&image_type=jdk&vendor=eclipse"
  answer=$(fetch "$query" -) || complain "$query cannot be read" || return
  read -r address checksum < <(tr ',{}' '\n' <<<"$answer" | awk -F '"' '
    $2 == "checksum" { checksum = $4 }
    $2 == "link" && $4 ~ /\.tar\.gz$/ { print $4, checksum; exit }') || true
  [[ -n $address ]] || complain "$query names no archive"
}

# Fetches the archive, verifies it, and moves what it holds to its place in the cache.
unpack_archive() {
  local name=${address##*/} size
  name=${name%%[?#]*}
  name=${name%.tar.gz}
  [[ $name == [[:alnum:]]* ]] || name=jdk
  size=$(size_of "$address")
  echo "wisp: fetching $address${size:+, $(megabytes "$size")}, into $JDK_CACHE/$name" >&2
  fetch "$address" "$fetched/archive" &
  transfer_id=$!
  show_growth "$fetched/archive"
  wait "$transfer_id" || complain "$address cannot be read" || return
  transfer_id=''
  [[ $(sha256 "$fetched/archive") == "$checksum" ]] ||
    complain "the SHA-256 of what $address holds is $(sha256 "$fetched/archive"), and not $checksum as published" || return
  echo "wisp: its SHA-256 is right; unpacking it" >&2
  mkdir "$fetched/jdk"
  tar -xzf "$fetched/archive" -C "$fetched/jdk" --strip-components=1 || complain "it cannot be unpacked" || return
  is_jdk "$fetched/jdk" || is_jdk "$fetched/jdk/Contents/Home" ||
    complain "what $address holds is not a JDK $JAVA_VERSION" || return
  # Another launcher may have been first, and run from there by now.
  if ! find_jdk; then
    rm -rf "${JDK_CACHE:?}/$name"
    mv "$fetched/jdk" "$JDK_CACHE/$name"
  fi
}

# Fetches ADDRESS into FILE; "-" is standard output. Replaces its process, which is a subshell: what kills that, then
# kills the transfer.
fetch() {
  if command -v curl >/dev/null; then
    exec curl -fsSL --retry 2 --connect-timeout 20 --speed-limit 1 --speed-time 60 -o "$2" "$1"
  elif command -v wget >/dev/null; then
    exec wget -nv --tries=3 --timeout=60 -O "$2" "$1"
  else
    complain "neither curl nor wget is here"
  fi
}

# Prints how many bytes an address holds, or nothing if its server does not say.
size_of() {
  { curl -fsSIL --connect-timeout 20 "$1" 2>/dev/null || wget --spider --server-response --timeout=20 "$1" 2>&1 || true; } |
    tr -d '\r' | awk 'tolower($1) == "content-length:" { size = $2 } END { if (size > 0) print size }'
}

# Shows every few seconds how far the transfer is.
show_growth() {
  local seconds=0
  while kill -0 "$transfer_id" 2>/dev/null; do
    sleep 1
    ((++seconds % 4)) || echo "  $(megabytes "$(wc -c <"$1" 2>/dev/null || echo 0)") are here" >&2
  done
}

megabytes() {
  echo "$(($1 / 1000000)) MB"
}

sha256() {
  { sha256sum "$1" 2>/dev/null || shasum -a 256 "$1"; } | awk '{ print $1 }'
}

# Says what is wrong; always fails.
complain() {
  echo "wisp: $1" >&2
  return 1
}
