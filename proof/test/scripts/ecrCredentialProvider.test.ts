import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { workerNode } from "../../../test/ignition/rendered";

const partition = (dnsSuffix: string) => workerNode({ dnsSuffix }).texts;

/** The script on an image, with AWS calls that answer; what it printed, and whom it asked. */
function passwordFor(image: string, dnsSuffix = "amazonaws.com") {
  const texts = partition(dnsSuffix);
  const folder = mkdtempSync(join(tmpdir(), "ecr-"));
  try {
    const put = (name: string, text = "") => writeFileSync(join(folder, name), text);
    put("log.sh", texts.get("/opt/cluster/lib/log.sh"));
    put("cluster.env", texts.get("/etc/cluster/cluster.env"));
    const token = Buffer.from("AWS:password").toString("base64");
    put("answer", JSON.stringify({ authorizationData: [{ authorizationToken: token }] }));
    put(
      "aws.sh",
      `AWS_RESPONSE=${folder}/answer\naws_call() { AWS_STATUS=200; echo "asks $2 for $1 of $REGION" >&2; }\n`,
    );
    const script = texts.get("/opt/cluster/bin/ecr-credential-provider") ?? "";
    put("script", script.replace(/source \S*\/(\S+)/g, `source ${folder}/$1`));
    return spawnSync("bash", [join(folder, "script")], {
      input: JSON.stringify({ image }),
      encoding: "utf8",
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** As the kubelet compares: part by part, https://kubernetes.io/docs/tasks/administer-cluster/kubelet-credential-provider/ */
function isAsked(host: string, dnsSuffix: string): boolean {
  const { providers } = parse(
    partition(dnsSuffix).get("/etc/kubernetes/credential-providers.yaml") ?? "",
  ) as {
    providers: { matchImages: string[] }[];
  };
  const parts = host.split(".");
  return providers[0].matchImages.some((glob) => {
    const globs = glob.split(".");
    return globs.length === parts.length && globs.every((each, i) => each === "*" || each === parts[i]);
  });
}

const account = "123456789012";
const hosts: [host: string, dnsSuffix: string, api: string, region: string][] = [
  ["dkr.ecr.us-east-1.amazonaws.com", "amazonaws.com", "api.ecr", "us-east-1"],
  ["dkr.ecr-fips.us-east-1.amazonaws.com", "amazonaws.com", "ecr-fips", "us-east-1"],
  ["dkr.ecr-fips.us-gov-west-1.amazonaws.com", "amazonaws.com", "ecr-fips", "us-gov-west-1"],
  ["dkr-ecr.ap-southeast-7.on.aws", "amazonaws.com", "api.ecr", "ap-southeast-7"],
  ["dkr-ecr-fips.us-west-2.on.aws", "amazonaws.com", "ecr-fips", "us-west-2"],
  ["dkr.ecr.cn-north-1.amazonaws.com.cn", "amazonaws.com.cn", "api.ecr", "cn-north-1"],
  ["dkr-ecr.cn-north-1.on.amazonwebservices.com.cn", "amazonaws.com.cn", "api.ecr", "cn-north-1"],
  ["dkr.ecr.eusc-de-east-1.amazonaws.eu", "amazonaws.eu", "api.ecr", "eusc-de-east-1"],
  ["dkr.ecr.us-iso-east-1.c2s.ic.gov", "c2s.ic.gov", "api.ecr", "us-iso-east-1"],
  ["dkr.ecr.us-isob-east-1.sc2s.sgov.gov", "sc2s.sgov.gov", "api.ecr", "us-isob-east-1"],
  ["dkr-ecr.us-isof-south-1.on.aws.hci.ic.gov", "csp.hci.ic.gov", "api.ecr", "us-isof-south-1"],
];

const strangers = [
  "public.ecr.aws/team/app",
  "docker.io/library/app",
  "12345.dkr.ecr.us-east-1.amazonaws.com/app",
  `${account}.dkr.ecr.us-east-1.amazonaws.com.evil.com/app`,
  `${account}.dkr.ecr.us-east-1.evil.com/app`,
  `${account}.dkr.ecr.us-east-1.amazonaws.com.cn/app`,
  `${account}.dkr.ecr.us-east-1.on.aws/app`,
  `${account}.dkr-ecr.us-east-1.amazonaws.com/app`,
  `${account}.dkr.ecr..amazonaws.com/app`,
  `${account}.dkr.ecr.us-east-1/@evil.com.amazonaws.com/app`,
  `${account}.dkr.ecr.$(touch x).amazonaws.com/app`,
  `${account}xdkr.ecr.us-east-1.amazonaws.com/app`,
];

describe("The kubelet's helper for passwords of ECR", () => {
  for (const [rest, dnsSuffix, api, region] of hosts) {
    const host = `${account}.${rest}`;
    it(`is asked for ${rest}, and asks ${api} in its region`, () => {
      assert.ok(isAsked(host, dnsSuffix));
      const { stdout, stderr } = passwordFor(`${host}/team/app:1.0`, dnsSuffix);
      assert.equal(stderr, `asks https://${api}.${region}.${dnsSuffix}/ for ecr of ${region}\n`);
      const { auth } = JSON.parse(stdout) as { auth: unknown };
      assert.deepEqual(auth, { [host]: { username: "AWS", password: "password" } });
    });
  }

  for (const image of strangers) {
    it(`gives and asks nothing for ${image}`, () => {
      const { status, stdout, stderr } = passwordFor(image);
      assert.deepEqual([status, stdout], [1, ""]);
      assert.match(
        stderr,
        /^script: ERROR: .+ is (no private registry of Amazon ECR|not in the partition of amazonaws\.com)\n$/,
      );
    });
  }
});
