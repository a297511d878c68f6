# Sourced by every script: log lines and bounded waits.

# log TEXT: writes one line, whatever the text holds.
log() {
  local text="${0##*/}: $*"
  printf '%s\n' "${text//[[:cntrl:]]/ }" >&2
}

# fail TEXT: ends the script. Where it stands after a command that ended with 75 (EX_TEMPFAIL), so does the script.
fail() {
  local status=$?
  log "ERROR: $*"
  ((status != 75)) || exit 75
  exit 1
}

# wait_for SECONDS REASON COMMAND...: waits until the command succeeds. Logs what it waits for, and when it gives up.
wait_for() {
  local limit=$1 awaited=$2 deadline=$((SECONDS + $1)) announced=no
  shift 2
  until "$@"; do
    if ((SECONDS >= deadline)); then
      log "gave up after $limit s: no $awaited"
      return 1
    fi
    [[ $announced == yes ]] || log "waiting up to $limit s for $awaited"
    announced=yes
    sleep 1
  done
}
