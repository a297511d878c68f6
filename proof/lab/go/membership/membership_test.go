package membership

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func after(ms int) time.Time { return noon.Add(time.Duration(ms) * time.Millisecond) }

func voters(ids ...uint64) []listed {
	var list []listed
	for _, id := range ids {
		list = append(list, listed{id: id, name: fmt.Sprint("i-", id)})
	}
	return list
}

// said is a healthy voter's answer to a question at a time, in milliseconds. It took ten milliseconds.
func said(id uint64, asked int, list []listed) answer {
	return answer{
		endpoint: fmt.Sprint(id), asked: after(asked), completed: after(asked + 10), source: Linearizable, list: list,
		status: status{memberID: id, clusterID: 0xc, leader: 1, term: 2, revision: int64(asked), healthy: true},
	}
}

// take passes answers to a watch and returns all lines.
func (w *watch) takeAll(answers ...answer) []Observation {
	var lines []Observation
	for _, given := range answers {
		lines = append(lines, w.take(given, given.completed)...)
	}
	return lines
}

func TestAHealthyCluster(t *testing.T) {
	w := newWatch()
	list := voters(1, 2)
	list = append(list, listed{id: 3, name: "i-3", learner: true})
	learner := said(3, 2, list)
	learner.source = Serializable
	lines := w.takeAll(said(1, 0, list), said(2, 1, list), learner)
	last := lines[len(lines)-1]
	if last.Source != Linearizable || last.Leader != "1" || last.Voters != 2 || last.HealthyVoters != 2 || len(last.Problems) > 0 {
		t.Errorf("seen: %+v", last)
	}
	if member := last.Members[2]; !member.Learner || !member.Healthy {
		t.Errorf("the learner: %+v", member)
	}
	if again := w.takeAll(said(1, 100, list)); len(again) > 0 {
		t.Errorf("nothing has changed, but: %+v", again)
	}
	if later := w.takeAll(said(1, 1100, list)); len(later) != 1 {
		t.Errorf("%d lines after a second without a change", len(later))
	}
}

func TestAMemberWithoutAnAnswerIsNotHealthy(t *testing.T) {
	w := newWatch()
	list := voters(1, 2, 3)
	w.takeAll(said(1, 0, list), said(2, 1, list), said(3, 2, list))
	lines := w.takeAll(answer{endpoint: "3", asked: after(100), completed: after(101), err: fmt.Errorf("refused")})
	if len(lines) != 1 || lines[0].HealthyVoters != 2 || lines[0].Members[2].Healthy {
		t.Errorf("seen: %+v", lines)
	}
}

func TestRemovals(t *testing.T) {
	three := voters(1, 2, 3)
	for name, tested := range map[string]struct {
		// answers after member 3 was removed; all three members had answered before.
		answers []answer
		want    bool
	}{
		"two of two are left":            {[]answer{said(1, 2000, voters(1, 2)), said(2, 2010, voters(1, 2))}, true},
		"one of two is left":             {[]answer{said(1, 2000, voters(1, 2))}, false},
		"the other answers soon after":   {[]answer{said(1, 2000, voters(1, 2)), said(2, 2900, voters(1, 2))}, true},
		"the other answered just before": {[]answer{said(2, 1800, three), said(1, 2000, voters(1, 2))}, true},
		"one learner and one voter left": {[]answer{said(1, 2000, []listed{{id: 1}, {id: 2, learner: true}})}, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWatch()
			w.takeAll(said(1, 0, three), said(2, 0, three), said(3, 0, three))
			w.takeAll(tested.answers...)
			lines := w.lines(after(3100))
			judged := lines[len(lines)-1]
			if len(judged.Removed) != 1 || judged.Removed[0].ID != "3" || !judged.RemovedAt.Equal(after(2010)) {
				t.Fatalf("judged: %+v", judged)
			}
			if judged.QuorumKept != tested.want {
				t.Errorf("the quorum was kept: %v, not %v", judged.QuorumKept, tested.want)
			}
			if again := w.lines(after(3200)); len(again) > 0 {
				t.Errorf("judged again: %+v", again)
			}
		})
	}
}

func TestOldListsAreNoRemovals(t *testing.T) {
	w := newWatch()
	w.takeAll(said(1, 0, voters(1, 2)), said(1, 100, voters(1, 2, 3)))
	slow := said(2, 50, voters(1, 2))
	slow.completed = after(120)
	local := said(2, 200, voters(1, 2))
	local.source = Serializable
	lines := w.takeAll(slow, local)
	lines = append(lines, w.lines(after(5000))...)
	for _, line := range lines {
		if len(line.Removed) > 0 || len(line.Members) != 3 {
			t.Errorf("seen: %+v", line)
		}
	}
}

func TestWithoutQuorum(t *testing.T) {
	w := newWatch()
	w.takeAll(said(1, 0, voters(1, 2, 3)))
	alone := said(1, 1000, voters(1, 2, 3))
	alone.source, alone.status.healthy = Serializable, false
	lines := w.takeAll(alone)
	if len(lines) != 1 || lines[0].Source != Serializable || lines[0].HealthyVoters != 0 || lines[0].Leader != "" {
		t.Errorf("seen: %+v", lines)
	}
	lines = w.takeAll(answer{endpoint: "1", asked: after(2000), completed: after(2001), err: fmt.Errorf("refused")})
	if len(lines) != 1 || lines[0].Source != None || len(lines[0].Members) != 3 {
		t.Errorf("seen: %+v", lines)
	}
}

func TestProblems(t *testing.T) {
	w := newWatch()
	twice := append(voters(1, 2), listed{id: 3, name: "i-2"}, listed{id: 4}, listed{id: 5})
	other := said(2, 1, twice)
	other.status.clusterID = 0xd
	lines := w.takeAll(said(1, 0, twice), other)
	got := strings.Join(lines[len(lines)-1].Problems, "; ")
	if want := "more than one cluster id: c, d; members 2 and 3 are both named i-2"; got != want {
		t.Errorf("problems: %q, not %q", got, want)
	}
}
