# Sourced after log.sh, instance.env: asks whether an apiserver is ready, and stops the one of this node.

# apiserver_is_ready ADDRESS: returns curl's status.
apiserver_is_ready() {
  curl -s --fail --max-time 5 --cacert /etc/kubernetes/pki/ca.crt -o /dev/null "https://$1:6443/readyz"
}

# apiserver_has_stopped: succeeds if nobody listens: curl could not connect (7). Any other failure does not prove that it has stopped.
apiserver_has_stopped() {
  local status=0
  apiserver_is_ready "$PRIVATE_IP" || status=$?
  ((status == 7))
}

# stop_apiserver: lets the kubelet stop it gracefully. /readyz fails first, so that the load balancer sends no new connections before
# the port closes. The next start of etcd-ready.target starts it again through kubeadm-init.
stop_apiserver() {
  local manifest=/etc/kubernetes/manifests/kube-apiserver.yaml
  [[ -e $manifest ]] || ! apiserver_has_stopped || return 0
  log "stopping the apiserver"
  systemctl stop kubeadm-init.service etcd-ready.target && rm -f "$manifest" || return
  wait_for 120 "the apiserver to stop" apiserver_has_stopped
}
