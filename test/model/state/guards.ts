/**
 * What the protocol relies on; each can be switched off, to see what it is for. All are on in the scripts and in etcd.
 */
export const guards = {
  ifNoneMatch: "create_formation and record_formed write with If-None-Match: *",
  formedReadAgain: "formed.json is looked for again after EC2 has said that a formation is lost",
  formationLost: "a later epoch is made only once a majority of the formation's instances is gone",
  goneOnly: "only members whose instances EC2 calls gone are removed, not those that do not answer",
  quorumStays: "quorum_stays_without is asked before a voter is removed",
  strictReconfiguration: "etcd's own check before a voter is removed",
  learnerFirst: "members are added as learners",
  wipedNote: "a member that wiped its data never starts as new in that epoch",
  joinNote: "nor does one that was no member when it joined",
  ownRecords: "a node joins only once its own records are in the zone",
  bootstrapCheck: "etcd refuses to bootstrap a member that its peers know to have run",
  clusterId: "only the cluster that formed.json names counts as reached",
  logIsData: "only a directory with a log counts as data",
  servedOnceFormed: "nothing is served before formed.json names this cluster",
  quorumReadBeforeFormed: "formed.json is written only after a read through the quorum",
  leavingJoinsNot:
    "a leaving instance that is no member stops its etcd.service before it says that it has left",
  lastVoterStays: "the last voter leaves only once nobody joins to whom it could hand the data",
  leavesOnceFormed: "nobody removes itself from a cluster before that has formed",
  nobodyInService: "no formation is written while an instance of the group is in service",
  noQuorumAnswers: "nor while a cluster answers through its quorum",
  writtenStays: "data that holds writes is left for a restore alone",
  ownFacts: "objects of another cluster's are refused",
  factsAgain: "a member that serves writes objects and notes again that are gone",
  restIsQuorum: "a leaving voter stops its etcd before it is removed only if the rest is a quorum",
} as const;

export type Guard = keyof typeof guards;
