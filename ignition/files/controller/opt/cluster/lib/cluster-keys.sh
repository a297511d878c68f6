# Sourced after cluster.env: checks that this controller has the keys that the cluster's API serves with.
#
# A controller with another CA or service account key would serve beside the others, and clients would fail now and then. If
# nobody serves, as in a cluster's first minutes, the checks succeed.

has_the_clusters_ca() {
  local served
  served=$(timeout 5 openssl s_client -connect "api.$ZONE:6443" </dev/null 2>/dev/null | openssl x509 2>/dev/null) ||
    return 0
  openssl verify -no_check_time -CAfile /etc/kubernetes/pki/ca.crt <<<"$served" &>/dev/null
}

# has_the_clusters_service_account_key KUBECONFIG
has_the_clusters_service_account_key() {
  local published own
  published=$(kubectl --kubeconfig "$1" --server "https://api.$ZONE:6443" \
    --cache-dir /run/cluster/kubectl --request-timeout 5s get --raw /openid/v1/jwks 2>/dev/null) || return 0
  own=$(openssl rsa -pubin -in /etc/kubernetes/pki/sa.pub -noout -modulus | cut -d = -f 2 |
    basenc --base16 --decode | basenc --base64url --wrap 0)
  jq -e --arg own "${own%%=*}" 'any(.keys[]; .n == $own)' <<<"$published" >/dev/null
}
