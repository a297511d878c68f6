import { isIPv4 } from "node:net";
import { domainToASCII } from "node:url";
import { z } from "zod";
import { overlap, parseCidr } from "../plan/cidr";
import { limits } from "./limits";

/**
 * Two labels or more; the last is not a number (https://datatracker.ietf.org/doc/html/rfc3696#section-2). The
 * rest of the 253 characters is for the names that the cluster adds in front.
 */
const domainForm =
  /^(?=.{1,200}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/**
 * Never resolved through DNS: https://datatracker.ietf.org/doc/html/rfc6762#section-3,
 * https://datatracker.ietf.org/doc/html/rfc6761, https://datatracker.ietf.org/doc/html/rfc7686, https://datatracker.ietf.org/doc/html/rfc9476
 */
const notInDns = /\.(local|localhost|invalid|onion|alt)$/;
export const clusterOrPoolName = /^[a-z][a-z0-9-]{0,18}[a-z0-9]$/;
const instanceTypeForm = /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/;
/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
export const labelKey =
  /^((?=[^/]{1,253}\/)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValueForm = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const sshKeyForm =
  /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)[ \t]+[A-Za-z0-9+/]+=*([ \t].*)?$/;
const sshKeyRemedy =
  "use an OpenSSH public key such as ssh-ed25519 AAAA… someone: one line, without options in front";
const bytes = /^[0-9]+(\.[0-9]+)?(k|M|G|T|Ki|Mi|Gi|Ti)?$/;
const cores = /^([0-9]+m|[0-9]+(\.[0-9]{1,3})?)$/;
export const release = /^[0-9]+\.[0-9]+\.[0-9]+$/;

/** The message for the user; for a value that is almost right it can contain the right one. */
type Remedy = string | ((wrong: unknown) => string);

const told = (remedy: Remedy) => ({
  error: ({ input }: { readonly input?: unknown }) => (typeof remedy === "string" ? remedy : remedy(input)),
});

/** YAML's `key:` without a value; `pulumi config` makes it an empty text. */
const isNothing = (value: unknown) => value === null || value === "";

/** `remedy`, with what to write for "nothing" if the value is empty. */
const orNone = (remedy: string, none: string) =>
  told((wrong) => (isNothing(wrong) ? `${remedy}; write ${none} for none` : remedy));

/** `remedy` for a number or a boolean, for a value that is text in quotes. */
const unquoted = (remedy: string) =>
  told((wrong) =>
    typeof wrong === "string" && /^(-?\d+(\.\d+)?|true|false)$/.test(wrong)
      ? `${remedy}; write it without quotes`
      : remedy,
  );

/** A string of one form; `remedy` is the message for the user if it has another one. */
export const text = (form: RegExp, remedy: Remedy, example?: string) =>
  like(z.string(told(remedy)).regex(form, told(remedy)), example);

/** The form with an example for the reference and for editors. */
const like = <T extends z.ZodType>(form: T, example?: string): T =>
  example === undefined ? form : form.meta({ examples: [example] });

/** A lower-case domain with letters of DNS. */
export const domainName = like(
  text(domainForm, (wrong) => {
    const plain = typeof wrong === "string" ? domainToASCII(wrong.trim().replace(/\.$/, "")) : "";
    return `use a lower-case domain such as ${domainForm.test(plain) ? plain : "k8s.example.com"}`;
  }).refine(
    (name) => !notInDns.test(name),
    ".local, .localhost, .invalid, .onion and .alt are never resolved through DNS: use a domain such as k8s.example.com",
  ),
  "k8s.example.com",
);
/**
 * The value of a label or taint; `what` names which. YAML and `pulumi config set --path` do not read true and
 * 1 as text.
 */
export const labelValue = (what: string) =>
  z
    .string({ error: "write it as text: in quotes, or by pulumi config set --type string" })
    .regex(labelValueForm, { error: `use a ${what} value: at most 63 letters, digits, - _ .` });
export const sshKey = like(
  z.string({ error: sshKeyRemedy }).trim().regex(sshKeyForm, { error: sshKeyRemedy }),
  "ssh-ed25519 AAAA… someone",
);
export const whole = (from: number, to: number, remedy: string) =>
  z.int(unquoted(remedy)).min(from, { error: remedy }).max(to, { error: remedy });
export const oneOf = <const T extends readonly (string | number)[]>(values: T, remedy: string) =>
  z.literal(values, unquoted(remedy));
export const list = <T extends z.ZodType>(item: T, remedy: string) => z.array(item, orNone(remedy, "[]"));
export const map = <K extends z.ZodType<string, string>, V extends z.ZodType>(
  key: K,
  value: V,
  remedy: string,
) => z.record(key, value, orNone(remedy, "{}"));
export const yesOrNo = (remedy: string) => z.boolean(unquoted(remedy));
/** Settings by name; if none is required, {} is valid. */
export const group = <T extends z.ZodRawShape>(
  shape: T,
  remedy = `use {${Object.keys(shape).join(", ")}}`,
) => {
  const made: z.ZodObject<T, z.core.$strict> = z.strictObject(
    shape,
    told((wrong) =>
      isNothing(wrong) && made.safeParse({}).success
        ? `write {} for its defaults, or ${remedy.replace(/^use /, "")}`
        : remedy,
    ),
  );
  return made;
};

const outsideRegions = /^[a-z]+(-[a-z]+)+-\d+-[a-z]/;
export const zonesRemedy = "use a number from 1 to 6, or 1 to 6 zone names such as eu-central-1a";
/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html */
export const zoneForm = /^[a-z]+(-[a-z]+)+-\d+[a-z]$/;
export const zoneName = text(
  zoneForm,
  (wrong) =>
    typeof wrong === "string" && outsideRegions.test(wrong)
      ? "is a Local Zone or a Wavelength Zone, which lack what a cluster needs: use a zone name such as eu-central-1a"
      : "use a zone name such as eu-central-1a",
  "eu-central-1a",
);
/** The VPC of a stack that names neither `network` nor `existingVpc`. */
export const defaultNetwork = { cidr: "10.0.0.0/16", nat: "zone" } as const;

/** An IPv4 range of a size from /`largest` to /`smallest` that overlaps none of `taken`. */
export const cidr = (largest: number, smallest: number, taken: readonly string[] = []) =>
  like(
    z.string({ error: "use an IPv4 range such as 10.0.0.0/16" }).superRefine((value, context) => {
      const refuse = (message: string) => context.addIssue({ code: "custom", message });
      if (smallest === 32 && isIPv4(value)) return refuse(`use ${value}/32`);
      try {
        const range = parseCidr(value);
        const { prefix } = range;
        if (prefix < largest || prefix > smallest) refuse(`use a range from /${largest} to /${smallest}`);
        const other = taken.find((text) => overlap(range, parseCidr(text)));
        if (other) refuse(`overlaps ${other}, which no host can have: use another range`);
      } catch (error) {
        refuse((error as Error).message);
      }
    }),
    "10.0.0.0/16",
  );

const notForHosts = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"];
/**
 * A range of the cluster's own addresses. It has no addresses with a meaning on every host, such as instance
 * metadata's (https://www.iana.org/assignments/iana-ipv4-special-registry).
 */
export const hostRange = (largest: number, smallest: number) => cidr(largest, smallest, notForHosts);
export const instanceType = text(instanceTypeForm, "use an EC2 instance type such as m7i.large", "m7i.large");
export const disk = whole(20, limits.volumeGib.most, `use whole GiB from 20 to ${limits.volumeGib.most}`);
export const architecture = z.enum(["amd64", "arm64"], { error: "use amd64 or arm64" });
/** A Kubernetes quantity; YAML and `pulumi config set --path` read 1 as a number. */
const quantity = (form: RegExp, remedy: string, example: string) =>
  z.preprocess((value) => (typeof value === "number" ? String(value) : value), text(form, remedy, example));
const amount = quantity(bytes, "use a quantity such as 256Mi or 1Gi", "256Mi");
/** Quantities by resource that pods cannot use. */
export const reservation = (defaults: { readonly cpu: string; readonly memory: string }) =>
  group(
    {
      cpu: quantity(cores, "use a quantity such as 100m or 0.5", "100m").optional(),
      memory: amount.optional(),
      "ephemeral-storage": amount.optional(),
    },
    "use a map such as {cpu: 100m, memory: 256Mi}, with ephemeral-storage if need be",
  ).default(defaults);
