import * as assert from "node:assert/strict";
import { listed, policies, roleStatements, Statement } from "./policies";
import { run, Run, stackConfig } from "./stack";

const store = "arn:aws:s3:::dev-nodes-123456789012-eu-central-1";
const key = "arn:aws:kms:eu-central-1:123456789012:Key/dev-store";
const zone = "arn:aws:route53:eu-central-1:123456789012:Zone/dev-dns";
const deadLetters = "arn:aws:sqs:eu-central-1:123456789012:Queue/dev-discovery-dead-letters";
const group = (name: string) =>
  `arn:aws:autoscaling:eu-central-1:123456789012:autoScalingGroup:*:autoScalingGroupName/${name}`;

const trust = (service: string): Statement[] => [
  { Sid: "AllowAssumeRole", Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" },
];

/** Every policy of the stack `dev`, whole. */
const expected: Record<string, Statement[]> = {
  "iam.Role dev-controllers assumeRolePolicy": trust("ec2.amazonaws.com"),
  "iam.RolePolicy dev-controllers policy": [
    {
      Sid: "ReadConfig",
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:GetObjectVersion"],
      Resource: `${store}/ignition/controller.ign`,
    },
    {
      Sid: "ReadKeys",
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: [
        `${store}/pki/etcd/ca.crt`,
        `${store}/pki/etcd/server.pem`,
        `${store}/pki/etcd/peer.pem`,
        `${store}/pki/etcd/client.pem`,
        `${store}/pki/kubernetes/ca.crt`,
        `${store}/pki/kubernetes/ca.key`,
        `${store}/pki/front-proxy/ca.crt`,
        `${store}/pki/front-proxy/ca.key`,
        `${store}/pki/service-account/sa.key`,
        `${store}/pki/service-account/sa.pub`,
        `${store}/encryption/encryption.yaml`,
      ],
    },
    {
      Sid: "ReadFormation",
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: [`${store}/etcd/formation-*.json`, `${store}/etcd/formed.json`],
    },
    {
      Sid: "WriteFormationSnapshotsAndToken",
      Effect: "Allow",
      Action: "s3:PutObject",
      Resource: [
        `${store}/etcd/formation-*.json`,
        `${store}/etcd/formed.json`,
        `${store}/etcd/snapshots/*`,
        `${store}/bootstrap/token`,
      ],
    },
    {
      Sid: "ListFormationAndSnapshots",
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: store,
      Condition: { StringLike: { "s3:prefix": "etcd/*" } },
    },
    { Sid: "UseKey", Effect: "Allow", Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: key },
    {
      Sid: "LookAtInstances",
      Effect: "Allow",
      Action: ["autoscaling:DescribeAutoScalingInstances", "ec2:DescribeInstances"],
      Resource: "*",
    },
    {
      Sid: "CompleteHooks",
      Effect: "Allow",
      Action: "autoscaling:CompleteLifecycleAction",
      Resource: [group("dev-controllers"), group("dev-pool-*")],
    },
  ],
  "iam.Role dev-pool-workers assumeRolePolicy": trust("ec2.amazonaws.com"),
  "iam.RolePolicy dev-pool-workers policy": [
    {
      Sid: "ReadConfig",
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:GetObjectVersion"],
      Resource: `${store}/ignition/pool-workers.ign`,
    },
    {
      Sid: "ReadKeys",
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: [`${store}/pki/kubernetes/ca.crt`, `${store}/bootstrap/token`],
    },
    { Sid: "UseKey", Effect: "Allow", Action: "kms:Decrypt", Resource: key },
    {
      Sid: "CompleteHooks",
      Effect: "Allow",
      Action: "autoscaling:CompleteLifecycleAction",
      Resource: group("dev-pool-workers"),
    },
  ],
  "iam.Role dev-discovery assumeRolePolicy": trust("lambda.amazonaws.com"),
  "iam.RolePolicy dev-discovery policy": [
    {
      Effect: "Allow",
      Action: ["autoscaling:DescribeAutoScalingGroups", "ec2:DescribeInstances"],
      Resource: "*",
    },
    { Effect: "Allow", Action: "route53:ListResourceRecordSets", Resource: zone },
    {
      Effect: "Allow",
      Action: "route53:ChangeResourceRecordSets",
      Resource: zone,
      Condition: {
        "ForAllValues:StringLike": {
          "route53:ChangeResourceRecordSetsNormalizedRecordNames": [
            "_etcd-client-ssl._tcp.dev.k8s.example.com",
            "_etcd-server-ssl._tcp.dev.k8s.example.com",
            "etcd.dev.k8s.example.com",
            "i-*.etcd.dev.k8s.example.com",
          ],
        },
        "ForAllValues:StringEquals": {
          "route53:ChangeResourceRecordSetsRecordTypes": ["A", "SRV"],
          "route53:ChangeResourceRecordSetsActions": ["CREATE", "DELETE"],
        },
        Null: { "route53:ChangeResourceRecordSetsNormalizedRecordNames": "false" },
      },
    },
    {
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: "arn:aws:cloudwatch:eu-central-1:123456789012:LogGroup/dev-discovery:*",
    },
    { Effect: "Allow", Action: "sqs:SendMessage", Resource: deadLetters },
  ],
  "sqs.QueuePolicy dev-discovery-dead-letters policy": [
    {
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: deadLetters,
      Condition: {
        ArnEquals: {
          "aws:SourceArn": [
            "arn:aws:cloudwatch:eu-central-1:123456789012:EventRule/dev-discovery-group-events",
            "arn:aws:cloudwatch:eu-central-1:123456789012:EventRule/dev-discovery-schedule",
          ],
        },
      },
    },
  ],
  "s3.BucketPolicy dev-store policy": [
    {
      Sid: "TlsOnly",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [store, `${store}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  ],
  "s3.BucketPolicy dev-identity policy": [
    {
      Sid: "PublicDocuments",
      Effect: "Allow",
      Principal: "*",
      Action: "s3:GetObject",
      Resource: [
        "arn:aws:s3:::dev-oidc-123456789012-eu-central-1/.well-known/openid-configuration",
        "arn:aws:s3:::dev-oidc-123456789012-eu-central-1/keys.json",
      ],
    },
  ],
};

describe("Policies", () => {
  let dev: Run;
  let local: Run;
  before(async () => {
    dev = await run(stackConfig("dev"));
    local = await run(stackConfig("local"));
  });

  it("of the stack dev are exactly these", () => {
    assert.deepEqual(Object.fromEntries(policies(dev)), expected);
  });

  it("let no role do any action there is, nor all of a service", () => {
    for (const [policy, { Action }] of roleStatements(local)) {
      for (const action of listed(Action)) assert.match(action, /^[a-z0-9]+:[A-Z][A-Za-z]+$/, policy);
    }
  });

  it("let no role act on whatever resource, but describe what knows no resources", () => {
    for (const [policy, { Action, Resource }] of roleStatements(local)) {
      if (!listed(Resource).includes("*")) continue;
      for (const action of listed(Action)) assert.match(action, /^(ec2|autoscaling):Describe/, policy);
    }
  });

  it("give no role the right to give itself more", () => {
    for (const [policy, { Action }] of roleStatements(local)) {
      for (const action of listed(Action)) assert.doesNotMatch(action, /^(iam|sts|organizations):/, policy);
    }
  });

  it("let nobody write a node's configuration or keys, or delete anything in the node store", () => {
    const written = roleStatements(local).flatMap(([, { Action, Resource }]) =>
      listed(Action).some((action) => /^s3:(Put|Delete)/.test(action)) ? listed(Resource) : [],
    );
    const keys = written.map((arn) => arn.replace("arn:aws:s3:::local-nodes-123456789012-us-east-1/", ""));
    assert.deepEqual(keys, [
      "etcd/formation-*.json",
      "etcd/formed.json",
      "etcd/snapshots/*",
      "bootstrap/token",
    ]);
    const deletes = roleStatements(local).filter(([, { Action }]) =>
      listed(Action).join().includes("s3:Delete"),
    );
    assert.deepEqual(deletes, []);
  });

  it("let a worker read no private key, no other pool's configuration and nobody's etcd objects", () => {
    for (const pool of ["workers", "arm"]) {
      const statements = roleStatements(local).filter(([name]) => name.includes(`local-pool-${pool} `));
      const read = statements.flatMap(([, { Action, Resource }]) =>
        listed(Action).some((action) => action.startsWith("s3:")) ? listed(Resource) : [],
      );
      const store = "arn:aws:s3:::local-nodes-123456789012-us-east-1";
      assert.deepEqual(read, [
        `${store}/ignition/pool-${pool}.ign`,
        `${store}/pki/kubernetes/ca.crt`,
        `${store}/bootstrap/token`,
      ]);
    }
  });

  it("let a pool complete no hook but its own", () => {
    for (const [name, { Sid, Resource }] of roleStatements(local)) {
      if (Sid !== "CompleteHooks" || !name.includes("-pool-")) continue;
      const pool = name.split(" ")[1];
      assert.deepEqual(
        listed(Resource).map((arn) => arn.split("/").pop()),
        [pool],
      );
    }
  });

  it("are trusted by one service each, and every role has one", () => {
    const roles = local.resources.filter(({ type }) => type === "iam.Role").map(({ key }) => key);
    assert.deepEqual(roles.sort(), [
      "iam.Role local-controllers",
      "iam.Role local-discovery",
      "iam.Role local-pool-arm",
      "iam.Role local-pool-workers",
    ]);
    for (const role of roles) {
      const service = role.endsWith("discovery") ? "lambda.amazonaws.com" : "ec2.amazonaws.com";
      assert.deepEqual(policies(local).get(`${role} assumeRolePolicy`), trust(service));
    }
  });

  it("attach no policy that AWS manages", () => {
    const attached = local.resources.filter(
      ({ type, inputs }) => /Attachment/.test(type) || inputs.managedPolicyArns,
    );
    assert.deepEqual(
      attached.map(({ key }) => key),
      [],
    );
  });
});
