# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Questions to a server, written as hex: just enough of a protocol to know that the other side works.

# ask PORT REQUEST [BYTES]: sends a request and prints the answer, all in hex. The answer is BYTES long, or
# begins with its length. It is read whole: a server that is hung up on earlier complains in its log.
ask() {
  local port=$1 request=$2 bytes=${3:-} length=
  (
    exec 3<> "/dev/tcp/127.0.0.1/$port" || exit
    # shellcheck disable=SC2001 # a pattern of bash cannot repeat what it matched
    printf '%b' "$(sed 's/../\\x&/g' <<< "$request")" >&3
    if [[ -z $bytes ]]; then
      length=$(receive 4 <&3)
      bytes=$((16#${length:-0}))
    fi
    printf '%s' "$length"
    ((bytes > 100000)) || receive "$bytes" <&3
  ) 2> /dev/null || true
}

# receive BYTES: that many from standard input, in hex; fewer if they do not come in time
receive() {
  timeout 5 head -c "$1" | od -An -v -tx1 | tr -d ' \n'
}

hex() {
  printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n'
}

# with_length DIGITS HEX: the bytes with their count before them, in DIGITS hex digits
with_length() {
  printf "%0$1x%s" $((${#2} / 2)) "$2"
}

string32() {
  with_length 8 "$(hex "$1")"
}

string8() {
  with_length 2 "$(hex "$1")"
}

# ask_http METHOD PORT TARGET: prints the answer, head and body
ask_http() {
  local request="$1 $3 HTTP/1.1"$'\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
  # shellcheck disable=SC2001 # a pattern of bash cannot repeat what it matched
  printf '%b' "$(ask "$2" "$(hex "$request")" 65536 | sed 's/../\\x&/g')"
}
