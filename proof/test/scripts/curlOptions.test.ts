import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { Trap } from "./hostileTexts";
import { workerNode } from "../../../test/ignition/rendered";

/** What instance metadata answer. */
interface Metadata {
  readonly token: string;
  readonly role: string;
  readonly credentials: Readonly<Record<"AccessKeyId" | "SecretAccessKey" | "Token", string>>;
}

const right: Metadata = {
  token: "AQAEAOt==",
  role: "demo-workers",
  credentials: { AccessKeyId: "ASIAEXAMPLE", SecretAccessKey: "a/b+c", Token: "d/e+f==" },
};

/** One AWS call of a node. The real curl reads what it is told, and writes its options down as a program in C. */
function call({ token, role, credentials }: Metadata, cwd: string) {
  const root = mkdtempSync(join(tmpdir(), "curl-"));
  try {
    const write = (name: string, text: string) => writeFileSync(join(root, name), text, { mode: 0o755 });
    for (const name of ["log", "forms", "aws"])
      write(
        `${name}.sh`,
        (workerNode().texts.get(`/opt/cluster/lib/${name}.sh`) ?? "").replaceAll("/opt/cluster/lib", root),
      );
    write("token", token);
    write("role", role);
    write("document", JSON.stringify({ Code: "Success", ...credentials }));
    mkdirSync(join(root, "bin"));
    mkdirSync(join(root, "parsed"));
    write(
      "bin/curl",
      `#!/bin/bash
      url=\${*: -1}
      /usr/bin/curl "\${@:1:$#-1}" --libcurl "${root}/parsed/$BASHPID.c" file:///dev/null &>/dev/null
      case $url in
        */api/token) cat ${root}/token ;;
        */security-credentials/) cat ${root}/role ;;
        */security-credentials/*) cat ${root}/document ;;
        *) printf 200 ;;
      esac`,
    );
    const script = `source ${root}/log.sh; source ${root}/aws.sh; aws_call ec2 https://ec2.amazonaws.com/ "$AWS_RESPONSE"`;
    const { status, stderr } = spawnSync("bash", ["-euo", "pipefail", "-c", script], {
      encoding: "utf8",
      cwd,
      env: {
        PATH: `${root}/bin:${process.env.PATH}`,
        REGION: "eu-west-1",
        AWS_DNS_SUFFIX: "amazonaws.com",
        AWS_PATIENCE: "0",
      },
    });
    const options = readdirSync(join(root, "parsed"))
      .flatMap(
        (name) =>
          readFileSync(join(root, "parsed", name), "utf8").match(/CURLOPT_\w+|curl_slist_append\(.*/g) ?? [],
      )
      .map((option) => option.replace(/curl_slist_append\(\w+, "([\w-]+):.*/, "$1"))
      .sort();
    return { status, stderr, options };
  } finally {
    rmSync(root, { recursive: true });
  }
}

describe("What instance metadata answer is no option of curl:", function () {
  this.timeout(240_000);
  let trap: Trap;
  beforeEach(() => (trap = new Trap()));
  afterEach(() => trap.remove());

  const places: Record<string, (text: string) => Metadata> = {
    "the token": (token) => ({ ...right, token }),
    "the role": (role) => ({ ...right, role }),
    ...Object.fromEntries(
      (["AccessKeyId", "SecretAccessKey", "Token"] as const).map((name) => [
        `the credentials' ${name}`,
        (text: string) => ({ ...right, credentials: { ...right.credentials, [name]: text } }),
      ]),
    ),
  };

  it("the right ones are a user, a token and headers", () => {
    const { status, options, stderr } = call(right, trap.folder);
    assert.equal(status, 0, stderr);
    for (const option of ["CURLOPT_USERPWD", "X-aws-ec2-metadata-token", "x-amz-security-token"])
      assert.ok(options.includes(option), options.join());
  });

  for (const [what, metadata] of Object.entries(places)) {
    it(what, () => {
      const usual = call(right, trap.folder).options;
      for (const text of [...trap.texts, ...fc.sample(trap.generated, 3)]) {
        const { options, status } = call(metadata(text), trap.folder);
        assert.ok(trap.isUntouched(), text);
        const further = options.filter((option) => !usual.includes(option));
        assert.deepEqual(further, [], text);
        if (status === 0) assert.deepEqual(options, usual, text);
      }
    });
  }
});
