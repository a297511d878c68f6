# Sourced after log.sh, formation.sh, apiserver.sh, etcd.sh: etcd's data on this disk, and the notes beside it.

DATA=/var/lib/etcd
# The epoch of the data, written before etcd first starts. The revision that the data began with, if a snapshot was restored.
DATA_EPOCH=/var/lib/cluster/etcd-epoch
FIRST_REVISION=/var/lib/cluster/etcd-first-revision
# The objects of that epoch as this node read them. etcd-formed exists once its cluster has formed.
DATA_FORMATION=/var/lib/cluster/etcd-formation
DATA_FORMED=/var/lib/cluster/etcd-formed
# The epoch in which this instance's data was wiped, or in which this instance joined. Such a member never starts as new.
WIPED_EPOCH=/var/lib/cluster/etcd-wiped-epoch

# etcd makes the directory first, and its log last and in one step. Without a log it starts as if there were no directory.
has_data() { compgen -G "$DATA/member/wal/*.wal" >/dev/null; }

was_wiped() { [[ $(cat "$WIPED_EPOCH" 2>/dev/null) == "$EPOCH" ]]; }

# data_epoch: prints the noted epoch; fails if the note is gone.
data_epoch() { grep -xE "$EPOCH_SHAPE" "$DATA_EPOCH" 2>/dev/null; }

# noted_cluster: prints the id of the cluster that this data belongs to. Fails if the cluster has not formed, or the note is gone.
noted_cluster() { jq -er .clusterId "$DATA_FORMED" 2>/dev/null; }

# note FILE TEXT: the text is on the disk when this returns. The same is true of etcd's own data.
note() {
  mkdir -p "${1%/*}" && echo "$2" >"$1" && sync "$1" "${1%/*}"
}

# begin_epoch: from here on the data directory belongs to the formation of EPOCH.
begin_epoch() {
  rm -f "$DATA_FORMED" "$DATA_FORMATION" "$FIRST_REVISION"
  [[ -z $FORMATION ]] || note "$DATA_FORMATION" "$FORMATION" || return
  note "$DATA_EPOCH" "$EPOCH"
}

# wipe_data REASON: renames the data first, so that it is gone in one step.
wipe_data() {
  local wiped
  wiped=$(data_epoch) || wiped=$EPOCH
  log "wiping the data of epoch $wiped: $1"
  note "$WIPED_EPOCH" "$wiped" && rm -rf "$DATA/wiped" && mv "$DATA/member" "$DATA/wiped" && rm -rf "$DATA/wiped"
}

# holds_writes: fails only if this data is known to be as it was when its epoch began, before anybody was served. A running etcd tells
# the revision. Otherwise its file tells it, without the writes of the last tenth of a second.
holds_writes() {
  local revision first
  revision=$(ETCDCTL_ENDPOINTS=$LOCAL_ENDPOINT etcdctl endpoint status --write-out=json 2>/dev/null |
    jq -e '.[0].Status.header.revision') || revision=$(data_revision "$DATA") || return 0
  first=$(grep -xE '[0-9]{1,15}' "$FIRST_REVISION" 2>/dev/null) || first=1 # etcd's own
  ((revision > first))
}

# data_revision FOLDER: reads a copy, because a running etcd locks its file, even while it has no quorum and answers nobody.
data_revision() {
  local copy=/var/lib/cluster/etcd-db-$$ revision=
  mkdir -p "${copy%/*}"
  if timeout 120 cp "$1/member/snap/db" "$copy"; then
    revision=$(timeout 300 etcdutl snapshot status "$copy" --write-out=json 2>/dev/null | jq -e '.revision | select(. >= 0)') || revision=
  fi
  rm -f "$copy"
  [[ -n $revision ]] && echo "$revision"
}

# served_cluster: prints the id of the cluster that this etcd serves; fails if it has no quorum.
served_cluster() { ETCDCTL_ENDPOINTS=$LOCAL_ENDPOINT cluster_id 2>/dev/null; }

# is_replaced: succeeds if the operator gave up this data's cluster for the snapshot that EPOCH begins with. etcd is asked first: a note
# on the disk may be older than the data.
is_replaced() {
  local cluster
  cluster=$(served_cluster) || cluster=$(noted_cluster) || return 0 # it never formed
  jq -e --arg cluster "$cluster" '.replaces | index($cluster)' <<<"$FORMATION" >/dev/null && return
  tell "keeping the data of cluster $cluster: etcd/formation-$EPOCH.json begins with a snapshot and does not replace this cluster"
  return 1
}

# another_cluster_serves: succeeds if a cluster that S3 does not name answers through its quorum.
another_cluster_serves() { reach_cluster && [[ $(cluster_id) != "$CLUSTER_ID" ]]; }

# data_is_left_behind, after read_formation: succeeds if this node's data is of an epoch that is over, or of a formation that will never
# form. Only a restore makes a node leave a cluster that has served, whatever S3 says.
data_is_left_behind() {
  local own
  own=$(data_epoch) || return
  if ((own < EPOCH)) && [[ -n $SNAPSHOT ]]; then
    is_replaced
  elif ((own < EPOCH)) || { ((own == EPOCH)) && [[ ! -e $DATA_FORMED ]] && formation_is_lost; }; then
    ! another_cluster_serves && ! holds_writes
  else
    return 1
  fi
}

# leave_data: takes the data away from etcd. A restore destroys nothing: the data of a cluster that formed stays on this disk.
leave_data() {
  local old aside
  old=$(data_epoch) || return
  if ((old == EPOCH)); then
    wipe_data "its formation will never form"
    return
  fi
  stop_apiserver || return
  aside=/var/lib/cluster/etcd-of-epoch-$old
  mkdir -p "$aside" && mv "$DATA/member" "$aside/" || return
  log "epoch $old is over, epoch $EPOCH counts: the old data is kept in $aside"
}

# keep_facts, after read_formation, while etcd runs: restores notes and objects that a person deleted or replaced by old ones. Notes are
# written from S3 and etcd, which must agree. Objects are written from the notes. An object that exists is never overwritten.
keep_facts() {
  local served cluster own
  served=$(served_cluster) || served=
  if [[ -n $served && $served == "$CLUSTER_ID" && "$(data_epoch) $(noted_cluster)" != "$EPOCH $served" ]]; then
    log "noting again that this data is of cluster $served, epoch $EPOCH"
    rm -f "$DATA_FORMATION"
    note "$DATA_EPOCH" "$EPOCH" && note "$DATA_FORMED" "$(formed_object "$EPOCH" "$served")" || return
  fi
  cluster=$(noted_cluster) && own=$(data_epoch) || return 0
  if [[ -n $FORMATION && ! -s $DATA_FORMATION ]] && ((EPOCH == own)); then note "$DATA_FORMATION" "$FORMATION" || return; fi
  if ((EPOCH > own)) || { ((EPOCH == own)) && has_formed && [[ $CLUSTER_ID != "$cluster" ]]; }; then
    log "ERROR: S3 names epoch $EPOCH, cluster ${CLUSTER_ID:-not formed}, and this member serves epoch $own, cluster $cluster"
    return
  fi
  ((EPOCH == own)) && has_formed || put_again "etcd/formed-$own.json" "$DATA_FORMED" || return
  if [[ -z $FORMATION || $EPOCH != "$own" ]]; then put_again "etcd/formation-$own.json" "$DATA_FORMATION"; fi
}

# put_again KEY NOTE
put_again() {
  [[ -s $2 ]] && s3_put_if_absent "$1" "$2" || return
  log "s3://$BUCKET/$1 was gone: $([[ $AWS_STATUS == 412 ]] && echo "another member wrote it again" || echo "written again")"
}
