# shellcheck shell=bash disable=SC2154 # the folders and settings come from compose/local
# SPDX-License-Identifier: Apache-2.0
#
# Who holds a port: read from /proc, so that no tool needs to be there.

# Stops with one line a port if any port of the given parts is taken or wanted twice.
check_ports() {
  local part setting port holder bad=0
  local -A wanted=()
  for part in "$@"; do
    load_part "$part"
    for setting in $part_ports; do
      port=${!setting}
      if [[ -n ${wanted[$port]:-} ]]; then
        say "port $port is wanted by both ${wanted[$port]} and $part; change SLUICE_LOCAL_${setting^^}"
        bad=1
      elif holder=$(holder_of "$port"); then
        say "port $port, which $part needs, is taken by $holder; free it or set SLUICE_LOCAL_${setting^^}"
        bad=1
      fi
      wanted[$port]=$part
    done
  done
  ((!bad)) || die 3 "nothing was started"
}

# Prints who listens on a port; fails if nobody does.
holder_of() {
  local hex inode link pid
  printf -v hex '%04X' "$1"
  inode=$(cat /proc/net/tcp /proc/net/tcp6 2> /dev/null |
    awk -v port=":$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { print $10; exit }')
  [[ -n $inode ]] || return 1
  link=$(find /proc/[0-9]*/fd -lname "socket:\[$inode\]" -print -quit 2> /dev/null) || true
  if [[ -z $link ]]; then
    printf 'a process of another user'
    return
  fi
  pid=${link#/proc/}
  pid=${pid%%/*}
  printf 'process %s (%s)' "$pid" "$(tr '\0' ' ' < "/proc/$pid/cmdline" | cut -c 1-60)"
}
