// Package history records what clients did to etcd with the results, and checks such a record.
package history

import "time"

// Kind is the kind of a line in a history.
type Kind string

const (
	// Start opens a history.
	Start Kind = "start"
	// Put, Get and CompareAndSwap work on registers: keys that many clients write, each value once.
	Put            Kind = "put"
	Get            Kind = "get"
	CompareAndSwap Kind = "cas"
	// Append writes a key of the log, which is never written again; Lookup reads an acknowledged one.
	Append Kind = "append"
	Lookup Kind = "lookup"
	// Stop is the moment after which no operation began.
	Stop Kind = "stop"
	// Log lists the keys of one client's log that were read at the end; LogEnd says that these lists are
	// complete.
	Log    Kind = "log"
	LogEnd Kind = "log-end"
)

// Outcome says how an operation ended.
type Outcome string

const (
	// Pending is recorded before a register may change, so that a history that ends there still has the value.
	Pending Outcome = "pending"
	OK      Outcome = "ok"
	// Failed operations have certainly changed nothing, and never will.
	Failed Outcome = "failed"
	// Unknown operations may have been applied, or may still be.
	Unknown Outcome = "unknown"
)

// Operation is one line of a history file.
type Operation struct {
	Kind Kind `json:"kind"`
	// Client numbers a client, which does one operation after another.
	Client int `json:"client"`
	// Endpoint is the only member this client uses; empty: etcd's client chooses one.
	Endpoint string `json:"endpoint,omitempty"`
	// Key of a register, or `<client>/<number>` in the log.
	Key string `json:"key,omitempty"`
	// Value that was written; no two operations write the same.
	Value string `json:"value,omitempty"`
	// Expect is the value that a compare-and-swap requires; empty: the key must be absent.
	Expect string `json:"expect,omitempty"`
	// Swapped says that the key had that value and now has the new one.
	Swapped bool `json:"swapped,omitempty"`
	// Found is the value that a get, or a compare-and-swap that did not swap, has read; empty: absent. A lookup
	// finds the key itself.
	Found string `json:"found,omitempty"`
	// Call and Return are nanoseconds of a monotonic clock since the start.
	Call   int64 `json:"call"`
	Return int64 `json:"return,omitempty"`
	// CallAt and ReturnAt are the same moments by the wall clock.
	CallAt   time.Time `json:"callAt"`
	ReturnAt time.Time `json:"returnAt,omitzero"`
	Outcome  Outcome   `json:"outcome,omitempty"`
	// SentAgain says that this write was not acknowledged, and that its client repeats it in its next operation.
	SentAgain bool `json:"sentAgain,omitempty"`
	// Refused counts the learners that refused the request before.
	Refused int `json:"refused,omitempty"`
	// Revision of the store in etcd's answer.
	Revision int64  `json:"revision,omitempty"`
	Error    string `json:"error,omitempty"`
	// Ranges are the numbers of a client's log keys, first and last of each run without a gap.
	Ranges [][2]int `json:"ranges,omitempty"`
}

// IsWrite reports whether the operation may change the store.
func (o *Operation) IsWrite() bool {
	return o.Kind == Put || o.Kind == CompareAndSwap || o.Kind == Append
}
