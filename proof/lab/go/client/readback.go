package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"pulumi-kubeadm/lab/history"
)

// page is how many keys one request reads.
const page = 5000

// readBack records which keys of the log exist. It uses linearizable reads, and tries again until the context
// ends.
func (l *loader) readBack(ctx context.Context) error {
	found := map[int][]int{} // numbers by client
	prefix := l.prefix + "log/"
	for from := prefix; ; {
		response, err := l.retried(ctx, from, clientv3.GetPrefixRangeEnd(prefix))
		if err != nil {
			return fmt.Errorf("the log could not be read back: %w", err)
		}
		for _, pair := range response.Kvs {
			client, number, err := history.ParseLogKey(strings.TrimPrefix(string(pair.Key), prefix))
			if err != nil {
				return err
			}
			found[client] = append(found[client], number)
			from = string(pair.Key) + "\x00"
		}
		if !response.More {
			break
		}
	}
	for _, client := range slices.Sorted(maps.Keys(found)) {
		l.record(&history.Operation{
			Kind: history.Log, Client: client, CallAt: time.Now().UTC(), Ranges: history.Ranges(slices.Sorted(slices.Values(found[client]))),
		})
	}
	l.record(&history.Operation{Kind: history.LogEnd, CallAt: time.Now().UTC()})
	return nil
}

func (l *loader) retried(ctx context.Context, from, end string) (*clientv3.GetResponse, error) {
	for {
		attempt, cancel := context.WithTimeout(ctx, l.timeout)
		response, err := l.shared.Get(attempt, from, clientv3.WithRange(end), clientv3.WithKeysOnly(), clientv3.WithLimit(page))
		cancel()
		if err == nil {
			return response, nil
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// tally counts during the run.
type tally struct {
	mutex  sync.Mutex
	counts summary
}

// summary is load's output at its end: writes of all clients. A repeated write counts with its second
// outcome.
type summary struct {
	Acknowledged int `json:"acknowledged"`
	Failed       int `json:"failed"`
	Unknown      int `json:"unknown"`
	Reads        int `json:"reads"`
	// ReadBack reports whether the whole log was read at the end.
	ReadBack bool `json:"readBack"`
}

func (t *tally) count(operation *history.Operation) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	switch {
	case operation.Outcome == history.OK && operation.IsWrite():
		t.counts.Acknowledged++
	case operation.Outcome == history.OK:
		t.counts.Reads++
	case !operation.IsWrite() || operation.SentAgain:
	case operation.Outcome == history.Failed:
		t.counts.Failed++
	case operation.Outcome == history.Unknown:
		t.counts.Unknown++
	}
}

func (t *tally) summary(readBack bool) summary {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	counts := t.counts
	counts.ReadBack = readBack
	return counts
}
