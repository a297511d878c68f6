import path from "node:path";
import { cloudControllerManager, flannel, metricsServer } from "../../toolchain/addons";
import { cniPlugins } from "../../toolchain/cniPlugins";
import { clusterDns } from "../../toolchain/coredns";
import { ownGoTool } from "../../toolchain/goTool";
import * as kubernetes from "../../toolchain/kubernetes";

/** The programs of a node besides etcd: paths in the user's cache. */
export interface KubernetesPrograms {
  /** Kubernetes' release, such as `1.36.3`. */
  readonly release: string;
  readonly kubeadm: string;
  readonly kubelet: string;
  readonly kubectl: string;
  readonly apiserver: string;
  readonly controllerManager: string;
  readonly scheduler: string;
  readonly proxy: string;
  readonly clusterDns: string;
  readonly pause: string;
  readonly flannel: { readonly daemon: string; readonly installConf: string };
  /** Stands in for flannel's CNI plugin. */
  readonly flannelCni: string;
  readonly cloudControllerManager: string;
  readonly metricsServer: string;
  /** The program of the drills' pods. */
  readonly pod: string;
  /** By name. */
  readonly cniPlugins: Readonly<Record<string, string>>;
}

const own = (name: string) =>
  ownGoTool({ name: `lab-${name}`, folder: path.join(__dirname, "..", "go"), package: `./${name}` });

/** Builds what is missing, which takes eight minutes on two cores the first time. */
export const kubernetesPrograms = (release: string): KubernetesPrograms => ({
  release,
  kubeadm: kubernetes.kubeadm(release),
  kubelet: kubernetes.kubelet(release),
  kubectl: kubernetes.kubectl(release),
  apiserver: kubernetes.kubeApiserver(release),
  controllerManager: kubernetes.kubeControllerManager(release),
  scheduler: kubernetes.kubeScheduler(release),
  proxy: kubernetes.kubeProxy(release),
  clusterDns: clusterDns(release),
  pause: own("pause"),
  flannel: flannel(),
  flannelCni: own("flannel-cni"),
  cloudControllerManager: cloudControllerManager(),
  metricsServer: metricsServer(),
  pod: own("pod"),
  cniPlugins: cniPlugins(),
});
