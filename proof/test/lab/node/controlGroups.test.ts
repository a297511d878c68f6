import { deepEqual } from "node:assert/strict";
import { hierarchies } from "../../../lab/node/controlGroups";

describe("Hierarchies of control groups", () => {
  it("are several with cgroup v1 beside v2", () => {
    const mountInfo = `30 23 0:26 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
31 30 0:27 / /sys/fs/cgroup/cpuset rw,relatime shared:10 - cgroup cgroup rw,cpuset
32 30 0:28 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd
33 30 0:29 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
`;
    deepEqual(hierarchies(mountInfo), [
      { mountPoint: "/sys/fs/cgroup/cpuset", needsProcessors: true },
      { mountPoint: "/sys/fs/cgroup/systemd", needsProcessors: false },
      { mountPoint: "/sys/fs/cgroup/unified", needsProcessors: false },
    ]);
  });

  it("are one with cgroup v2 alone", () => {
    deepEqual(
      hierarchies("30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"),
      [{ mountPoint: "/sys/fs/cgroup", needsProcessors: false }],
    );
  });
});
