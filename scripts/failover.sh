#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Kills masters while somebody writes, and looks for what was acknowledged: "./wisp failover -h" explains it.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
readonly root
# In the network that namespaces.sh makes, where /run is in memory and its own.
readonly FOLDER=/run/wisp NODES=(a b c) PORT=3994
readonly -A HOSTS=([a]=10.0.1.2 [b]=10.0.2.2 [c]=10.0.3.2)
readonly READY_SECONDS=120 WRITING_SECONDS=2
# $EPOCHREALTIME is to have a point.
export LC_ALL=C WISP_BUILD=never

declare -A pids

explain() {
  cat <<'END'
Usage: ./wisp failover [--kills N]
Starts three nodes that share a log, each in a network namespace of its own.
While a client writes one key after the other, it kills the master (SIGKILL),
waits until another one has taken over, and starts the killed one again: N
times, or twice. Then it reads all keys. It says who was the master, how many
writes were acknowledged, for how long none was, and whether any is missing.

It takes Linux, iproute2, and root or user namespaces. Nothing of it stays: the
nodes' folders are in memory, and go with the namespaces (scripts/namespaces.sh
-h has more of those).

Exit codes: 0 if every acknowledged write is there; 1 if not, or if a node did
not start or take over; 2 for wrong arguments; 125 if there can be no such
network here.
END
}

fail() {
  echo "wisp failover: $1" >&2
  exit "${2:-1}"
}

describe_cluster() {
  local node entries=()
  for node in "${NODES[@]}"; do
    entries+=("\"name\": \"$node\", \"host\": \"${HOSTS[$node]}\", \"port\": $PORT")
  done
  echo "{\"nodes\": [{${entries[0]}, \"slots\": \"0-16383\", \"replicas\": [{${entries[1]}}, {${entries[2]}}]}]}"
}

# start_node NODE [OPTION]
start_node() {
  ip netns exec "$1" "$root/wisp" -s --memory 64m --cluster "$FOLDER/cluster.json" --cluster-node "$1" \
    --data "$FOLDER/$1" "${@:2}" >"$FOLDER/$1.log" 2>&1 &
  pids[$1]=$!
}

await_node() {
  local end=$((SECONDS + READY_SECONDS))
  until grep -q '^ready' "$FOLDER/$1.log"; do
    if ! kill -0 "${pids[$1]}" 2>/dev/null || ((SECONDS > end)); then
      fail "$1 did not start: $(<"$FOLDER/$1.log")"
    fi
    sleep 0.1
  done
}

# Sets "master" to the node that says so of itself.
find_master() {
  local node end=$((SECONDS + READY_SECONDS))
  while ((SECONDS < end)); do
    for node in "${NODES[@]}"; do
      if kill -0 "${pids[$node]}" 2>/dev/null &&
        "$root/wisp" -c "${HOSTS[$node]}:$PORT" -t --one-node info 2>/dev/null | grep -q '^role:master'; then
        master=$node
        return
      fi
    done
  done
  fail "nobody became the master"
}

# Writes one key after the other until there is a file "stop". A line for each goes to the file "writes": its number,
# and when it was acknowledged, or "-" if it was not.
write_keys() {
  local number reply
  coproc CLIENT { "$root/wisp" -c "${HOSTS[a]}:$PORT" -t 2>&1; }
  for ((number = 1; ; number++)); do
    [[ ! -e $FOLDER/stop ]] || break
    echo "set key$number value$number" >&"${CLIENT[1]}"
    IFS= read -r reply <&"${CLIENT[0]}" || fail "the client has ended"
    if [[ $reply == OK ]]; then
      echo "$number $EPOCHREALTIME"
    else
      echo "$number -"
      echo "$reply" >>"$FOLDER/errors"
      # It may have more lines, and no "OK" shall be taken for that of another key.
      while IFS= read -r -t 0.02 reply <&"${CLIENT[0]}"; do :; done
    fi
  done >"$FOLDER/writes"
}

# Waits until a write was acknowledged after a time, and prints for how many milliseconds none was then.
await_write_after() {
  local end=$((SECONDS + READY_SECONDS)) silence
  while ((SECONDS < end)); do
    silence=$(awk -v "time=$1" '$2 == "-" || NF < 2 { next }
      $2 > time { printf "%d", ($2 - last) * 1000; exit } { last = $2 }' "$FOLDER/writes")
    if [[ -n $silence ]]; then
      echo "$silence"
      return
    fi
    kill -0 "$writer" 2>/dev/null || fail "the client has ended"
    sleep 0.1
  done
  fail "nothing was acknowledged for $READY_SECONDS s: $(tail -n 1 "$FOLDER/errors")"
}

kill_master() {
  local killed time silence
  find_master
  killed=$master
  sleep "$WRITING_SECONDS"
  time=$EPOCHREALTIME
  kill -KILL "${pids[$killed]}"
  wait "${pids[$killed]}" 2>/dev/null || true
  silence=$(await_write_after "$time")
  find_master
  echo "$killed was the master and is killed; $master took over; no write was acknowledged for $silence ms"
  sleep "$WRITING_SECONDS"
  start_node "$killed"
  await_node "$killed"
}

# Asks for all that was written. For a key that is not answered there is an error, and no line among the values: they
# would all be taken for those of the keys before them.
ask_for_keys() {
  awk '{ print "get key" $1 }' "$FOLDER/writes" |
    "$root/wisp" -c "${HOSTS[a]}:$PORT" -t >"$FOLDER/values" 2>>"$FOLDER/errors" || true
  [[ $(wc -l <"$FOLDER/values") == "$(wc -l <"$FOLDER/writes")" ]]
}

# Reads all that was written, and says whether what was acknowledged is there.
read_keys() {
  local end=$((SECONDS + READY_SECONDS))
  until ask_for_keys; do
    ((SECONDS < end)) || fail "not all keys can be read: $(tail -n 1 "$FOLDER/errors")"
  done
  paste -d ' ' "$FOLDER/writes" "$FOLDER/values" | awk '
    { there = $3 == "value" $1 }
    $2 == "-" { unknown++; unknownThere += there; next }
    { acknowledged++; missing += !there }
    END {
      printf "%d writes were acknowledged, %d were not, of which %d are there all the same\n",
        acknowledged, unknown, unknownThere
      if (missing) print "MISSING: " missing " acknowledged writes"
      else print "every acknowledged write is there"
      exit missing > 0 || acknowledged == 0
    }'
}

run() {
  local node i
  mkdir "$FOLDER"
  touch "$FOLDER/writes" "$FOLDER/errors"
  describe_cluster >"$FOLDER/cluster.json"
  for node in "${NODES[@]}"; do
    start_node "$node" --new-member
  done
  for node in "${NODES[@]}"; do
    await_node "$node"
  done
  find_master
  echo "a, b and c are up, and $master is the master"
  write_keys &
  writer=$!
  await_write_after 0 >/dev/null
  for ((i = 0; i < $1; i++)); do
    kill_master
  done
  find_master
  touch "$FOLDER/stop"
  wait "$writer" || fail "the client failed"
  read_keys
}

kills=2
while (($#)); do
  case $1 in
    -h | --help)
      explain
      exit 0
      ;;
    --inside)
      run "$2"
      exit 0
      ;;
    --kills)
      [[ ${2:-} =~ ^[1-9][0-9]{0,2}$ ]] || fail "--kills takes a number from 1 to 999: ${2:-none}" 2
      kills=$2
      shift 2
      ;;
    *) fail "$1 is unknown: ./wisp failover -h explains all" 2 ;;
  esac
done
exec "$root/scripts/namespaces.sh" "$root/scripts/failover.sh" --inside "$kills"
