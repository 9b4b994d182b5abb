# shellcheck shell=bash disable=SC2154 # the folders and settings come from compose/local
# SPDX-License-Identifier: Apache-2.0
#
# The Thrift gateways. Both are proven by reading a row that is not there from hbase:meta, which takes
# the whole way: gateway, ZooKeeper, region server.

thrift2_configure() {
  gateway_configure thrift2
}

thrift2_command() {
  hbase_java thrift2 "$gateway_heap"
  command+=(org.apache.hadoop.hbase.thrift2.ThriftServer start -threadpool -f -b "$bind" -p "$thrift2_port")
}

thrift2_answers() {
  framed_answers "$thrift2_port"
}

gateway2_configure() {
  gateway_configure gateway2
}

gateway2_command() {
  hbase_java gateway2 "$gateway_heap"
  command+=(org.apache.hadoop.hbase.thrift2.ThriftServer start -threadpool -f -b "$bind" -p "$gateway2_port")
}

gateway2_answers() {
  framed_answers "$gateway2_port"
}

# get("hbase:meta", {row: "?"}) in a frame
framed_answers() {
  local call
  call=80010001$(string32 get)000000000b0001$(string32 hbase:meta)0c00020b0001$(string32 '?')0000
  [[ $(ask "$1" "$(with_length 8 "$call")") == ????????80010002$(string32 get)000000000c0000* ]]
}

thrift1_configure() {
  gateway_configure thrift1
}

thrift1_command() {
  hbase_java thrift1 "$gateway_heap"
  command+=(org.apache.hadoop.hbase.thrift.ThriftServer start -threadpool -b "$bind" -p "$thrift1_port")
}

# getRow("hbase:meta", "?", {})
thrift1_answers() {
  local call
  call=80010001$(string32 getRow)000000000b0001$(string32 hbase:meta)0b0002$(string32 '?')00
  [[ $(ask "$thrift1_port" "$call" 27) == 80010002$(string32 getRow)000000000f00000c0000000000 ]]
}

# A call has to end, well or badly, before its client gives up on it. The search for a region takes up to
# (retries + 1) * rpc.timeout beside the operation timeout, and these deadlines hold for a frozen HBase only
# because no ZooKeeper is asked. One call escapes them: putMultiple to a frozen HBase whose regions this
# gateway does not know yet. HBase 2.6.1 then ends the worker thread and leaves the connection open, mute.
# HBase 2.4 knows ZooKeeper for that alone, so with it a frozen HBase is not told in time.
# gateway_configure PART NAME VALUE...: with these settings more
gateway_configure() {
  local part=$1
  shift
  write_log4j "$part"
  [[ $hbase_version == 2.4.* ]] || set -- "$@" \
    hbase.client.registry.impl org.apache.hadoop.hbase.client.RpcConnectionRegistry \
    hbase.client.bootstrap.servers "$(region_servers)"
  write_site "$part" "$@" \
    hbase.tmp.dir "$root/data/$part/tmp" \
    hbase.thrift.info.port -1 \
    hbase.client.retries.number 4 \
    hbase.client.pause 200 \
    hbase.rpc.timeout 3000 \
    hbase.rpc.read.timeout 10000 \
    hbase.rpc.write.timeout 10000 \
    hbase.client.operation.timeout 15000 \
    hbase.client.meta.operation.timeout 15000 \
    hbase.client.scanner.timeout.period 15000
}
