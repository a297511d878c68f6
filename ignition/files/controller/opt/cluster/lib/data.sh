# Sourced after log.sh, formation.sh, apiserver.sh: etcd's data on this disk, and three notes beside it.

DATA=/var/lib/etcd
# Its epoch, written before etcd first starts.
DATA_EPOCH=/var/lib/cluster/etcd-epoch
# Exists once that epoch has formed.
DATA_FORMED=/var/lib/cluster/etcd-formed
# The epoch in which this instance's data was wiped, or in which it joined: such a member never starts as new.
WIPED_EPOCH=/var/lib/cluster/etcd-wiped-epoch

# etcd makes the directory first and its log, all at once, last: without a log it starts as without the directory.
has_data() { compgen -G "$DATA/member/wal/*.wal" >/dev/null; }

was_wiped() { [[ $(cat "$WIPED_EPOCH" 2>/dev/null) == "$EPOCH" ]]; }

# note FILE TEXT: is on the disk when it returns, as etcd's own data will be.
note() {
  mkdir -p "${1%/*}" && echo "$2" >"$1" && sync "$1" "${1%/*}"
}

# begin_epoch: from here on the data directory belongs to the formation of EPOCH.
begin_epoch() { rm -f "$DATA_FORMED" && note "$DATA_EPOCH" "$EPOCH"; }

# wipe_data REASON: the rename makes it one step.
wipe_data() {
  local wiped
  wiped=$(cat "$DATA_EPOCH") || return
  log "wiping the data of epoch $wiped: $1"
  note "$WIPED_EPOCH" "$wiped" && rm -rf "$DATA/wiped" && mv "$DATA/member" "$DATA/wiped" && rm -rf "$DATA/wiped"
}

# After read_formation: succeeds if this node's data is of an epoch that is over, or of a formation that will never form.
data_is_left_behind() {
  [[ -s $DATA_EPOCH ]] || return
  (($(<"$DATA_EPOCH") < EPOCH)) || { [[ ! -e $DATA_FORMED ]] && formation_is_lost; }
}

# leave_data: so that nothing serves it any more. A restore destroys nothing: what was there before stays on this disk.
leave_data() {
  local old aside
  old=$(cat "$DATA_EPOCH") || return
  if ((old == EPOCH)); then
    wipe_data "its formation will never form"
    return
  fi
  stop_apiserver || return
  aside=/var/lib/cluster/etcd-of-epoch-$old
  mkdir -p "$aside" && mv "$DATA/member" "$aside/" || return
  log "epoch $old is over, epoch $EPOCH counts: the old data is kept in $aside"
}
