import { goTool } from "./goTool";

/** Path of Ignition's own validator; the first call builds it. */
export const ignitionValidate = () =>
  goTool({
    name: "ignition-validate",
    version: "2.24.0",
    module: "github.com/coreos/ignition/v2",
    package: "github.com/coreos/ignition/v2/validate",
  });
