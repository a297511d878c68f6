# Sourced after log.sh, cluster.env, instance.env, dns.sh: the members of the cluster as etcd itself sees them.
# shellcheck disable=SC2034 # MEMBERS is for the scripts

LOCAL_ENDPOINT=https://127.0.0.1:2379
# These are variables only: etcdctl refuses a flag if its variable is set too.
export ETCDCTL_ENDPOINTS=$LOCAL_ENDPOINT ETCDCTL_CACERT=/etc/etcd/pki/ca.crt
export ETCDCTL_CERT=/etc/etcd/pki/client.pem ETCDCTL_KEY=/etc/etcd/pki/client.pem
PATH=/opt/bin:$PATH

# members: prints the member list, read through the quorum, one `<member id> <instance id> voter|learner started|unstarted` a line. A
# member has started once it has told the others its client URL. The simple form of the list is read, because JSON with hexadecimal ids
# has no roles. The instance id comes from the member's name, which the member chose itself. Only a member without a name is known by its
# peer URL, which anybody may change.
members() {
  local list
  list=$(etcdctl member list 2>/dev/null) || return
  sed -E -e 's|^([0-9a-f]*), [a-z]*, ([^ ,]+), [^ ]*, ([^ ]*), ([a-z]*)$|\1 \2 \4 \3|' \
    -e 's|^([0-9a-f]*), [a-z]*, , https://([^.]*)[^ ]*, ([^ ]*), ([a-z]*)$|\1 \2 \4 \3|' \
    -e 's/ $/ unstarted/; s/ https:[^ ]*$/ started/; s/ true / learner /; s/ false / voter /' <<<"$list"
}

peer_url() { echo "https://$1.etcd.$ZONE:2380"; }

cluster_id() { etcdctl member list --write-out=json --hex | jq -er .header.cluster_id; }

# has_leader HOST: fails for a member without quorum, and at once for a closed port, which etcdctl would try again and again.
has_leader() {
  local status
  curl -s --max-time 2 --cacert "$ETCDCTL_CACERT" --cert "$ETCDCTL_CERT" -o /dev/null "https://$1:2379/version" || return
  status=$(ETCDCTL_ENDPOINTS=https://$1:2379 etcdctl endpoint status --write-out=fields 2>/dev/null) || return
  grep -q '^"Leader" : [1-9]' <<<"$status"
}

# reach_cluster: points etcdctl to a member that reaches the quorum, and leaves its answer in MEMBERS. It prefers another member to this
# one. An instance that is not on this list is certainly no member. A later query that fails proves nothing.
MEMBERS=
reach_cluster() {
  local host
  for host in $(srv_targets client | grep -vx "$INSTANCE_ID.etcd.$ZONE") 127.0.0.1; do
    export ETCDCTL_ENDPOINTS=https://$host:2379
    if has_leader "$host" && MEMBERS=$(members); then return 0; fi
  done
  export ETCDCTL_ENDPOINTS=$LOCAL_ENDPOINT
  return 1
}

# This instance's line of the member list; fails if it has none.
own_member() { members | grep " $INSTANCE_ID "; }

is_leader() {
  local status
  status=$(ETCDCTL_ENDPOINTS=$LOCAL_ENDPOINT etcdctl endpoint status --write-out=fields 2>/dev/null) || return
  [[ $(sed -n 's/^"MemberID" : //p' <<<"$status") == $(sed -n 's/^"Leader" : //p' <<<"$status") ]]
}

# has_no_space: succeeds while etcd is as large as its quota. It then refuses every write but deletions. A lock is a write too.
# https://etcd.io/docs/v3.6/op-guide/maintenance/#space-quota
has_no_space() { [[ $(etcdctl alarm list 2>/dev/null) == *alarm:NOSPACE* ]]; }

# voter_endpoints [EXCEPT]: prints the client URLs of the started voters of the member list on stdin, as etcdctl takes them.
voter_endpoints() {
  sed -n 's/^[^ ]* \([^ ]*\) voter started$/\1/p' | grep -vx "${1-}" | sed "s|.*|https://&.etcd.$ZONE:2379|" | paste -sd ,
}

# healthy_voters [EXCEPT]: prints the instance ids of those voters of the member list on stdin that answer a read through the quorum, one
# a line. When etcd has no space, etcdctl calls all voters unhealthy. They count as healthy here, because members can still come and go.
healthy_voters() {
  local endpoints
  endpoints=$(voter_endpoints "${1-}") || return
  { ETCDCTL_ENDPOINTS=$endpoints etcdctl endpoint health --write-out=json 2>/dev/null || true; } |
    jq -r '.[] | select(.health or (.error // "" | test("^Active Alarm[^:]*: (NOSPACE )+$"))).endpoint
      | ltrimstr("https://") | split(".")[0]'
}

# quorum_stays_without INSTANCE_ID: succeeds if the other healthy voters are a majority of the other voters.
quorum_stays_without() {
  local list voters healthy
  list=$(members) && voters=$(grep ' voter ' <<<"$list" | grep -vc " $1 ") || return
  healthy=$(healthy_voters "$1" <<<"$list" | grep -c .) || return
  ((healthy >= voters / 2 + 1))
}

# remove_member MEMBER_ID: etcd itself refuses a removal that would break the active quorum.
remove_member() {
  local refusal
  refusal=$(etcdctl member remove "$1" 2>&1 >/dev/null) && return
  log "etcd does not remove member $1: ${refusal##*Error: }"
  return 1
}

# remove_gone_members (with gone.sh): removes the members whose instances are gone, one after the other, if the quorum stays. EC2 tells
# which instances are gone. A member that answers is not gone, even if EC2 does not know its instance.
remove_gone_members() {
  local list gone id instance role
  list=$(members) || return
  # shellcheck disable=SC2046 # one word each
  gone=$(gone_instances $(cut -d ' ' -f 2 <<<"$list" | grep -vx "$INSTANCE_ID")) || return
  while read -r id instance role _; do
    grep -qx "$instance" <<<"$gone" || continue
    if has_leader "$instance.etcd.$ZONE"; then
      log "keeping member $id: EC2 does not know its instance $instance, but it answers"
    elif [[ $role == voter ]] && ! quorum_stays_without "$instance"; then
      log "keeping member $id: its instance $instance is gone, but without it the rest would have no healthy majority"
    elif remove_member "$id"; then
      log "removed $role $id: its instance $instance is gone"
    fi
  done <<<"$list"
}
