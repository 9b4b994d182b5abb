# shellcheck shell=bash disable=SC2154 # the folders and settings come from compose/local
# SPDX-License-Identifier: Apache-2.0
#
# Life and death of a part's process. A process is ours only if its command line carries our mark, so a
# pid that the system has given to somebody else is never signalled.

log_of() {
  printf '%s' "$root/log/$1.log"
}

mark_of() {
  printf '%s' "-Dsluice.part=$root/$1"
}

# Prints the pid of a running part; fails if it is not running.
pid_of() {
  local pid
  pid=$(cat "$root/run/$1.pid" 2> /dev/null) || return 1
  grep -qzxF -e "$(mark_of "$1")" "/proc/$pid/cmdline" 2> /dev/null || return 1
  printf '%s' "$pid"
}

is_running() {
  pid_of "$1" > /dev/null
}

is_frozen() {
  local pid
  pid=$(pid_of "$1") && grep -q '^State:[[:space:]]*T' "/proc/$pid/status"
}

# One word on a part: ready, silent (runs, does not answer), frozen, died, or down
state_of() {
  if is_frozen "$1"; then
    printf frozen
  elif is_running "$1"; then
    "$1_answers" && printf ready || printf silent
  elif [[ -e $root/run/$1.pid ]]; then
    printf died
  else
    printf down
  fi
}

# Starts a part unless it runs. Its process keeps nothing of ours: no terminal, no session, no open file.
launch() {
  local part=$1 command=() log
  ! is_running "$part" || return 0
  load_part "$part"
  say "starting $part"
  log=$(log_of "$part")
  [[ ! -s $log ]] || mv -f "$log" "$log.1"
  set_up "$part" >> "$log" 2>&1 || die 1 "$part could not be prepared, see $log"
  (
    cd "$root/data/$part" || exit
    close_inherited_files
    exec setsid "${command[@]}" < /dev/null >> "$log" 2>&1
  ) &
  printf '%s\n' "$!" > "$root/run/$part.pid"
  # Between fork and exec the process does not carry our mark yet.
  until is_running "$part" || ! kill -0 "$!" 2> /dev/null; do
    sleep 0.02
  done
}

# Writes the part's configuration, and puts what runs it into `command`.
set_up() {
  mkdir -p "$root/conf/$1" "$root/data/$1"
  "$1_configure" || return
  "$1_command"
}

close_inherited_files() {
  local path fd
  for path in "/proc/$BASHPID/fd"/*; do
    fd=${path##*/}
    ((fd <= 2)) || exec {fd}>&-
  done
}

# Waits until a part answers; says why if it does not.
await() {
  local part=$1 log deadline
  log=$(log_of "$part")
  load_part "$part"
  deadline=$((SECONDS + part_seconds))
  if is_frozen "$part"; then
    say "$part is frozen; let it go on with: compose/local thaw $part"
    return 1
  fi
  until "${part}_answers"; do
    if ! is_running "$part"; then
      say "$part has died; its log is $log and ends:"
      tail -n 15 "$log" >&2
      return 1
    elif ((SECONDS >= deadline)); then
      say "$part runs but has not answered in $part_seconds s; its log is $log"
      return 1
    fi
    sleep 0.2
  done
}

await_end() {
  local pid=$1 tenths=$(($2 * 10))
  until has_ended "$pid"; do
    ((tenths-- > 0)) || return 1
    sleep 0.1
  done
}

# A zombie has ended too, once its last thread has let go of its ports.
has_ended() {
  local threads=("/proc/$1/task"/*)
  ! kill -0 "$1" 2> /dev/null || { ((${#threads[@]} == 1)) && grep -q '^State:[[:space:]]*Z' "/proc/$1/status"; }
}

# Stops a part: asks, waits, then insists.
halt() {
  local part=$1 pid
  if pid=$(pid_of "$part"); then
    say "stopping $part"
    kill -s TERM "$pid"
    kill -s CONT "$pid"
    if ! await_end "$pid" 20; then
      say "$part has not ended in 20 s: killing process $pid"
      kill -s KILL "$pid"
      await_end "$pid" 10 || die 1 "$part (process $pid) does not die"
    fi
  fi
  rm -f "$root/run/$part.pid"
}
