package membership

import (
	"context"
	"sync"
	"time"

	"pulumi-kubeadm/lab/endpoints"
)

// Observe watches the members until the context ends. It passes a line to `write` for every change, and at
// least one every second. Members are those in the connection's zone and those in the members' own list.
func Observe(ctx context.Context, connection *endpoints.Connection, write func(Observation) error) error {
	o := &observer{
		connection: connection, watch: newWatch(), answers: make(chan answer), polls: map[string]context.CancelFunc{},
	}
	polling, cancel := context.WithCancel(context.Background())
	defer func() {
		cancel()
		o.running.Wait()
	}()
	found := o.lookups(polling)
	var named []string
	for tick := time.Tick(pollEvery); ; {
		var lines []Observation
		select {
		case <-ctx.Done():
			return nil
		case named = <-found:
		case given := <-o.answers:
			lines = o.watch.take(given, time.Now())
		case <-tick:
			lines = o.watch.lines(time.Now())
		}
		if err := o.follow(polling, named); err != nil {
			return err
		}
		for _, line := range lines {
			if err := write(line); err != nil {
				return err
			}
		}
	}
}

type observer struct {
	connection *endpoints.Connection
	watch      *watch
	answers    chan answer
	polls      map[string]context.CancelFunc // by endpoint
	running    sync.WaitGroup
}

// lookups asks the zone every second; if it gets no answer, the last one stays.
func (o *observer) lookups(ctx context.Context) <-chan []string {
	found := make(chan []string)
	o.running.Go(func() {
		for tick := time.Tick(time.Second); ; {
			if urls, err := o.connection.Lookup(ctx); err == nil {
				select {
				case <-ctx.Done():
				case found <- urls:
				}
			}
			select {
			case <-ctx.Done():
				return
			case <-tick:
			}
		}
	})
	return found
}

// follow polls exactly the endpoints that the zone or the members' list names.
func (o *observer) follow(ctx context.Context, named []string) error {
	wanted := map[string]bool{}
	for _, url := range named {
		wanted[url] = true
	}
	for _, member := range o.watch.list {
		for _, url := range member.clientURLs {
			wanted[url] = true
		}
	}
	for endpoint, cancel := range o.polls {
		if !wanted[endpoint] {
			cancel()
			delete(o.polls, endpoint)
			o.watch.drop(endpoint)
		}
	}
	for endpoint := range wanted {
		if o.polls[endpoint] != nil {
			continue
		}
		client, err := o.connection.Dial(endpoint)
		if err != nil {
			return err
		}
		polling, cancel := context.WithCancel(ctx)
		o.polls[endpoint] = cancel
		o.running.Go(func() { poll(polling, client, endpoint, o.answers) })
	}
	return nil
}
