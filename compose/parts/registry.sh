# shellcheck shell=bash disable=SC2154 # the folders and settings come from compose/local
# SPDX-License-Identifier: Apache-2.0
#
# A schema registry with the Confluent API, in memory.

registry_configure() {
  :
}

registry_command() {
  local jars
  jars=$(artifacts_of registry)
  java_command registry "$registry_heap" "$jars/lib/*:$jars/*"
  command+=("-Dquarkus.http.host=$bind" "-Dquarkus.http.port=$registry_port"
    -Dquarkus.banner.enabled=false "-Dquarkus.log.category.\"io.apicurio\".level=WARN" io.quarkus.runner.GeneratedMain)
}

registry_answers() {
  local request=$'GET /apis/ccompat/v7/subjects HTTP/1.0\r\n\r\n'
  [[ $(ask "$registry_port" "$(hex "$request")" 12) == $(hex HTTP/1.)??$(hex ' 200') ]]
}
