import { kubernetesVersion } from "../../../toolchain/kubernetes";
import { noneFailedTwice } from "../../clients/apiClient";
import type { Drill } from "../drill";
import { nextMinor, upgraded } from "./upgrade";
import { Web } from "../pods/web";

const coreDnsImage = ["get", "deployment", "coredns", "-n", "kube-system", "-o", "jsonpath={..image}"];

/** One minor version back, by one setting: workers before controllers, with all add-ons and pods in use. */
export const goBack: Drill = {
  name: "go-back",
  kubernetes: "real",
  releases: [nextMinor, kubernetesVersion],
  leastScale: 0.2, // as for upgrade
  size: 3,
  workers: 2,
  limits: { longestGapMs: 5000 },
  async run(stage) {
    const { lab } = stage;
    await Web.deploy(lab.kubernetes);
    const before = await lab.kubernetes.kubectl(coreDnsImage);
    const asks = await stage.askApi("writes");
    const { seconds } = await upgraded(stage, kubernetesVersion);

    const after = await lab.kubernetes.kubectl(coreDnsImage);
    if (after !== before) throw new Error(`CoreDNS was ${before} and is ${after}: kubeadm takes none back`);
    noneFailedTwice(asks);
    return { what: `Kubernetes ${nextMinor} back to ${kubernetesVersion}, by one setting`, seconds };
  },
};
