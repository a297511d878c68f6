# Sourced after log.sh, instance.env: whether an apiserver is ready, and the end of this node's.

# apiserver_is_ready ADDRESS: its status is curl's.
apiserver_is_ready() {
  curl -s --fail --max-time 5 --cacert /etc/kubernetes/pki/ca.crt -o /dev/null "https://$1:6443/readyz"
}

# That nobody listens is a fact: curl could not connect (7). That nothing is known of the apiserver is none.
apiserver_has_stopped() {
  local status=0
  apiserver_is_ready "$PRIVATE_IP" || status=$?
  ((status == 7))
}

# stop_apiserver: the kubelet stops it gracefully: /readyz fails first, and the balancer turns away before the port closes.
# The next start of etcd-ready.target brings it back, by kubeadm-init.
stop_apiserver() {
  local manifest=/etc/kubernetes/manifests/kube-apiserver.yaml
  [[ -e $manifest ]] || ! apiserver_has_stopped || return 0
  log "stopping the apiserver"
  systemctl stop kubeadm-init.service etcd-ready.target && rm -f "$manifest" || return
  wait_for 120 "the apiserver to stop" apiserver_has_stopped
}
