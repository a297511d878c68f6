import { goTool, type GoTool } from "./goTool";

/** The newest release of the project's default minor version that the Go module proxy serves. */
export const kubernetesVersion = "1.36.3";

/**
 * Modules in Kubernetes' own repository. Its go.mod replaces them by folders; ours replaces them by their
 * releases.
 */
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

/** Module of the releases. */
export const kubernetesModule = "k8s.io/kubernetes";

/**
 * Path of one of Kubernetes' programs, or of a program from a module that it requires; the first call builds
 * it.
 */
export const kubernetesTool = (
  name: string,
  version: string,
  main = `${kubernetesModule}/cmd/${name}`,
  more: Pick<GoTool, "tests"> = {},
): string =>
  goTool({
    name,
    version,
    module: kubernetesModule,
    package: main,
    goMod: staging.map((module) => `replace k8s.io/${module} => k8s.io/${module} v0.${version.slice(2)}`),
    ldflags: `-X k8s.io/component-base/version.gitVersion=v${version}`,
    ...more,
  });

export const kubeadm = (version = kubernetesVersion) => kubernetesTool("kubeadm", version);
export const kubelet = (version = kubernetesVersion) => kubernetesTool("kubelet", version);
export const kubectl = (version = kubernetesVersion) => kubernetesTool("kubectl", version);
export const kubeApiserver = (version = kubernetesVersion) => kubernetesTool("kube-apiserver", version);
export const kubeControllerManager = (version = kubernetesVersion) =>
  kubernetesTool("kube-controller-manager", version);
export const kubeScheduler = (version = kubernetesVersion) => kubernetesTool("kube-scheduler", version);
export const kubeProxy = (version = kubernetesVersion) => kubernetesTool("kube-proxy", version);
