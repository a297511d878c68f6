package membership

import "time"

// evidence is the greatest distance in time between a voter's answer and a removal, before or after it.
const evidence = time.Second

// removal is a removal that was seen and waits for its verdict.
type removal struct {
	at      time.Time
	removed []Member
}

// removals returns the members that are missing in a list read through the quorum, compared with the list
// before.
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

// quorumKept reports whether enough voters have read through the quorum around the time of a removal. Enough
// is a majority of the voters that are left.
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
