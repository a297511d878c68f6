# Sourced after aws.sh, dns.sh, gone.sh: the formations of the cluster, each an object in S3 that is written once.
#
# shellcheck disable=SC2034,SC2016 # some variables are for the scripts, and some for jq
#
# etcd/formation-<epoch>.json: {"epoch", "token", "members": [{"id", "name", "address"}], "snapshot", "replaces"}
#                              snapshot: the key of the snapshot that every member begins with, or null
#                              replaces: the ids of the clusters that the operator gave up for this snapshot
# etcd/formed-<epoch>.json:    {"epoch", "token", "clusterId"}, written once that formation has had its first quorum
# etcd/restore.json:           {"epoch", "snapshot"}, written by `pulumi up` alone: that epoch shall begin with that snapshot

# Objects in S3 are text from outside. Only those of these shapes count, and only if they name this cluster and its zone.
EPOCH_SHAPE='[1-9][0-9]{0,3}'
OBJECT_SHAPES='
  def matches($pattern): type == "string" and test("\\A(" + $pattern + ")\\z");
  def has_only($names): type == "object" and (keys - $names == []);
  def is_snapshot: matches("etcd/snapshots/[A-Za-z0-9_-]+\\.db");
  def is_cluster: matches("[0-9a-f]{1,16}");
  def is_member: has_only(["id", "name", "address"]) and (.id | matches("i-[0-9a-f]{8,17}")) and
    .name == "\(.id).etcd.\($zone)" and (.address | matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}"));
  def is_formation: has_only(["epoch", "token", "members", "snapshot", "replaces"]) and .epoch == $epoch and .token == $token and
    (.members | type == "array" and length > 0 and all(is_member)) and (.snapshot | . == null or is_snapshot) and
    (.replaces | type == "array" and all(is_cluster));
  def is_formed: has_only(["epoch", "token", "clusterId"]) and .epoch == $epoch and .token == $token and
    (.clusterId | is_cluster);
  def is_restore: has_only(["epoch", "snapshot"]) and (.epoch | type == "number" and . == floor and . > 0 and . < 10000) and
    (.snapshot | is_snapshot);
  select(length == 1)[0]'

# read_object KEY SHAPE: leaves the object in OBJECT. Fails if it has another shape, and logs that once. WANTED then says what is
# missing.
OBJECT='' TOLD=''
read_object() {
  local file=/run/cluster/object-$$.json
  WANTED="S3 answers"
  s3_get "$1" "$file" --max-filesize 65536 || return
  OBJECT=$(jq -sce --argjson epoch "$EPOCH" --arg token "$CLUSTER_NAME-$EPOCH" --arg zone "$ZONE" \
    "$OBJECT_SHAPES | select($2)" "$file" 2>/dev/null) || OBJECT=''
  rm -f "$file"
  [[ -z $OBJECT ]] || return 0
  WANTED="s3://$BUCKET/$1 is this cluster's own"
  tell "ERROR: s3://$BUCKET/$1 is refused: it is no ${2#is_} of cluster $CLUSTER_NAME in $ZONE, epoch $EPOCH"
  return 1
}

# tell TEXT: logs it if this script has not just done so.
tell() {
  [[ $TOLD == "$1" ]] || log "$1"
  TOLD=$1
}

# read_formation: reads the objects. The formation of the newest epoch is the one that counts.
#   EPOCH                            the newest epoch that any object names; 0 if there is none yet
#   FORMATION, SNAPSHOT              the formation of that epoch; empty if the object is gone
#   CLUSTER_ID                       the cluster of that epoch; empty until it has formed
#   RESTORE_EPOCH, RESTORE_SNAPSHOT  what the operator asks for; 0 if nothing
# If it fails, WANTED says what a node without data waits for.
read_formation() {
  local keys
  EPOCH=0 RESTORE_EPOCH=0
  FORMATION='' CLUSTER_ID='' SNAPSHOT='' RESTORE_SNAPSHOT='' WANTED="S3 answers"
  keys=$(s3_list etcd/) || return
  EPOCH=$(sed -nE "s/^etcd\/(formation|formed)-($EPOCH_SHAPE)\.json$/\2/p" <<<"$keys" | sort -n | tail -n 1)
  EPOCH=${EPOCH:-0}
  if ((EPOCH > 0)) && grep -qxF "etcd/formation-$EPOCH.json" <<<"$keys"; then
    read_object "etcd/formation-$EPOCH.json" is_formation || return
    FORMATION=$OBJECT
    SNAPSHOT=$(jq -r '.snapshot // ""' <<<"$FORMATION")
  fi
  if ((EPOCH > 0)) && grep -qxF "etcd/formed-$EPOCH.json" <<<"$keys"; then
    read_object "etcd/formed-$EPOCH.json" is_formed || return
    CLUSTER_ID=$(jq -r .clusterId <<<"$OBJECT")
  fi
  # A request that has another shape does not count.
  if grep -qxF etcd/restore.json <<<"$keys"; then
    if read_object etcd/restore.json is_restore; then
      RESTORE_EPOCH=$(jq -r '.epoch | floor' <<<"$OBJECT") RESTORE_SNAPSHOT=$(jq -r .snapshot <<<"$OBJECT")
    elif [[ $AWS_STATUS != 200 ]]; then
      return 1
    fi
  fi
}

has_formed() { [[ -n $CLUSTER_ID ]]; }

# formed_object EPOCH CLUSTER_ID
formed_object() {
  jq -nc --argjson epoch "$1" --arg token "$CLUSTER_NAME-$1" --arg id "$2" '{epoch: $epoch, token: $token, clusterId: $id}'
}

formation_members() { [[ -z $FORMATION ]] || jq -r '.members[].id' <<<"$FORMATION"; }

in_formation() { formation_members | grep -qx "$INSTANCE_ID"; }

# formation_is_lost: succeeds if so many instances of the formation are gone that it can never reach its first quorum. S3 is asked again
# after EC2's answer: the cluster may have formed before its instances went.
formation_is_lost() {
  local gone total epoch=$EPOCH
  [[ -n $FORMATION ]] && ! has_formed || return
  # shellcheck disable=SC2046 # one word each
  gone=$(gone_instances $(formation_members)) || return
  total=$(formation_members | wc -l)
  ((total - $(grep -c . <<<"$gone") < total / 2 + 1)) && read_formation && ((EPOCH == epoch)) && ! has_formed
}

# read_group: reads the desired capacity of the group into GROUP_SIZE: that many instances form a cluster. The number is not in the
# nodes' configuration, so that a change of it replaces no node. IN_SERVICE gets the instances whose launch is complete: these have
# served. An answer counts for 15 seconds, however often it is needed.
GROUP_SIZE='' GROUP_SIZE_UNTIL=0 IN_SERVICE=''
read_group() {
  ((SECONDS >= GROUP_SIZE_UNTIL)) || return 0
  autoscaling Action=DescribeAutoScalingGroups "AutoScalingGroupNames.member.1=$GROUP_NAME" || return
  GROUP_SIZE=$(xml_values DesiredCapacity <"$AWS_RESPONSE")
  IN_SERVICE=$(tr -d '\n' <"$AWS_RESPONSE" | sed 's/<member>/\n/g' |
    sed -n '/<LifecycleState>InService</s/.*<InstanceId>\([^<]*\)<.*/\1/p')
  [[ $GROUP_SIZE =~ ^[1-9][0-9]{0,3}$ ]] && GROUP_SIZE_UNTIL=$((SECONDS + 15))
}

# formation_records_present: succeeds if the zone holds all records of this instance and of enough others. Writes the list of members for
# create_formation.
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

# create_formation EPOCH SNAPSHOT [CLUSTER_ID...]: the first node that writes the object wins, and all nodes read the winner's list.
# SNAPSHOT may be empty. Otherwise the epoch replaces these clusters, and those that the formation before it replaced.
create_formation() {
  local object=/run/cluster/new-formation.json before=${FORMATION:-null}
  jq --argjson epoch "$1" --arg token "$CLUSTER_NAME-$1" --arg snapshot "$2" --argjson before "$before" --args \
    '{epoch: $epoch, token: $token, members: ., snapshot: (if $snapshot == "" then null else $snapshot end),
      replaces: ([$before.replaces[]?] + $ARGS.positional | map(select(. != "")) | unique)}' \
    "${@:3}" <"$FIRST_MEMBERS" >"$object"
  s3_put_if_absent "etcd/formation-$1.json" "$object" || return
  log "formation of epoch $1: $([[ $AWS_STATUS == 412 ]] && echo "another node was first" || echo "created by this node")"
}
