import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../settings";
import { WrongSettings } from "../settings/errors";
import { lookUp } from "./lookUp";
import type { Account } from "../plan/names";

/**
 * Alarms reach only topics of their own region. Only its owner can say whether a topic of another account
 * exists.
 * @throws WrongSettings when it is in another partition or region, or the account has none with that name
 */
export async function checkAlarmTopic(
  { alarmTopicArn }: Settings,
  here: Pick<Account, "accountId" | "region"> & { readonly partition: string },
  opts: pulumi.InvokeOptions,
): Promise<void> {
  if (alarmTopicArn === undefined) return;
  const key = "alarmTopicArn";
  const refuse = (remedy: string) => new WrongSettings({ key, value: alarmTopicArn, remedy });
  const [, partition, , region, account, name] = alarmTopicArn.split(":");
  if (partition !== here.partition)
    throw refuse(
      `is in the partition ${partition}, but this cluster is in ${here.partition}: use a topic in this cluster's partition`,
    );
  if (region !== here.region)
    throw refuse(
      `is in ${region}, but alarms reach only topics in their own region: use one in ${here.region}`,
    );
  if (account === here.accountId) await lookUp(key, alarmTopicArn, aws.sns.getTopic({ name }, opts));
  else
    await pulumi.log.info(
      `alarmTopicArn: the topic belongs to account ${account}: check there that it exists, and that its policy accepts alarms of account ${here.accountId}`,
    );
}
