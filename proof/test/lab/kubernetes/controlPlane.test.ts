import { equal, throws } from "node:assert/strict";
import { firstSaid } from "../../../lab/drills/controlPlane/controlPlane";
import { leadsBy } from "../../../lab/drills/controlPlane/leaders";

describe("A process that elects a leader", () => {
  const metrics = (value: number) => `
# TYPE leader_election_master_status gauge
leader_election_master_status{name="kube-scheduler"} ${value}
leader_election_slowpath_total{name="kube-scheduler"} 1
`;

  it("takes itself for the leader, or not, by its metrics", () => {
    equal(leadsBy(metrics(1), "kube-scheduler"), true);
    equal(leadsBy(metrics(0), "kube-scheduler"), false);
  });

  it("has to tell", () => {
    throws(() => leadsBy(metrics(1), "kube-controller-manager"), /do not say whether it leads/);
  });
});

describe("A journal", () => {
  const journal = `
1795609001.250000 node kubeadm-init[12]: kubeadm-init: waiting up to 300 s for a ready apiserver on this node
1795609010.500000 node kubeadm-init[12]: kubeadm-init: the apiserver is ready
1795609310.500000 node kubeadm-init[99]: kubeadm-init: the apiserver is ready
`;

  it("tells when something was said first", () => {
    equal(firstSaid(journal, "kubeadm-init: the apiserver is ready"), 1795609010.5);
    throws(() => firstSaid(journal, "launch hook completed"), /nobody says "launch hook completed"/);
  });
});
