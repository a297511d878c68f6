# Sourced after log.sh, cluster.env, instance.env, dns.sh: the members of the cluster as etcd itself sees them.

LOCAL_ENDPOINT=https://127.0.0.1:2379
export ETCDCTL_ENDPOINTS=$LOCAL_ENDPOINT ETCDCTL_CACERT=/etc/etcd/pki/ca.crt
export ETCDCTL_CERT=/etc/etcd/pki/client.pem ETCDCTL_KEY=/etc/etcd/pki/client.pem
PATH=/opt/bin:$PATH

# The member list, read through the quorum: `<member id> <instance id> voter|learner started|unstarted` a line.
members() {
  etcdctl member list --write-out=json --hex 2>/dev/null | jq -er '.members[] | [
    .ID,
    (.peerURLs[0] | ltrimstr("https://") | split(".")[0]),
    (if .isLearner then "learner" else "voter" end),
    (if (.clientURLs // []) == [] then "unstarted" else "started" end)] | join(" ")'
}

cluster_id() { etcdctl member list --write-out=json --hex | jq -er .header.cluster_id; }

# Points etcdctl to a member that reaches the quorum, another one than this if there is one.
reach_cluster() {
  local host
  for host in $(srv_targets client | grep -vx "$INSTANCE_ID.etcd.$ZONE") 127.0.0.1; do
    export ETCDCTL_ENDPOINTS=https://$host:2379
    ! members >/dev/null || return 0
  done
  export ETCDCTL_ENDPOINTS=$LOCAL_ENDPOINT
  return 1
}

# This instance's line of the member list; fails if it has none.
own_member() { members | grep " $INSTANCE_ID "; }

is_leader() {
  local status
  status=$(etcdctl endpoint status --endpoints="$LOCAL_ENDPOINT" --write-out=fields 2>/dev/null) || return
  [[ $(sed -n 's/^"MemberID" : //p' <<<"$status") == $(sed -n 's/^"Leader" : //p' <<<"$status") ]]
}

# The instance ids of the voters that answer a read through the quorum, one a line.
healthy_voters() {
  local endpoints
  endpoints=$(members | sed -n "s|^[^ ]* \([^ ]*\) voter started$|https://\1.etcd.$ZONE:2379|p" | paste -sd ,)
  [[ -n $endpoints ]] || return
  { etcdctl endpoint health --endpoints="$endpoints" --write-out=json 2>/dev/null || true; } |
    jq -r '.[] | select(.health).endpoint | ltrimstr("https://") | split(".")[0]'
}

# quorum_stays_without INSTANCE_ID: succeeds if the other healthy voters are a majority of the other voters.
quorum_stays_without() {
  local voters healthy
  voters=$(members | grep ' voter ' | grep -vc " $1 ") || return
  healthy=$(healthy_voters | grep -vcx "$1") || return
  ((healthy >= voters / 2 + 1))
}

# remove_gone_members (with gone.sh): removes the members whose instances EC2 says are gone, one after the other, if quorum stays.
remove_gone_members() {
  local list gone id instance role
  list=$(members) || return
  # shellcheck disable=SC2046 # one word each
  gone=$(gone_instances $(cut -d ' ' -f 2 <<<"$list" | grep -vx "$INSTANCE_ID")) || return
  while read -r id instance role _; do
    grep -qx "$instance" <<<"$gone" || continue
    if [[ $role == voter ]] && ! quorum_stays_without "$instance"; then
      log "keeping member $id: its instance $instance is gone, but without it the rest would have no healthy majority"
    elif etcdctl member remove "$id" >/dev/null; then
      log "removed $role $id: its instance $instance is gone"
    fi
  done <<<"$list"
}
