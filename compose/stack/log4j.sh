# shellcheck shell=bash disable=SC2154 # the folders and settings come from compose/local
# SPDX-License-Identifier: Apache-2.0

# write_log4j PART [LEVEL] [STREAM]: what is worth a look, on standard output, which is the part's log
write_log4j() {
  cat > "$root/conf/$1/log4j.properties" <<END
log4j.rootLogger=${2:-WARN}, console
log4j.appender.console=org.apache.log4j.ConsoleAppender
log4j.appender.console.target=${3:-System.out}
log4j.appender.console.layout=org.apache.log4j.PatternLayout
log4j.appender.console.layout.ConversionPattern=%d{ISO8601} %p %c{2}: %m%n
# These warn of what is so by design here.
log4j.logger.org.apache.hadoop.util.NativeCodeLoader=ERROR
log4j.logger.org.apache.hadoop.metrics2.impl.MetricsConfig=ERROR
log4j.logger.org.apache.hadoop.hbase.ZNodeClearer=ERROR
log4j.logger.org.apache.hadoop.security.ShellBasedUnixGroupsMapping=ERROR
log4j.logger.org.apache.zookeeper.server.ServerCnxnFactory=ERROR
END
}
