import { known, memberAdd, memberRemove, newest, type Quorum } from "../world/etcd";
import { bootstrapExisting, bootstrapNew } from "./etcdBootstrap";
import {
  formationIsLost,
  goneMembers,
  isLeftBehind,
  noClusterHasFormed,
  quorumStaysWithout,
  reachable,
} from "../world/facts";
import { refused, type Next } from "../state/step";
import {
  enter,
  epochRead,
  formedCluster,
  formedRead,
  has,
  idOf,
  isVoter,
  learner,
  roleOf,
  unstarted,
} from "../state/state";

/** The steps of etcd-membership, and of the start of etcd that follows it, on node `i`. */
export function etcdMembership(world: Next, i: number): void {
  const { state } = world;
  const node = state.nodes[i];
  const hasData = node.data !== undefined || (node.husk && !world.on("logIsData"));

  switch (node.unit) {
    case "deciding":
      if (hasData) decideWithData(world, i);
      else if (state.foreign)
        return; // read_formation fails: it waits
      else if (formedRead(state) >= 0) reach(world, i, false);
      else form(world, i);
      return;

    case "asking-ec2": {
      const lost = formationIsLost(state, node.epoch);
      const readAgain = !state.foreign && formedRead(state) < 0 && epochRead(state) === node.epoch;
      if (hasData && !lost) reach(world, i, true);
      else if (!lost && mayBeNew(world, i)) startNew(world, i, node.epoch, "start_new: a first member");
      if (!lost && world.on("formationLost")) {
        // Others may still come.
      } else if (readAgain || !world.on("formedReadAgain")) {
        if (hasData) world.may("leave_data: decided", i, (next) => enter(next.nodes[i], "wiping"));
        else chooseFirstMembers(world, i, node.epoch + 1);
      }
      world.may("begin again", i, (next) => enter(next.nodes[i], "deciding"));
      return;
    }

    case "wiping":
      world.may("wipe_data", i, (next) => {
        const it = next.nodes[i];
        const entry =
          it.data && it.data.cluster === formedCluster(next) ? newest(next, it.data.cluster)[i] : 0;
        if (isVoter(entry) && idOf(entry) === it.data!.id)
          next.violation = `node ${i} wipes the data of a voter of the cluster that has formed`;
        // Data of an older epoch is set aside instead, and needs no note.
        if (it.epochNote === next.formations.length || it.epochNote === 0)
          it.wipedNote = next.formations.length;
        it.data = undefined;
        it.husk = false;
        enter(it, "deciding");
      });
      return;

    case "creating":
      world.may(
        "create_formation",
        i,
        (next) => {
          const it = next.nodes[i];
          const gone = next.formations.length === it.epoch && epochRead(next) < it.epoch;
          if (gone)
            next.violation = `node ${i} writes a formation in the place of that of a cluster that serves`;
          if (next.formations.length < it.epoch || !world.on("ifNoneMatch"))
            next.formations[it.epoch - 1] = it.members;
          enter(it, "deciding");
        },
        { about: node.epoch },
      );
      return;

    case "starting-new":
      bootstrapNew(world, i);
      return;

    case "starting-existing":
      bootstrapExisting(world, i);
      return;

    case "removing-lost-self":
    case "removing-gone":
      world.may(
        "remove_member",
        i,
        (next) => {
          const { target } = next.nodes[i];
          enter(next.nodes[i], "deciding");
          const [quorum] = reachable(next, i);
          if (quorum) memberRemove(next, quorum, target, world.on("strictReconfiguration"));
        },
        { about: node.target },
      );
      return;

    case "off":
    case "running":
    case "ended":
  }
}

/** data_is_left_behind, leave_data, or what the member list says. */
function decideWithData(world: Next, i: number): void {
  const { state } = world;
  const { epochNote } = state.nodes[i];
  if (isLeftBehind(state, world.setting, i)) {
    if (epochNote === epochRead(state) && !state.foreign) askEc2(world, i, epochNote);
    else world.may("leave_data: another epoch counts", i, (next) => enter(next.nodes[i], "wiping"));
  } else if (!state.foreign) reach(world, i, true);
  // S3 does not answer: then nothing is wiped.
  resume(world, i, true);
}

function askEc2(world: Next, i: number, epoch: number): void {
  world.may("read_formation", i, (next) => {
    enter(next.nodes[i], "asking-ec2");
    next.nodes[i].epoch = epoch;
  });
}

/** form: no data, and no cluster has formed. */
function form(world: Next, i: number): void {
  const epoch = epochRead(world.state);
  if (epoch === 0) chooseFirstMembers(world, i, 1);
  else askEc2(world, i, epoch);
}

/** formation_records_present: this node and any others that the zone holds, be they alive or not. */
function chooseFirstMembers(world: Next, i: number, epoch: number): void {
  const { state, setting } = world;
  if (!state.nodes[i].inZone || !noClusterHasFormed(state, setting, i)) return;
  const others = state.nodes.flatMap(({ inZone }, j) => (inZone && j !== i ? [j] : []));
  for (let set = 0; set < 1 << others.length; set++) {
    const chosen = others.filter((_, index) => has(set, index));
    if (chosen.length !== setting.size - 1) continue;
    world.may(
      "formation_records_present",
      i,
      (next) => {
        enter(next.nodes[i], "creating");
        next.nodes[i].epoch = epoch;
        next.nodes[i].members = chosen.reduce((members, j) => members | (1 << j), 1 << i);
      },
      { about: epoch },
    );
  }
}

/** What follows once reach_cluster has told, or not told, what the member list says of this instance. */
function reach(world: Next, i: number, hasData: boolean): void {
  const { state } = world;
  const formed = formedRead(state);
  const answers = reachable(state, i).filter(({ cluster }) => cluster === formed || !world.on("clusterId"));
  const isNew = mayBeNew(world, i);
  for (const quorum of answers) {
    const entry = known(state, quorum)[i];
    if (hasData) {
      if (entry !== 0) resume(world, i);
      else world.may("wipe_data: no member any more", i, (next) => enter(next.nodes[i], "wiping"));
    } else if (entry === 0) join(world, i, quorum);
    else if (roleOf(entry) === learner || !has(state.clusters[quorum.cluster].first, i))
      startExisting(world, i, quorum.cluster);
    else if (roleOf(entry) === unstarted && isNew) {
      startNew(world, i, state.formations.length, "start_new: a first member that has never run");
    } else if (!world.on("quorumStays") || quorumStaysWithout(state, quorum, i)) {
      world.may("remove_lost_self", i, (next) => {
        enter(next.nodes[i], "removing-lost-self");
        next.nodes[i].target = i;
      });
    }
  }
  // The zone may be seen late: then no other member is found though there are some.
  const late = answers.length > 0;
  if (hasData) resume(world, i, late);
  else if (isNew) startNew(world, i, state.formations.length, "start_new: nobody answers", late);
}

/** ! was_wiped. */
const mayBeNew = (world: Next, i: number) =>
  !world.on("wipedNote") || world.state.nodes[i].wipedNote !== epochRead(world.state);

function resume(world: Next, i: number, fault = false): void {
  // etcd without a log wants the other members, and this list has none.
  if (world.state.nodes[i].data) world.may("resume", i, (next) => enter(next.nodes[i], "running"), { fault });
}

/** join: remove_gone_members, add_learner; the decision is then made anew and finds a learner. */
function join(world: Next, i: number, quorum: Quorum): void {
  const { state } = world;
  if (world.on("ownRecords") && !state.nodes[i].inZone) return;
  const gone = goneMembers(state, world.setting, quorum, i);
  for (const target of gone) {
    world.may(
      "remove_gone_members",
      i,
      (next) => {
        enter(next.nodes[i], "removing-gone");
        next.nodes[i].target = target;
      },
      { about: target },
    );
  }
  if (gone.length === 0) {
    world.may("add_learner", i, (next) => {
      if (world.on("joinNote")) next.nodes[i].wipedNote = next.formations.length;
      return memberAdd(next, quorum, i, world.on("learnerFirst") ? learner : unstarted) || refused;
    });
  }
}

function startExisting(world: Next, i: number, cluster: number): void {
  world.may("start_existing", i, (next) => {
    const it = next.nodes[i];
    enter(it, "starting-existing");
    it.target = cluster;
    it.epochNote = next.formations.length;
    it.formedNote = true;
  });
}

function startNew(world: Next, i: number, epoch: number, action: string, fault = false): void {
  const { formations, formationGone } = world.state;
  if (epoch === 0 || formationGone || !has(formations[epoch - 1], i)) return;
  world.may(
    action,
    i,
    (next) => {
      const it = next.nodes[i];
      enter(it, "starting-new");
      it.epoch = it.epochNote = epoch;
      it.members = formations[epoch - 1];
      it.formedNote = false;
    },
    { fault, about: epoch },
  );
}
