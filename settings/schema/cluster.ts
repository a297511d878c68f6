import { z } from "zod";
import { clusterOrPoolName, domainName, group, map, text, yesOrNo } from "../fields";
import { setting } from "./about";
import { encryption, restore, snapshots } from "./data";
import { access, api, existingVpc, network, podCidr, serviceCidr, zones } from "./network";
import { addons, controlPlane, downloads, versions } from "./nodes";
import { workerPool } from "./workerPool";

/** All settings of a stack's configuration. */
export const clusterSchema = group(
  {
    name: setting(
      text(
        clusterOrPoolName,
        "use 2 to 20 lower-case letters, digits and dashes, beginning with a letter",
        "dev",
      ),
      {
        description: "Name of the cluster, 2 to 20 characters. Every resource's name begins with it.",
        change: "refused",
      },
    ),
    domain: setting(domainName, {
      description: "Domain above the cluster's zone, which is `<name>.<domain>`.",
      change: "refused",
    }),
    parentZoneId: setting(
      text(
        /^Z[A-Z0-9]{5,31}$/,
        "use a Route53 hosted zone id such as Z0123456789ABCDEFGHIJ",
        "Z0123456789ABCDEFGHIJ",
      ).optional(),
      {
        description: "Route53 zone of `domain`. The cluster's zone is delegated from it and is public.",
        absent: "no delegation",
        change: {
          "in place": "with a public API",
          refused: "with an internal API, to add or to remove it",
        },
      },
    ),
    zones,
    network,
    existingVpc,
    podCidr,
    serviceCidr,
    api,
    access,
    controlPlane,
    versions,
    downloads,
    workerPools: setting(
      map(z.string(), workerPool, "use a map from pool name to its settings").prefault({ workers: {} }),
      {
        description:
          "Worker pools by name. A name has 2 to 20 lower-case letters, digits and dashes, and begins with a letter.",
        change: { "in place": "adds or removes that pool" },
      },
    ),
    addons,
    snapshots,
    encryption,
    restore,
    alarmTopicArn: setting(
      text(
        /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/,
        "use the ARN of a standard SNS topic such as arn:aws:sns:eu-central-1:123456789012:alarms",
        "arn:aws:sns:eu-central-1:123456789012:alarms",
      ).optional(),
      {
        description: "SNS topic that alarms are sent to.",
        absent: "alarms notify nobody",
        change: "in place",
      },
    ),
    protect: setting(yesOrNo("use true or false").default(false), {
      description:
        "Whether to refuse to delete what cannot be made again: the node store with its snapshots, its key, and the keys of the CAs, service accounts and Secrets.",
      change: "in place",
    }),
  },
  "use a map of settings",
);

/** All settings of a stack's configuration, with defaults filled in; docs/settings.md describes each one. */
export type Settings = z.output<typeof clusterSchema>;
export type WorkerPoolSettings = Settings["workerPools"][string];
