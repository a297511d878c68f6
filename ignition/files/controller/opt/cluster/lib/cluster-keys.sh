# Sourced after cluster.env: whether this controller has the keys that the cluster's API serves with.
#
# With another CA or service account key than the others it would serve beside them, and its clients fail every now and
# then. Where nobody serves, as in a cluster's first minutes, there is nothing to differ from.

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
