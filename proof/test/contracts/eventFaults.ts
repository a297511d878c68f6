import { isDeepStrictEqual } from "node:util";

type Value = string | readonly Value[] | { readonly [name: string]: Value };

/** Forms of the values that stand in the documents' examples. Any text may stand for any other value. */
const forms: Readonly<Record<string, RegExp>> = {
  "yyyy-mm-ddThh:mm:ssZ": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  "auto-scaling-group-arn":
    /^arn:aws:autoscaling:[a-z0-9-]+:\d{12}:autoScalingGroup:[0-9a-f-]{36}:autoScalingGroupName\/.+$/,
  "instance-arn": /^arn:aws:ec2:[a-z0-9-]+:\d{12}:instance\/(i-[0-9a-f]{17})?$/,
  "rule-arn": /^arn:aws:events:[a-z0-9-]+:\d{12}:rule\/.+$/,
  "123456789012": /^\d{12}$/,
  "us-west-2": /^[a-z]+(-[a-z]+)+-\d$/,
  "us-west-2b": /^[a-z]+(-[a-z]+)+-\d[a-z]$/,
  "subnet-12345678": /^subnet-[0-9a-f]+$/,
  "i-1234567890abcdef0": /^i-[0-9a-f]{17}$/,
  "Launching a new EC2 instance: i-12345678": /^Launching a new EC2 instance(: i-[0-9a-f]{17})?$/,
  "Terminating EC2 instance: i-12345678": /^Terminating EC2 instance: i-[0-9a-f]{17}$/,
  "50": /^\d+$/,
  "300": /^\d+$/,
};
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Values that stand in events as they stand in the examples. */
const constants = new Set([
  ...["version", "detail-type", "source"],
  ...["StatusCode", "LifecycleTransition", "Origin", "Destination"],
]);

/** A hook without metadata has none to tell. A launch that failed before it had an instance names none. */
const optional = new Set(["NotificationMetadata"]);
const mayBeEmpty = new Set(["EC2InstanceId", "StatusMessage"]);

/** How an event differs from the form of the documents' example, a line for each value. */
export function eventFaults(event: Value, example: Value, at = ""): string[] {
  const name = at.split(".").at(-1) ?? "";
  if (typeof example === "string") {
    if (typeof event !== "string") return [`${at} is ${JSON.stringify(event)}, no text`];
    if (constants.has(name)) return event === example ? [] : [`${at} is "${event}", not "${example}"`];
    if (event === "" && (example === "" || mayBeEmpty.has(name))) return [];
    const form = uuid.test(example) ? uuid : (forms[example] ?? /./s);
    return form.test(event) ? [] : [`${at} is "${event}", unlike "${example}"`];
  }
  if (typeof event === "string" || Array.isArray(event) !== Array.isArray(example))
    return [`${at} is ${JSON.stringify(event)}, unlike ${JSON.stringify(example)}`];
  const [sent, documented] = [Object.entries(event), Object.entries(example)];
  const unknown = sent.filter(([key]) => !(key in example)).map(([key]) => `${at}.${key} is not documented`);
  return [
    ...unknown,
    ...documented.flatMap(([key, value]) => {
      const given = new Map(sent).get(key);
      if (given === undefined) return optional.has(key) ? [] : [`${at}.${key} is missing`];
      return isDeepStrictEqual(given, value) ? [] : eventFaults(given, value, `${at}.${key}`);
    }),
  ];
}
