import * as assert from "node:assert/strict";
import { cloudProviderPolicy } from "../../components/pods/cloudProvider";
import { ownedTags } from "../../plan/names";
import { effectOf, parsePolicy } from "../../proof/lab/aws/permissions/policy";

const where = { partition: "aws", region: "eu-central-1", accountId: "123456789012" };
const statements = parsePolicy("the policy", cloudProviderPolicy({ cluster: "dev", ...where }));
const arn = (resource: string) => `arn:aws:elasticloadbalancing:eu-central-1:123456789012:${resource}`;
const balancer = arn("loadbalancer/net/a0b1c2/0123456789abcdef");
const listener = arn("listener/net/a0b1c2/0123456789abcdef/fedcba9876543210");
const targets = arn("targetgroup/k8s-default-web-0123456789/0123456789abcdef");

type Tags = Readonly<Record<string, string>>;
interface Request {
  action: string;
  resource: string;
  /** Of the resource. @default none */
  has?: Tags;
  /** In the request. @default none */
  asks?: Tags;
  /** The call that a tagging is part of. @default none: it is a call of its own */
  as?: string;
}

const names = [
  "kubernetes.io/cluster/dev",
  "kubernetes.io/cluster/other",
  "kubernetes.io/service-name",
  "Name",
];

function isAllowed({ action, resource, has = {}, asks = {}, as }: Request): boolean {
  const tags = (key: string, given: Tags) =>
    names.map((name) => [`${key}/${name}`.toLowerCase(), name in given ? [given[name]] : []] as const);
  const context = {
    ...Object.fromEntries([...tags("aws:ResourceTag", has), ...tags("aws:RequestTag", asks)]),
    "elasticloadbalancing:createaction": as ? [as] : [],
    "ec2:createaction": [],
  };
  const service = resource.split(":")[2];
  return effectOf(statements, { action: `${service}:${action}`, resource, context }) === "Allow";
}

/** As `buildTags` of the cloud controller manager makes them, for balancer, listener and target group alike. */
const ofService: Tags = {
  "kubernetes.io/cluster/dev": "owned",
  "kubernetes.io/service-name": "default/web",
};
const ofApi: Tags = ownedTags("dev", "dev-api");
const ofOther: Tags = { "kubernetes.io/cluster/other": "owned", "kubernetes.io/service-name": "default/web" };

/** What it calls for a Service's network load balancer once that is there, by what is changed. */
const changes: Record<string, string[]> = {
  [balancer]: ["CreateListener", "DeleteLoadBalancer", "ModifyLoadBalancerAttributes", "SetSecurityGroups"],
  [listener]: ["DeleteListener", "ModifyListener"],
  [targets]: [
    "DeleteTargetGroup",
    "DeregisterTargets",
    "ModifyTargetGroup",
    "ModifyTargetGroupAttributes",
    "RegisterTargets",
  ],
};
const everyChange = Object.entries(changes).flatMap(([resource, actions]) =>
  actions.map((action) => ({ action, resource })),
);

const made = [
  { action: "CreateLoadBalancer", resource: balancer },
  { action: "CreateTargetGroup", resource: targets },
  { action: "CreateListener", resource: listener },
];

describe("The cloud controller manager", () => {
  it("makes a Service's load balancer, its listeners and target groups, with their tags", () => {
    for (const { action, resource } of made) {
      if (action !== "CreateListener") assert.ok(isAllowed({ action, resource, asks: ofService }), action);
      assert.ok(isAllowed({ action: "AddTags", resource, asks: ofService, as: action }), action);
    }
  });

  it("changes and deletes what it made for a Service", () => {
    for (const change of everyChange) assert.ok(isAllowed({ ...change, has: ofService }), change.action);
  });

  it("changes no load balancer of the API, of another cluster or of the account", () => {
    for (const has of [ofApi, ofOther, { Name: "shop" }, {}]) {
      for (const change of everyChange)
        assert.ok(!isAllowed({ ...change, has }), `${change.action} ${JSON.stringify(has)}`);
    }
    for (const change of everyChange) {
      const elsewhere = change.resource.replace("eu-central-1", "eu-west-1").replace("/net/", "/app/");
      assert.ok(!isAllowed({ ...change, resource: elsewhere, has: ofService }), change.action);
    }
  });

  it("opens only the workers' security group, and makes none, which would block the VPC's deletion", () => {
    const resource = "arn:aws:ec2:eu-central-1:123456789012:security-group/sg-1";
    const changes = ["AuthorizeSecurityGroupIngress", "RevokeSecurityGroupIngress"];
    for (const action of changes) {
      assert.ok(isAllowed({ action, resource, has: ownedTags("dev", "dev-workers") }), action);
      for (const has of [ownedTags("dev", "dev-controllers"), ownedTags("dev", "dev-api"), ofOther, {}])
        assert.ok(!isAllowed({ action, resource, has }), `${action} ${JSON.stringify(has)}`);
    }
    assert.ok(!isAllowed({ action: "CreateSecurityGroup", resource, asks: ofService }));
  });

  it("makes nothing without the cluster's tag, or with another cluster's", () => {
    for (const { action, resource } of made.slice(0, 2)) {
      for (const asks of [{}, ofOther]) assert.ok(!isAllowed({ action, resource, asks }), action);
    }
  });

  it("tags nothing that exists, because the tag would mark it as a Service's", () => {
    for (const { resource } of made) {
      for (const has of [ofApi, ofOther, {}])
        assert.ok(!isAllowed({ action: "AddTags", resource, has, asks: ofService }), resource);
    }
  });
});
