# shellcheck shell=bash disable=SC2154 # the folders and settings come from compose/local
# SPDX-License-Identifier: Apache-2.0
#
# Java, Maven, and the jars, each fetched when it is missing and kept.

# The open modules that HBase 2 and Hadoop need on Java 17
readonly OPENS='java.lang java.lang.reflect java.io java.net java.nio sun.nio.ch java.util java.util.concurrent
jdk.internal.ref'
readonly EXPORTS='java.base/jdk.internal.misc java.security.jgss/sun.security.krb5 java.base/sun.net.dns
java.base/sun.net.util'

# Sets `java` to a Java 17: $JAVA_HOME if set, else the one on the path, else Debian's, else a new one.
find_java() {
  local found
  if [[ -n ${JAVA_HOME:-} ]]; then
    java=$JAVA_HOME/bin/java
    [[ -x $java ]] || die 3 "JAVA_HOME=$JAVA_HOME holds no bin/java"
    return
  fi
  for found in "$(command -v java)" /usr/lib/jvm/java-17-openjdk*/bin/java; do
    if [[ -x $found ]] && "$found" -version 2>&1 | grep -q '^openjdk version "17\.'; then
      java=$found
      return
    fi
  done
  install_packages java
  java=$(printf '%s\n' /usr/lib/jvm/java-17-openjdk*/bin/java | head -n 1)
  [[ -x $java ]] || die 3 "openjdk-17-jre-headless is installed, but there is no Java 17; set JAVA_HOME"
}

# install_packages WORD...: those that compose/install knows
install_packages() {
  command -v apt-get > /dev/null || die 3 "$* is missing, and this machine has no apt-get to install it with"
  SLUICE_LOCAL=$root "$here/install" "$@" >&2 || die 3 "could not install $*; its whole log is $root/log/apt.log"
}

# The pom with the version that the settings ask for, where the set has one of its own.
pom() {
  local version=${1}_version
  sed "s|<$1.version>.*<|<$1.version>${!version:-}<|" "$here/artifacts/pom.xml"
}

# The folder of a set of jars. Its name changes with the poms, so a new version is a new folder.
artifacts_of() {
  local sum
  sum=$({ pom "$1" && cat "$here/artifacts/$1.xml"; } | sha256sum)
  printf '%s' "$artifacts/$1-${sum:0:12}"
}

# Fetches a set of jars unless it is there already.
resolve() {
  local name=$1 target log=$root/log/artifacts-$1.log goal=copy
  target=$(artifacts_of "$name")
  [[ ! -d $target ]] || return 0
  command -v mvn > /dev/null || install_packages maven
  say "fetching $name (once)"
  mkdir -p "$artifacts"
  grep -q '<type>tar.gz</type>' "$here/artifacts/$name.xml" && goal=unpack
  rm -rf -- "$target.part" "$target.markers" # a marker would make Maven skip what is not there
  if ! JAVA_HOME=$(dirname "$(dirname "$(readlink -f "$java")")") mvn -B -f "$here/artifacts/$name.xml" \
    "-Dhbase.version=$hbase_version" "-Dkafka.version=$kafka_version" \
    "dependency:$goal-dependencies" "-DoutputDirectory=$target.part" "-DmarkersDirectory=$target.markers" > "$log" 2>&1 < /dev/null; then
    grep -m 1 '^\[ERROR\]' "$log" >&2 || tail -n 10 "$log" >&2
    die 3 "could not fetch $name; the whole story is in $log"
  fi
  rm -rf -- "$target.markers"
  mv -- "$target.part" "$target"
}

# java_command PART HEAP CLASSPATH: puts the common beginning of a Java process into `command`
java_command() {
  local package internals
  command=("$java" "$(mark_of "$1")" "-Xmx$2" -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError
    -Djava.net.preferIPv4Stack=true "-Djava.io.tmpdir=$(temporary_of "$1")")
  for package in $OPENS; do
    command+=(--add-opens "java.base/$package=ALL-UNNAMED")
  done
  for internals in $EXPORTS; do
    command+=(--add-exports "$internals=ALL-UNNAMED")
  done
  local agent
  agent=$(jmx_option "$1")
  command+=(${agent:+"$agent"} -cp "$3")
}

temporary_of() {
  mkdir -p "$root/data/$1/tmp"
  printf '%s' "$root/data/$1/tmp"
}
