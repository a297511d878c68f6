# Sourced after log.sh, instance.env: the end of this node's apiserver.

apiserver_has_stopped() { ! (: <"/dev/tcp/$PRIVATE_IP/6443") 2>/dev/null; }

# stop_apiserver: the kubelet stops it gracefully: /readyz fails first, and the balancer turns away before the port closes.
# The next start of etcd-ready.target brings it back, by kubeadm-init.
stop_apiserver() {
  local manifest=/etc/kubernetes/manifests/kube-apiserver.yaml
  [[ -e $manifest ]] || ! apiserver_has_stopped || return 0
  log "stopping the apiserver"
  systemctl stop kubeadm-init.service etcd-ready.target && rm -f "$manifest" || return
  wait_for 120 "the apiserver to stop" apiserver_has_stopped
}
