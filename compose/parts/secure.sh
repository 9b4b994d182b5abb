# shellcheck shell=bash disable=SC2154 # the folders and settings come from compose/local
# SPDX-License-Identifier: Apache-2.0
#
# A Kafka of its own that lets nobody in without proof: by name and password (PLAIN or SCRAM-SHA-512), in the
# clear and over TLS, or by a client certificate. Names, passwords and files are in data/secure/README.

readonly SECURE_PASSWORD='sluice\secret 1' # a backslash and a blank: what breaks careless quoting

secure_configure() {
  local conf=$root/conf/secure data=$root/data/secure mechanisms=PLAIN,SCRAM-SHA-512 quoted
  quoted=${SECURE_PASSWORD//\\/\\\\}
  write_log4j secure
  secure_certificates "$data"
  cat > "$conf/server.properties" <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$secure_controller_port
controller.listener.names=CONTROLLER
listeners=NAMED://127.0.0.1:$secure_port,NAMEDTLS://127.0.0.1:$secure_tls_port,MUTUAL://127.0.0.1:$secure_mutual_port,CONTROLLER://127.0.0.1:$secure_controller_port
listener.security.protocol.map=NAMED:SASL_PLAINTEXT,NAMEDTLS:SASL_SSL,MUTUAL:SSL,CONTROLLER:PLAINTEXT
inter.broker.listener.name=NAMED
sasl.mechanism.inter.broker.protocol=PLAIN
sasl.enabled.mechanisms=$mechanisms
listener.name.mutual.ssl.client.auth=required
ssl.keystore.type=PEM
ssl.keystore.location=$data/server.pem
ssl.truststore.type=PEM
ssl.truststore.location=$data/ca.pem
# A password that changed counts for connections that stand, too.
connections.max.reauth.ms=60000
END
  local listener
  for listener in named namedtls; do
    cat >> "$conf/server.properties" <<END
listener.name.$listener.sasl.enabled.mechanisms=$mechanisms
listener.name.$listener.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="admin" password="admin" user_admin="admin" user_sluice="${quoted//\\/\\\\}";
listener.name.$listener.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
END
  done
  kafka_broker_properties "$data/log" >> "$conf/server.properties"
  [[ -e $data/log/meta.properties ]] ||
    kafka_format secure --add-scram "SCRAM-SHA-512=[name=sluice,password=$SECURE_PASSWORD]"
  cat > "$data/README" <<END
user      sluice
password  $SECURE_PASSWORD
PLAIN or SCRAM-SHA-512, security.protocol=sasl_plaintext  127.0.0.1:$secure_port
PLAIN or SCRAM-SHA-512, security.protocol=sasl_ssl        127.0.0.1:$secure_tls_port     ssl.ca.location=$data/ca.pem
client certificate, security.protocol=ssl                 127.0.0.1:$secure_mutual_port     ssl.certificate.location=$data/client.pem ssl.key.location=$data/client.key
END
}

# An authority, the broker's certificate (for 127.0.0.1 and no name) and one for clients.
secure_certificates() {
  local data=$1 name
  [[ ! -s $data/client.pem ]] || return 0
  secure_authority "$data/ca" sluice-local
  secure_authority "$data/other-ca" nobody-knows
  for name in server client; do
    openssl req -newkey rsa:2048 -nodes -subj "/CN=$name" -keyout "$data/$name.key" -out "$data/$name.csr"
    openssl x509 -req -in "$data/$name.csr" -CA "$data/ca.pem" -CAkey "$data/ca.key" -CAcreateserial -days 3650 \
      -extfile <(printf 'subjectAltName=IP:127.0.0.1\n') -out "$data/$name.crt"
  done
  cat "$data/server.crt" "$data/server.key" > "$data/server.pem"
  mv "$data/client.crt" "$data/client.pem"
}

secure_authority() {
  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=$2" -keyout "$1.key" -out "$1.pem"
}

secure_command() {
  java_command secure "$kafka_heap" "$(kafka_class_path secure)"
  command+=(kafka.Kafka "$root/conf/secure/server.properties")
}

# ApiVersions is answered before anybody says who they are.
secure_answers() {
  [[ $(ask "$secure_port" 0000000a0012000000000001ffff) == ????????000000010000* ]]
}
