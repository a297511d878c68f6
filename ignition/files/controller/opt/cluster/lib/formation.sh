# Sourced after aws.sh, dns.sh, gone.sh: the formations of the cluster, each an object in S3 that is written once.
#
# shellcheck disable=SC2034 # some variables are for the scripts
#
# etcd/formation-<epoch>.json: {"epoch", "token", "members": [{"id", "name", "address"}], "snapshot"}; snapshot: the key of
#                              the one that every member begins with, or null
# etcd/formed-<epoch>.json:    {"epoch", "clusterId"}, once the first quorum of that formation has stood
# etcd/restore.json:           {"epoch", "snapshot"}, written by `pulumi up` alone: that epoch is to begin with that snapshot

# Reads them: the newest formation, which is the one that counts, into the file FORMATION, EPOCH (0: no formation yet),
# SNAPSHOT and CLUSTER_ID (empty as long as it has not formed); and what the operator asks for into RESTORE_EPOCH
# (0: nothing) and RESTORE_SNAPSHOT.
FORMATION=/run/cluster/formation.json
read_formation() {
  local keys key object=/run/cluster/object.json
  EPOCH=0 RESTORE_EPOCH=0
  CLUSTER_ID='' SNAPSHOT='' RESTORE_SNAPSHOT=''
  keys=$(s3_list etcd/) || return
  EPOCH=$(sed -n 's|^etcd/formation-\([0-9]*\)\.json$|\1|p' <<<"$keys" | sort -n | tail -n 1)
  EPOCH=${EPOCH:-0}
  if ((EPOCH > 0)); then
    s3_get "etcd/formation-$EPOCH.json" "$FORMATION" && SNAPSHOT=$(jq -r '.snapshot // ""' "$FORMATION") || return
  fi
  # formed.json: of a cluster that formed when there was one name for all epochs.
  for key in etcd/formed.json "etcd/formed-$EPOCH.json"; do
    grep -qxF "$key" <<<"$keys" || continue
    s3_get "$key" "$object" || return
    CLUSTER_ID=$(jq -r --argjson epoch "$EPOCH" 'select(.epoch == $epoch).clusterId' "$object") || return
  done
  if grep -qxF etcd/restore.json <<<"$keys"; then
    s3_get etcd/restore.json "$object" && RESTORE_EPOCH=$(jq -er .epoch "$object") || return
    RESTORE_SNAPSHOT=$(jq -er .snapshot "$object")
  fi
}

has_formed() { [[ -n $CLUSTER_ID ]]; }

formation_members() { jq -r '.members[].id' "$FORMATION"; }

in_formation() { ((EPOCH > 0)) && formation_members | grep -qx "$INSTANCE_ID"; }

# Succeeds if the formation can never reach its first quorum: so many of its instances are gone. S3 is asked again after
# EC2's answer: a cluster that formed did so before its instances went.
formation_is_lost() {
  local gone total epoch=$EPOCH
  ((EPOCH > 0)) && ! has_formed || return
  # shellcheck disable=SC2046 # one word each
  gone=$(gone_instances $(formation_members)) || return
  total=$(formation_members | wc -l)
  ((total - $(grep -c . <<<"$gone") < total / 2 + 1)) && read_formation && ((EPOCH == epoch)) && ! has_formed
}

# Puts the desired capacity of the group into GROUP_SIZE: as many instances form a cluster. It is no part of the nodes'
# configuration, so that its change replaces none. An answer counts for 15 seconds of asking again and again.
GROUP_SIZE='' GROUP_SIZE_UNTIL=0
read_group_size() {
  ((SECONDS >= GROUP_SIZE_UNTIL)) || return 0
  autoscaling Action=DescribeAutoScalingGroups "AutoScalingGroupNames.member.1=$GROUP_NAME" || return
  GROUP_SIZE=$(xml_values DesiredCapacity <"$AWS_RESPONSE")
  [[ $GROUP_SIZE =~ ^[1-9][0-9]*$ ]] && GROUP_SIZE_UNTIL=$((SECONDS + 15))
}

# Succeeds if the zone holds all records of this instance and of enough others; writes the list for create_formation.
FIRST_MEMBERS=/run/cluster/first-members.json
formation_records_present() {
  local targets host address everyone
  own_records_present && targets=$(srv_targets server) && everyone=$(addresses "etcd.$ZONE") || return
  (($(wc -l <<<"$targets") >= GROUP_SIZE)) || return
  { echo "$INSTANCE_ID.etcd.$ZONE" && sed "/^$INSTANCE_ID\./d" <<<"$targets"; } | head -n "$GROUP_SIZE" | while read -r host; do
    address=$(addresses "$host") && grep -qx "$address" <<<"$everyone" || exit 1
    jq -n --arg name "$host" --arg address "$address" '{id: ($name | split(".")[0]), name: $name, address: $address}'
  done | jq -s . >"$FIRST_MEMBERS"
}

# create_formation EPOCH SNAPSHOT: whoever is first wins; all read the winner's list afterwards. SNAPSHOT may be empty.
create_formation() {
  local object=/run/cluster/new-formation.json
  jq --argjson epoch "$1" --arg token "$CLUSTER_NAME-$1" --arg snapshot "$2" \
    '{epoch: $epoch, token: $token, members: ., snapshot: (if $snapshot == "" then null else $snapshot end)}' \
    "$FIRST_MEMBERS" >"$object"
  s3_put_if_absent "etcd/formation-$1.json" "$object" || return
  log "formation of epoch $1: $([[ $AWS_STATUS == 412 ]] && echo "another node was first" || echo "created by this node")"
}
