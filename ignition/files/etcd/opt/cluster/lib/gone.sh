# Sourced after log.sh, aws.sh: which instances are gone for good. Only EC2 decides that, never DNS or a time-out.

# gone_instances INSTANCE_ID...: prints the instances that are terminated, or that EC2 has not known for five minutes.
gone_instances() {
  local instance state since number=0 unknown_since=/run/cluster/unknown-since uptime
  local -a parameters=(Action=DescribeInstances Filter.1.Name=instance-id)
  local -A states=()
  for instance; do is_of_form instance-id "$instance" || { log "$instance is no instance id" && return 1; }; done
  (($# > 0)) || return 0
  for instance; do parameters+=("Filter.1.Value.$((++number))=$instance"); done
  ec2 "${parameters[@]}" && [[ $AWS_STATUS == 200 ]] || return
  while read -r instance state; do states[$instance]=$state; done < <(sed 's/</\n</g' "$AWS_RESPONSE" |
    sed -n -e 's/^<instanceId>//p' -e '/^<instanceState>/,/^<\/instanceState>/s/^<name>//p' | paste -d ' ' - -)

  mkdir -p "$unknown_since"
  read -r uptime _ </proc/uptime
  for instance; do
    state=${states[$instance]-unknown}
    if [[ $state != unknown ]]; then
      rm -f "$unknown_since/$instance"
      [[ $state != terminated ]] || echo "$instance"
    elif ! since=$(cat "$unknown_since/$instance" 2>/dev/null) || ! is_of_form number "$since"; then
      log "EC2 does not know $instance"
      echo "${uptime%.*}" >"$unknown_since/$instance"
    elif ((${uptime%.*} - since >= 300)); then
      echo "$instance"
    fi
  done
}
