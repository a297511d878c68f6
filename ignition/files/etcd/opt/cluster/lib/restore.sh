# Sourced after log.sh, aws.sh, etcd.sh, formation.sh, data.sh: snapshots as the beginning of an epoch.
# The procedure is etcd's own: https://etcd.io/docs/v3.6/op-guide/recovery/

# Holds the snapshot until it is in the data directory. etcd-promote removes the folder.
RESTORE=/var/lib/cluster/restore
# Names the object that etcdutl refused, `<key> <ETag>`, so that it is not fetched again and again. It is fetched again if the
# object changes, or if the operator asks for it again.
REFUSED=/run/cluster/refused-snapshot
# etcd-reconcile and etcd-membership may both want the snapshot.
FETCH_LOCK=/run/cluster/fetch-snapshot.lock

# fetch_snapshot KEY: leaves the file there once it is known to be whole. Only etcdutl can check that: it restores the snapshot
# for a test. The subshell holds the lock and releases it when it ends.
fetch_snapshot() (
  file=$RESTORE/${1##*/} condition=()
  exec {lock}>"$FETCH_LOCK" && wait_for 300 "the other fetch of a snapshot to end" flock --nonblock "$lock" || return
  [[ ! -e $file ]] || return 0
  rm -rf "$RESTORE" && mkdir -p "$RESTORE" || return
  if read -r key etag 2>/dev/null <"$REFUSED" && [[ $key == "$1" ]]; then condition=(-H "If-None-Match: $etag"); fi
  if ! s3_get "$1" "$file.part" --etag-save "$RESTORE/etag" "${condition[@]}"; then
    log "ERROR: cannot read the snapshot s3://$BUCKET/$1 (HTTP $AWS_STATUS); nothing is restored without it"
    sleep 10 # until the caller's next try
    return 1
  fi
  [[ $AWS_STATUS != 304 ]] || return
  if ! said=$(etcdutl snapshot restore "$file.part" --data-dir "$RESTORE/trial" 2>&1); then
    log "ERROR: etcdutl refuses the snapshot s3://$BUCKET/$1: $(tail -n 1 <<<"$said")"
    note "$REFUSED" "$1 $(<"$RESTORE/etag")"
    rm -rf "$RESTORE"
    return 1
  fi
  rm -rf "$RESTORE/trial" && mv "$file.part" "$file"
)

# restore_is_due, after read_formation: succeeds if the operator asks for a restore that has not begun, and its snapshot is whole.
# If the snapshot is not whole, nothing changes. Data of the epoch proves that the restore has begun, even if the formation is gone.
restore_is_due() {
  local own
  own=$(data_epoch) || own=0
  if ((RESTORE_EPOCH != EPOCH + 1 || RESTORE_EPOCH <= own)); then
    rm -f "$REFUSED"
    return 1
  fi
  fetch_snapshot "$RESTORE_SNAPSHOT"
}

# restore_data INITIAL_CLUSTER: makes this member's data of EPOCH from SNAPSHOT. Every first member does the same.
#
# Revisions must not decrease: clients would take old events for new ones. etcd's documentation adds 10^9, more than a week of
# 1500 writes a second. This adds it once for each epoch, so that a second restore of the same snapshot has higher revisions
# than the first. All old revisions count as compacted. That ends every watch, and each client reads everything again.
restore_data() {
  local said first
  fetch_snapshot "$SNAPSHOT" && rm -rf "$RESTORE/data" || return
  if ! said=$(etcdutl snapshot restore "$RESTORE/${SNAPSHOT##*/}" --data-dir "$RESTORE/data" --name "$INSTANCE_ID" \
    --initial-advertise-peer-urls "$(peer_url "$INSTANCE_ID")" --initial-cluster "$1" \
    --initial-cluster-token "$CLUSTER_NAME-$EPOCH" --bump-revision "${EPOCH}000000000" --mark-compacted 2>&1); then
    log "ERROR: etcdutl does not restore s3://$BUCKET/$SNAPSHOT: $(tail -n 1 <<<"$said")"
    return 1
  fi
  chown -R etcd: "$RESTORE/data" && sync -f "$RESTORE/data" && install -d -o etcd -g etcd -m 0700 "$DATA" || return
  first=$(data_revision "$RESTORE/data") && note "$FIRST_REVISION" "$first" || return
  has_data || rm -rf "$DATA/member" # of a start that broke off
  mv "$RESTORE/data/member" "$DATA/" || return
  log "restored s3://$BUCKET/$SNAPSHOT"
}
