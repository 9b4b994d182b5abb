# shellcheck shell=bash disable=SC2154 # the folders and settings come from compose/local
# SPDX-License-Identifier: Apache-2.0
#
# HBase, standalone: master, region server and ZooKeeper in one process; and the hbase shell.

# Region servers report often, so that the master need not wait for the first; and a session outlives one
# minute of standing still (20 ticks are the most it may have): frozen is not dead.
hbase_configure() {
  write_log4j hbase
  write_hbase_site hbase "$regionserver_port" hbase.cluster.distributed false
}

# A region server of its own process, so that regions can move and one server can die alone. It has the
# shortest session there can be (two ticks), so that its death is noticed soon.
region2_configure() {
  write_log4j region2
  write_hbase_site region2 "$region2_port" hbase.cluster.distributed true \
    hbase.tmp.dir "$root/data/region2/tmp" \
    zookeeper.session.timeout 12000
}

# write_hbase_site PART PORT NAME VALUE...: for a process with a region server on that port
write_hbase_site() {
  local part=$1 port=$2 data=$root/data/hbase
  shift 2
  write_site "$part" \
    hbase.rootdir "file://$data/root" \
    hbase.tmp.dir "$data/tmp" \
    hbase.zookeeper.property.dataDir "$data/zookeeper" \
    hbase.unsafe.stream.capability.enforce false \
    hbase.localcluster.assign.random.ports false \
    hbase.master.ipc.address "$bind" \
    hbase.master.hostname "$hbase_host" \
    hbase.master.port "$master_port" \
    hbase.master.info.port -1 \
    hbase.master.wait.on.regionservers.maxtostart 1 \
    hbase.regionserver.ipc.address "$bind" \
    hbase.regionserver.hostname "$hbase_host" \
    hbase.regionserver.port "$port" \
    hbase.regionserver.info.port -1 \
    hbase.regionserver.msginterval 500 \
    hfile.block.cache.size 0.2 \
    hbase.regionserver.global.memstore.size 0.35 \
    hbase.zookeeper.property.tickTime 6000 \
    zookeeper.session.timeout.localHBaseCluster 60000 \
    zookeeper.recovery.retry.intervalmill 300 \
    "$@"
}

# write_site PART NAME VALUE...: hbase-site.xml with what every HBase process needs, and the given
write_site() {
  local part=$1
  shift
  set -- hbase.zookeeper.quorum 127.0.0.1 hbase.zookeeper.property.clientPort "$zookeeper_port" "$@"
  if [[ $mode == distributed ]]; then
    set -- hbase.cluster.distributed true hbase.rootdir "$(hdfs_url)/hbase" fs.defaultFS "$(hdfs_url)" \
      dfs.replication 1 "$@"
  fi
  write_properties "$root/conf/$part/hbase-site.xml" "$@"
}

hbase_command() {
  hbase_java hbase "$hbase_heap"
  command+=(org.apache.hadoop.hbase.master.HMaster start)
}

region2_command() {
  hbase_java region2 "$region2_heap"
  command+=(org.apache.hadoop.hbase.regionserver.HRegionServer start)
}

hbase_java() {
  java_command "$1" "$2" "$root/conf/$1:$(artifacts_of hbase)/*"
}

# Asks the master for the namespaces, which it refuses until it is initialised.
hbase_answers() {
  rpc_answers "$master_port" MasterService ListNamespaceDescriptors
}

# Asks the region server who it is, which it refuses until the master has taken it in.
region2_answers() {
  rpc_answers "$region2_port" AdminService GetServerInfo
}

# rpc_answers PORT SERVICE METHOD: a reply header of nothing but the call's number (no exception) is good.
rpc_answers() {
  local header call
  header=0a$(with_length 2 "0a$(string8 sluice)")12$(string8 "$2")
  call=$(with_length 2 "08001a$(string8 "$3")2001")00
  [[ $(ask "$1" "$(hex HBas)0050$(with_length 8 "$header")$(with_length 8 "$call")") == ????????020800* ]]
}

# The hbase shell: a session on a terminal, else the script FILE or standard input. A script's `exit N` is
# our exit code, and its first error ends it with 1.
shell() {
  local command script conf=$root/conf/shell
  (($# <= 1)) || die 2 "shell takes one FILE at most"
  [[ -z ${1:-} || -r $1 ]] || die 2 "cannot read $1"
  shell_prepare
  java_command shell 256m "$conf:$(artifacts_of shell)/*"
  command+=(-XX:TieredStopAtLevel=1 -Dfile.encoding=UTF-8 org.jruby.JarBootstrapMain)
  export HBASE_CONF_DIR=$conf
  if (($# == 0)) && [[ -t 0 ]]; then
    exec "${command[@]}"
  fi
  # Always from a file, because only then does the shell pass exit codes on; and from one that can be
  # sought in. The file needs no name once it is open. Standard input would be run after it.
  script=$(mktemp)
  cat -- "${1:--}" > "$script"
  exec 3< "$script"
  rm -f -- "$script"
  export IRBRC=$conf/irbrc
  exec "${command[@]}" -n /dev/fd/3 < /dev/null
}

shell_prepare() {
  only_one_at_a_time
  find_java
  resolve shell
  mkdir -p "$root/conf/shell"
  write_log4j shell ERROR System.err
  write_site shell
  # No prompt, no echo of the script
  printf 'IRB.conf[:VERBOSE] = IRB.conf[:ECHO] = false\n' > "$root/conf/shell/irbrc"
  exec 9>&-
}
