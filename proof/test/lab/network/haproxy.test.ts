import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  addition,
  haproxyConfiguration,
  inState,
  removal,
  serverStatuses,
} from "../../../lab/network/haproxy";
import type { HealthCheck, LoadBalancer } from "../../../lab/network/loadBalancers";
import { haproxyProgram } from "../../../lab/network/haproxyProgram";

const healthCheck: HealthCheck = {
  protocol: "HTTPS",
  port: 6443,
  path: "/readyz",
  matcher: "200",
  interval: 10,
  timeout: 6,
  healthyThreshold: 2,
  unhealthyThreshold: 3,
};
const balancer: LoadBalancer = {
  name: "demo-api",
  dnsName: "demo-api-1.us-east-1.elb.amazonaws.com",
  subnetIds: ["subnet-1"],
  groupIds: ["sg-1"],
  port: 443,
  idleSeconds: 3600,
  targetGroupArn: "arn",
  deregistrationSeconds: 60,
  healthCheck,
  ...{ targets: [], draining: [] },
};
const overTcp: HealthCheck = { ...healthCheck, protocol: "TCP", path: "", matcher: "" };

describe("A load balancer's node as HAProxy", () => {
  it("listens at its own address alone", () => {
    match(haproxyConfiguration(balancer, "10.0.15.254", "/s"), /^ {2}bind 10\.0\.15\.254:443$/m);
  });

  it("sends to all registered targets if none is healthy, as AWS does", () => {
    match(
      haproxyConfiguration(balancer, "10.0.15.254", "/s"),
      /use_backend registered if \{ nbsrv\(healthy\) eq 0 \}/,
    );
  });

  it("checks health as the target group says", () => {
    const text = haproxyConfiguration(balancer, "10.0.15.254", "/s");
    match(text, /http-check send meth GET uri \/readyz .* hdr Host 10\.0\.15\.254:443 /);
    match(text, /http-check expect status 200$/m);
    match(text, /timeout check 6s/);
    match(
      addition({ id: "i-1", address: "10.0.0.5", port: 6443 }, healthCheck),
      /add server healthy\/i-1 10\.0\.0\.5:6443 check check-ssl verify none port 6443 inter 10s fall 3 rise 2 /,
    );
  });

  it("checks by a connection alone where the protocol is TCP", () => {
    doesNotMatch(haproxyConfiguration({ ...balancer, healthCheck: overTcp }, "10.0.15.254", "/s"), /http/);
    doesNotMatch(addition({ id: "i-1", address: "10.0.0.5", port: 6443 }, overTcp), /ssl/);
  });

  it("takes a target for unhealthy until a check says otherwise", () => {
    match(
      addition({ id: "i-1", address: "10.0.0.5", port: 6443 }, healthCheck),
      /enable server healthy\/i-1; set server healthy\/i-1 health down/,
    );
  });

  it("lets go of both its servers for a target", () => {
    equal(
      inState("i-1", "drain"),
      "set server healthy/i-1 state drain; set server registered/i-1 state drain",
    );
    match(removal("i-1"), /del server healthy\/i-1;.*del server registered\/i-1$/);
  });

  it("reads HAProxy's statistics", () => {
    const csv = [
      "# pxname,svname,qcur,status,check_desc,",
      "healthy,i-1,0,UP 1/2,Layer7 check passed,",
      "healthy,i-2,0,DOWN 1/2,Layer4 timeout,",
      "healthy,i-3,0,DRAIN,Layer7 check passed,",
      "healthy,BACKEND,0,UP,,",
      "registered,i-1,0,UP,,",
    ];
    deepEqual(serverStatuses(csv.join("\n")), [
      { id: "i-1", isUp: true, check: "Layer7 check passed" },
      { id: "i-2", isUp: false, check: "Layer4 timeout" },
      { id: "i-3", isUp: false, check: "Layer7 check passed" },
    ]);
  });

  it("is what HAProxy takes", async function () {
    this.timeout(600_000); // the first time on a machine fetches HAProxy
    const haproxy = await haproxyProgram(console.error);
    const folder = mkdtempSync(path.join(tmpdir(), "haproxy-"));
    try {
      for (const check of [healthCheck, overTcp]) {
        const file = path.join(folder, "haproxy.cfg");
        writeFileSync(file, haproxyConfiguration({ ...balancer, healthCheck: check }, "127.0.0.1", "/s"));
        execFileSync(haproxy, ["-c", "-f", file]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
