# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Questions to a server, written as hex: just enough of a protocol to know that the other side works.

# ask PORT REQUEST BYTES: sends a request and prints the first BYTES of the answer, all in hex
ask() {
  local port=$1 request=$2 bytes=$3
  (
    exec 3<> "/dev/tcp/127.0.0.1/$port" || exit
    # shellcheck disable=SC2001
    printf '%b' "$(sed 's/../\\x&/g' <<< "$request")" >&3
    timeout 5 head -c "$bytes" <&3 | od -An -v -tx1 | tr -d ' \n'
  ) 2> /dev/null || true
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
