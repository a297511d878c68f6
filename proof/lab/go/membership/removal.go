package membership

import "time"

// evidence is how old a voter's answer may be when a removal is seen, and how long after it one may still come.
const evidence = time.Second

// removal is one that was seen and is to be judged.
type removal struct {
	at      time.Time
	removed []Member
}

// removals returns the members that a list read through the quorum lacks, compared with the one before.
func removals(before, after []Member) []Member {
	left := map[string]bool{}
	for _, member := range after {
		left[member.ID] = true
	}
	var removed []Member
	for _, member := range before {
		if !left[member.ID] {
			removed = append(removed, member)
		}
	}
	return removed
}

// quorumKept tells whether those voters that have read through the quorum around the time of a removal are a majority of
// the voters that it has left.
func quorumKept(at time.Time, left []Member, lastRead map[string]time.Time) bool {
	voters, healthy := 0, 0
	for _, member := range left {
		if member.Learner {
			continue
		}
		voters++
		if lastRead[member.ID].After(at.Add(-evidence)) {
			healthy++
		}
	}
	return healthy >= voters/2+1
}
