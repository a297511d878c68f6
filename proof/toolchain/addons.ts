import { goTool } from "./goTool";

/** Versions of the add-ons' programs: those of their images in `addons/images.ts`. */
export const addonVersions = {
  flannel: "0.28.10",
  /** A stand-in replaces it, because the Go module proxy does not serve it. */
  flannelCniPlugin: "v1.9.1-flannel3",
  cloudControllerManager: "1.36.1",
  metricsServer: "0.9.0",
};

const flannelModule = "github.com/flannel-io/flannel";

/**
 * Paths of the programs in flannel's image: the daemon, and the program that writes the CNI configuration.
 * Two backends are left out: Tencent's, whose modules the Go module proxy does not serve, and UDP, which
 * needs C.
 */
export const flannel = () => {
  const tool = { version: addonVersions.flannel, module: flannelModule };
  return {
    daemon: goTool({
      ...tool,
      name: "flanneld",
      without: ["tencentvpc", "udp"].map((backend) => `${flannelModule}/pkg/backend/${backend}`),
      ldflags: `-X ${flannelModule}/pkg/version.Version=v${tool.version}`,
    }),
    installConf: goTool({ ...tool, name: "install-conf", package: `${flannelModule}/cmd/install_conf` }),
  };
};

/** Path of the AWS cloud controller manager. */
export const cloudControllerManager = () =>
  goTool({
    name: "aws-cloud-controller-manager",
    version: addonVersions.cloudControllerManager,
    module: "k8s.io/cloud-provider-aws",
    package: "k8s.io/cloud-provider-aws/cmd/aws-cloud-controller-manager",
    ldflags: `-X k8s.io/component-base/version.gitVersion=v${addonVersions.cloudControllerManager}`,
  });

/** Path of metrics-server. */
export const metricsServer = () =>
  goTool({
    name: "metrics-server",
    version: addonVersions.metricsServer,
    module: "sigs.k8s.io/metrics-server",
    package: "sigs.k8s.io/metrics-server/cmd/metrics-server",
  });
