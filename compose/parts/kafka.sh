# shellcheck shell=bash disable=SC2154 # the folders and settings come from compose/local
# SPDX-License-Identifier: Apache-2.0
#
# Kafka: one node, broker and controller in one process.

kafka_configure() {
  local conf=$root/conf/kafka data=$root/data/kafka/log
  write_log4j kafka
  cat > "$conf/server.properties" <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$kafka_controller_port
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://$bind:$kafka_port,CONTROLLER://127.0.0.1:$kafka_controller_port
advertised.listeners=PLAINTEXT://$kafka_host:$kafka_port
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
END
  kafka_broker_properties "$data" >> "$conf/server.properties"
  [[ -e $data/meta.properties ]] || kafka_format kafka
}

# kafka_broker_properties FOLDER: what every broker of ours has, wherever it listens
kafka_broker_properties() {
  cat <<END
log.dirs=$1
# A missing topic is an error that somebody should see, so reading one must not create it.
auto.create.topics.enable=false
num.partitions=4
message.max.bytes=2097152
# The generated data lies in the past: retention by time would eat it as it arrives.
log.retention.ms=-1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
group.initial.rebalance.delay.ms=0
END
}

# kafka_format PART [OPTION...]
kafka_format() {
  local command id part=$1
  shift
  # 16 random bytes in base64 without its two signs: an id must not begin with a dash
  id=$(head -c 16 /dev/urandom | base64 | tr '+/' 'ab' | cut -c 1-22)
  java_command "$part" "$kafka_heap" "$(kafka_class_path "$part")"
  "${command[@]}" kafka.tools.StorageTool format -t "$id" -c "$root/conf/$part/server.properties" "$@"
}

kafka_class_path() {
  printf '%s' "$root/conf/$1:$(artifacts_of kafka)/*"
}

kafka_command() {
  java_command kafka "$kafka_heap" "$(kafka_class_path kafka)"
  command+=(kafka.Kafka "$root/conf/kafka/server.properties")
}

# Metadata, version 1, of no topic: good when the answer lists this one broker.
kafka_answers() {
  [[ $(ask "$kafka_port" 0000000e0003000100000001ffff00000000) == ????????0000000100000001* ]]
}
