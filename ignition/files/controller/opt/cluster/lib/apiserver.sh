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

# begin_apiserver_stop: lets the kubelet stop it gracefully. /readyz fails at once, and it answers requests for the shutdown delay
# (kubeadm.yaml). The next start of etcd-ready.target starts it again through kubeadm-init.
begin_apiserver_stop() {
  local manifest=/etc/kubernetes/manifests/kube-apiserver.yaml
  [[ -e $manifest ]] || ! apiserver_has_stopped || return 0
  log "stopping the apiserver"
  systemctl stop kubeadm-init.service etcd-ready.target && rm -f "$manifest"
}

# stop_apiserver: within the 90 s of its pod's grace, and what the kubelet needs.
stop_apiserver() { begin_apiserver_stop && wait_for 120 "the apiserver to stop" apiserver_has_stopped; }
