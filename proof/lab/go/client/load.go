package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"golang.org/x/time/rate"

	"pulumi-kubeadm/lab/endpoints"
	"pulumi-kubeadm/lab/history"
)

// loader drives the clients of one history.
type loader struct {
	connection endpoints.Connection
	history    *history.Writer
	// prefix of all keys of this run.
	prefix    string
	started   time.Time
	timeout   time.Duration
	limiter   *rate.Limiter
	registers *registers
	tally     tally
	failures  chan error // what ends the run: a history that cannot be written

	workers sync.WaitGroup
	next    atomic.Int64 // number of the next client
	// shared is for the clients that may use every member; nil until the first endpoint is known.
	shared *clientv3.Client
	known  []string
	pinned map[string]context.CancelFunc // by endpoint
}

// load writes and reads until it is told to end.
func load(ctx context.Context, args []string) error {
	l := &loader{
		started:  time.Now(),
		failures: make(chan error, 1),
		pinned:   map[string]context.CancelFunc{},
	}
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	l.connection.AddFlags(flags)
	file := flags.String("history", "", "`file` for one JSON line an operation")
	clients := flags.Int("clients", 4, "`number` of clients that may ask every member; each member has one of its own besides")
	keys := flags.Int("keys", 4, "`number` of registers in use at one time")
	perSecond := flags.Float64("rate", 200, "operations a second, of all clients together")
	flags.DurationVar(&l.timeout, "timeout", 5*time.Second, "of an operation")
	if err := parse(flags, args); err != nil {
		return err
	}
	if err := l.connection.Validate(); err != nil {
		return err
	}
	if *file == "" {
		return errors.New("--history is missing: the file to record in")
	}
	l.prefix = fmt.Sprintf("/lab/%x/", l.started.UnixNano())
	l.limiter = rate.NewLimiter(rate.Limit(*perSecond), 1)
	l.registers = newRegisters(*keys)
	writer, err := history.Create(*file)
	if err != nil {
		return err
	}
	defer writer.Close()
	l.history = writer
	return l.run(ctx, *clients)
}

func (l *loader) run(ctx context.Context, clients int) error {
	l.record(&history.Operation{Kind: history.Start, Key: l.prefix, CallAt: l.started.UTC()})
	stopWorkers := l.follow(ctx, clients)
	if l.shared == nil {
		return errors.New("ended before any client endpoint was known")
	}
	defer l.shared.Close()
	l.record(&history.Operation{Kind: history.Stop, Call: l.now(), CallAt: time.Now().UTC()})
	stopWorkers()

	// Members may still come and go: reading back uses the endpoints of this moment.
	readBack, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	go l.refresh(readBack)
	read := l.readBack(readBack)
	cancel()
	select {
	case err := <-l.failures:
		return fmt.Errorf("cannot record: %w", err)
	default:
	}
	if err := printJSON(l.tally.summary(read == nil)); err != nil {
		return err
	}
	return read
}

// follow keeps the clients in step with the endpoints until the context ends. Its result ends the clients
// after their current operations.
func (l *loader) follow(ctx context.Context, clients int) (stop func()) {
	working, cancel := context.WithCancel(context.Background())
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for ctx.Err() == nil && len(l.failures) == 0 {
		if l.updateShared(ctx) {
			for ; clients > 0; clients-- {
				lane := l.newLane(l.shared, "")
				l.workers.Go(func() { lane.run(working) })
			}
			l.updatePinned(working)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
	return func() {
		cancel()
		l.workers.Wait()
	}
}

// updateShared asks for the endpoints and reports whether they have changed. An answer without endpoints
// changes nothing: the members may still exist.
func (l *loader) updateShared(ctx context.Context) bool {
	found, err := l.connection.Lookup(ctx)
	if err != nil || len(found) == 0 || slices.Equal(found, l.known) {
		return false
	}
	if l.shared == nil {
		if l.shared, err = l.connection.Dial(found...); err != nil {
			fmt.Fprintf(os.Stderr, "client: %v\n", err)
			return false
		}
	} else {
		l.shared.SetEndpoints(found...)
	}
	l.known = found
	return true
}

// updatePinned starts a client for each new endpoint and ends those whose endpoint is gone.
func (l *loader) updatePinned(working context.Context) {
	for endpoint, cancel := range l.pinned {
		if !slices.Contains(l.known, endpoint) {
			cancel()
			delete(l.pinned, endpoint)
		}
	}
	for _, endpoint := range l.known {
		if l.pinned[endpoint] != nil {
			continue
		}
		client, err := l.connection.Dial(endpoint)
		if err != nil {
			fmt.Fprintf(os.Stderr, "client: %s: %v\n", endpoint, err)
			continue
		}
		ctx, cancel := context.WithCancel(working)
		l.pinned[endpoint] = cancel
		lane := l.newLane(client, endpoint)
		l.workers.Go(func() { lane.run(ctx) })
	}
}

// refresh keeps the shared client's endpoints up to date.
func (l *loader) refresh(ctx context.Context) {
	for tick := time.Tick(time.Second); ctx.Err() == nil; {
		l.updateShared(ctx)
		select {
		case <-ctx.Done():
		case <-tick:
		}
	}
}

func (l *loader) now() int64 { return time.Since(l.started).Nanoseconds() }

// record writes a line; if it cannot, the run ends.
func (l *loader) record(operation *history.Operation) {
	if err := l.history.Write(operation); err != nil {
		select {
		case l.failures <- err:
		default:
		}
	}
}
