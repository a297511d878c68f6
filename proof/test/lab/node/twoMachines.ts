import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { SecurityGroupRule } from "@aws-sdk/client-ec2";
import { dataUrl } from "../../../../ignition/spec";
import { execute } from "../../../lab/execute";
import { metadataAddress, resolverOf } from "../../../lab/network/addresses";
import { openHub } from "../../../lab/network/hub";
import { applyRuleset, ruleset } from "../../../lab/network/securityGroups";
import { Wire } from "../../../lab/network/wire";
import { Disk } from "../../../lab/node/disk";
import { applyIgnition } from "../../../lab/node/ignition";
import { Machine } from "../../../lab/node/machine";

/** What came of it all, for the test to look at. */
export interface Facts {
  readonly happenings: readonly string[];
  readonly hostname: string;
  /** By folder: whether root can write there. */
  readonly isWritable: Readonly<Record<string, boolean>>;
  /** Link targets by path. */
  readonly links: Readonly<Record<string, string>>;
  /** Of the programs that Flatcar has and node scripts use, those that the machine lacks. */
  readonly missing: readonly string[];
  /** Of some programs that Flatcar lacks, those that the machine has. */
  readonly superfluous: readonly string[];
  /** Why Ignition fails that shall write below /usr. */
  readonly ignitionSays: string;
  readonly state: string;
  readonly enabledBySection: string;
  readonly marker: string;
  readonly console: string;
  readonly openPort: boolean;
  readonly closedPort: boolean;
  readonly ownPort: boolean;
  /** Asked to open that port as a file. */
  readonly bashSays: string;
  readonly whileCut: boolean;
  readonly afterMend: boolean;
  readonly machineIds: readonly string[];
  readonly otherMachineId: string;
  readonly boots: readonly string[];
  /** Units that failed on the first machine, as its journal was read while it was on, and at its removal. */
  readonly failedWhileOn: readonly string[];
  readonly failedAtRemoval: readonly string[];
  readonly left: string;
}

const vpcCidr = "10.0.0.0/16";
const subnetCidr = "10.0.0.0/20";
const [first, second] = ["10.0.0.5", "10.0.0.6"];
/** Its user data write below /usr. */
const third = "10.0.0.7";

const listener = (port: number) =>
  `[Socket]\nListenStream=${port}\nAccept=no\n\n[Install]\nWantedBy=sockets.target\n`;
const service = (...lines: string[]) => `[Service]\n${lines.join("\n")}\n`;
const failing = [
  { name: "fails.service", contents: service("Type=oneshot", "ExecStart=/bin/false") },
  {
    name: "restarts.service",
    contents: service("ExecStart=/bin/false", "Restart=on-failure", "RestartSec=1"),
  },
  {
    name: "gives-up.service",
    contents: `[Unit]\nStartLimitBurst=2\n${service("ExecStart=/bin/false", "Restart=on-failure", "RestartSec=0")}`,
  },
  { name: "is-killed.service", contents: service("Type=oneshot", "ExecStart=/bin/sh -c 'kill -KILL $$$$'") },
  {
    name: "writes-usr.service",
    contents: service("Type=oneshot", "ExecStart=/bin/sh -c 'echo >/usr/local/bin/made'"),
  },
  { name: "calls-perl.service", contents: service("Type=oneshot", "ExecStart=/bin/sh -c 'perl -e 1'") },
  { name: "is-stopped.service", contents: service("Type=oneshot", "ExecStart=/bin/sleep infinity") },
];
const config = {
  ignition: { version: "3.4.0" },
  storage: {
    files: [{ path: "/opt/marker", mode: 0o644, contents: { source: dataUrl("from Ignition\n") } }],
  },
  systemd: {
    units: [
      { name: "open.socket", enabled: true, contents: listener(2380) },
      { name: "open.service", contents: "[Service]\nExecStart=/bin/sleep infinity\n" },
      { name: "closed.socket", enabled: true, contents: listener(8080) },
      { name: "closed.service", contents: "[Service]\nExecStart=/bin/sleep infinity\n" },
      ...failing,
      {
        name: "boots.service",
        enabled: true,
        contents: [
          ...["[Service]", "Type=oneshot", "ExecStart=/bin/sh -c 'echo up | tee -a /opt/boots'"],
          ...["StandardOutput=journal+console", "[Install]", "WantedBy=multi-user.target", ""],
        ].join("\n"),
      },
    ],
  },
};

const file = (name: string) => ({ path: name, mode: 0o755, contents: { source: dataUrl("made\n") } });
const writesUsr = {
  ignition: config.ignition,
  storage: { files: [file("/opt/bin/made"), file("/usr/local/bin/made")] },
};

const rule: SecurityGroupRule = { GroupId: "sg-1", ReferencedGroupInfo: { GroupId: "sg-1" } };
const rules: SecurityGroupRule[] = [
  { ...rule, IsEgress: true, IpProtocol: "-1" },
  { ...rule, IsEgress: false, IpProtocol: "tcp", FromPort: 2379, ToPort: 2380 },
];

/** Instance metadata that knows user data alone. */
async function serveUserData(): Promise<void> {
  const values: Record<string, string> = {
    "/latest/dynamic/instance-identity/document": JSON.stringify({ region: "us-east-1" }),
  };
  const server = createServer(({ method, url = "", socket }, response) => {
    const userData = socket.remoteAddress?.endsWith(third) ? writesUsr : config;
    const known = { ...values, "/2019-10-01/user-data": JSON.stringify(userData) };
    const value = method === "PUT" ? "token" : (known as Record<string, string | undefined>)[url];
    if (method === "PUT") response.setHeader("x-aws-ec2-metadata-token-ttl-seconds", "21600");
    response.writeHead(value === undefined ? 404 : 200).end(value);
  });
  await once(server.listen(80, metadataAddress), "listening");
}

/** The end of the log of Ignition on a disk of its own. */
async function failedIgnition(args: {
  readonly baseRoot: string;
  readonly program: string;
  readonly resolver: string;
  readonly folder: string;
}): Promise<string> {
  const { baseRoot, program, resolver, folder } = args;
  const wire = await Wire.lay({ name: `i-test${process.pid}third`, address: third, subnetCidr });
  const disk = await Disk.make(path.join(folder, "third"), baseRoot);
  const state = path.join(folder, "third", "ignition");
  const log = path.join(folder, "third", "ignition.log");
  const { namespace } = wire;
  try {
    await applyIgnition(
      { program, namespace, root: disk.root, state, resolver, authority: "", log },
      new AbortController().signal,
    );
    return "it succeeded";
  } catch (error) {
    return (error as Error).message;
  } finally {
    await disk.remove();
    await wire.remove();
  }
}

/** Programs of Flatcar's image that node scripts call; downloaded ones are not in the image. */
function flatcarPrograms(): string[] {
  const text = readFileSync(path.join(__dirname, "../../nodeFiles/flatcarPrograms.json"), "utf8");
  const { programs } = JSON.parse(text) as { programs: Record<string, { package: string }> };
  const inImage = Object.entries(programs).filter(([, from]) => from.package.includes("/"));
  return [...new Set(inImage.map(([name]) => name.replace(/ .*/, "")))];
}

/** Programs of Debian, or of many images, that Flatcar does not have. */
const notInFlatcar = ["apt-get", "dash", "debconf", "dpkg", "mawk", "perl", "python3", "run-parts"];

/** curl, which prints 0 if it cannot connect. The units behind the ports answer nothing. */
const timeToConnect = ["curl", "-s", "--max-time", "2", "-o", "/dev/null", "-w", "%{time_connect}"];

async function main(baseRoot: string, ignition: string, logs: string): Promise<Facts> {
  await openHub(vpcCidr);
  await serveUserData();
  const resolver = resolverOf(vpcCidr);
  const members = [first, second].map((address) => ({ address, groupIds: ["sg-1"] }));
  await applyRuleset(ruleset({ rules, members, resolver, subnetCidrs: [subnetCidr] }));
  const disks = "/run/disks";
  mkdirSync(disks);
  const hardware = { baseRoot, ignition, authority: "", resolver, disks, logs, timeScale: 0.1 };
  const happenings: string[] = [];
  const failures: string[] = [];
  const [one, other] = await Promise.all(
    [first, second].map(async (address, index) => {
      const id = `i-test${process.pid}${index}${Date.now()}`;
      const wire = await Wire.lay({ name: id, address, subnetCidr });
      const instance = {
        ...{ id, address, state: "running", architecture: "x86_64", subnetId: "", groupIds: [] },
        zone: "us-east-1a",
        hostname: `ip-${address.replaceAll(".", "-")}.ec2.internal`,
      };
      const machine = new Machine(
        instance,
        wire,
        hardware,
        (what) => index === 0 && happenings.push(what),
        ({ unit, result }) => index === 0 && failures.push(`${unit} ${result}`),
      );
      await machine.powerOn();
      return machine;
    }),
  );
  if (!one || !other) throw new Error("there are no machines");

  const print = async (...command: string[]) => (await one.run(command)).stdout.trim();
  const connects = async (from: Machine, address: string, port: number) =>
    Number((await from.run([...timeToConnect, `http://${address}:${port}`])).stdout) > 0;
  const has = async (programs: readonly string[]) => {
    const found = await print("bash", "-c", 'for name; do type -P "$name"; done', "bash", ...programs);
    const names = found.split("\n").map((line) => path.basename(line));
    return (name: string) => names.includes(name);
  };
  const hasFlatcars = await has(flatcarPrograms());
  const hasOthers = await has(notInFlatcar);
  const isWritable: Record<string, boolean> = {};
  const plugins = "/usr/libexec/kubernetes/kubelet-plugins/volume/exec";
  for (const folder of ["/usr", "/usr/local/bin", "/usr/share", plugins, "/opt", "/etc", "/var"])
    isWritable[folder] = (await one.run(["touch", `${folder}/written`])).status === 0;
  const links: Record<string, string> = {};
  for (const link of ["/bin", "/sbin", "/usr/sbin", "/usr/bin/sh"])
    links[link] = await print("readlink", link);
  const waits = "for i in $(seq 100); do systemctl is-system-running --quiet && break; sleep 0.1; done";
  const state = await print("bash", "-c", `${waits}; systemctl is-system-running`);
  const about = {
    state,
    hostname: await print("hostname"),
    ...{ isWritable, links },
    missing: flatcarPrograms().filter((name) => !hasFlatcars(name)),
    superfluous: notInFlatcar.filter(hasOthers),
    ignitionSays: await failedIgnition({ baseRoot, program: ignition, resolver, folder: disks }),
    enabledBySection: await print("systemctl", "is-enabled", "boots.service"),
    marker: await print("cat", "/opt/marker"),
    openPort: await connects(other, first, 2380),
    closedPort: await connects(other, first, 8080),
    ownPort: await connects(one, first, 8080),
    bashSays: (await one.run(["bash", "-c", `: <>/dev/tcp/${first}/8080`])).stderr,
  };
  await one.cut();
  const whileCut = await connects(other, first, 2380);
  await one.mend();
  const afterMend = await connects(other, first, 2380);

  for (const { name } of failing) await one.run(["systemctl", "start", "--no-block", name]);
  await sleep(3000); // restarts.service fails twice in it, gives-up.service gives up
  const otherMachineId = (await other.run(["cat", "/etc/machine-id"])).stdout.trim();
  const machineIds = [await print("cat", "/etc/machine-id")];
  await one.reboot();
  machineIds.push(await print("cat", "/etc/machine-id"));
  await one.readJournal();
  const failedWhileOn = failures.splice(0);
  await one.powerCycle();
  machineIds.push(await print("cat", "/etc/machine-id"));
  const boots = (await print("bash", "-c", `${waits}; cat /opt/boots`)).split("\n");
  const console = await execute("cat", [one.console]);
  await one.run(["systemctl", "start", "fails.service"]);
  await Promise.all([one.remove(), other.remove()]);
  const left = (await execute("sh", ["-c", "ip netns; ip link; ls /run/disks"])).match(
    /i-test\d+|wire\d+/,
  )?.[0];
  return {
    happenings,
    ...about,
    whileCut,
    afterMend,
    machineIds,
    otherMachineId,
    boots,
    failedWhileOn: failedWhileOn.sort(),
    failedAtRemoval: failures,
    console,
    left: left ?? "nothing",
  };
}

const [baseRoot = "", ignition = "", logs = ""] = process.argv.slice(2);
main(baseRoot, ignition, logs).then(
  (facts) => process.stdout.write(JSON.stringify(facts), () => process.exit(0)),
  (error: Error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  },
);
