# shellcheck shell=bash disable=SC2154 # the folders and settings come from compose/local
# SPDX-License-Identifier: Apache-2.0
#
# HBase in parts, over HDFS: ZooKeeper, a master and two region servers. On HDFS they are the user hbase,
# who may not do everything, as it is where HBase is run with care.

readonly HBASE_USER=hbase

# Where clients find region servers, in either mode
region_servers() {
  printf '%s:%s' "$hbase_host" "$regionserver_port"
  [[ $mode == standalone ]] || printf ',localhost:%s' "$regionserver2_port"
}

zookeeper_configure() {
  write_log4j zookeeper
  cat > "$root/conf/zookeeper/zoo.cfg" <<END
dataDir=$root/data/zookeeper/snapshots
clientPort=$zookeeper_port
clientPortAddress=127.0.0.1
tickTime=2000
maxClientCnxns=0
admin.enableServer=false
4lw.commands.whitelist=ruok
END
}

zookeeper_command() {
  hbase_java zookeeper "$zookeeper_heap"
  command+=(org.apache.zookeeper.server.quorum.QuorumPeerMain "$root/conf/zookeeper/zoo.cfg")
}

zookeeper_answers() {
  [[ $(ask "$zookeeper_port" "$(hex ruok)" 4) == $(hex imok) ]]
}

# A region server that is lost is missed after 20 s. The one DataNode is waited for for a minute, and
# taken back: HBase ends otherwise as soon as it is lost, since there is no other for the log to go to.
distributed_configure() {
  local part=$1
  shift
  write_log4j "$part"
  write_site "$part" "$@" \
    hbase.tmp.dir "$root/data/$part/tmp" \
    hbase.master.ipc.address 127.0.0.1 \
    hbase.master.hostname localhost \
    hbase.master.port "$master_port" \
    hbase.master.info.port -1 \
    hbase.master.wait.on.regionservers.mintostart 2 \
    hbase.master.wait.on.regionservers.maxtostart 2 \
    hbase.regionserver.ipc.address 127.0.0.1 \
    hbase.regionserver.hostname localhost \
    hbase.regionserver.info.port -1 \
    hbase.regionserver.msginterval 500 \
    hbase.regionserver.async.wal.max.exclude.datanode.count 0 \
    hbase.regionserver.logroll.retries 60 \
    hbase.regionserver.logroll.wait.timeout.ms 60000 \
    zookeeper.session.timeout 20000 \
    zookeeper.recovery.retry.intervalmill 300
}

distributed_command() {
  hbase_java "$1" "$2"
  command=(env "HADOOP_USER_NAME=$HBASE_USER" "${command[@]}" "$3" start)
}

# HBase's own folder, and one for everybody's files, as every HDFS has it
master_configure() {
  distributed_configure master
  webhdfs PUT /hbase MKDIRS &&
    webhdfs PUT /hbase "SETOWNER&owner=$HBASE_USER" &&
    webhdfs PUT /tmp MKDIRS &&
    webhdfs PUT /tmp 'SETPERMISSION&permission=1777'
}

master_command() {
  distributed_command master "$master_heap" org.apache.hadoop.hbase.master.HMaster
}

master_answers() {
  hbase_answers
}

regionserver1_configure() {
  distributed_configure regionserver1 hbase.regionserver.port "$regionserver_port"
}

regionserver1_command() {
  distributed_command regionserver1 "$regionserver_heap" org.apache.hadoop.hbase.regionserver.HRegionServer
}

regionserver1_answers() {
  rpc_answers "$regionserver_port" AdminService GetServerInfo
}

regionserver2_configure() {
  distributed_configure regionserver2 hbase.regionserver.port "$regionserver2_port"
}

regionserver2_command() {
  distributed_command regionserver2 "$regionserver_heap" org.apache.hadoop.hbase.regionserver.HRegionServer
}

regionserver2_answers() {
  rpc_answers "$regionserver2_port" AdminService GetServerInfo
}
