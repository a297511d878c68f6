# Sourced by every script about this instance's etcd member: sources all libraries, each one after those that it uses.
source /opt/cluster/lib/log.sh
source /etc/cluster/cluster.env
source /run/cluster/instance.env
source /opt/cluster/lib/aws.sh
source /opt/cluster/lib/dns.sh
source /opt/cluster/lib/gone.sh
source /opt/cluster/lib/etcd.sh
source /opt/cluster/lib/formation.sh
source /opt/cluster/lib/apiserver.sh
source /opt/cluster/lib/data.sh
source /opt/cluster/lib/restore.sh
