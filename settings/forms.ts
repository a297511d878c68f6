import { z } from "zod";
import { parseCidr } from "../components/cidr";

export const dnsName = /^(?=.{1,200}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;
export const clusterOrPoolName = /^[a-z][a-z0-9-]{0,18}[a-z0-9]$/;
const instanceTypeForm = /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/;
export const labelKey =
  /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
export const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const quantity = /^[0-9]+(\.[0-9]+)?(m|Ki|Mi|Gi)?$/;
export const release = /^[0-9]+\.[0-9]+\.[0-9]+$/;

/** A string of one form; `remedy` is what the user reads when it is not. */
export const text = (form: RegExp, remedy: string) =>
  z.string({ error: remedy }).regex(form, { error: remedy });
export const whole = (from: number, to: number, remedy: string) =>
  z.int({ error: remedy }).min(from, { error: remedy }).max(to, { error: remedy });
export const list = <T extends z.ZodType>(item: T, remedy: string) => z.array(item, { error: remedy });
export const yesOrNo = (remedy: string) => z.boolean({ error: remedy });
export const group = <T extends z.ZodRawShape>(shape: T, remedy: string) =>
  z.strictObject(shape, { error: remedy });

export const zonesRemedy = "use a number from 1 to 6, or 1 to 6 zone names such as eu-central-1a";
export const zoneName = text(/^[a-z]{2}(-[a-z]+)+-\d+[a-z]$/, zonesRemedy);
/** The VPC of a stack that names neither `network` nor `existingVpc`. */
export const defaultNetwork = { cidr: "10.0.0.0/16", nat: "zone" } as const;

/** An IPv4 range of a size from /`largest` to /`smallest`. */
export const cidr = (largest: number, smallest: number) =>
  z.string({ error: "use an IPv4 range such as 10.0.0.0/16" }).superRefine((value, context) => {
    const refuse = (message: string) => context.addIssue({ code: "custom", message });
    try {
      const { prefix } = parseCidr(value);
      if (prefix < largest || prefix > smallest) refuse(`use a range from /${largest} to /${smallest}`);
    } catch (error) {
      refuse((error as Error).message);
    }
  });
export const instanceType = text(instanceTypeForm, "use an EC2 instance type such as m7i.large");
export const disk = whole(20, 16_384, "use whole GiB from 20 to 16384");
export const architecture = z.enum(["amd64", "arm64"], { error: "use amd64 or arm64" });
/** Quantities by resource, kept from pods. */
export const reservation = (defaults: Partial<Record<"cpu" | "memory" | "ephemeral-storage", string>>) =>
  z
    .partialRecord(
      z.enum(["cpu", "memory", "ephemeral-storage"], { error: "use cpu, memory or ephemeral-storage" }),
      text(quantity, "use a Kubernetes quantity such as 100m or 256Mi"),
      { error: "use a map such as {cpu: 100m, memory: 256Mi}" },
    )
    .default(defaults);
