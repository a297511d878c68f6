module pulumi-kubeadm.local/engine/random

go 1.25.0

require github.com/terraform-providers/terraform-provider-random v1.3.2-0.20260513075824-f8d869dc98d9
