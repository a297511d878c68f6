import assert from "node:assert/strict";
import { summary } from "../../local/summary";

describe("the closing page of make local", () => {
  it("shows what was deployed, what is in the zone, where things are and what to do next", () => {
    const page = summary(
      {
        outputs: {
          apiUrl: "https://api.demo.example.com:6443",
          apiName: "api.demo.example.com",
          zoneName: "demo.example.com",
          zoneId: "Z1",
          controllerGroupName: "demo-controllers",
          poolGroupNames: { general: "demo-pool-general", batch: "demo-pool-batch" },
          nodeStoreBucket: "demo-nodes-123456789012-eu-central-1",
          nodeLogGroup: "demo-nodes",
          discoveryFunctionName: "demo-discovery",
          oidcIssuer: "https://demo-oidc.s3.us-east-1.amazonaws.com",
          cloudProviderRoleArn: "arn:aws:iam::123456789012:role/demo-cloud-provider",
          certificateExpiries: { "etcd CA": "2036-11-20T00:00:00Z", "etcd server": "2026-11-22T00:00:00Z" },
        },
        controllers: {
          name: "demo-controllers",
          minSize: 1,
          maxSize: 1,
          instances: [{ id: "i-1", zone: "eu-central-1a", type: "t3.medium", address: "10.0.0.4" }],
        },
        pools: [
          {
            name: "demo-pool-general",
            minSize: 2,
            maxSize: 5,
            instances: [
              { id: "i-2", zone: "eu-central-1a", type: "t3.large", address: "10.0.0.5" },
              { id: "i-3", zone: "eu-central-1b", type: "t3.large", address: "10.0.16.4" },
            ],
          },
          { name: "demo-pool-batch", minSize: 0, maxSize: 9, instances: [] },
        ],
        records: [
          {
            name: "_etcd-server-ssl._tcp.demo.example.com",
            type: "SRV",
            values: ["0 0 2380 i-1.etcd.demo.example.com.", "0 0 2380 i-4.etcd.demo.example.com."],
          },
          { name: "etcd.demo.example.com", type: "A", values: ["10.0.0.4"] },
        ],
        places: [["state", "/project/.local/state"]],
      },
      new Date("2026-11-23T12:00:00Z"),
    );
    assert.equal(
      page,
      `API
  https://api.demo.example.com:6443

Zone demo.example.com
  SRV  _etcd-server-ssl._tcp.demo.example.com  0 0 2380 i-1.etcd.demo.example.com.
                                               0 0 2380 i-4.etcd.demo.example.com.
  A    etcd.demo.example.com                   10.0.0.4

Controllers
  demo-controllers (1)  i-1  eu-central-1a  t3.medium  10.0.0.4

Worker pools
  demo-pool-general (2 to 5)  i-2           eu-central-1a  t3.large  10.0.0.5
                              i-3           eu-central-1b  t3.large  10.0.16.4
  demo-pool-batch (0 to 9)    no instances

Certificates
  etcd CA      until 2036-11-20  3649 days
  etcd server  until 2026-11-22  expired

Where things are
  state  /project/.local/state

What next
  make local                          again: nothing to change
  make local ARGS=preview             what a change of yours would do
  make local STACK=prod ARGS=preview  the same for another stack, still on this machine
  make down                           removes all of it`,
    );
  });
});
