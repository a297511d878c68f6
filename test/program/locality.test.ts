import * as assert from "node:assert/strict";
import { changes } from "../engine/changes";
import { region } from "../engine/region";
import { Config, run, stackConfig } from "../engine/stack";

const dev = stackConfig("dev");
const prod = stackConfig("prod");

/** The stack's settings with a part of them changed. */
function changed(config: Config, part: Record<string, unknown>): Config {
  const merge = (old: unknown, now: unknown): unknown =>
    isMap(old) && isMap(now)
      ? Object.fromEntries(
          [...new Set([...Object.keys(old), ...Object.keys(now)])].map((key) => [
            key,
            key in now ? merge(old[key], now[key]) : old[key],
          ]),
        )
      : now;
  return merge(config, part) as Config;
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const changing = async (config: Config, part: Record<string, unknown>, where = {}) =>
  changes(await run(config, where), await run(changed(config, part), where));

/** All that a pool is made of. */
const pool = (name: string, sign: "+" | "-") =>
  Object.fromEntries(
    [
      "WorkerPool",
      "NodeGroup",
      "iam.Role",
      "iam.RolePolicy",
      "iam.InstanceProfile",
      "ec2.LaunchTemplate",
      "autoscaling.Group",
    ]
      .map((type) => [`${type} ${name}`, sign])
      .concat([[`s3.BucketObjectv2 ${name}-config`, sign]]),
  );

describe("A change of settings changes only these resources:", () => {
  it("a pool's size: its group", async () => {
    assert.deepEqual(await changing(prod, { workerPools: { general: { max: 30 } } }), {
      "autoscaling.Group prod-pool-general": "maxSize",
    });
    assert.deepEqual(await changing(prod, { workerPools: { general: { min: 4 } } }), {
      "autoscaling.Group prod-pool-general": "instanceMaintenancePolicy instanceRefresh minSize",
    });
  });

  it("handing a pool's size to the autoscaler: its group and the autoscaler, and replaces no node", async () => {
    const fixed = changed(prod, { workerPools: { general: { max: 3 } } });
    assert.deepEqual(await changing(fixed, { workerPools: { general: { max: 25 } } }), {
      "autoscaling.Group prod-pool-general": "maxSize tags",
      "ServiceAccountRole prod-addons-cluster-autoscaler": "+",
      "iam.Role prod-addons-cluster-autoscaler": "+",
      "iam.RolePolicy prod-addons-cluster-autoscaler": "+",
      "s3.BucketObjectv2 prod-addons": "content",
    });
  });

  it("a pool's preferred instance type: its launch template and group", async () => {
    assert.deepEqual(
      await changing(dev, { workerPools: { workers: { instanceTypes: ["m7i.large", "t3.large"] } } }),
      {
        "ec2.LaunchTemplate dev-pool-workers": "instanceType",
        "autoscaling.Group dev-pool-workers": "mixedInstancesPolicy",
      },
    );
  });

  it("a pool's zones: its group, which is in the subnets there", async () => {
    const only = { workerPools: { workers: { zones: ["eu-central-1b"] } } };
    assert.deepEqual(await changing(dev, only), {
      "autoscaling.Group dev-pool-workers": "vpcZoneIdentifiers",
    });
    const { resources } = await run({ ...dev, ...only });
    const subnets = (key: string) =>
      resources.find((each) => each.key === key)?.inputs.vpcZoneIdentifiers as string[];
    const inZone = (zone: string) => `Subnet:dev-network-private-${zone}`;
    assert.deepEqual(subnets("autoscaling.Group dev-pool-workers"), [inZone("eu-central-1b")]);
    assert.deepEqual(
      subnets("autoscaling.Group dev-controllers"),
      ["eu-central-1a", "eu-central-1b"].map(inZone),
    );
  });

  it("a pool's spot share: its group", async () => {
    assert.deepEqual(await changing(dev, { workerPools: { workers: { spotPercent: 50 } } }), {
      "autoscaling.Group dev-pool-workers": "mixedInstancesPolicy",
    });
  });

  it("a pool's labels and taints: its configuration, launch template and group", async () => {
    const labels = { "example.com/tier": "batch" };
    const taints = [{ key: "example.com/batch", effect: "NoSchedule" }];
    for (const part of [{ labels }, { taints }]) {
      assert.deepEqual(await changing(dev, { workerPools: { workers: part } }), {
        "s3.BucketObjectv2 dev-pool-workers-config": "content key",
        "ec2.LaunchTemplate dev-pool-workers": "userData",
        "autoscaling.Group dev-pool-workers": "mixedInstancesPolicy tags",
      });
    }
  });

  it("another pool: that pool", async () => {
    assert.deepEqual(
      await changing(dev, { workerPools: { batch: { min: 0, max: 2 } } }),
      pool("dev-pool-batch", "+"),
    );
  });

  it("a pool's name: the pool of the old name and the pool of the new name", async () => {
    const { workers } = dev.workerPools as Record<string, unknown>;
    assert.deepEqual(changes(await run(dev), await run({ ...dev, workerPools: { nodes: workers } })), {
      ...pool("dev-pool-workers", "-"),
      ...pool("dev-pool-nodes", "+"),
    });
  });

  it("the number of controllers: their group, and replaces no node", async () => {
    for (const size of [1, 5]) {
      assert.deepEqual(await changing(prod, { controlPlane: { size } }), {
        "autoscaling.Group prod-controllers": "instanceMaintenancePolicy instanceRefresh maxSize minSize",
      });
    }
  });

  it("the controllers' instance type: their launch template and, by its version, their group", async () => {
    assert.deepEqual(await changing(dev, { controlPlane: { instanceType: "m7i.large" } }), {
      "ec2.LaunchTemplate dev-controllers": "instanceType",
      "autoscaling.Group dev-controllers": "launchTemplate",
    });
  });

  it("the Kubernetes version: the configuration of every node and what depends on it", async () => {
    assert.deepEqual(await changing(dev, { versions: { kubernetes: "1.36.3" } }), {
      "s3.BucketObjectv2 dev-controllers-config": "content key",
      "ec2.LaunchTemplate dev-controllers": "userData",
      "autoscaling.Group dev-controllers": "launchTemplate",
      "s3.BucketObjectv2 dev-pool-workers-config": "content key",
      "ec2.LaunchTemplate dev-pool-workers": "userData",
      "autoscaling.Group dev-pool-workers": "mixedInstancesPolicy",
    });
  });

  it("the etcd version: the controllers' configuration and what depends on it", async () => {
    const { etcd } = { etcd: "3.6.13" };
    const sha256 = { [`etcd-${etcd}-amd64`]: "0".repeat(64) };
    assert.deepEqual(
      Object.keys(await changing(changed(dev, { downloads: { sha256 } }), { versions: { etcd } })).sort(),
      [
        "autoscaling.Group dev-controllers",
        "ec2.LaunchTemplate dev-controllers",
        "s3.BucketObjectv2 dev-controllers-config",
      ],
    );
  });

  it("the Flatcar version: the image of every node, and the metadata", async () => {
    assert.deepEqual(await changing(dev, { versions: { flatcar: "4757.2.2" } }), {
      "ec2.AmiCopy dev-images-4757.2.1-amd64": "-",
      "ec2.AmiCopy dev-images-4757.2.2-amd64": "+",
      "s3.BucketObjectv2 dev-store-encryption-encryption.yaml": "metadata",
      "ec2.LaunchTemplate dev-controllers": "imageId",
      "autoscaling.Group dev-controllers": "launchTemplate",
      "ec2.LaunchTemplate dev-pool-workers": "imageId",
      "autoscaling.Group dev-pool-workers": "mixedInstancesPolicy",
    });
  });

  it("other add-ons: the object that controllers apply, and replaces no node", async () => {
    const own = ["test/addons/manifests/namespace.yaml"];
    for (const addons of [{ leaveOut: ["metrics-server"] }, { manifests: own }]) {
      assert.deepEqual(await changing(dev, { addons }), { "s3.BucketObjectv2 dev-addons": "content" });
    }
  });

  it("another pod network than flannel: the add-ons and all nodes, because flannel's files stay on existing ones", async () => {
    assert.deepEqual(Object.keys(await changing(dev, { addons: { leaveOut: ["flannel"] } })).sort(), [
      "autoscaling.Group dev-controllers",
      "autoscaling.Group dev-pool-workers",
      "ec2.LaunchTemplate dev-controllers",
      "ec2.LaunchTemplate dev-pool-workers",
      "s3.BucketObjectv2 dev-addons",
      "s3.BucketObjectv2 dev-controllers-config",
      "s3.BucketObjectv2 dev-pool-workers-config",
    ]);
  });

  it("how long snapshots are kept: the bucket's lifecycle", async () => {
    assert.deepEqual(await changing(dev, { snapshots: { retentionDays: 8 } }), {
      "s3.BucketLifecycleConfiguration dev-backups": "rules",
    });
  });

  it("a restore: the object that controllers look for, and replaces no node", async () => {
    const snapshot = "etcd/snapshots/2026-11-23T10-00-00Z-i-1.db";
    const where = { region: { ...region("eu-central-1"), stored: ["etcd/formation-1.json", snapshot] } };
    const restore = { snapshot, epoch: 2 };
    const key = "s3.BucketObjectv2 dev-backups-restore";
    assert.deepEqual(await changing(dev, { restore }, where), { [key]: "+" });
    const { resources } = await run({ ...dev, restore }, where);
    const { inputs, dependsOn } = resources.find((each) => each.key === key)!;
    assert.equal(inputs.key, "etcd/restore.json");
    assert.deepEqual(JSON.parse(inputs.content as string), restore);
    assert.ok(dependsOn.includes("s3.Bucket dev-store"), dependsOn.join());
  });

  it("a restore that has begun: the restore's object, even if the snapshot no longer exists", async () => {
    const where = { region: { ...region("eu-central-1"), stored: ["etcd/formation-2.json"] } };
    const restore = { snapshot: "etcd/snapshots/2026-11-23T10-00-00Z-i-1.db", epoch: 2 };
    assert.deepEqual(Object.values(await changing(dev, { restore }, where)), ["+"]);
    const after = await changing({ ...dev, restore }, { restore: undefined }, where);
    assert.deepEqual(after, { "s3.BucketObjectv2 dev-backups-restore": "-" });
  });

  for (const nat of ["single", "zone"]) {
    it(`a third zone, with ${nat === "zone" ? "a NAT gateway in each" : "one NAT gateway"}: no subnet moves`, async () => {
      const found = await changing({ ...dev, network: { nat } }, { zones: 3 });
      const existing = Object.entries(found).filter(([, change]) => change !== "+");
      assert.deepEqual(Object.fromEntries(existing), {
        "ec2.VpcEndpoint dev-network-s3": "routeTableIds",
        "lb.LoadBalancer dev-api": "subnets",
        "autoscaling.Group dev-controllers": "vpcZoneIdentifiers",
        "autoscaling.Group dev-pool-workers": "vpcZoneIdentifiers",
        "s3.BucketObjectv2 dev-store-encryption-encryption.yaml": "metadata",
      });
      const added = Object.keys(found).filter((key) => found[key] === "+");
      assert.ok(
        added.every((key) => key.endsWith("-eu-central-1c")),
        added.join(),
      );
      assert.equal(added.length, nat === "zone" ? 8 : 6);
    });
  }

  it("naming the default network: nothing", async () => {
    const local = stackConfig("local");
    assert.equal(local.network, undefined);
    assert.deepEqual(await changing(local, { network: { cidr: "10.0.0.0/16", nat: "zone" } }), {});
  });

  it("other lifecycle hooks: nothing, because the group and all its nodes would be replaced at once", async () => {
    const { resources } = await run(prod);
    const groups = resources.filter(({ type }) => type === "autoscaling.Group");
    assert.equal(groups.length, 2);
    for (const { key, inputs, ignoreChanges } of groups) {
      assert.deepEqual(ignoreChanges, ["initialLifecycleHooks"], key);
      for (const input of ignoreChanges) assert.ok(input in inputs, `${key} has ${input}`);
    }
  });

  it("another zone in the region: nothing", async () => {
    const [before, after] = [region("eu-central-1", 3), region("eu-central-1", 4)];
    assert.deepEqual(changes(await run(dev, { region: before }), await run(dev, { region: after })), {});
  });
});
