# shellcheck shell=bash disable=SC2154 # the folders and settings come from compose/local
# SPDX-License-Identifier: Apache-2.0
#
# The thrift2 gateway in its other kinds, for what has to speak with all of them. Proven as the plain one
# is, by get("hbase:meta", {row: "?"}).

buffered_configure() {
  gateway_configure buffered
}

buffered_command() {
  thrift2_java buffered
  command+=(-threadpool -b 127.0.0.1 -p "$buffered_port")
}

buffered_answers() {
  [[ $(ask "$buffered_port" "$(binary_get)" 18) == 80010002$(string32 get)000000000c0000 ]]
}

compact_configure() {
  gateway_configure compact
}

compact_command() {
  thrift2_java compact
  command+=(-threadpool -f -c -b 127.0.0.1 -p "$compact_port")
}

compact_answers() {
  local call
  call=822100$(string8 get)18$(string8 hbase:meta)1c18$(string8 '?')0000
  [[ $(ask "$compact_port" "$(with_length 8 "$call")") == ????????824100$(string8 get)0c00* ]]
}

http_configure() {
  gateway_configure http hbase.regionserver.thrift.http true
}

http_command() {
  thrift2_java http
  command+=(-b 127.0.0.1 -p "$http_port")
}

http_answers() {
  [[ $(ask "$http_port" "$(http_get)" 12) == $(hex 'HTTP/1.1 200') ]]
}

# root, who the gateway runs as here, may act for anybody.
https_configure() {
  local keys=$root/data/https/keys.jks password=sluice
  https_certificate "$keys" "$password"
  gateway_configure https \
    hbase.regionserver.thrift.http true \
    hbase.thrift.ssl.enabled true \
    hbase.thrift.ssl.keystore.store "$keys" \
    hbase.thrift.ssl.keystore.password "$password" \
    hbase.thrift.ssl.keystore.keypassword "$password" \
    hbase.thrift.support.proxyuser true \
    "hadoop.proxyuser.$(id -un).hosts" '*' \
    "hadoop.proxyuser.$(id -un).groups" '*'
}

https_certificate() {
  [[ ! -s $root/data/https/ca.pem ]] || return 0
  rm -f "$1"
  keytool -genkeypair -alias gateway -keyalg RSA -keysize 2048 -validity 3650 -dname CN=localhost \
    -ext san=ip:127.0.0.1,dns:localhost -storetype JKS -keystore "$1" -storepass "$2" -keypass "$2"
  keytool -exportcert -rfc -alias gateway -keystore "$1" -storepass "$2" > "$root/data/https/ca.pem"
}

https_command() {
  thrift2_java https
  command+=(-b 127.0.0.1 -p "$https_port")
}

https_answers() {
  # shellcheck disable=SC2001 # a pattern of bash cannot repeat what it matched
  [[ $(printf '%b' "$(sed 's/../\\x&/g' <<< "$(http_get)")" |
    timeout 5 openssl s_client -quiet -connect "127.0.0.1:$https_port" 2> /dev/null | head -c 12) == 'HTTP/1.1 200' ]]
}

# Jetty needs the newer of the two servlet interfaces that come with HBase: it goes before the rest.
thrift2_java() {
  local jars
  jars=$(artifacts_of hbase)
  java_command "$1" "$gateway_heap" "$root/conf/$1:$(printf '%s:' "$jars"/javax.servlet-api-*.jar)$jars/*"
  command+=(org.apache.hadoop.hbase.thrift2.ThriftServer start)
}

binary_get() {
  printf '%s' "80010001$(string32 get)000000000b0001$(string32 hbase:meta)0c00020b0001$(string32 '?')0000"
}

http_get() {
  local call
  call=$(binary_get)
  printf '%s%s' "$(hex $'POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/x-thrift\r\nContent-Length: '"$((${#call} / 2))"$'\r\n\r\n')" "$call"
}
