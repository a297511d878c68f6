import { goTool } from "./goTool";

/** The newest release of the project's default minor version that the Go module proxy serves. */
export const kubeadmVersion = "1.36.3";

/** Modules that live in Kubernetes' own repository: its go.mod points into that repository, ours to their releases. */
const staging = [
  "api",
  "apiextensions-apiserver",
  "apimachinery",
  "apiserver",
  "cli-runtime",
  "client-go",
  "cloud-provider",
  "cluster-bootstrap",
  "code-generator",
  "component-base",
  "component-helpers",
  "controller-manager",
  "cri-api",
  "cri-client",
  "cri-streaming",
  "csi-translation-lib",
  "dynamic-resource-allocation",
  "endpointslice",
  "externaljwt",
  "kms",
  "kube-aggregator",
  "kube-controller-manager",
  "kube-proxy",
  "kube-scheduler",
  "kubectl",
  "kubelet",
  "metrics",
  "mount-utils",
  "pod-security-admission",
  "sample-apiserver",
  "sample-cli-plugin",
  "sample-controller",
  "streaming",
];

/** Path of kubeadm; the first call builds it. */
export const kubeadm = () =>
  goTool({
    name: "kubeadm",
    version: kubeadmVersion,
    module: "k8s.io/kubernetes",
    package: "k8s.io/kubernetes/cmd/kubeadm",
    goMod: staging.map((name) => `replace k8s.io/${name} => k8s.io/${name} v0.${kubeadmVersion.slice(2)}`),
    ldflags: `-X k8s.io/component-base/version.gitVersion=v${kubeadmVersion}`,
  });
