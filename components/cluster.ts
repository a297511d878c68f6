import * as pulumi from "@pulumi/pulumi";
import { wantedAddons } from "../addons/addons";
import type { Settings } from "../settings";
import { Access } from "./network/access";
import { Addons } from "./pods/addons";
import { apiClients } from "./network/apiClients";
import { ApiEndpoint } from "./network/apiEndpoint";
import { Backups } from "./store/backups";
import { CloudProvider } from "./pods/cloudProvider";
import { clusterMetadata } from "../preflight/cluster/clusterMetadata";
import type { ClusterOutputs } from "./clusterOutputs";
import { ControlPlane } from "./nodes/controlPlane";
import { Discovery } from "./network/discovery";
import { makeDiskKeys } from "./nodes/diskKey";
import { Dns } from "./network/dns";
import { encryptionConfig } from "../plan/nodeStoreKeys";
import { Identity } from "./pki/identity";
import { kubeconfig } from "./pki/kubeconfig";
import { clusterNames, isPublicZone, Names } from "../plan/names";
import { Network } from "./network/network";
import { NodeImages } from "./nodes/nodeImages";
import { NodeLogs } from "./store/nodeLogs";
import { NodeStore } from "./store/nodeStore";
import { clusterFacts, clusterScope, networkArgs, runningSettings } from "./parts";
import { Pki } from "./pki/pki";
import { requirePlain } from "./plainArgs";
import type { PreflightResult } from "../preflight/preflight";
import { SecurityGroups } from "./network/securityGroups";
import { settingObjects } from "../ignition/settingObjects";
import { startupTaints } from "../plan/startupTaints";
import { WorkerPool } from "./nodes/workerPool";

export interface ClusterArgs {
  readonly settings: Settings;
  readonly preflight: PreflightResult;
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type -- the constructor assigns every output
export interface Cluster extends ClusterOutputs {}

/**
 * A Kubernetes cluster: everything between an AWS account and a kubeconfig. Its outputs are also its
 * properties.
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- as above
export class Cluster extends pulumi.ComponentResource {
  /** All of its outputs, for a stack to export. */
  readonly outputs: ClusterOutputs;

  constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm:index:Cluster", name, {}, opts);
    requirePlain(this, name, args, { plain: ["settings", "preflight"] });
    const { settings, preflight } = args;
    if (this.getProvider("aws:index/getRegion:getRegion") !== preflight.provider) {
      const message = `the preflight of ${name} used another AWS provider than its own: give runPreflight the same one`;
      throw new pulumi.ResourceError(message, this, true);
    }
    const parent = { parent: this };
    const names = clusterNames(settings.name, settings.domain, preflight);
    const cluster = settings.name;

    const network = new Network(`${name}-network`, networkArgs(settings, preflight), parent);
    const images = new NodeImages(
      `${name}-images`,
      { cluster, region: preflight.region, images: preflight.images },
      parent,
    );
    const dns = new Dns(
      `${name}-dns`,
      {
        cluster,
        zone: names.zone,
        parentZoneId: settings.parentZoneId,
        isPublic: isPublicZone(settings),
        vpcId: network.vpcId,
      },
      parent,
    );
    const groups = new SecurityGroups(
      `${name}-groups`,
      {
        cluster,
        vpcId: network.vpcId,
        apiClients: apiClients({
          api: settings.api,
          cidrs: network.cidrs,
          existingVpc: preflight.existingVpc,
          nats: network.natAddresses.map((address, i) => ({ zone: network.zones[i], address })),
          knownNatAddresses: preflight.natAddresses,
        }),
        access: settings.access.kind,
        accessClients: settings.access.allowedCidrs,
      },
      parent,
    );
    const pki = new Pki(
      `${name}-pki`,
      { cluster, zone: names.zone, encryptionKey: settings.encryption.key, protect: settings.protect },
      parent,
    );
    const store = new NodeStore(
      `${name}-store`,
      {
        cluster,
        bucket: names.nodeStore,
        partition: preflight.partition,
        objects: { ...pki.objects, ...settingObjects(runningSettings(settings)) },
        metadata: { [encryptionConfig]: clusterMetadata(settings, preflight) },
        noted: [network, images],
        protect: settings.protect,
      },
      parent,
    );
    const backups = new Backups(
      `${name}-backups`,
      { bucket: store.bucket, retentionDays: settings.snapshots.retentionDays, restore: settings.restore },
      parent,
    );
    const identity = new Identity(
      `${name}-identity`,
      {
        cluster,
        partition: preflight.partition,
        bucket: names.issuerBucket,
        issuer: names.issuer,
        serviceAccountPublicKeyPem: pki.serviceAccountPublicKeyPem,
      },
      parent,
    );
    const api = new ApiEndpoint(
      `${name}-api`,
      {
        cluster,
        dnsName: names.api,
        zoneId: dns.zoneId,
        access: settings.api.access,
        vpcId: network.vpcId,
        subnetIds: settings.api.access === "public" ? network.publicSubnetIds : network.privateSubnetIds,
        securityGroupId: groups.ids.api,
      },
      // A public balancer needs the internet gateway, but Pulumi cannot derive this from its inputs.
      { parent: this, dependsOn: settings.api.access === "public" ? network : undefined },
    );
    const discovery = new Discovery(
      `${name}-discovery`,
      {
        cluster,
        region: preflight.region,
        group: names.controllers,
        zone: names.zone,
        zoneId: dns.zoneId,
        zoneArn: dns.zoneArn,
        alarmTopicArn: settings.alarmTopicArn,
      },
      parent,
    );
    const logs = new NodeLogs(
      `${name}-node-logs`,
      { cluster, logGroup: names.nodeLogs, alarmTopicArn: settings.alarmTopicArn },
      parent,
    );
    const scope = clusterScope(settings, preflight);
    const facts = clusterFacts(settings, names, preflight);
    const nodesOfAll = { cluster: facts, keyArn: store.keyArn, store: store.secured };
    const cloudProvider = new CloudProvider(
      `${name}-cloud-provider`,
      { scope, oidcProviderArn: identity.providerArn, oidcIssuer: names.issuer },
      parent,
    );
    const addons = new Addons(
      `${name}-addons`,
      {
        scope,
        wanted: wantedAddons(settings),
        ownManifests: preflight.ownManifests,
        bucket: store.bucket,
        apiName: names.api,
        podCidr: settings.podCidr,
        startupTaints: startupTaints(Object.values(settings.workerPools)),
        oidcProviderArn: identity.providerArn,
        oidcIssuer: names.issuer,
        cloudProviderRoleArn: cloudProvider.roleArn,
      },
      parent,
    );
    const grantees = { scope, csiRoleArn: addons.csiRoleArn };
    const diskKeys = makeDiskKeys(`${name}-disk-key`, preflight.diskKeys, grantees, parent);
    const before = [network, dns, groups, store, identity, cloudProvider, api, discovery, logs, addons];
    const controlPlane = new ControlPlane(
      `${name}-controllers`,
      {
        ...nodesOfAll,
        ...settings.controlPlane,
        etcdVersion: settings.versions.etcd,
        serviceCidr: settings.serviceCidr,
        oidcIssuer: names.issuer,
        subnetIds: network.privateSubnetIds,
        imageId: images.of(settings.controlPlane.architecture),
        securityGroupId: groups.ids.controllers,
        targetGroupArn: api.targetGroupArn,
        after: [...before, ...diskKeys],
      },
      parent,
    );
    const pools = Object.entries(settings.workerPools).map(([pool, poolSettings]) => {
      const made = new WorkerPool(
        `${name}-pool-${pool}`,
        {
          ...nodesOfAll,
          pool,
          settings: poolSettings,
          subnetIds: network.privateSubnetsIn(poolSettings.zones),
          imageId: images.of(poolSettings.architecture),
          securityGroupId: groups.ids.workers,
          after: [controlPlane],
        },
        parent,
      );
      return [pool, made] as const;
    });
    const access = makeAccess(`${name}-access`, settings, names, network, images, dns, groups, this);

    const ofPools = <T>(pick: (pool: WorkerPool) => T) =>
      Object.fromEntries(pools.map(([pool, made]) => [pool, pick(made)]));
    this.outputs = {
      clusterFacts: facts,
      imageIds: images.ids,
      nodeStoreKeyArn: store.keyArn,
      apiUrl: api.url,
      apiName: names.api,
      kubeconfig: pulumi.secret(
        pulumi
          .all([api.url, pki.kubernetesCaPem, pki.admin.certificatePem, pki.admin.privateKeyPem])
          .apply(([server, caPem, certificatePem, privateKeyPem]) =>
            kubeconfig({ cluster, server, caPem, certificatePem, privateKeyPem }),
          ),
      ),
      zoneName: names.zone,
      zoneId: dns.zoneId,
      nameServers: dns.nameServers,
      vpcId: network.vpcId,
      privateSubnetIds: network.privateSubnetIds,
      publicSubnetIds: network.publicSubnetIds,
      securityGroupIds: groups.ids,
      controllerGroupName: controlPlane.nodes.groupName,
      controllerRoleArn: controlPlane.nodes.roleArn,
      controllerRoleName: controlPlane.nodes.roleName,
      poolGroupNames: ofPools((pool) => pool.nodes.groupName),
      poolRoleArns: ofPools((pool) => pool.nodes.roleArn),
      poolRoleNames: ofPools((pool) => pool.nodes.roleName),
      nodeStoreBucket: store.bucket,
      nodeLogGroup: names.nodeLogs,
      snapshotLocation: backups.location,
      oidcIssuer: names.issuer,
      oidcProviderArn: identity.providerArn,
      cloudProviderRoleArn: cloudProvider.roleArn,
      discoveryFunctionName: discovery.functionName,
      certificateExpiries: pki.expiries,
      ...(access?.publicIp && { bastionName: `bastion.${names.zone}`, bastionAddress: access.publicIp }),
    };
    Object.assign(this, this.outputs);
    this.registerOutputs({ ...this.outputs });
  }
}

function makeAccess(
  name: string,
  settings: Settings,
  names: Names,
  network: Network,
  images: NodeImages,
  dns: Dns,
  groups: SecurityGroups,
  parent: Cluster,
): Access | undefined {
  const securityGroupId = groups.ids.access;
  if (securityGroupId === undefined) return undefined;
  const common = { cluster: settings.name, securityGroupId };
  if (settings.access.kind === "instance-connect") {
    return new Access(
      name,
      { kind: "instance-connect", ...common, subnetId: network.privateSubnetIds[0] },
      { parent },
    );
  }
  return new Access(
    name,
    {
      kind: "bastion",
      ...common,
      dnsName: `bastion.${names.zone}`,
      zoneId: dns.zoneId,
      imageId: images.of("amd64"),
      subnetId: network.publicSubnetIds[0],
      sshAuthorizedKeys: settings.access.sshAuthorizedKeys,
    },
    { parent, dependsOn: network },
  );
}
