# shellcheck shell=bash disable=SC2154 # the folders and settings come from compose/local
# SPDX-License-Identifier: Apache-2.0
#
# HDFS for a distributed HBase: a NameNode and one DataNode. Who starts them is its superuser.

hdfs_url() {
  printf 'hdfs://127.0.0.1:%s' "$namenode_port"
}

# Checks permissions as a real one does, notices a lost DataNode in about 15 s, and is out of safe mode as
# soon as the DataNode has told what it has. A file that was written is closed once the DataNode has told of
# it: what asks too early asks again after 20 ms, not 400.
hdfs_configure() {
  local conf=$root/conf/$1
  write_log4j "$1"
  mkdir -p "$conf/webapps/hdfs" "$conf/webapps/datanode" # it does not start without these, if empty ones
  write_properties "$conf/core-site.xml" fs.defaultFS "$(hdfs_url)" hadoop.tmp.dir "$root/data/$1/tmp"
  write_properties "$conf/hdfs-site.xml" \
    dfs.replication 1 \
    dfs.namenode.name.dir "file://$root/data/namenode/name" \
    dfs.namenode.http-address "127.0.0.1:$namenode_http_port" \
    dfs.namenode.datanode.registration.ip-hostname-check false \
    dfs.namenode.heartbeat.recheck-interval 3000 \
    dfs.namenode.safemode.extension 0 \
    dfs.heartbeat.interval 1 \
    dfs.client.block.write.locateFollowingBlock.initial.delay.ms 20 \
    dfs.datanode.data.dir "file://$root/data/datanode/blocks" \
    dfs.datanode.hostname localhost \
    dfs.datanode.address "127.0.0.1:$datanode_port" \
    dfs.datanode.http.address "127.0.0.1:$datanode_http_port" \
    dfs.datanode.ipc.address "127.0.0.1:$datanode_ipc_port"
}

hdfs_java() {
  java_command "$1" "$hdfs_heap" "$root/conf/$1:$(artifacts_of hdfs)/*"
}

namenode_configure() {
  local command
  hdfs_configure namenode
  if [[ ! -e $root/data/namenode/name/current/VERSION ]]; then
    hdfs_java namenode
    "${command[@]}" org.apache.hadoop.hdfs.server.namenode.NameNode -format -nonInteractive
  fi
}

namenode_command() {
  hdfs_java namenode
  command+=(org.apache.hadoop.hdfs.server.namenode.NameNode)
}

namenode_answers() {
  webhdfs GET / GETFILESTATUS
}

datanode_configure() {
  hdfs_configure datanode
}

datanode_command() {
  hdfs_java datanode
  command+=(org.apache.hadoop.hdfs.server.datanode.DataNode)
}

# What counts is that the NameNode has it and takes files.
datanode_answers() {
  local state
  state=$(ask_http GET "$namenode_http_port" '/jmx?qry=Hadoop:service=NameNode,name=FSNamesystemState')
  [[ $state == *'"FSState" : "Operational"'* && $state == *'"NumLiveDataNodes" : 1,'* ]] &&
    [[ $(ask_http GET "$datanode_http_port" /webhdfs/v1/) == HTTP/1.* ]]
}

# webhdfs METHOD PATH OPERATION[&PARAMETER...]: as the superuser; whether it was done
webhdfs() {
  [[ $(ask_http "$1" "$namenode_http_port" "/webhdfs/v1$2?user.name=$(id -un)&op=$3") == 'HTTP/1.1 200 '* ]]
}
