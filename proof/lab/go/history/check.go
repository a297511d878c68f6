package history

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"
)

// Report is the verdict on a history.
type Report struct {
	// Linearizable is true, false, or "unknown" if the search ran out of time.
	Linearizable any `json:"linearizable"`
	// Violations are the registers whose operations have no valid order.
	Violations []string `json:"violations,omitempty"`
	// Acknowledged are all writes that etcd answered with success.
	Acknowledged int `json:"acknowledged"`
	// SentAgain are the writes that were not acknowledged at first and that their clients repeated once.
	SentAgain int `json:"sentAgain"`
	// Failed and Unknown are the other writes of clients that may use every member: those that failed the second
	// time too.
	Failed  int `json:"failed"`
	Unknown int `json:"unknown"`
	// Pinned are the other writes of clients that use only one member, whatever their outcome.
	Pinned Unacknowledged `json:"pinned"`
	// Lost are acknowledged writes to the log that were missing later; null if the log was not read at the end.
	Lost *int `json:"lost"`
	// LostFrom and LostTo are when the first and the last of them were acknowledged.
	LostFrom *time.Time `json:"lostFrom,omitempty"`
	LostTo   *time.Time `json:"lostTo,omitempty"`
	// Reads that got an answer.
	Reads          int     `json:"reads"`
	LongestPauseMs int64   `json:"longestPauseMs"`
	Pauses         []Pause `json:"pauses"`
	// First and Last acknowledged write.
	First *time.Time `json:"first"`
	Last  *time.Time `json:"last"`
}

// Unacknowledged counts writes by their outcome.
type Unacknowledged struct {
	Failed  int `json:"failed"`
	Unknown int `json:"unknown"`
}

// LongPause is the shortest pause that a report lists.
const LongPause = 500 * time.Millisecond

// Check judges a window of a history. It stops checking the registers after the time-out.
func Check(operations []Operation, window Window, timeout time.Duration) Report {
	report := count(operations, window)
	report.Linearizable, report.Violations = linearizable(operations, window, timeout)
	return report
}

func count(operations []Operation, window Window) Report {
	var report Report
	var acknowledged []time.Time
	lostKeys, readBack := lost(operations)
	lostAt := []time.Time{}
	for i := range operations {
		operation := &operations[i]
		if !window.contains(operation.CallAt) {
			continue
		}
		switch {
		case operation.Outcome == OK && operation.IsWrite():
			report.Acknowledged++
			acknowledged = append(acknowledged, operation.ReturnAt)
			if operation.Kind == Append && lostKeys[operation.Key] {
				lostAt = append(lostAt, operation.ReturnAt)
			}
		case operation.Outcome == OK:
			report.Reads++
		case !operation.IsWrite():
		case operation.SentAgain:
			report.SentAgain++
		case operation.Outcome == Failed && operation.Endpoint == "":
			report.Failed++
		case operation.Outcome == Failed:
			report.Pinned.Failed++
		case operation.Outcome == Unknown && operation.Endpoint == "":
			report.Unknown++
		case operation.Outcome == Unknown:
			report.Pinned.Unknown++
		}
	}
	report.First, report.Last = span(acknowledged)
	if number := len(lostAt); readBack || number > 0 {
		report.Lost = &number
		report.LostFrom, report.LostTo = span(lostAt)
	}
	report.LongestPauseMs, report.Pauses = pauses(acknowledged, window.within(operations), LongPause)
	return report
}

func span(times []time.Time) (first, last *time.Time) {
	if len(times) == 0 {
		return nil, nil
	}
	earliest, latest := slices.MinFunc(times, time.Time.Compare), slices.MaxFunc(times, time.Time.Compare)
	return &earliest, &latest
}

// linearizable returns true, false or "unknown", and the keys that prevent true.
func linearizable(operations []Operation, window Window, timeout time.Duration) (verdict any, violations []string) {
	byKey := registers(operations, window)
	deadline := time.Now().Add(timeout)
	verdict = true
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		// Zero would mean no limit.
		left := max(time.Until(deadline), time.Nanosecond)
		switch porcupine.CheckOperationsTimeout(model(initial(window)), byKey[key], left) {
		case porcupine.Illegal:
			verdict = false
			violations = append(violations, key)
		case porcupine.Unknown:
			if verdict == true {
				verdict = "unknown"
			}
		}
	}
	return verdict, violations
}

// At the start of a history, no key has been written. At the start of a later part, the values are unknown.
func initial(window Window) register { return register{known: window.From.IsZero()} }

// Visualize writes porcupine's HTML page about one register of a window.
func Visualize(operations []Operation, window Window, key string, timeout time.Duration, page io.Writer) error {
	found, ok := registers(operations, window)[key]
	if !ok {
		return fmt.Errorf("the history has no register %q", key)
	}
	// Porcupine numbers the clients' rows itself.
	rows := map[int]int{}
	for i := range found {
		if _, known := rows[found[i].ClientId]; !known {
			rows[found[i].ClientId] = len(rows)
		}
		found[i].ClientId = rows[found[i].ClientId]
	}
	_, info := porcupine.CheckOperationsVerbose(model(initial(window)), found, timeout)
	return porcupine.Visualize(model(initial(window)), info, page)
}
