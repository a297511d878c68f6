import { group, text, whole } from "../fields";
import { setting } from "./about";

const snapshot = "etcd/snapshots/2026-11-23T10-00-00Z-i-0a1b2c3d4e5f67890.db";

export const snapshots = group({
  intervalMinutes: setting(whole(5, 1440, "use whole minutes from 5 to 1440").default(60), {
    description: "Time between two snapshots.",
    unit: "minutes",
    change: "in place",
  }),
  retentionDays: setting(whole(1, 3650, "use whole days from 1 to 3650").default(30), {
    description: "Time that a snapshot is kept.",
    unit: "days",
    change: "in place",
  }),
})
  .meta({ description: "etcd snapshots in the node store." })
  .prefault({});

export const encryption = group({
  key: setting(whole(1, 999, "use the current key number + 1").default(1), {
    description:
      "Number of the key that encrypts Secrets. The next number rotates the key; raise it by one at a time.",
    unit: "key number",
    change: { "in place": "the next number", refused: "any other number" },
  }),
})
  .meta({ description: "How Secrets are encrypted in etcd." })
  .prefault({});

export const restore = group({
  snapshot: setting(
    text(/^etcd\/snapshots\/[\w-]+\.db$/, `use the key of a snapshot such as ${snapshot}`, snapshot),
    { description: "Key of the snapshot in the node store.", change: "in place" },
  ),
  epoch: setting(whole(2, 9999, "use the number of the newest etcd/formation-<epoch>.json, plus one"), {
    description:
      "Number of the epoch that begins with the restore: one more than the newest `etcd/formation-<epoch>.json` has.",
    unit: "epoch number",
    change: { "in place": "the next number", refused: "any other number" },
  }),
})
  .meta({
    description:
      "Goes back to an etcd snapshot, once. What was written after the snapshot is lost. Set it only for a restore.",
  })
  .optional();
