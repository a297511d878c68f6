import * as assert from "node:assert/strict";
import { config, id, inRegion, otherCidrs, vpcId } from "./existingVpc";
import { run } from "../engine/stack";

describe("An existing VPC", function () {
  this.timeout(120_000); // several runs of the whole program in one test

  it("gets no network resource, only one tag on each named subnet", async () => {
    const { resources } = await run(config(), inRegion());
    const own = resources.filter(({ parent }) => parent === "Network dev-network");
    assert.deepEqual(
      own.map(({ type, inputs }) => [type, inputs]),
      [1, 2, 11, 12].map((number) => [
        "ec2.Tag",
        { resourceId: id(number), key: "kubernetes.io/cluster/dev", value: "shared" },
      ]),
    );
    const kinds = new Set(resources.map(({ type }) => type).filter((type) => type.startsWith("ec2.")));
    assert.deepEqual([...kinds].sort(), [
      "ec2.AmiCopy",
      "ec2.LaunchTemplate",
      "ec2.SecurityGroup",
      "ec2.Tag",
    ]);
  });

  it("contains the nodes, and an internal API, in its private subnets", async () => {
    const { resources, outputs } = await run(config(), inRegion());
    for (const { key, inputs } of resources.filter(({ type }) => type === "autoscaling.Group")) {
      assert.deepEqual(inputs.vpcZoneIdentifiers, [id(1), id(2)], key);
    }
    const balancer = resources.find(({ type }) => type === "lb.LoadBalancer");
    assert.deepEqual(balancer?.inputs.subnets, [id(1), id(2)]);
    for (const { key, inputs } of resources.filter(({ inputs }) => "vpcId" in inputs)) {
      assert.equal(inputs.vpcId, vpcId, key);
    }
    assert.deepEqual([outputs.vpcId, outputs.privateSubnetIds], [vpcId, [id(1), id(2)]]);
  });

  it("contains a public API in its public subnets, and its NAT gateways' addresses may reach the API", async () => {
    const api = { access: "public", allowedCidrs: ["203.0.113.0/24"] };
    const { resources } = await run(config({}, { api }), inRegion());
    const balancer = resources.find(({ type }) => type === "lb.LoadBalancer");
    assert.deepEqual(balancer?.inputs.subnets, [id(11), id(12)]);
    const admitted = resources
      .flatMap(({ inputs }) => inputs.cidrIpv4 ?? [])
      .filter((cidr) => cidr !== "0.0.0.0/0");
    assert.deepEqual(admitted.sort(), ["198.51.100.1/32", "198.51.100.2/32", "203.0.113.0/24"]);
  });

  it("lets every address of its NAT gateways reach a public API", async () => {
    const api = { access: "public", allowedCidrs: ["203.0.113.0/24"] };
    const natAddresses = [["198.51.100.1", "198.51.100.3"], ["198.51.100.2"]];
    const nats = { natAddresses, regionalNatAddresses: ["198.51.100.4", "198.51.100.5"] };
    const { resources } = await run(config({}, { api }), inRegion(nats));
    const rules = resources.filter(({ name }) => name.startsWith("dev-groups-api-from-198."));
    assert.deepEqual(
      rules.map(({ inputs }) => inputs.cidrIpv4).sort(),
      [1, 2, 3, 4, 5].map((host) => `198.51.100.${host}/32`),
    );
  });

  it("lets each of its ranges reach an internal API, and no removed range", async () => {
    const api = { allowedCidrs: ["100.64.0.0/16", "192.168.0.0/16"] };
    const { resources } = await run(config({}, { api }), inRegion({ otherCidrs }));
    const rules = resources.filter(({ name }) => name.startsWith("dev-groups-api-from-"));
    assert.deepEqual(rules.flatMap(({ inputs }) => inputs.cidrIpv4 ?? []).sort(), [
      "100.64.0.0/16",
      "100.65.0.0/16",
      "172.31.0.0/16",
      "192.168.0.0/16",
    ]);
  });

  it("may lack a public subnet in some zones unless the API is public", async () => {
    const { outputs } = await run(config({ publicSubnetIds: [id(11)] }), inRegion());
    assert.deepEqual(outputs.publicSubnetIds, [id(11)]);
  });

  it("leaves a removed range to pods", async () => {
    const { resources } = await run(config({}, { podCidr: "10.200.0.0/16" }), inRegion({ otherCidrs }));
    assert.ok(resources.some(({ type }) => type === "autoscaling.Group"));
  });
});
