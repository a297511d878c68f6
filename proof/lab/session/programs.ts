import path from "node:path";
import { coredns } from "../../toolchain/coredns";
import { etcd, etcdctl, etcdutl } from "../../toolchain/etcd";
import { ownGoTool } from "../../toolchain/goTool";
import { ignition } from "../../toolchain/ignition";

/** The programs of a lab by name: paths in the user's cache. */
export interface LabPrograms {
  readonly etcd: string;
  readonly etcdctl: string;
  readonly etcdutl: string;
  readonly coredns: string;
  readonly ignition: string;
  /** Puts load on etcd, checks histories, watches members. */
  readonly client: string;
  /** Stands in for kubeadm, the kubelet and kubectl. */
  readonly standIn: string;
}

const own = (name: "client" | "kubernetes") =>
  ownGoTool({ name: `lab-${name}`, folder: path.join(__dirname, "..", "go"), package: `./${name}` });

/** Builds what is missing, which takes four minutes on two cores the first time. */
export const labPrograms = (): LabPrograms => ({
  etcd: etcd(),
  etcdctl: etcdctl(),
  etcdutl: etcdutl(),
  coredns: coredns(),
  ignition: ignition(),
  client: own("client"),
  standIn: own("kubernetes"),
});
