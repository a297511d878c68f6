# Sourced after kubectl.sh, aws.sh: which instance a Node is. What a Node says of itself (spec.providerID) its kubelet chooses; its
# name is in the kubelet's certificate, and EC2 tells whose it is.

# running_instance FILTER...: asks EC2 for the cluster's one running instance that passes, from Filter.3 on; fails if there is none,
# or two.
running_instance() {
  ec2 Action=DescribeInstances Filter.1.Name="tag:kubernetes.io/cluster/$CLUSTER_NAME" Filter.1.Value.1=owned \
    Filter.2.Name=instance-state-name Filter.2.Value.1=running "$@" || return
  [[ $(xml_values instanceId <"$AWS_RESPONSE" | sort -u | wc -l) == 1 ]]
}

# host_names: prints the host names of the instance that was asked for last, as Nodes begin with them, one a line.
host_names() { xml_values privateDnsName <"$AWS_RESPONSE" | cut -d . -f 1 | sort -u; }

# nodes_called HOST_NAME...: prints the Nodes whose names begin with one of these as their first label, one JSON object a line.
nodes_called() {
  kubectl get nodes -o json |
    jq -c --args '.items[] | select(.metadata.name | split(".")[0] | IN($ARGS.positional[]))' "$@"
}

# instance_of_pool NODE: prints the running instance of a pool that has this host name, by its first label; fails if none has: the
# domain is that of the VPC's DHCP options. EC2's domains: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html
instance_of_pool() {
  local label=${1%%.*}
  running_instance Filter.3.Name=private-dns-name \
    "Filter.3.Value.1=$label.$REGION.compute.internal" "Filter.3.Value.2=$label.ec2.internal" \
    Filter.4.Name=tag:aws:autoscaling:groupName "Filter.4.Value.1=$CLUSTER_NAME-pool-*" || return
  xml_values instanceId <"$AWS_RESPONSE" | sort -u
}
