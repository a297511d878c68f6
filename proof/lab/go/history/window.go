package history

import (
	"slices"
	"time"
)

// Window is a part of a history by the wall clock. Zero times set no limit.
type Window struct{ From, To time.Time }

// within returns the window with both ends; a missing limit becomes the history's own end.
func (w Window) within(operations []Operation) Window {
	for _, operation := range operations {
		if w.From.IsZero() {
			w.From = operation.CallAt
		}
		// Reads of the log follow the stop.
		if operation.Kind == Stop && w.To.IsZero() {
			w.To = operation.CallAt
		}
	}
	if w.To.IsZero() && len(operations) > 0 {
		last := slices.MaxFunc(operations, func(a, b Operation) int { return a.latest().Compare(b.latest()) })
		w.To = last.latest()
	}
	return w
}

func (w Window) contains(t time.Time) bool {
	return !t.Before(w.From) && (w.To.IsZero() || !t.After(w.To))
}

func (o *Operation) latest() time.Time {
	if o.ReturnAt.After(o.CallAt) {
		return o.ReturnAt
	}
	return o.CallAt
}

// Pause is a time without an acknowledged write.
type Pause struct {
	At time.Time `json:"at"`
	Ms int64     `json:"ms"`
}

// pauses returns the longest time between two acknowledged writes, in milliseconds, and all pauses longer
// than `over`. The ends of the window count like writes.
func pauses(acknowledged []time.Time, window Window, over time.Duration) (longest int64, long []Pause) {
	moments := append([]time.Time{window.From, window.To}, acknowledged...)
	moments = slices.DeleteFunc(moments, func(t time.Time) bool { return !window.contains(t) })
	slices.SortFunc(moments, time.Time.Compare)
	long = []Pause{}
	for i := 1; i < len(moments); i++ {
		pause := moments[i].Sub(moments[i-1])
		longest = max(longest, pause.Milliseconds())
		if pause > over {
			long = append(long, Pause{At: moments[i-1], Ms: pause.Milliseconds()})
		}
	}
	return longest, long
}
