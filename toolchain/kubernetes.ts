import { goTool } from "./goTool";

/** The newest release of the project's default minor version that the Go module proxy serves. */
export const kubernetesVersion = "1.36.3";

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

/** Path of one of Kubernetes' programs; the first call builds it. */
const kubernetesTool = (name: string) =>
  goTool({
    name,
    version: kubernetesVersion,
    module: "k8s.io/kubernetes",
    package: `k8s.io/kubernetes/cmd/${name}`,
    goMod: staging.map((module) => `replace k8s.io/${module} => k8s.io/${module} v0.${kubernetesVersion.slice(2)}`),
    ldflags: `-X k8s.io/component-base/version.gitVersion=v${kubernetesVersion}`,
  });

export const kubeadm = () => kubernetesTool("kubeadm");
export const kubelet = () => kubernetesTool("kubelet");
export const kubectl = () => kubernetesTool("kubectl");
export const kubeApiserver = () => kubernetesTool("kube-apiserver");
export const kubeControllerManager = () => kubernetesTool("kube-controller-manager");
export const kubeScheduler = () => kubernetesTool("kube-scheduler");
export const kubeProxy = () => kubernetesTool("kube-proxy");
