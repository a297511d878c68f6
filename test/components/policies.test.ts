import * as assert from "node:assert/strict";
import * as path from "node:path";
import { assertGolden } from "../golden";
import { listed, policies, policyText, roleStatements, type Statement } from "./policies";
import { region } from "../engine/region";
import { run, Run, stackConfig } from "../engine/stack";

/** Who may have the role of one AWS service. */
const trust = (service: string): Statement[] => [
  { Sid: "AllowAssumeRole", Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" },
];

describe("Policies", () => {
  let dev: Run;
  let local: Run;
  before(async () => {
    dev = await run(stackConfig("dev"));
    local = await run(stackConfig("local"));
  });

  it("of the stack dev equal the reviewed ones in golden/policies.txt", () => {
    assertGolden(path.join(__dirname, "golden/policies.txt"), policyText(dev));
  });

  it("give no role all actions, or all actions of a service", () => {
    for (const [policy, { Action }] of roleStatements(local)) {
      for (const action of listed(Action)) assert.match(action, /^[a-z0-9]+:[A-Z][A-Za-z]+$/, policy);
    }
  });

  it("name resources, except for actions that describe or log in and have no resource", () => {
    for (const [policy, { Action, Resource }] of roleStatements(local)) {
      if (!listed(Resource).includes("*")) continue;
      for (const action of listed(Action)) {
        assert.match(
          action,
          /^(ec2|autoscaling|elasticloadbalancing):Describe|^ecr:GetAuthorizationToken$/,
          policy,
        );
      }
    }
  });

  it("cover only resources named after the cluster, except resources that Kubernetes names and images that nodes pull", () => {
    const others = roleStatements(local).filter(
      ([, { Sid, Resource }]) =>
        Sid !== "PullImages" && listed(Resource).some((arn) => arn !== "*" && !/[/:]local-/.test(arn)),
    );
    assert.deepEqual(
      others.map(([policy, { Sid }]) => `${policy}: ${Sid}`),
      [
        ...[
          ...["OpenWorkersToBalancers", "MakeBalancers", "TagNewBalancers"],
          "ChangeBalancersOfServices",
        ].map((sid) => `iam.RolePolicy local-cloud-provider policy: ${sid}`),
        ...["MakeVolumes", "TagNewVolumes", "ChangeItsVolumes", "AttachToTheClustersInstances"].map(
          (sid) => `iam.RolePolicy local-addons-ebs-csi-controller policy: ${sid}`,
        ),
      ],
    );
  });

  it("let no role extend its own rights", () => {
    for (const [policy, { Action }] of roleStatements(local)) {
      for (const action of listed(Action)) assert.doesNotMatch(action, /^(iam|sts|organizations):/, policy);
    }
  });

  it("let nobody write node configurations, keys or manifests, or delete anything in the node store", () => {
    const written = roleStatements(local).flatMap(([, { Action, Resource }]) =>
      listed(Action).some((action) => /^s3:(Put|Delete)/.test(action)) ? listed(Resource) : [],
    );
    const keys = written.map((arn) => arn.replace("arn:aws:s3:::local-nodes-123456789012-us-east-1/", ""));
    assert.deepEqual(keys, [
      "etcd/formation-*.json",
      "etcd/formed-*.json",
      "etcd/snapshots/*",
      "bootstrap/local-pool-*/token",
    ]);
    const deletes = roleStatements(local).filter(([, { Action }]) =>
      listed(Action).join().includes("s3:Delete"),
    );
    assert.deepEqual(deletes, []);
  });

  it("let a worker read no private key, no other pool's configuration and no etcd objects", () => {
    for (const pool of ["workers", "arm"]) {
      const statements = roleStatements(local).filter(([name]) => name.includes(`local-pool-${pool} `));
      const read = statements.flatMap(([, { Action, Resource }]) =>
        listed(Action).some((action) => action.startsWith("s3:")) ? listed(Resource) : [],
      );
      const store = "arn:aws:s3:::local-nodes-123456789012-us-east-1";
      assert.deepEqual(read, [
        `${store}/ignition/pool-${pool}/*`,
        `${store}/settings/ssh-authorized-keys`,
        `${store}/pki/kubernetes/ca.crt`,
        `${store}/bootstrap/local-pool-${pool}/token`,
      ]);
    }
  });

  it("let every node keep the hooks of its own group open, and of no other group", () => {
    const heartbeat = "autoscaling:RecordLifecycleActionHeartbeat";
    const groups = roleStatements(local)
      .filter(([, { Action }]) => listed(Action).includes(heartbeat))
      .map(([name, { Resource }]) => [
        name.split(" ")[1],
        ...listed(Resource).map((arn) => arn.split("/").pop()),
      ]);
    assert.deepEqual(
      groups.sort(),
      ["local-controllers", "local-pool-arm", "local-pool-workers"].map((group) => [group, group]),
    );
  });

  it("let a pool complete only its own lifecycle hooks", () => {
    for (const [name, { Sid, Resource }] of roleStatements(local)) {
      if (Sid !== "CompleteHooks" || !name.includes("-pool-")) continue;
      const pool = name.split(" ")[1];
      assert.deepEqual(
        listed(Resource).map((arn) => arn.split("/").pop()),
        [pool],
      );
    }
  });

  it("trust one service or one service account each, and every role has one", () => {
    const roles = local.resources.filter(({ type }) => type === "iam.Role").map(({ key }) => key);
    const ofServiceAccounts: Record<string, string> = {
      "iam.Role local-addons-cluster-autoscaler": "cluster-autoscaler",
      "iam.Role local-addons-ebs-csi-controller": "ebs-csi-controller",
      "iam.Role local-cloud-provider": "cloud-controller-manager",
    };
    assert.deepEqual(roles.sort(), [
      ...Object.keys(ofServiceAccounts),
      "iam.Role local-controllers",
      "iam.Role local-discovery",
      "iam.Role local-pool-arm",
      "iam.Role local-pool-workers",
    ]);
    for (const role of roles) {
      const trusted = policies(local).get(`${role} assumeRolePolicy`) ?? [];
      if (role in ofServiceAccounts) {
        const subjects = JSON.stringify(trusted).match(/system:serviceaccount:[^"]*/g);
        assert.deepEqual(subjects, [`system:serviceaccount:kube-system:${ofServiceAccounts[role]}`]);
      } else {
        assert.deepEqual(trusted, trust(`${role.endsWith("discovery") ? "lambda" : "ec2"}.amazonaws.com`));
      }
    }
  });

  it("belong to roles and profiles whose names contain the region and have at most 64 characters", async () => {
    const [name, pool] = ["the-longest-name-yet", "a-pool-as-long-named"];
    const longest = await run(
      { ...stackConfig("dev"), name, workerPools: { [pool]: {} } },
      {
        region: region("ap-northeast-1"),
      },
    );
    const names = (types: string[]) =>
      longest.resources
        .filter(({ type }) => types.includes(type))
        .map(({ inputs }) => inputs.name as unknown);
    const groups = [`${name}-controllers-ap-northeast-1`, `${name}-pool-${pool}-ap-northeast-1`];
    assert.deepEqual(names(["iam.InstanceProfile"]), groups);
    assert.deepEqual(
      names(["iam.Role"]).sort(),
      [...groups, `${name}-discovery-ap-northeast-1`, undefined, undefined].sort(),
    );
    for (const each of groups) assert.ok(each.length <= 64, each);
    // Pulumi makes those of pods up, from their own name and seven letters that no other has.
    assert.ok(`${name}-addons-cluster-autoscaler-1a2b3c4`.length <= 64);
  });

  it("attach no policy managed by AWS", () => {
    const attached = local.resources.filter(
      ({ type, inputs }) => /Attachment/.test(type) || inputs.managedPolicyArns,
    );
    assert.deepEqual(
      attached.map(({ key }) => key),
      [],
    );
  });
});
