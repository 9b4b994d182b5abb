# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0

# write_properties FILE NAME VALUE...: a file of settings as Hadoop and HBase read it
write_properties() {
  {
    printf '<?xml version="1.0"?>\n<configuration>\n'
    printf '  <property><name>%s</name><value>%s</value></property>\n' "${@:2}"
    printf '</configuration>\n'
  } > "$1"
}
