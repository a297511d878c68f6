import { goTool } from "./goTool";

const ignitionModule = "github.com/coreos/ignition/v2";
const version = "2.24.0";
const distro = `${ignitionModule}/internal/distro`;

/** Path of Ignition, built as for a distribution without SELinux and with a single file of authorized keys. */
export const ignition = () =>
  goTool({
    name: "ignition",
    version,
    module: ignitionModule,
    package: `${ignitionModule}/internal`,
    ldflags: `-X ${distro}.selinuxRelabel=false -X ${distro}.writeAuthorizedKeysFragment=false`,
    cgo: true,
  });

/** Path of Ignition's own validator. */
export const ignitionValidate = () =>
  goTool({
    name: "ignition-validate",
    version,
    module: ignitionModule,
    package: `${ignitionModule}/validate`,
  });
