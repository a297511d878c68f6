# Sourced by the controllers' chores: kubectl, and who does them.

PATH=/opt/bin:$PATH

# As the cluster's administrator, through the apiserver of this very controller.
kubectl() {
  command kubectl --kubeconfig /etc/kubernetes/admin.conf --server https://127.0.0.1:6443 \
    --cache-dir /run/cluster/kubectl --request-timeout 30s "$@"
}

# Succeeds on the one controller that does the chores of the cluster: of etcd's voters, as the quorum lists them, the first whose
# apiserver is ready. It goes by instance ids, as host names need not differ. Should two think so, nothing breaks: every chore may be
# done twice. Should the others have no address, each takes itself for the first, and the chores are done.
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
