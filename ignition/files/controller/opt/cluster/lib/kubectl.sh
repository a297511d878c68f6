# Sourced by the chores of controllers: kubectl, and which controller does the chores.

PATH=/opt/bin:$PATH

# What kubectl prints if it cannot reach the API, or the API cannot reach its etcd.
api_hindered='[Uu]nable to connect|connection refused|was refused - did you specify|connection reset|connection lost|i/o timeout|'
api_hindered+='[Tt]imed? ?out|deadline exceeded|EOF|etcdserver: |http2: |currently unable to handle|TooManyRequests|ServiceUnavailable'

# api_is_hindered: succeeds if stdin, what kubectl printed, says that the API does not answer now.
api_is_hindered() { grep -qE "$api_hindered"; }

# api_client COMMAND...: runs a client of the API. Returns 75 (EX_TEMPFAIL) if the API does not answer now.
api_client() {
  local said status=0
  { said=$(command "$@" 2>&1 >&3 3>&-) || status=$?; } 3>&1
  [[ -z $said ]] || echo "$said" >&2
  ((status == 0)) || ! api_is_hindered <<<"$said" || return 75
  return "$status"
}

# kubectl: runs as the cluster's administrator, through the apiserver of this controller.
kubectl() {
  api_client kubectl --kubeconfig /etc/kubernetes/admin.conf --server https://127.0.0.1:6443 \
    --cache-dir /run/cluster/kubectl --request-timeout 30s "$@"
}

# leads: succeeds on the controller that does the chores of the cluster. That is the first of etcd's voters, in the order of the member
# list, whose apiserver is ready. Instance ids tell controllers apart, because host names may be the same. If two controllers lead, nothing
# breaks: every chore may be done twice. If the others have no address, each controller leads, so that the chores are done.
leads() (
  source /opt/cluster/lib/log.sh
  source /etc/cluster/cluster.env
  source /run/cluster/instance.env
  source /opt/cluster/lib/dns.sh
  source /opt/cluster/lib/etcd.sh
  source /opt/cluster/lib/apiserver.sh
  list=$(members) || return
  while read -r _ instance state; do
    [[ $state == "voter started" ]] || continue
    if [[ $instance == "$INSTANCE_ID" ]]; then
      apiserver_is_ready "$PRIVATE_IP"
      return
    fi
    address=$(addresses "$instance.etcd.$ZONE" | head -n 1) || continue
    ! apiserver_is_ready "$address" || return
  done <<<"$list"
  return 1
)
