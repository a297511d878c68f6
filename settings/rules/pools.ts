import { limits } from "../limits";
import { bytesOf } from "../quantities";
import { mistakeIf, poolRule, repeated, Rule } from "./rule";

const poolsOfRegion: Rule = ({ workerPools }) => {
  const most = limits.groupsOfRegion.most - 1;
  const count = Object.keys(workerPools).length;
  const remedy = `a region takes ${most} pools beside the controllers: use fewer and larger ones`;
  return mistakeIf(count > most, "workerPools", count, remedy);
};

const size = poolRule((pool, key) =>
  mistakeIf(pool.max < pool.min, `${key}.max`, pool.max, `use ${pool.min} (min) or more`),
);

const instanceTypes = poolRule((pool, key) => {
  const { most } = limits.instanceTypesOfGroup;
  const remedy = `name ${most} types or fewer: a group takes no more`;
  return [
    ...repeated(`${key}.instanceTypes`, pool.instanceTypes, "name each type once"),
    ...mistakeIf(pool.instanceTypes.length > most, `${key}.instanceTypes`, pool.instanceTypes, remedy),
  ];
});

const zones = poolRule((pool, key) => repeated(`${key}.zones`, pool.zones ?? [], "name each zone once"));

const staticCpus = poolRule(({ kubelet }, key) => {
  const reserved = [kubelet.systemReserved.cpu, kubelet.kubeReserved.cpu];
  return mistakeIf(
    kubelet.cpuManagerPolicy === "static" && !reserved.some((cpu) => parseFloat(cpu ?? "0") > 0),
    `${key}.kubelet.cpuManagerPolicy`,
    "static",
    "reserve some cpu in systemReserved or kubeReserved, as the kubelet demands",
  );
});

const diskForPods = poolRule(({ kubelet: { systemReserved, kubeReserved }, diskGib }, key) => {
  const reserved = [systemReserved, kubeReserved].map((each) => each["ephemeral-storage"]);
  const gib = reserved.reduce((sum, each) => sum + bytesOf(each), 0) / 2 ** 30;
  return mistakeIf(
    gib >= diskGib / 2,
    `${key}.diskGib`,
    diskGib,
    `use more: systemReserved and kubeReserved reserve ${gib} GiB of it, and at most half can be reserved`,
  );
});

export const poolRules: readonly Rule[] = [
  poolsOfRegion,
  size,
  instanceTypes,
  zones,
  staticCpus,
  diskForPods,
];
