// Package membership watches the members of an etcd cluster and judges their changes.
package membership

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Member is a member at one moment.
type Member struct {
	// ID in hexadecimal, as etcdctl prints it.
	ID string `json:"id"`
	// Name is empty until the member has started.
	Name    string `json:"name"`
	Learner bool   `json:"learner"`
	// Healthy voters answer a read through the quorum. A learner may not read, and counts as healthy if its
	// status has no error.
	Healthy bool `json:"healthy"`
	// Leader that this member follows, its raft term and the revision of its store. They are from the last
	// answer; from this one if it is healthy.
	Leader   string `json:"leader,omitempty"`
	Term     uint64 `json:"term,omitempty"`
	Revision int64  `json:"revision,omitempty"`
}

// Source says how the list of members was read.
type Source string

const (
	// Linearizable lists were read through the quorum.
	Linearizable Source = "linearizable"
	// Serializable lists are from one member, and may be old.
	Serializable Source = "serializable"
	// None means that no member answers; the list is the last one.
	None Source = "none"
)

// Observation is a line of the observer.
type Observation struct {
	Time   time.Time `json:"time"`
	Source Source    `json:"source"`
	// ClusterIDs that were seen since the start, in hexadecimal.
	ClusterIDs []string `json:"clusterIds"`
	// Leader that most members name; empty if none does.
	Leader string `json:"leader"`
	// Term is the highest one that a member has.
	Term          uint64   `json:"term"`
	Voters        int      `json:"voters"`
	HealthyVoters int      `json:"healthyVoters"`
	Members       []Member `json:"members"`
	// Removed members and the time when they were first missing. A line one second later judges their removal.
	Removed   []Member  `json:"removed,omitempty"`
	RemovedAt time.Time `json:"removedAt,omitzero"`
	// QuorumKept is false in the line about a removal that has left fewer healthy voters than a majority of the voters.
	QuorumKept bool `json:"quorumKept"`
	// Problems are facts that must never be, in words.
	Problems []string `json:"problems,omitempty"`
}

// listed is a member list's entry for one member.
type listed struct {
	id         uint64
	name       string
	learner    bool
	clientURLs []string
}

// status is a member's last answer about itself.
type status struct {
	memberID, clusterID, leader, term uint64
	revision                          int64
	healthy                           bool
}

// assemble makes an observation from the newest list and the newest status of each member.
func assemble(source Source, list []listed, statuses map[uint64]status, clusterIDs map[uint64]bool) Observation {
	observation := Observation{Source: source, ClusterIDs: []string{}, Members: []Member{}, QuorumKept: true}
	for _, id := range slices.Sorted(maps.Keys(clusterIDs)) {
		observation.ClusterIDs = append(observation.ClusterIDs, hexadecimal(id))
	}
	votes := map[string]int{}
	for _, entry := range list {
		member := Member{ID: hexadecimal(entry.id), Name: entry.name, Learner: entry.learner}
		if said, ok := statuses[entry.id]; ok && said.healthy {
			member.Healthy, member.Term, member.Revision = true, said.term, said.revision
			if said.leader != 0 {
				member.Leader = hexadecimal(said.leader)
				votes[member.Leader]++
			}
			observation.Term = max(observation.Term, said.term)
		}
		if !member.Learner {
			observation.Voters++
			if member.Healthy {
				observation.HealthyVoters++
			}
		}
		observation.Members = append(observation.Members, member)
	}
	slices.SortFunc(observation.Members, func(a, b Member) int { return strings.Compare(a.Name+a.ID, b.Name+b.ID) })
	for _, id := range slices.Sorted(maps.Keys(votes)) {
		if votes[id] > votes[observation.Leader] {
			observation.Leader = id
		}
	}
	observation.Problems = problems(observation)
	return observation
}

// problems names what no list of members may ever show.
func problems(observation Observation) []string {
	var found []string
	if len(observation.ClusterIDs) > 1 {
		found = append(found, "more than one cluster id: "+strings.Join(observation.ClusterIDs, ", "))
	}
	for i, member := range observation.Members[:max(len(observation.Members)-1, 0)] {
		if next := observation.Members[i+1]; member.Name != "" && member.Name == next.Name {
			found = append(found, fmt.Sprintf("members %s and %s are both named %s", member.ID, next.ID, member.Name))
		}
	}
	return found
}

// sameAs reports whether only time and revisions have changed.
func (o Observation) sameAs(other Observation) bool {
	same := func(a, b Member) bool {
		a.Revision, b.Revision = 0, 0
		return a == b
	}
	return o.Source == other.Source && o.Leader == other.Leader && o.Term == other.Term &&
		slices.Equal(o.ClusterIDs, other.ClusterIDs) && slices.EqualFunc(o.Members, other.Members, same)
}

func hexadecimal(id uint64) string { return fmt.Sprintf("%x", id) }
