# Sourced after kubectl.sh, aws.sh: which instance a Node is. The kubelet chooses spec.providerID, so it is no proof. The name of the
# Node is in the kubelet's certificate, and EC2 tells which instance has this name.

# running_instance FILTER...: asks EC2 for the cluster's running instance that passes the filters, which begin with Filter.3. Fails if
# none passes, or more than one.
running_instance() {
  ec2 Action=DescribeInstances Filter.1.Name="tag:kubernetes.io/cluster/$CLUSTER_NAME" Filter.1.Value.1=owned \
    Filter.2.Name=instance-state-name Filter.2.Value.1=running "$@" || return
  is_of_form instance-id "$(xml_values instanceId <"$AWS_RESPONSE" | sort -u)"
}

# host_names: prints the host names in EC2's last answer, one a line. Names of Nodes begin with them.
host_names() { xml_values privateDnsName <"$AWS_RESPONSE" | cut -d . -f 1 | sort -u; }

# nodes_called HOST_NAME...: prints the Nodes whose first label is one of these names, one JSON object a line.
nodes_called() {
  kubectl get nodes -o json |
    jq -c --args '.items[] | select(.metadata.name | split(".")[0] | IN($ARGS.positional[]))' "$@"
}

# instance_of_pool NODE: prints the running instance of a pool whose host name has the same first label; fails if there is none. The
# domain may differ: it is that of the VPC's DHCP options. EC2's domains: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html
instance_of_pool() {
  local label=${1%%.*}
  running_instance Filter.3.Name=private-dns-name \
    "Filter.3.Value.1=$label.$REGION.compute.internal" "Filter.3.Value.2=$label.ec2.internal" \
    Filter.4.Name=tag:aws:autoscaling:groupName "Filter.4.Value.1=$CLUSTER_NAME-pool-*" || return
  xml_values instanceId <"$AWS_RESPONSE" | sort -u
}

# running_instances: prints all running instances of the cluster in pages of 1000, one JSON object a line: id, Auto Scaling group, host
# name, and what a certificate may name.
running_instances() {
  local token=
  local -a page
  while true; do
    page=(MaxResults=1000 Filter.1.Name="tag:kubernetes.io/cluster/$CLUSTER_NAME" Filter.1.Value.1=owned
      Filter.2.Name=instance-state-name Filter.2.Value.1=running)
    [[ -z $token ]] || page+=("NextToken=$token")
    ec2 Action=DescribeInstances "${page[@]}" || return
    # EC2 promises no order of elements, so only nesting tells what belongs together: an instance is an item of instancesSet. Its
    # tags, volumes and network interfaces are items inside it.
    sed 's/</\n</g' "$AWS_RESPONSE" |
      sed -nE 's/^<(\/?instancesSet|\/?item|instanceId|privateDnsName|privateIpAddress|key|value)>/\1 /p' |
      jq -ncR '
        reduce (inputs | capture("(?<element>[^ ]*) (?<text>.*)")) as {$element, $text} ({depth: null, found: []};
          if $element == "instancesSet" then .depth = 0
          elif .depth == null then .
          elif $element == "/instancesSet" then .depth = null
          elif $element == "/item" then .depth -= 1
          elif $element == "item" then
            .depth += 1 | if .depth == 1 then .found += [{id: null, group: "", host: null, names: []}] else . end
          elif $element == "instanceId" and .depth == 1 then .found[-1].id = $text
          elif $element == "privateDnsName" then
            .found[-1].names += ["DNS:" + $text] | if .depth == 1 then .found[-1].host = ($text | split(".")[0]) else . end
          elif $element == "privateIpAddress" then .found[-1].names += ["IP Address:" + $text]
          elif $element == "key" then .found[-1].key = $text
          elif $element == "value" and .found[-1].key == "aws:autoscaling:groupName" then .found[-1].group = $text
          else . end)
        | .found[]' || return
    token=$(xml_values nextToken <"$AWS_RESPONSE")
    [[ -n $token ]] || return 0
  done
}
