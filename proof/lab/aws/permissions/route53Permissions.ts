import { parseXML } from "@aws-sdk/xml-builder";
import { z } from "zod";
import type { Permission } from "./policy";
import { commonContext, unknownCall, type DeployedResources, type ServiceCall } from "../serviceCall";

/**
 * The parts of a change that a policy can name:
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_Change.html
 */
export interface RecordSetChange {
  readonly action: string;
  readonly name: string;
  readonly type: string;
}

/**
 * The condition keys of a batch; names are normalised: lower case, without the last dot.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html
 */
export function changeContext(changes: readonly RecordSetChange[]): Permission["context"] {
  const prefix = "route53:changeresourcerecordsets";
  return {
    ...commonContext,
    [`${prefix}normalizedrecordnames`]: changes.map(({ name }) => name.toLowerCase().replace(/\.$/, "")),
    [`${prefix}recordtypes`]: changes.map(({ type }) => type),
    [`${prefix}actions`]: changes.map(({ action }) => action),
  };
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html */
export function route53Permissions(
  { method, path, body }: ServiceCall,
  { partition }: DeployedResources,
): Permission[] {
  const [, zone] = /^\/2013-04-01\/hostedzone\/([^/]+)\/rrset\/?$/.exec(path) ?? [];
  const resource = `arn:${partition}:route53:::hostedzone/${zone}`;
  if (zone !== undefined && method === "GET")
    return [{ action: "route53:ListResourceRecordSets", resource, context: commonContext }];
  if (zone !== undefined && method === "POST") {
    const context = changeContext(readBatch(body.toString()));
    return [{ action: "route53:ChangeResourceRecordSets", resource, context }];
  }
  throw unknownCall("route53", `${method} ${path}`);
}

const change = z
  .object({ Action: z.string(), ResourceRecordSet: z.object({ Name: z.string(), Type: z.string() }) })
  .transform(({ Action, ResourceRecordSet: { Name, Type } }) => ({ action: Action, name: Name, type: Type }));

const batch = z.object({
  ChangeResourceRecordSetsRequest: z.object({
    ChangeBatch: z.object({
      Changes: z.object({ Change: z.union([z.array(change), change.transform((only) => [only])]) }),
    }),
  }),
});

function readBatch(xml: string): RecordSetChange[] {
  return batch.parse(parseXML(xml)).ChangeResourceRecordSetsRequest.ChangeBatch.Changes.Change;
}
