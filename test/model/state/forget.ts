import { formedCluster, type State } from "./state";

/** Forgets what nobody can ever see again, and counts anew, so that states with the same future look the same. */
export function forget(state: State): void {
  forgetVersions(state);
  forgetClusters(state);
  forgetEpochs(state);
}

/** Versions of a member list that no disk ends with, but for the newest. */
function forgetVersions(state: State): void {
  state.clusters.forEach((cluster, index) => {
    const newest = cluster.versions.length - 1;
    const used = cluster.versions.map(
      (_, version) =>
        version === newest ||
        state.nodes.some(({ data }) => data?.cluster === index && data.version === version),
    );
    if (!used.includes(false)) return;
    for (const { data } of state.nodes) {
      if (data?.cluster === index && data.version >= 0) data.version = rank(used, data.version);
    }
    cluster.versions = cluster.versions.filter((_, version) => used[version]);
  });
}

/** Clusters without data on any disk. */
function forgetClusters(state: State): void {
  const used = state.clusters.map(
    (_, index) =>
      index === formedCluster(state) ||
      index === state.acknowledged ||
      state.nodes.some(
        ({ data, unit, target }) =>
          data?.cluster === index || (unit === "starting-existing" && target === index),
      ),
  );
  if (!used.includes(false)) return;
  for (const node of state.nodes) {
    if (node.data) node.data.cluster = rank(used, node.data.cluster);
    if (node.unit === "starting-existing") node.target = rank(used, node.target);
  }
  if (state.acknowledged >= 0) state.acknowledged = rank(used, state.acknowledged);
  state.clusters = state.clusters.filter((_, index) => used[index]);
}

/** Epochs that are neither the newest nor a cluster's, nor read or noted by a node. */
function forgetEpochs(state: State): void {
  const { length } = state.formations;
  if (length === 0) return;
  const used = state.formations.map((_, index) => index + 1 === length);
  for (const { epoch } of state.clusters) used[epoch - 1] = true;
  for (const node of state.nodes) if (node.wipedNote > 0 && !used[node.wipedNote - 1]) node.wipedNote = 0;
  for (const { epoch, epochNote } of state.nodes) {
    if (epoch > 0 && epoch <= length) used[epoch - 1] = true;
    if (epochNote > 0) used[epochNote - 1] = true;
  }
  if (!used.includes(false)) return;
  const place = (epoch: number) =>
    epoch > length ? rank(used, length) + 1 : epoch === 0 ? 0 : rank(used, epoch - 1) + 1;
  for (const node of state.nodes) {
    node.epoch = place(node.epoch);
    node.epochNote = place(node.epochNote);
    node.wipedNote = place(node.wipedNote);
  }
  state.clusters = state.clusters.map((cluster) => ({ ...cluster, epoch: place(cluster.epoch) }));
  state.formations = state.formations.filter((_, index) => used[index]);
}

const rank = (used: readonly boolean[], index: number) => used.slice(0, index).filter(Boolean).length;
