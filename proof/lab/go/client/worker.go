package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"pulumi-kubeadm/lab/endpoints"
	"pulumi-kubeadm/lab/history"
)

// worker is one client: it does one operation after another.
type worker struct {
	*loader
	number int
	// endpoint is the only member it uses; empty: all.
	endpoint string
	kv       clientv3.KV
	// idle is where it waits for its next operation.
	idle chan *worker
	// logOnly clients do not use the registers.
	logOnly bool
	// values counts the values that it has made.
	values int
	// appended counts the keys of its log; acknowledged are those that exist.
	appended     int
	acknowledged []string
	// seen is the value of each register as this client knows it.
	seen map[string]string
}

// refusedWait is how long etcd's own client waits after a learner has refused, before it asks another member.
const refusedWait = 25 * time.Millisecond

// againWait is how long a client waits before it repeats a write: etcd's default election timeout. A leader
// that hands over gives up after the same time, https://pkg.go.dev/go.etcd.io/raft/v3#ErrProposalDropped.
// Until then members drop requests, and a follower does not even report it.
const againWait = time.Second

// operate does one operation. It repeats a failed write once, as every client of etcd has to. A client of one
// member goes on with the next operation instead.
func (w *worker) operate() {
	first := w.choose()
	w.perform(first, w.endpoint == "" && first.IsWrite())
	if first.SentAgain {
		time.Sleep(againWait)
		w.perform(w.anew(first), false)
	}
}

// perform does an operation and records it, and whether it will be sent again.
func (w *worker) perform(operation *history.Operation, again bool) {
	request := w.request(operation)
	operation.Call, operation.CallAt = w.now(), time.Now().UTC()
	if operation.Kind == history.Put || operation.Kind == history.CompareAndSwap {
		pending := *operation
		pending.Outcome = history.Pending
		w.record(&pending)
	}
	// Not the run's context: an operation in progress continues when the run ends.
	timeout, cancel := context.WithTimeout(context.Background(), w.timeout)
	defer cancel()
	ctx, sent := endpoints.WithSent(timeout)
	err := request(ctx)
	for ; w.endpoint == "" && endpoints.RefusedByLearner(err) && timeout.Err() == nil; err = request(ctx) {
		operation.Refused++
		time.Sleep(refusedWait)
	}
	operation.Return, operation.ReturnAt = w.now(), time.Now().UTC()
	operation.Outcome = outcome(operation, err, sent.Load())
	if err != nil {
		operation.Error = err.Error()
		operation.SentAgain = again
	}
	if operation.Kind == history.Append && operation.Outcome == history.OK {
		w.acknowledged = append(w.acknowledged, operation.Key)
	}
	w.record(operation)
	w.tally.count(operation)
}

func outcome(operation *history.Operation, err error, sent bool) history.Outcome {
	switch {
	case err == nil:
		return history.OK
	case !operation.IsWrite() || endpoints.CertainlyNotApplied(err, sent):
		return history.Failed
	default:
		return history.Unknown
	}
}

// choose returns the next operation.
func (w *worker) choose() *history.Operation {
	operation := &history.Operation{Client: w.number, Endpoint: w.endpoint}
	switch dice := rand.IntN(100); {
	case dice < 10 && len(w.acknowledged) > 0:
		operation.Kind, operation.Key = history.Lookup, w.acknowledged[rand.IntN(len(w.acknowledged))]
	case dice < 50 || w.logOnly:
		operation.Kind, operation.Key = history.Append, history.LogKey(w.number, w.appended)
		w.appended++
	case dice < 70:
		operation.Kind, operation.Key = history.Get, w.registers.choose()
	case dice < 85:
		operation.Kind, operation.Key, operation.Value = history.Put, w.registers.choose(), w.newValue()
	default:
		operation.Kind, operation.Key, operation.Value = history.CompareAndSwap, w.registers.choose(), w.newValue()
		operation.Expect = w.seen[operation.Key]
	}
	return operation
}

// anew returns the same write to repeat it. In the log it has the same key. For a register it has a new
// value, because the first write may still be applied.
func (w *worker) anew(first *history.Operation) *history.Operation {
	again := &history.Operation{Kind: first.Kind, Client: first.Client, Key: first.Key, Expect: first.Expect}
	if first.Kind != history.Append {
		again.Value = w.newValue()
	}
	return again
}

func (w *worker) request(operation *history.Operation) func(context.Context) error {
	does := map[history.Kind]func(context.Context, *history.Operation) error{
		history.Lookup: w.lookup, history.Append: w.append, history.Get: w.get, history.Put: w.put,
		history.CompareAndSwap: w.compareAndSwap,
	}[operation.Kind]
	return func(ctx context.Context) error { return does(ctx, operation) }
}

// newValue returns a value that nobody else writes.
func (w *worker) newValue() string {
	w.values++
	return fmt.Sprintf("%d-%d", w.number, w.values)
}

func (w *worker) logKey(operation *history.Operation) string {
	return w.prefix + "log/" + operation.Key
}

func (w *worker) registerKey(operation *history.Operation) string {
	return w.prefix + "register/" + operation.Key
}

func (w *worker) lookup(ctx context.Context, operation *history.Operation) error {
	response, err := w.kv.Get(ctx, w.logKey(operation))
	if err != nil {
		return err
	}
	operation.Revision = response.Header.Revision
	if len(response.Kvs) > 0 {
		operation.Found = operation.Key
	}
	return nil
}

func (w *worker) append(ctx context.Context, operation *history.Operation) error {
	response, err := w.kv.Put(ctx, w.logKey(operation), "")
	if err != nil {
		return err
	}
	operation.Revision = response.Header.Revision
	return nil
}

func (w *worker) get(ctx context.Context, operation *history.Operation) error {
	response, err := w.kv.Get(ctx, w.registerKey(operation))
	if err != nil {
		return err
	}
	operation.Revision = response.Header.Revision
	if len(response.Kvs) > 0 {
		operation.Found = string(response.Kvs[0].Value)
	}
	w.seen[operation.Key] = operation.Found
	return nil
}

func (w *worker) put(ctx context.Context, operation *history.Operation) error {
	response, err := w.kv.Put(ctx, w.registerKey(operation), operation.Value)
	if err != nil {
		return err
	}
	operation.Revision = response.Header.Revision
	w.seen[operation.Key] = operation.Value
	return nil
}

func (w *worker) compareAndSwap(ctx context.Context, operation *history.Operation) error {
	key := w.registerKey(operation)
	holds := clientv3.Compare(clientv3.Value(key), "=", operation.Expect)
	if operation.Expect == "" {
		holds = clientv3.Compare(clientv3.CreateRevision(key), "=", 0)
	}
	response, err := w.kv.Txn(ctx).If(holds).Then(clientv3.OpPut(key, operation.Value)).Else(clientv3.OpGet(key)).Commit()
	if err != nil {
		return err
	}
	operation.Revision = response.Header.Revision
	operation.Swapped = response.Succeeded
	if response.Succeeded {
		w.seen[operation.Key] = operation.Value
		return nil
	}
	if found := response.Responses[0].GetResponseRange().Kvs; len(found) > 0 {
		operation.Found = string(found[0].Value)
	}
	w.seen[operation.Key] = operation.Found
	return nil
}
