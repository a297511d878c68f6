import { EC2Client } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { Route53Client } from "@aws-sdk/client-route-53";
import { createWriteStream, existsSync, mkdirSync } from "node:fs";
import { cp } from "node:fs/promises";
import path from "node:path";
import type { Engine } from "../../engine";
import { localAwsMood, localAwsUrl, observer, resolverKeyId } from "../../local/aws/environment";
import { startLocalAws, stopLocalAws } from "../../local/aws/process";
import { findPython } from "../../local/aws/python";
import { projectFolder } from "../../local/folders";
import { openFrontDoor } from "../aws/frontDoor";
import { ClientMachine } from "../clients/clientMachine";
import { Cluster } from "../cluster/cluster";
import { yielding } from "../cluster/deployer";
import type { KubernetesKind } from "../drills/drill";
import { putControlPath } from "../cluster/controlPath";
import { Lab } from "../lab";
import { hookScale } from "../parts";
import { fillMirror, mirrorSettings, type NodePrograms } from "../node/mirror";
import { addressIn, awsAddress, metadataAddress, resolverOf } from "../network/addresses";
import { Balancers } from "../network/balancers";
import { Dns } from "../network/dns";
import { DnsFaultRelay, type DnsFaults } from "../network/dnsFaults";
import { HopLimits } from "../network/hopLimits";
import { SecurityGroupEnforcement } from "../network/enforcement";
import { haproxyProgram } from "../network/haproxyProgram";
import { Hypervisor } from "../node/hypervisor";
import { imageStore } from "../kubernetes/imageStore";
import { Kubernetes } from "../kubernetes/kubernetes";
import { kubernetesPrograms } from "../kubernetes/programs";
import { baseRoot } from "../node/root";
import { NodeStore } from "../cluster/nodeStore";
import { labPrograms } from "./programs";
import { labStack } from "../cluster/stack";

/** A range of the VPC without a subnet, for the clients' machine. */
const clientCidr = "10.0.255.240/28";

const port = 4566;
const functionPort = 4567;

const disks = "/run/lab/disks";

/** An open lab, and how to close it. */
export interface OpenLab {
  readonly lab: Lab;
  close(): Promise<void>;
}

/** What a lab is made of. */
export interface LabArgs {
  readonly scale: number;
  readonly kubernetes: KubernetesKind;
  /** Release of Kubernetes that the cluster starts with. */
  readonly release: string;
  /** All releases that nodes can run. */
  readonly releases: readonly [string, ...string[]];
  /** Folder for logs and state. */
  readonly folder: string;
  readonly report: (line: string) => void;
}

/**
 * Opens a lab behind this process's hub: local AWS, resolver, machines, and the deployed stack. Disks are in
 * memory, so they are gone with the namespaces.
 */
export async function openLab(args: LabArgs): Promise<OpenLab> {
  const endings: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of endings.splice(0).reverse()) await end();
  };
  try {
    const lab = await open(args, (end) => endings.push(end));
    return { lab, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(
  { scale, kubernetes, release, releases, folder, report }: LabArgs,
  atEnd: (end: () => Promise<unknown>) => void,
): Promise<Lab> {
  const inFolder = (name: string) => {
    const made = path.join(folder, name);
    mkdirSync(made, { recursive: true });
    return made;
  };
  const stack = labStack();
  // The project's default may be newer than what the Go module proxy has.
  const versions = { ...stack.versions, kubernetes: release };
  const programs = labPrograms();
  const resolver = resolverOf(stack.vpcCidr);
  const ec2 = new EC2Client(observer);
  // Complaints of the parts go to a file; the drills print what a person has to know.
  const complaints = createWriteStream(path.join(folder, "lab.log"), { flags: "a" });
  const log = (line: string) => complaints.write(`${new Date().toISOString()} ${line}\n`);

  const mirrorFolder = inFolder("mirror");
  const root = await baseRoot(report);
  const nodes = await nodePrograms(kubernetes, releases, root, report);
  const sha256 = await fillMirror(mirrorFolder, { ...programs, version: versions.etcd }, nodes.releases);
  const localAws = await openLocalAws(scale, report, atEnd);

  const hopLimits = new HopLimits();
  const frontDoor = await openFrontDoor({
    ...{ localAws, metadataAddress, functionPort, mirrorFolder, log },
    limitHops: (address, hops) => hopLimits.set(address, hops),
    ...{ address: awsAddress, region: stack.region },
  });
  atEnd(() => frontDoor.close());

  const balancers = new Balancers({
    ...{ program: await haproxyProgram(report), timeScale: scale },
    ...{ ec2, elb: new ElasticLoadBalancingV2Client({}), folder: inFolder("balancers"), report: log },
    addressOf: (instance) => hypervisor.machines().find(({ id }) => id === instance)?.address,
    onNodes: (nodes) => groups.update("balancers", nodes),
    onHealth: (found) => putControlPath(localAws, "/local-aws/target-health", found),
  });
  const dns = await Dns.open({
    balancers: () => balancers.addresses(),
    ...{ program: programs.coredns, folder, awsAddress, report: log, address: resolver },
    environment: { ...process.env, AWS_ACCESS_KEY_ID: resolverKeyId },
    route53: new Route53Client({ credentials: { accessKeyId: resolverKeyId, secretAccessKey: "none" } }),
    region: stack.region,
  });
  atEnd(() => dns.close());
  const dnsFaults: DnsFaults = {};
  const relay = await DnsFaultRelay.open(resolver, dnsFaults, log);
  atEnd(() => relay.close());

  const clientAddress = addressIn(clientCidr, 4);
  const groups = await SecurityGroupEnforcement.begin({
    ...{ ec2, resolver, report: log },
    guests: [{ address: clientAddress, groupName: `${stack.cluster}-controllers` }],
  });
  atEnd(() => groups.close());

  const hypervisor = new Hypervisor({
    ec2,
    hardware: {
      ...{ baseRoot: root, imageStore: nodes.imageStore, ignition: programs.ignition },
      authority: frontDoor.authorityPem,
      ...{ resolver, disks, logs: inFolder("nodes"), timeScale: scale },
    },
    onInstances: (running) => groups.update("instances", running),
    report: log,
  });
  hypervisor.start();
  atEnd(() => hypervisor.stop());
  balancers.start();
  atEnd(() => balancers.close());

  const engine = (found: Engine) => yielding(found, folder);
  const run = { project: projectFolder, stackName: "lab", port, report, engine };
  const cluster = await Cluster.deploy(run, {
    ...mirrorSettings(sha256),
    "versions.kubernetes": release,
  });
  const store = new NodeStore(cluster.outputs.nodeStoreBucket);
  const client = await ClientMachine.open({
    ...{ address: clientAddress, subnetCidr: clientCidr, resolver, store, folder },
    ...{ zone: cluster.outputs.zoneName, program: programs.client },
    ...{ region: stack.region, authority: frontDoor.authorityPem },
  });
  atEnd(() => client.close());
  const kubernetesClient =
    kubernetes === "real"
      ? Kubernetes.open({
          ...{ machine: client, kubectl: nodes.releases[0].kubectl, file: path.join(folder, "kubeconfig") },
          kubeconfig: await cluster.secretOutput("kubeconfig"),
        })
      : undefined;
  const members = client.watchMembers();
  atEnd(() => members.stop());
  return new Lab({
    mood: localAwsMood(process.env),
    ...{ scale, report, localAws, cluster, store, hypervisor, members, client, dnsFaults },
    ...{ awsFaults: frontDoor.faults, trail: frontDoor.trail, kubernetes: kubernetesClient },
    ...{ region: stack.region, versions },
    python: await findPython(report),
  });
}

/** The files that nodes download and the images that they start with, on the file system of their disks. */
async function nodePrograms(
  kubernetes: KubernetesKind,
  [first, ...others]: readonly [string, ...string[]],
  root: string,
  report: (line: string) => void,
): Promise<{ releases: readonly [NodePrograms, ...NodePrograms[]]; imageStore?: string }> {
  if (kubernetes === "standIn") {
    const { standIn } = labPrograms();
    const programs = { kubeadm: standIn, kubelet: standIn, kubectl: standIn, cniPlugins: {} };
    return { releases: [{ ...programs, release: first }] };
  }
  const releases = [kubernetesPrograms(first), ...others.map(kubernetesPrograms)] as const;
  const images = "/run/lab/images";
  if (!existsSync(images)) await cp(await imageStore(releases, root, report), images, { recursive: true });
  return { releases, imageStore: images };
}

async function openLocalAws(
  scale: number,
  report: (line: string) => void,
  atEnd: (end: () => Promise<unknown>) => void,
): Promise<URL> {
  await startLocalAws(projectFolder, port, report, [
    "--machines",
    ...["--time-scale", String(scale)],
    ...["--hook-scale", String(hookScale(scale))],
    ...["--function-endpoint", `http://127.0.0.1:${functionPort}`],
  ]);
  atEnd(() => stopLocalAws(projectFolder, port));
  return new URL(localAwsUrl(port));
}
