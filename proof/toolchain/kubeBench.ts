import path from "node:path";
import { goTool, moduleFolder } from "./goTool";

const release = { version: "0.15.6", module: "github.com/aquasecurity/kube-bench" };

/** Path of the usual scanner for the CIS Kubernetes Benchmark. */
export const kubeBench = () => goTool({ ...release, name: "kube-bench" });

/** Folder of the scanner's configuration: its own, and a folder per benchmark. */
export const kubeBenchConfiguration = () => path.join(moduleFolder(release), "cfg");
