package membership

import "time"

// watch turns answers of endpoints into observations.
type watch struct {
	// answers are the newest answers by endpoint.
	answers    map[string]answer
	clusterIDs map[uint64]bool
	// quorum is the newest list that was read through the quorum; completed is when that read ended.
	quorum    []listed
	completed time.Time
	// list is the last list in a line; voted is the last such list that was read through the quorum.
	list  []listed
	voted []Member
	// lastRead is when each member last began a read through the quorum that succeeded.
	lastRead map[string]time.Time
	pending  []removal
	last     Observation
	written  time.Time
}

func newWatch() *watch {
	return &watch{
		answers: map[string]answer{}, clusterIDs: map[uint64]bool{}, lastRead: map[string]time.Time{},
	}
}

// take adds an answer and returns the lines to write at that time.
func (w *watch) take(given answer, now time.Time) []Observation {
	w.answers[given.endpoint] = given
	if given.err == nil {
		w.clusterIDs[given.status.clusterID] = true
	}
	if given.source == Linearizable {
		w.lastRead[hexadecimal(given.status.memberID)] = given.asked
		// A list is certainly newer only if its read began after the other's end.
		if given.asked.After(w.completed) {
			w.quorum, w.completed = given.list, given.completed
		}
	}
	return w.lines(now)
}

// drop forgets an endpoint.
func (w *watch) drop(endpoint string) { delete(w.answers, endpoint) }

// lines returns the new lines at a time: a change, a second without one, a removal that can be judged.
func (w *watch) lines(now time.Time) []Observation {
	seen := w.observe(now)
	var lines []Observation
	if !seen.sameAs(w.last) || now.Sub(w.written) >= time.Second {
		lines = append(lines, seen)
		w.last, w.written = seen, now
	}
	if seen.Source == Linearizable {
		if removed := removals(w.voted, seen.Members); len(removed) > 0 {
			w.pending = append(w.pending, removal{at: now, removed: removed})
		}
		w.voted = seen.Members
	}
	for len(w.pending) > 0 && now.Sub(w.pending[0].at) >= evidence {
		lines = append(lines, w.judge(seen))
	}
	return lines
}

// judge returns the line about the oldest removal that waits for its verdict.
func (w *watch) judge(seen Observation) Observation {
	oldest := w.pending[0]
	w.pending = w.pending[1:]
	seen.Removed, seen.RemovedAt = oldest.removed, oldest.at.UTC()
	seen.QuorumKept = quorumKept(oldest.at, seen.Members, w.lastRead)
	return seen
}

func (w *watch) observe(now time.Time) Observation {
	source := None
	statuses := map[uint64]status{}
	var local answer
	for _, given := range w.answers {
		if given.err != nil {
			continue
		}
		if known, ok := statuses[given.status.memberID]; !ok || !known.healthy {
			statuses[given.status.memberID] = given.status
		}
		switch {
		case given.source == Linearizable:
			source = Linearizable
		case given.source == Serializable && source != Linearizable:
			source = Serializable
			if given.status.term > local.status.term ||
				given.status.term == local.status.term && given.completed.After(local.completed) {
				local = given
			}
		}
	}
	switch source {
	case Linearizable:
		w.list = w.quorum
	case Serializable:
		w.list = local.list
	}
	seen := assemble(source, w.list, statuses, w.clusterIDs)
	seen.Time = now.UTC()
	return seen
}
