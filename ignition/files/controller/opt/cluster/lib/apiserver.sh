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

# begin_apiserver_stop: the kubelet stops it gracefully: /readyz fails, and requests are answered for the shutdown delay
# (kubeadm.yaml). The next start of etcd-ready.target brings it back, by kubeadm-init.
begin_apiserver_stop() {
  local manifest=/etc/kubernetes/manifests/kube-apiserver.yaml
  [[ -e $manifest ]] || ! apiserver_has_stopped || return 0
  log "stopping the apiserver"
  systemctl stop kubeadm-init.service etcd-ready.target && rm -f "$manifest"
}

# stop_apiserver: within the 90 s of its pod's grace, and what the kubelet needs.
stop_apiserver() { begin_apiserver_stop && wait_for 120 "the apiserver to stop" apiserver_has_stopped; }
