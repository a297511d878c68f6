import path from "node:path";
import { moduleFolder } from "./goTool";
import { kubernetesModule, kubernetesTool, kubernetesVersion } from "./kubernetes";

const tool = (name: string, main: string, more?: { readonly tests: true }) =>
  kubernetesTool(name, kubernetesVersion, main, more);

/**
 * Paths of Kubernetes' own end-to-end tests, of the program that runs them in parallel, and of the programs
 * that their pods run.
 */
export const conformancePrograms = () => ({
  e2eTest: tool("e2e.test", `${kubernetesModule}/test/e2e`, { tests: true }),
  ginkgo: tool("ginkgo", "github.com/onsi/ginkgo/v2/ginkgo"),
  agnhost: tool("agnhost", `${kubernetesModule}/test/images/agnhost`),
  nnp: tool("nnp", `${kubernetesModule}/test/images/nonewprivs`),
  sampleApiserver: tool("sample-apiserver", "k8s.io/sample-apiserver"),
});

export type ConformancePrograms = ReturnType<typeof conformancePrograms>;

/** Path of a file in the sources of the same release, such as `test/conformance/testdata/conformance.yaml`. */
export const kubernetesSource = (file: string): string =>
  path.join(moduleFolder({ module: kubernetesModule, version: kubernetesVersion }), file);
