package history

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

var began = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// at fills in the times of an operation, in milliseconds.
func at(call, returned int64, operation Operation) Operation {
	operation.Call, operation.Return = call*1e6, returned*1e6
	operation.CallAt = began.Add(time.Duration(operation.Call))
	operation.ReturnAt = began.Add(time.Duration(operation.Return))
	if operation.Outcome == "" {
		operation.Outcome = OK
	}
	return operation
}

func put(call, returned int64, value string) Operation {
	return at(call, returned, Operation{Kind: Put, Key: "r", Value: value})
}
func get(call, returned int64, found string) Operation {
	return at(call, returned, Operation{Kind: Get, Key: "r", Found: found})
}
func swap(call, returned int64, expect, value string) Operation {
	return at(call, returned, Operation{Kind: CompareAndSwap, Key: "r", Expect: expect, Value: value, Swapped: true})
}
func unswapped(call, returned int64, expect, value, found string) Operation {
	return at(call, returned, Operation{Kind: CompareAndSwap, Key: "r", Expect: expect, Value: value, Found: found})
}
func with(outcome Outcome, operation Operation) Operation {
	operation.Outcome, operation.Swapped = outcome, false
	return operation
}

func TestRegisters(t *testing.T) {
	for name, tested := range map[string]struct {
		history []Operation
		want    bool
	}{
		"one after the other":                 {[]Operation{put(0, 1, "a"), get(2, 3, "a"), swap(4, 5, "a", "b"), get(6, 7, "b")}, true},
		"a key that was never written":        {[]Operation{get(0, 1, ""), swap(2, 3, "", "a"), get(4, 5, "a")}, true},
		"a stale read":                        {[]Operation{put(0, 1, "a"), put(2, 3, "b"), get(4, 5, "a")}, false},
		"a read beside a write":               {[]Operation{put(0, 1, "a"), put(2, 9, "b"), get(3, 4, "a"), get(5, 6, "b")}, true},
		"new, then old, beside a write":       {[]Operation{put(0, 1, "a"), put(2, 9, "b"), get(3, 4, "b"), get(5, 6, "a")}, false},
		"a lost write":                        {[]Operation{put(0, 1, "a"), get(2, 3, "")}, false},
		"a value from nowhere":                {[]Operation{put(0, 1, "a"), get(2, 3, "x")}, false},
		"two swaps of the same value":         {[]Operation{put(0, 1, "a"), swap(2, 9, "a", "b"), swap(3, 8, "a", "c")}, false},
		"a swap that found another":           {[]Operation{put(0, 1, "a"), unswapped(2, 3, "x", "b", "a"), get(4, 5, "a")}, true},
		"a swap that found what it says not":  {[]Operation{put(0, 1, "a"), put(2, 3, "b"), unswapped(4, 5, "x", "c", "a")}, false},
		"unknown, and never seen":             {[]Operation{put(0, 1, "a"), with(Unknown, put(2, 3, "b")), get(4, 5, "a")}, true},
		"unknown, and seen much later":        {[]Operation{put(0, 1, "a"), with(Unknown, put(2, 3, "b")), get(4, 5, "a"), get(6, 7, "b")}, true},
		"unknown, seen, and gone again":       {[]Operation{put(0, 1, "a"), with(Unknown, put(2, 3, "b")), get(4, 5, "b"), get(6, 7, "a")}, false},
		"unknown, seen before it was begun":   {[]Operation{put(0, 1, "a"), get(2, 3, "b"), with(Unknown, put(4, 5, "b"))}, false},
		"a chain of unknown swaps, end seen":  {[]Operation{put(0, 1, "a"), with(Unknown, swap(2, 3, "a", "b")), with(Unknown, swap(4, 5, "b", "c")), get(8, 9, "c")}, true},
		"a chain of unknown swaps, wrong way": {[]Operation{put(0, 1, "a"), with(Unknown, swap(2, 3, "x", "b")), get(8, 9, "b")}, false},
		"failed, but it was there":            {[]Operation{put(0, 1, "a"), with(Failed, put(2, 3, "b")), get(4, 5, "b")}, false},
		"under way when the client was ended": {[]Operation{put(0, 1, "a"), with(Pending, put(2, 0, "b")), get(4, 5, "b")}, true},
		"a read without an answer":            {[]Operation{put(0, 1, "a"), with(Failed, get(2, 3, "")), get(4, 5, "a")}, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Check(tested.history, Window{}, time.Minute); got.Linearizable != tested.want {
				t.Errorf("linearizable is %v, not %v", got.Linearizable, tested.want)
			}
		})
	}
}

// registers() leaves operations out and closes open ones; neither changes a verdict. The test compares random histories,
// right and wrong, with porcupine. It keeps every unknown write open and optional until the end.
func TestRegistersAgreesWithPlainPorcupine(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	verdicts := map[bool]int{}
	for range 3000 {
		history := randomHistory(random)
		plain := porcupine.CheckOperations(plainModel, plainOperations(history))
		got := Check(history, Window{}, time.Minute).Linearizable
		if got != plain {
			for _, operation := range history {
				t.Logf("%d-%d %s", operation.Call/1e6, operation.Return/1e6, describe(&operation))
			}
			t.Fatalf("linearizable is %v, but plainly %v", got, plain)
		}
		verdicts[plain]++
	}
	if verdicts[true] < 300 || verdicts[false] < 300 {
		t.Errorf("the histories are too much alike: %v", verdicts)
	}
}

// randomHistory lets operations of three clients take effect at random moments of a register. Some results are wrong.
func randomHistory(random *rand.Rand) []Operation {
	var history []Operation
	value, clock := "", int64(0)
	free := [3]int64{}
	for number := range 4 + random.IntN(6) {
		client := random.IntN(3)
		clock += 3
		call := max(clock-random.Int64N(6), free[client]+1)
		free[client] = max(clock, call) + random.Int64N(6)
		outcome, written := OK, fmt.Sprint(number)
		if random.IntN(3) == 0 {
			outcome = Unknown
		}
		applied := outcome == OK || random.IntN(2) == 0
		shown := value
		if random.IntN(12) == 0 {
			shown = fmt.Sprint(random.IntN(number + 1))
		}
		var operation Operation
		switch random.IntN(3) {
		case 0:
			operation = put(call, free[client], written)
		case 1:
			operation, applied = get(call, free[client], shown), false
		case 2:
			operation = swap(call, free[client], shown, written)
			applied = applied && shown == value
		}
		if applied {
			value = written
		}
		if outcome == Unknown {
			operation = with(Unknown, operation)
		}
		operation.Client = client
		history = append(history, operation)
	}
	return history
}

// plainModel lets an unknown write take effect or not.
var plainModel = (&porcupine.NondeterministicModel{
	Init: func() []any { return []any{register{known: true}} },
	Step: func(state, input, _ any) []any {
		operation := *input.(*Operation)
		unknown := operation.Outcome == Unknown
		operation.Swapped = operation.Swapped || unknown && operation.Kind == CompareAndSwap
		var next []any
		if unknown {
			next = append(next, state)
		}
		if possible, after := step(state.(register), &operation); possible {
			next = append(next, after)
		}
		return next
	},
}).ToModel()

func plainOperations(history []Operation) []porcupine.Operation {
	var operations []porcupine.Operation
	for i := range history {
		operation := &history[i]
		returned := operation.Return
		if operation.Outcome == Unknown {
			if !operation.IsWrite() {
				continue
			}
			returned = math.MaxInt64
		}
		operations = append(operations, porcupine.Operation{ClientId: operation.Client, Input: operation, Call: operation.Call, Return: returned})
	}
	return operations
}

func TestNoTimeToCheckIsNotPassed(t *testing.T) {
	var history []Operation
	for i := range int64(400) {
		history = append(history, put(0, 1000, fmt.Sprint(i)))
	}
	history = append(history, get(2000, 2001, "nowhere"))
	if got := Check(history, Window{}, time.Millisecond).Linearizable; got != "unknown" {
		t.Errorf("linearizable is %v, not unknown", got)
	}
}

func TestWindow(t *testing.T) {
	history := []Operation{
		{Kind: Start, CallAt: began}, put(0, 1, "a"), put(2, 3, "b"), get(4, 5, "b"),
		// The cluster is restored from before b.
		get(1000, 1001, "a"), put(1002, 1003, "c"), get(1004, 1005, "c"),
	}
	for name, tested := range map[string]struct {
		window Window
		want   any
		writes int
	}{
		"all":    {Window{}, false, 3},
		"before": {Window{To: began.Add(500 * time.Millisecond)}, true, 2},
		"after":  {Window{From: began.Add(500 * time.Millisecond)}, true, 1},
	} {
		if got := Check(history, tested.window, time.Minute); got.Linearizable != tested.want || got.Acknowledged != tested.writes {
			t.Errorf("%s: linearizable is %v, %d writes; not %v, %d", name, got.Linearizable, got.Acknowledged, tested.want, tested.writes)
		}
	}
	cut := []Operation{put(0, 10, "a"), get(3, 4, "a")}
	if got := Check(cut, Window{To: began.Add(5 * time.Millisecond)}, time.Minute); got.Linearizable != true {
		t.Error("a write whose answer came after the window's end may have been applied within it")
	}
}

func appended(call, returned int64, number int) Operation {
	return at(call, returned, Operation{Kind: Append, Key: LogKey(0, number)})
}

func TestLost(t *testing.T) {
	history := []Operation{
		appended(0, 1, 0), appended(2, 3, 1), with(Unknown, appended(4, 5, 2)), with(Failed, appended(6, 7, 3)), appended(8, 9, 4),
	}
	if got := Check(history, Window{}, time.Minute); got.Lost != nil {
		t.Errorf("lost is %d, though nobody has read the log", *got.Lost)
	}
	end := Operation{Kind: LogEnd}
	for name, tested := range map[string]struct {
		more []Operation
		want int
	}{
		"all there":                        {[]Operation{{Kind: Log, Ranges: [][2]int{{0, 2}, {4, 4}}}, end}, 0},
		"the unknown one is not there":     {[]Operation{{Kind: Log, Ranges: [][2]int{{0, 1}, {4, 4}}}, end}, 0},
		"one is not there":                 {[]Operation{{Kind: Log, Ranges: [][2]int{{0, 0}, {4, 4}}}, end}, 1},
		"the log is empty":                 {[]Operation{end}, 3},
		"one was not there for a while":    {[]Operation{at(20, 21, Operation{Kind: Lookup, Key: LogKey(0, 1)}), {Kind: Log, Ranges: [][2]int{{0, 4}}}, end}, 1},
		"another client's log is no proof": {[]Operation{{Kind: Log, Client: 1, Ranges: [][2]int{{0, 4}}}, end}, 3},
	} {
		got := Check(append(history, tested.more...), Window{}, time.Minute)
		if got.Lost == nil || *got.Lost != tested.want {
			t.Errorf("%s: lost is %v, not %d", name, got.Lost, tested.want)
		}
	}
}

func TestCountsAndPauses(t *testing.T) {
	pinned := with(Unknown, appended(2500, 2600, 7))
	pinned.Endpoint = "https://one"
	first := with(Unknown, appended(1210, 6210, 5))
	first.SentAgain = true
	history := []Operation{
		{Kind: Start, CallAt: began},
		appended(0, 100, 0), put(150, 200, "a"), get(300, 900, "a"), with(Failed, appended(900, 950, 1)),
		appended(1000, 1100, 2), with(Unknown, appended(1200, 6200, 3)), pinned, appended(1300, 3000, 4),
		first, appended(6210, 6310, 5),
		{Kind: Stop, CallAt: began.Add(3600 * time.Millisecond)}, {Kind: LogEnd, CallAt: began.Add(9 * time.Second)},
	}
	got := Check(history, Window{}, time.Minute)
	if got.Acknowledged != 5 || got.SentAgain != 1 || got.Failed != 1 || got.Unknown != 1 || got.Reads != 1 || got.Pinned != (Unacknowledged{Unknown: 1}) {
		t.Errorf("counted %+v", got)
	}
	want := []Pause{{began.Add(200 * time.Millisecond), 900}, {began.Add(1100 * time.Millisecond), 1900}, {began.Add(3 * time.Second), 600}}
	if got.LongestPauseMs != 1900 || fmt.Sprint(got.Pauses) != fmt.Sprint(want) {
		t.Errorf("pauses are %v, the longest %d ms", got.Pauses, got.LongestPauseMs)
	}
}

func TestFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "history")
	writer, err := Create(name)
	if err != nil {
		t.Fatal(err)
	}
	written := []Operation{put(0, 1, "a"), swap(2, 3, "a", "b"), {Kind: Log, Client: 3, Ranges: Ranges([]int{0, 1, 2, 5, 7, 8})}}
	for i := range written {
		if err := writer.Write(&written[i]); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := writer.file.WriteString(`{"kind":"put","cl`); err != nil {
		t.Fatal(err)
	}
	read, err := Read(name)
	if err != nil || fmt.Sprint(read) != fmt.Sprint(written) {
		t.Errorf("read %v, %v", read, err)
	}
	if got := fmt.Sprint(read[2].Ranges); got != "[[0 2] [5 5] [7 8]]" {
		t.Errorf("ranges are %s", got)
	}
	if err := os.WriteFile(name, []byte("{\"kind\":\"put\"}\n{\"Kind\":1}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(name); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("a wrong line is read as: %v", err)
	}
}

func TestVisualize(t *testing.T) {
	var page strings.Builder
	history := []Operation{put(0, 1, "a"), get(2, 3, "x")}
	if err := Visualize(history, Window{}, "r", time.Minute, &page); err != nil || !strings.Contains(page.String(), "<html") {
		t.Errorf("the page is %d bytes, %v", page.Len(), err)
	}
}
