# Sourced after log.sh, formation.sh: etcd's data on this disk, and three notes beside it.

DATA=/var/lib/etcd
# Its epoch, written before etcd first starts.
DATA_EPOCH=/var/lib/cluster/etcd-epoch
# Exists once etcd/formed.json stands for that epoch.
DATA_FORMED=/var/lib/cluster/etcd-formed
# The epoch of data that was wiped: a member that may have voted never starts as new again.
WIPED_EPOCH=/var/lib/cluster/etcd-wiped-epoch

has_data() { [[ -d $DATA/member ]]; }

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

# Succeeds if this node's data belongs to a formation that will never be: a later one exists, or must be made.
data_is_of_lost_formation() {
  [[ -s $DATA_EPOCH && ! -e $DATA_FORMED ]] && read_formation || return
  (($(<"$DATA_EPOCH") != EPOCH)) || formation_is_lost
}
