import { readFileSync } from "node:fs";
import { goTool } from "./goTool";
import { kubernetesVersion } from "./kubernetes";

/** Path of a program that parses manifests with kubectl's own packages; `source` is its text. */
export const manifestDecoder = (source: string): string =>
  goTool({
    name: "manifest-decoder",
    version: `0.${kubernetesVersion.slice(2)}`,
    module: "k8s.io/apimachinery",
    main: readFileSync(source, "utf8"),
  });
