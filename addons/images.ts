/**
 * Every image of the add-ons, by the name that manifests have it as `{{image.<name>}}`.
 *
 * A digest stands where the registry's own list of published images has it
 * (https://github.com/kubernetes/k8s.io/tree/main/registry.k8s.io/images); for the others no list does, so they are pinned
 * by their exact tag. A release upstream is not an image yet: look that it is published before raising one.
 */
export const images: Readonly<Record<string, string>> = {
  // https://github.com/flannel-io/flannel/releases: the two that its own manifest has together.
  flannel: "ghcr.io/flannel-io/flannel:v0.28.10",
  "flannel-cni-plugin": "ghcr.io/flannel-io/flannel-cni-plugin:v1.9.1-flannel3",
  // Of the oldest minor version of Kubernetes that settings allow: it must not be newer than an apiserver and may be one
  // older (https://kubernetes.io/releases/version-skew-policy/). v1.36.1 is the branch's first image.
  "cloud-controller-manager": "registry.k8s.io/provider-aws/cloud-controller-manager:v1.36.1",
  "aws-ebs-csi-driver":
    "registry.k8s.io/provider-aws/aws-ebs-csi-driver:v1.63.1@sha256:150de06f37bd1bc2ae09e311029edb4a14889b215f59ca3d4ba4e37f4668e867",
  // Those that the driver's release was made with (deploy/kubernetes/overlays/stable/gcr there).
  "csi-provisioner": "registry.k8s.io/sig-storage/csi-provisioner:v6.3.0",
  "csi-attacher": "registry.k8s.io/sig-storage/csi-attacher:v4.12.0",
  "csi-resizer": "registry.k8s.io/sig-storage/csi-resizer:v2.2.1",
  "csi-node-driver-registrar": "registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.17.0",
  livenessprobe: "registry.k8s.io/sig-storage/livenessprobe:v2.19.0",
  // Of the oldest minor version too: it simulates that version's scheduler.
  "cluster-autoscaler": "registry.k8s.io/autoscaling/cluster-autoscaler:v1.36.1",
  // https://github.com/kubernetes-sigs/metrics-server#compatibility-matrix: 0.9 is for Kubernetes 1.34 and newer.
  "metrics-server": "registry.k8s.io/metrics-server/metrics-server:v0.9.0",
};
