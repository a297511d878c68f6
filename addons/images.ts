/**
 * Every image of the add-ons, by its name in manifests: `{{image.<name>}}`.
 * An image has a digest if the registry publishes a list with it
 * (https://github.com/kubernetes/k8s.io/tree/main/registry.k8s.io/images). For the others no list exists, so
 * an exact tag pins them. An upstream release does not mean that its image exists: check that before you
 * raise a version.
 */
export const images: Readonly<Record<string, string>> = {
  // https://github.com/flannel-io/flannel/releases: the two versions in its own manifest.
  flannel: "ghcr.io/flannel-io/flannel:v0.28.10",
  "flannel-cni-plugin": "ghcr.io/flannel-io/flannel-cni-plugin:v1.9.1-flannel3",
  // Of the oldest minor version of Kubernetes that settings allow. It must not be newer than an apiserver,
  // and may be one version older (https://kubernetes.io/releases/version-skew-policy/). v1.36.1 is the
  // branch's first image.
  "cloud-controller-manager": "registry.k8s.io/provider-aws/cloud-controller-manager:v1.36.1",
  "aws-ebs-csi-driver":
    "registry.k8s.io/provider-aws/aws-ebs-csi-driver:v1.63.1@sha256:150de06f37bd1bc2ae09e311029edb4a14889b215f59ca3d4ba4e37f4668e867",
  // The versions of the driver's own release (deploy/kubernetes/overlays/stable/gcr there).
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
