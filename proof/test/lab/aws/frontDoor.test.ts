import assert from "node:assert/strict";
import { ignition } from "../../../toolchain/ignition";
import { bucket, group, type Account } from "./account";
import { isIgnitions, isScripts } from "../../../lab/aws/trail";
import { World } from "./namespaces";

const metadata = "http://169.254.169.254";
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

describe("the front door of the lab's AWS", function () {
  this.timeout(60_000);
  let world: World;
  let account: Account;

  before(async function () {
    this.timeout(120_000); // the first start on a machine installs the local AWS's packages
    ({ world, account } = await World.open());
  });
  after(() => world?.close());
  beforeEach(() => world.log());

  /** What a call of the scripts' own ends in: HTTP status and error code. */
  const status = async (call: string) => {
    const { stdout, stderr } = await world.run(`${call} >/dev/null; echo "$AWS_STATUS $AWS_ERROR"`);
    return { status: stdout.trim(), stderr };
  };

  it("lets the scripts' calls through: objects, lists, hooks, instances", async () => {
    const { stdout, stderr, code } = await world.run(`
      set -e
      echo hello >file
      s3_put_if_absent etcd/formation-1.json file && echo $AWS_STATUS
      s3_put_if_absent etcd/formation-1.json file && echo $AWS_STATUS
      s3_get etcd/formation-1.json copy && cat copy
      s3_list etcd/form
      ec2 Action=DescribeInstances Filter.1.Name=instance-id Filter.1.Value.1=${account.instanceId}
      xml_values instanceId <"$AWS_RESPONSE"
      autoscaling Action=DescribeAutoScalingInstances InstanceIds.member.1=${account.instanceId}
      xml_values LifecycleState <"$AWS_RESPONSE"
      aws_call ecr https://api.ecr.us-east-1.amazonaws.com/ "$AWS_RESPONSE" --data '{}' \
        -H X-Amz-Target:AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken \
        -H Content-Type:application/x-amz-json-1.1
      jq -r .authorizationData[0].proxyEndpoint "$AWS_RESPONSE"`);
    assert.equal(code, 0, stderr);
    assert.deepEqual(stdout.trim().split("\n"), [
      ...["200", "412", "hello", "etcd/formation-1.json", account.instanceId, "InService"],
      "https://123456789012.dkr.ecr.us-east-1.amazonaws.com",
    ]);
    assert.deepEqual(await world.log(), []);
  });

  it("refuses what the role's policy does not allow, in the service's own form, and logs it", async () => {
    assert.match((await status("s3_get secret copy")).status, /^403 AccessDenied/);
    assert.match((await status("s3_list pki/")).status, /^403 AccessDenied/);
    const describeGroup = `autoscaling Action=CompleteLifecycleAction AutoScalingGroupName=red`;
    const { status: denied, stderr } = await status(describeGroup);
    assert.match(denied, /^403 AccessDenied/);
    assert.match(
      stderr,
      /role\/controller is not authorized to perform: autoscaling:CompleteLifecycleAction/,
    );
    const lines = await world.log();
    assert.equal(lines.length, 3);
    assert.match(
      lines[0],
      /s3 GET .*\/secret: denied: .*s3:GetObject on resource: arn:aws:s3:::store\/secret/,
    );
  });

  it("lets nobody write over what is written once, or delete the facts about the cluster", async () => {
    const { stdout, stderr, code } = await world.run(`
      set -e
      echo hello >once
      for key in etcd/formation-7.json etcd/formed-7.json etcd/snapshots/a.db; do s3_put_if_absent $key once; echo $AWS_STATUS; done
      echo other >once
      for key in etcd/formation-7.json etcd/formed-7.json etcd/snapshots/a.db; do
        s3_put $key once || echo "$AWS_STATUS"
        s3_put_if_absent $key once; echo $AWS_STATUS
        s3_call $key deleted ${emptyHash} -X DELETE || echo "$AWS_STATUS"
        s3_get $key kept && cat kept
      done`);
    assert.equal(code, 0, stderr);
    assert.deepEqual(stdout.trim().split("\n"), [
      ...["200", "200", "200"],
      ...Array<string[]>(3).fill(["403", "412", "403", "hello"]).flat(),
    ]);
    const lines = await world.log();
    assert.equal(lines.length, 6, lines.join("\n"));
    assert.match(
      lines[0],
      /s3:PutObject on resource: \S+formation-7.json with an explicit deny in a resource-based policy/,
    );
    assert.match(lines[1], /s3:DeleteObject on resource: \S+formation-7.json with an explicit deny/);
  });

  it("lets a node write to log streams of its own group, and of no other", async () => {
    const create = (logStreamName: string) =>
      status(`aws_call logs "https://logs.$REGION.amazonaws.com/" "$AWS_RESPONSE" \
        --data '${JSON.stringify({ logGroupName: "blue-nodes", logStreamName })}' \
        -H 'X-Amz-Target: Logs_20140328.CreateLogStream' -H 'Content-Type: application/x-amz-json-1.1'`);
    assert.match((await create("blue-controllers/i-1")).status, /^200/);
    assert.match((await create("blue-controllers/i-1")).status, /^400 ResourceAlreadyExistsException/);
    assert.match((await create("blue-pool-a/i-1")).status, /^400 AccessDeniedException/);
  });

  it("refuses calls of which it does not know the permission, and names them", async () => {
    const { status: denied, stderr } = await status("ec2 Action=TerminateInstances InstanceId.1=i-1");
    assert.match(denied, /^403 UnauthorizedOperation/);
    assert.match(stderr, /the lab does not know which permission ec2 TerminateInstances needs/);
    assert.match(
      (await status("s3_call 'secret?acl=' copy " + emptyHash)).stderr,
      /does not know which permission s3/,
    );
  });

  it("hides from a role that may not list whether an object is there", async () => {
    assert.match((await status("s3_get etcd/formation-9.json copy")).status, /^403 AccessDenied/);
    assert.match((await status("s3_get pki/etcd/nothing copy")).status, /^403 AccessDenied/);
  });

  it("refuses wrong, missing and presigned signatures, and keys that nobody has", async () => {
    const credentials = (user: string) => `aws_credentials() { printf '%s\\n' 'user = "${user}"'; }`;
    const unknown = await status(`${credentials("ASIANOBODY:secret")}; s3_list etcd/form`);
    assert.match(unknown.status, /^403 InvalidAccessKeyId/);
    const filtered = (filter: string) => `
      eval "$(declare -f aws_credentials | sed '1s/aws_credentials/real/')"
      aws_credentials() { real | ${filter}; }`;
    const wrongSecret = filtered(`sed '/^user/s/:.*"/:wrong"/'`);
    assert.match((await status(`${wrongSecret}; s3_list etcd/form`)).status, /^403 SignatureDoesNotMatch/);
    assert.match((await status(`${wrongSecret}; ec2 Action=DescribeInstances`)).status, /^401 AuthFailure/);
    assert.match((await status(`${filtered("grep ^user")}; s3_list etcd/form`)).status, /^400 InvalidToken/);
    const plain = (url: string) =>
      `curl -s -o /dev/null -w '%{http_code}' 'https://${bucket}.s3.us-east-1.amazonaws.com/${url}'`;
    assert.equal((await world.run(plain("secret"))).stdout, "403");
    assert.equal((await world.run(plain("secret?X-Amz-Signature=1"))).stdout, "403");
  });

  it("tells anybody a bucket's region, which Ignition asks for before it signs", async () => {
    const head = (name: string) =>
      world.run(
        `curl -sI https://${name}.s3.us-east-1.amazonaws.com/ | grep -iE '^(HTTP|x-amz-bucket-region)'`,
      );
    assert.match((await head(bucket)).stdout, /^HTTP\/1.1 403.*\r\nx-amz-bucket-region: us-east-1\r\n$/);
  });

  it("gives an object by the dual-stack name", async () => {
    const url = `https://${bucket}.s3.dualstack.us-east-1.amazonaws.com/${account.configKey}`;
    const call = `aws_call s3 '${url}' copy -H 'x-amz-content-sha256: ${emptyHash}'`;
    const { stdout, stderr } = await world.run(`${call} && cat copy`);
    assert.match(stdout, /"\/opt\/bin\/kubelet"/, stderr);
  });

  it("refuses credentials once they have expired, and scripts go on with new ones", async () => {
    await world.fail({ credentialSeconds: 3 });
    const keep = `AWS_PATIENCE=0; AWS_CREDENTIALS=$(aws_credentials); AWS_CREDENTIALS_UNTIL=$((SECONDS + 60)); sleep 3.1`;
    assert.match((await status(`${keep}; s3_list etcd/form`)).status, /^400 ExpiredToken/);
    assert.match((await status(`${keep}; ec2 Action=DescribeInstances`)).status, /^400 RequestExpired/);
    const patient = keep.replace("PATIENCE=0", "PATIENCE=10");
    const first = (await world.trail()).length;
    assert.equal((await status(`${patient}; s3_list etcd/form`)).status, "200");
    const [old, young, ...more] = (await world.trail()).slice(first);
    assert.deepEqual([old.refusal, old.httpStatus, young.httpStatus, more.length], ["expired", 400, 200, 0]);
    assert.notEqual(young.accessKeyId, old.accessKeyId);
    assert.ok([old, young].every((call) => isScripts(call) && call.sourceIPAddress === account.address));
    await world.fail({});
  });

  it("answers for S3 alone that it is overloaded, while a drill wants it", async () => {
    await world.fail({ s3: { status: 503 } });
    assert.match((await status("s3_list etcd/form")).status, /^503 SlowDown/);
    assert.match((await status("ec2 Action=DescribeInstances")).status, /^200/);
    assert.ok((await world.trail()).some((call) => isScripts(call) && call.refusal === "unavailable"));
    await world.fail({});
    assert.match((await status("s3_list etcd/form")).status, /^200/);
  });

  it("gives Ignition the configuration that the user data point to, as on AWS", async function () {
    this.timeout(900_000); // the first time on a machine builds Ignition
    const { stdout, stderr, code } = await world.run(`
      export SSL_CERT_FILE=$CURL_CA_BUNDLE; mkdir root
      for stage in fetch files; do
        ${ignition()} --platform=aws --root=root --log-to-stdout --stage=$stage \
          --config-cache=cache --state-file=state --neednet=neednet || exit 1
      done >log 2>&1 || { tail -n 20 log >&2; exit 1; }
      cat root/opt/bin/kubelet`);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, "a program");
    assert.deepEqual(await world.log(), []);
    assert.ok((await world.trail()).some((call) => isIgnitions(call) && call.httpStatus < 300));
  });

  it("lets the function write its records and no others", async () => {
    assert.equal(await world.createRecord("etcd."), "created");
    assert.equal(await world.createRecord("api."), "AccessDenied");
    const [line] = await world.log();
    assert.match(line, /role\/discovery is not authorized to perform: route53:ChangeResourceRecordSets/);
  });

  it("serves the mirror's files and nothing beside them", async () => {
    const get = async (path: string, ...options: string[]) =>
      (
        await world.run(
          `curl -s --path-as-is -w ' %{http_code}' ${options.join(" ")} https://mirror.lab.internal${path}`,
        )
      ).stdout;
    assert.equal(await get("/dl.k8s.io/kubelet"), "a program 200");
    assert.match(await get("/dl.k8s.io/kubelet", "--head"), /^HTTP\/1.1 200 OK\r\ncontent-length: 9\r\n/);
    assert.equal(await get("/dl.k8s.io/"), " 404");
    assert.equal(await get("/../authority.pem"), " 404");
    assert.equal(await get("/%2e%2e%2fauthority.pem"), " 404");
    assert.equal(await get("/dl.k8s.io/kubelet", "--request DELETE"), " 405");
  });

  describe("tells instances by IMDSv2", () => {
    const curl = async (words: string) => (await world.run(`curl -s -w ' %{http_code}' ${words}`)).stdout;
    const ttl = "-H 'X-aws-ec2-metadata-token-ttl-seconds: 60'";

    it("what they are", async () => {
      const { stdout } = await world.run(
        "for path in instance-id local-ipv4 instance-type placement/region; do imds $path; echo; done",
      );
      assert.deepEqual(stdout.trim().split("\n"), [
        account.instanceId,
        account.address,
        "m7i.large",
        "us-east-1",
      ]);
    });

    it("where Auto Scaling leads them, their profile and user data", async () => {
      assert.equal((await world.run("imds autoscaling/target-lifecycle-state")).stdout, "InService");
      assert.match((await world.run("imds iam/info")).stdout, /:instance-profile\/controller"/);
      const { stdout } = await world.run(`
        token=$(curl -s -X PUT ${ttl} ${metadata}/latest/api/token)
        curl -s -H "X-aws-ec2-metadata-token: $token" ${metadata}/2019-10-01/user-data`);
      assert.equal(stdout, account.userData);
    });

    it("nothing without a token that is theirs and lasts", async () => {
      assert.equal(await curl(`${metadata}/latest/meta-data/instance-id`), " 401");
      const wrong = "-H 'X-aws-ec2-metadata-token: wrong'";
      assert.equal(await curl(`${wrong} ${metadata}/latest/meta-data/instance-id`), " 401");
      const { stdout } = await world.run(`
        token=$(curl -s -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 1' ${metadata}/latest/api/token); sleep 1.1
        curl -s -w '%{http_code}' -H "X-aws-ec2-metadata-token: $token" ${metadata}/latest/meta-data/instance-id`);
      assert.equal(stdout, "401");
    });

    it("a token only as AWS gives one", async () => {
      const token = `-X PUT ${metadata}/latest/api/token`;
      assert.match(await curl(token), / 400$/);
      assert.match(await curl(`-H 'X-aws-ec2-metadata-token-ttl-seconds: 21601' ${token}`), / 400$/);
      assert.match(await curl(`${ttl} -H 'X-Forwarded-For: 10.0.0.9' ${token}`), / 403$/);
      assert.match(await curl(`${ttl} ${token}`), / 200$/);
    });

    it("nothing at addresses that no running instance has, and logs it", async () => {
      assert.match(await curl(`--interface 127.0.0.1 ${ttl} -X PUT ${metadata}/latest/api/token`), / 503$/);
      assert.match((await world.log())[0], /127\.0\.0\.1 PUT .*no running instance has this address/);
    });

    it("slowly, while a drill wants it", async () => {
      await world.fail({ metadata: { delaySeconds: 0.5 } });
      const seconds = await world.run(`curl -s -o /dev/null -w '%{time_total}' ${metadata}/latest/`);
      await world.fail({});
      assert.ok(Number(seconds.stdout) > 0.5, seconds.stdout);
    });
  });

  it("names the group that the account has", async () => {
    const { status: answered } = await status(
      `autoscaling Action=CompleteLifecycleAction AutoScalingGroupName=${group} LifecycleHookName=none ` +
        `LifecycleActionResult=CONTINUE InstanceId=${account.instanceId}`,
    );
    assert.doesNotMatch(answered, /^403/);
  });
});
