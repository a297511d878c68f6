# Sourced after cluster.env: the members' records in the zone.

# srv_targets server|client: prints the SRV targets that are names of members, one a line.
srv_targets() {
  resolvectl query --type=SRV --legend=no "_etcd-$1-ssl._tcp.$ZONE" 2>/dev/null |
    sed -n 's/.* IN SRV [0-9]* [0-9]* [0-9]* \(i-[0-9a-f]\{1,17\}\.etcd\.[a-z0-9.-]*[a-z0-9]\)\.\{0,1\}\( .*\)\{0,1\}$/\1/p' | sort -u
}

# The IPv4 addresses of a name, one a line.
addresses() { getent ahostsv4 "$1" | cut -d ' ' -f 1 | sort -u; }

# own_records_present: succeeds if every record of this instance is in the zone. Its peers look up all of them.
own_records_present() {
  srv_targets server | grep -qx "$INSTANCE_ID.etcd.$ZONE" &&
    addresses "$INSTANCE_ID.etcd.$ZONE" | grep -qx "$PRIVATE_IP" &&
    addresses "etcd.$ZONE" | grep -qx "$PRIVATE_IP"
}
