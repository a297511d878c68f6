import * as assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { Config, Registered, Run, run, stackConfig } from "../engine/stack";
import { isUnknown } from "../engine/wire";

const sshAuthorizedKeys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE0 someone"];
const stacks: [title: string, config: Config][] = [
  ["dev", stackConfig("dev")],
  ["prod", stackConfig("prod")],
  ["local", stackConfig("local")],
  [
    "a delegated, public dev with a bastion",
    {
      ...stackConfig("dev"),
      parentZoneId: "Z0123456789ABCDEFGHIJ",
      api: { access: "public", allowedCidrs: ["198.51.100.0/24"] },
      access: { kind: "bastion", allowedCidrs: ["203.0.113.0/24"], sshAuthorizedKeys },
    },
  ],
];

/** The component that each file of `components/` is for. */
function classesByFile(): Map<string, string[]> {
  const folder = path.join(__dirname, "../../components");
  return new Map(
    readdirSync(folder, { recursive: true, encoding: "utf8" }).flatMap((file) => {
      if (!file.endsWith(".ts")) return [];
      const text = readFileSync(path.join(folder, file), "utf8");
      const classes = [...text.matchAll(/super\("kubeadm:index:(\w+)"/g)].map(([, name]) => name);
      return [[`components/${file}`, classes] as const];
    }),
  );
}

const keys = ({ resources }: Run) => resources.map(({ key }) => key).sort();

describe("Every resource", () => {
  for (const [title, config] of stacks) {
    describe(`of ${title}`, () => {
      let update: Run;
      let preview: Run;
      before(async () => {
        update = await run(config);
        preview = await run(config, { preview: true });
      });
      const each = (check: (resource: Registered) => void) => update.resources.forEach(check);

      it("belongs to the component that makes it; only the cluster belongs to the stack", () => {
        const classes = classesByFile();
        each(({ key, type, parent = "", madeIn }) => {
          if (type === "Stack") return assert.equal(parent, "");
          if (type === "Cluster")
            return assert.deepEqual([madeIn, parent.split(" ")[0]], ["index.ts", "Stack"]);
          const owners = classes.get(madeIn) ?? [];
          assert.ok(
            owners.includes(parent.split(" ")[0]),
            `${key} is made in ${madeIn}, but belongs to ${parent}`,
          );
        });
      });

      it("has a name that begins with its owner's name and is unique for its type", () => {
        each(({ key, name, parent = "" }) => {
          if (parent === "" || parent.startsWith("Stack ")) return;
          const owner = parent.split(" ")[1];
          assert.ok(name === owner || name.startsWith(`${owner}-`), `${key} of ${parent}`);
        });
        assert.equal(new Set(keys(update)).size, update.resources.length);
      });

      it("is registered by a preview too, so none is made inside an apply", () => {
        assert.deepEqual(keys(preview), keys(update));
      });

      it("has the same inputs in a preview, except for unknown values", () => {
        each(({ key, inputs }) => {
          const before = preview.resources.find((one) => one.key === key)?.inputs ?? {};
          assert.deepEqual(Object.keys(before).sort(), Object.keys(inputs).sort(), key);
          for (const [name, value] of Object.entries(before)) {
            if (!isUnknown(value)) assert.deepEqual(value, inputs[name], `${key} ${name}`);
          }
        });
        assert.deepEqual(Object.keys(preview.outputs).sort(), Object.keys(update.outputs).sort());
      });

      it("knows all its inputs in an update, and the stack all its outputs", () => {
        each(({ key, inputs }) => assert.equal(isUnknown(inputs), false, key));
        for (const [name, value] of Object.entries(update.outputs)) {
          assert.notEqual(value ?? undefined, undefined, `output ${name}`);
          assert.equal(isUnknown(value), false, `output ${name}`);
        }
      });

      it("that can have tags has the cluster's tag and a Name tag", () => {
        const tag = `kubernetes.io/cluster/${String(config.name)}`;
        each(({ key, inputs }) => {
          const { tags } = inputs;
          if (tags === undefined) return assert.ok(!taggable.has(key.split(" ")[0]), `${key} has no tags`);
          const map = Array.isArray(tags)
            ? Object.fromEntries(tags.map(({ key, value }) => [key, value]))
            : tags;
          assert.equal(map[tag], "owned", key);
          assert.ok(map.Name, `${key} has no Name`);
        });
      });
    });
  }
});

/** Types that AWS can tag, of those the program makes; rules, policies, records and bucket settings it cannot. */
const taggable = new Set([
  "autoscaling.Group",
  "cloudwatch.EventRule",
  "cloudwatch.LogGroup",
  "cloudwatch.MetricAlarm",
  "ec2.AmiCopy",
  "ec2.Eip",
  "ec2.Instance",
  "ec2.InternetGateway",
  "ec2.LaunchTemplate",
  "ec2.NatGateway",
  "ec2.RouteTable",
  "ec2.SecurityGroup",
  "ec2.Subnet",
  "ec2.Vpc",
  "ec2.VpcEndpoint",
  "ec2transitgateway.InstanceConnectEndpoint",
  "iam.InstanceProfile",
  "iam.OpenIdConnectProvider",
  "iam.Role",
  "kms.Key",
  "lambda.Function",
  "lb.Listener",
  "lb.LoadBalancer",
  "lb.TargetGroup",
  "route53.Zone",
  "s3.Bucket",
  "sqs.Queue",
]);
