module pulumi-kubeadm.local/engine/pulumi

go 1.25.0

require github.com/pulumi/pulumi/pkg/v3 v3.256.0
