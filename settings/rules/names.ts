import { clusterOrPoolName } from "../fields";
import { mistakeIf, Rule } from "./rule";

/**
 * Load balancers may not begin with internal-, security groups with sg-, and buckets with these and others
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html). The autoscaler would choose
 * from every group in the account with the tag k8s.io/cluster-autoscaler/enabled.
 */
const reservedName = /^((internal|sg|xn-|sthree|amzn-s3-demo)(-|$)|enabled$)/;

export const nameRules: readonly Rule[] = [
  ({ name }) =>
    mistakeIf(
      /-pool(-|$)/.test(name),
      "name",
      name,
      "leave out -pool: groups named <cluster>-pool-… are the worker pools of <cluster>",
    ),
  ({ name }) =>
    mistakeIf(
      reservedName.test(name),
      "name",
      name,
      "use another name: AWS reserves internal-, sg-, xn--, sthree- and amzn-s3-demo-, and the cluster autoscaler's tag reserves enabled",
    ),
  ({ workerPools }) =>
    Object.keys(workerPools).flatMap((name) =>
      mistakeIf(
        !clusterOrPoolName.test(name),
        `workerPools.${name}`,
        name,
        "name pools with 2 to 20 lower-case letters, digits and dashes, beginning with a letter",
      ),
    ),
];
