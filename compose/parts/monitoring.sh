# shellcheck shell=bash disable=SC2154 # the folders and settings come from compose/local
# SPDX-License-Identifier: Apache-2.0
#
# Prometheus and Alertmanager, with the configuration and the rules of compose/monitoring, and the JMX
# exporter in Kafka and HBase.

# Parts in whose process the JMX exporter runs once there is a Prometheus
readonly MONITORED='kafka hbase master regionserver1 regionserver2'

prometheus_configure() {
  local conf=$root/conf/prometheus part port targets=()
  rm -rf "$conf/rules"
  cp -R "$here/monitoring/rules" "$conf/rules"
  for part in $MONITORED; do
    load_part "$part"
    [[ $part_mode == "$mode" || $part_mode == any ]] || continue
    port=jmx_${part}_port
    targets+=("$part=127.0.0.1:${!port}")
  done
  "$here/monitoring/configure" "sluice=${prometheus_targets//,/ }" "alertmanager=127.0.0.1:$alertmanager_port" \
    "${targets[@]}" > "$conf/prometheus.yml"
}

prometheus_command() {
  marked_command prometheus "$(command -v prometheus)" \
    --config.file="$root/conf/prometheus/prometheus.yml" --storage.tsdb.path="$root/data/prometheus/series" \
    --storage.tsdb.retention.time=7d --web.listen-address="127.0.0.1:$prometheus_port" --web.enable-lifecycle
}

prometheus_answers() {
  [[ $(ask_http GET "$prometheus_port" /-/ready) == 'HTTP/1.1 200'* ]]
}

alertmanager_configure() {
  cp "$here/monitoring/alertmanager.yml" "$root/conf/alertmanager/alertmanager.yml"
}

alertmanager_command() {
  marked_command alertmanager "$(command -v prometheus-alertmanager)" \
    --config.file="$root/conf/alertmanager/alertmanager.yml" --storage.path="$root/data/alertmanager/state" \
    --web.listen-address="127.0.0.1:$alertmanager_port" --cluster.listen-address=
}

alertmanager_answers() {
  [[ $(ask_http GET "$alertmanager_port" /-/ready) == 'HTTP/1.1 200'* ]]
}

# marked_command PART PROGRAM ARGUMENT...: a program of another language bears our mark as its own name
marked_command() {
  local part=$1
  shift
  # shellcheck disable=SC2016,SC2034 # for the inner shell; the caller's command
  command=(bash -c 'exec -a "$0" "$@"' "$(mark_of "$part")" "$@")
}

# install_idle PROGRAM...: installs what is missing; the system is kept from starting them, now and later:
# Prometheus, for one, would take the gateway's port.
install_idle() {
  local policy=/usr/sbin/policy-rc.d unit missing=()
  for unit in "$@"; do
    PATH=$PATH:/usr/sbin command -v "$unit" > /dev/null || missing+=("$unit")
  done
  ((${#missing[@]})) || return 0
  if [[ -d /run/systemd/system ]]; then
    as_root systemctl mask "${missing[@]}"
    say "the system's own ${missing[*]} will not start: systemctl unmask changes that"
  fi
  if [[ -e $policy ]]; then
    install_packages "${missing[@]}"
  else
    as_root sh -c "printf '#!/bin/sh\nexit 101\n' > $policy && chmod 755 $policy"
    (install_packages "${missing[@]}") || { as_root rm -f "$policy" && exit 3; }
    as_root rm -f "$policy"
  fi
}

as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

is_monitored() {
  [[ -e $root/conf/monitored ]]
}

# What makes a Java process show its MBeans; nothing unless there is a Prometheus.
jmx_option() {
  local part=$1 port=jmx_$1_port kind=hbase
  [[ " $MONITORED " == *" $part "* ]] && is_monitored || return 0
  [[ $part != kafka ]] || kind=kafka
  printf '%s' "-javaagent:$(printf '%s' "$(artifacts_of jmx)"/*.jar)=127.0.0.1:${!port}:$here/monitoring/jmx/$kind.yml"
}

# Fetches what monitoring needs, and ends the parts that run without the exporter, to be started anew.
prepare_monitoring() {
  local part pid
  find_java
  install_idle prometheus prometheus-alertmanager
  resolve jmx
  touch "$root/conf/monitored"
  for part in $MONITORED; do
    if pid=$(pid_of "$part") && ! grep -qz -e '^-javaagent:' "/proc/$pid/cmdline"; then
      say "$part is started anew, with its exporter"
      halt "$part"
    fi
  done
}
