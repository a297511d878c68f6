import { z } from "zod";
import { overlap, parseCidr } from "../components/cidr";

export const dnsName = /^(?=.{1,200}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;
/** Hosts ask no DNS server for these: https://datatracker.ietf.org/doc/html/rfc6762#section-3, https://datatracker.ietf.org/doc/html/rfc6761 */
export const notInDns = /\.(local|localhost|invalid)$/;
export const clusterOrPoolName = /^[a-z][a-z0-9-]{0,18}[a-z0-9]$/;
const instanceTypeForm = /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/;
/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
export const labelKey =
  /^((?=[^/]{1,253}\/)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValueForm = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const sshKeyForm =
  /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) [A-Za-z0-9+/]+=*( .*)?$/;
const bytes = /^[0-9]+(\.[0-9]+)?(k|M|G|T|Ki|Mi|Gi|Ti)?$/;
const cores = /^([0-9]+m|[0-9]+(\.[0-9]{1,3})?)$/;
export const release = /^[0-9]+\.[0-9]+\.[0-9]+$/;

/** A string of one form; `remedy` is what the user reads when it is not. */
export const text = (form: RegExp, remedy: string) =>
  z.string({ error: remedy }).regex(form, { error: remedy });
/** The value of a label or taint; `what` names which. YAML and `pulumi config set --path` take true and 1 for no text. */
export const labelValue = (what: string) =>
  z
    .string({ error: "write it as text: in quotes, or by pulumi config set --type string" })
    .regex(labelValueForm, { error: `use a ${what} value: at most 63 letters, digits, - _ .` });
export const sshKey = text(sshKeyForm, "use an OpenSSH public key");
export const whole = (from: number, to: number, remedy: string) =>
  z.int({ error: remedy }).min(from, { error: remedy }).max(to, { error: remedy });
export const list = <T extends z.ZodType>(item: T, remedy: string) => z.array(item, { error: remedy });
export const yesOrNo = (remedy: string) => z.boolean({ error: remedy });
export const group = <T extends z.ZodRawShape>(shape: T, remedy: string) =>
  z.strictObject(shape, { error: remedy });

export const zonesRemedy = "use a number from 1 to 6, or 1 to 6 zone names such as eu-central-1a";
export const zoneName = text(/^[a-z]{2}(-[a-z]+)+-\d+[a-z]$/, "use a zone name such as eu-central-1a");
/** The VPC of a stack that names neither `network` nor `existingVpc`. */
export const defaultNetwork = { cidr: "10.0.0.0/16", nat: "zone" } as const;

/** An IPv4 range of a size from /`largest` to /`smallest`, apart from those in `taken`. */
export const cidr = (largest: number, smallest: number, taken: readonly string[] = []) =>
  z.string({ error: "use an IPv4 range such as 10.0.0.0/16" }).superRefine((value, context) => {
    const refuse = (message: string) => context.addIssue({ code: "custom", message });
    try {
      const range = parseCidr(value);
      const { prefix } = range;
      if (prefix < largest || prefix > smallest) refuse(`use a range from /${largest} to /${smallest}`);
      const other = taken.find((text) => overlap(range, parseCidr(text)));
      if (other) refuse(`overlaps ${other}, which is no host's: use another range`);
    } catch (error) {
      refuse((error as Error).message);
    }
  });

const notForHosts = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"];
/**
 * A range of the cluster's own addresses: none that means something else on every host, as instance metadata's does
 * (https://www.iana.org/assignments/iana-ipv4-special-registry).
 */
export const hostRange = (largest: number, smallest: number) => cidr(largest, smallest, notForHosts);
export const instanceType = text(instanceTypeForm, "use an EC2 instance type such as m7i.large");
export const disk = whole(20, 16_384, "use whole GiB from 20 to 16384");
export const architecture = z.enum(["amd64", "arm64"], { error: "use amd64 or arm64" });
/** A Kubernetes quantity; YAML and `pulumi config set --path` take 1 for a number. */
const quantity = (form: RegExp, remedy: string) =>
  z.preprocess((value) => (typeof value === "number" ? String(value) : value), text(form, remedy));
const amount = quantity(bytes, "use a quantity such as 256Mi or 1Gi");
/** Quantities by resource, kept from pods. */
export const reservation = (defaults: { readonly cpu: string; readonly memory: string }) =>
  group(
    {
      cpu: quantity(cores, "use a quantity such as 100m or 0.5").optional(),
      memory: amount.optional(),
      "ephemeral-storage": amount.optional(),
    },
    "use a map such as {cpu: 100m, memory: 256Mi}, with ephemeral-storage if need be",
  ).default(defaults);
