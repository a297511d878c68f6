package main

import (
	"context"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// spares is how many clients a lane may have besides its first. Without spares, requests that hang would keep
// the lane from sending new ones, and a pause would last as long as the time-out. Spares use only the log,
// because registers are hard to check when many operations run at once. A lane to one member has no spares:
// everything that waits while that member is away would be sent when it returns.
const spares = 64

// lane makes requests through one connection, at its share of the rate.
type lane struct {
	*loader
	endpoint string // the only member asked; empty: all
	client   *clientv3.Client
	// first and others hold the idle workers.
	first, others chan *worker
	made, most    int
}

func (l *loader) newLane(client *clientv3.Client, endpoint string) *lane {
	most := 1
	if endpoint == "" {
		most += spares
	}
	return &lane{
		loader: l, endpoint: endpoint, client: client, most: most,
		first: make(chan *worker, 1), others: make(chan *worker, most),
	}
}

// run begins operations until the context ends, and returns when all of them have.
func (l *lane) run(ctx context.Context) {
	for l.limiter.Wait(ctx) == nil {
		worker := l.worker(ctx)
		if worker == nil {
			break
		}
		l.workers.Go(func() {
			worker.operate()
			worker.idle <- worker
		})
	}
	for range l.made {
		select {
		case <-l.first:
		case <-l.others:
		}
	}
	if l.endpoint != "" {
		l.client.Close()
	}
}

// worker returns an idle one, the first if it is idle; nil if the context ends before.
func (l *lane) worker(ctx context.Context) *worker {
	select {
	case free := <-l.first:
		return free
	default:
	}
	select {
	case free := <-l.others:
		return free
	default:
	}
	switch {
	case l.made == 0:
		return l.newWorker(l.first)
	case l.made < l.most:
		return l.newWorker(l.others)
	}
	select {
	case free := <-l.first:
		return free
	case free := <-l.others:
		return free
	case <-ctx.Done():
		return nil
	}
}

func (l *lane) newWorker(idle chan *worker) *worker {
	l.made++
	return &worker{
		loader: l.loader, number: int(l.next.Add(1) - 1), endpoint: l.endpoint, kv: l.client.KV,
		idle: idle, logOnly: idle == l.others, seen: map[string]string{},
	}
}
