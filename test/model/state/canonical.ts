import type { State, Unit } from "./state";

const instances = ["none", "runs", "dead", "gone"];
const units: Unit[] = [
  "off",
  "deciding",
  "asking-ec2",
  "wiping",
  "creating",
  "starting-new",
  "starting-existing",
  "removing-lost-self",
  "removing-gone",
  "running",
  "ended",
];
const leaves = ["no", "begun", "removing", "done", "last"];

/**
 * A text that is the same for states which differ only in the nodes' numbers (nearly always: nodes that look alike by
 * themselves keep their order). States with the same text have the same future.
 */
export function canonical(state: State): string {
  const local = state.nodes.map((_, i) => ownText(state, i));
  const order = local
    .map((_, i) => i)
    .sort((a, b) => (local[a] < local[b] ? -1 : local[a] > local[b] ? 1 : a - b));
  const place: number[] = [];
  order.forEach((node, index) => (place[node] = index));
  const codes: number[] = [];
  for (const i of order) {
    const { members, target, removing } = state.nodes[i];
    let placed = 0;
    for (let j = 0; j < place.length; j++) if ((members >> j) & 1) placed |= 1 << place[j];
    codes.push(placed, target < 0 ? 15 : place[target], removing < 0 ? 15 : place[removing]);
  }
  const { faults } = state;
  codes.push(
    state.acknowledged + 1,
    ...[
      faults.crash,
      faults.cut,
      faults.restart,
      faults.terminate,
      faults.surplus,
      faults.removal,
      faults.disk,
      faults.fact,
    ],
    state.formations.length,
    [state.formationGone, state.formedGone, state.foreign].reduce(asBits, 0),
  );
  for (const { epoch, formed, versions } of state.clusters) {
    codes.push(epoch, formed ? 1 : 0, versions.length);
    for (const { written } of versions) codes.push(written ? 1 : 0);
  }
  return order.map((i) => local[i]).join("") + String.fromCharCode(...codes);
}

const asBits = (bits: number, flag: boolean) => bits * 2 + (flag ? 1 : 0);

/** All about one node that needs no other node's number. */
function ownText(state: State, i: number): string {
  const node = state.nodes[i];
  const { data } = node;
  const flags = [
    node.terminating,
    node.cut,
    node.inZone,
    node.stale,
    node.husk,
    node.recording,
    node.ready,
    node.formedNote,
    node.inService,
  ].reduce(asBits, 0);
  const codes = [
    instances.indexOf(node.instance) * 64 + units.indexOf(node.unit) * 5 + leaves.indexOf(node.leave),
    flags,
    node.epoch * 64 + node.epochNote * 8 + node.wipedNote,
    data ? 1 + data.cluster * 8 + data.id : 0,
    data ? data.version + 2 : 0,
  ];
  let formations = 0;
  state.formations.forEach((list, epoch) => (formations |= ((list >> i) & 1) << epoch));
  codes.push(formations);
  for (const { first, versions } of state.clusters) {
    codes.push((first >> i) & 1);
    for (const { list } of versions) codes.push(list[i]);
  }
  return String.fromCharCode(...codes);
}
