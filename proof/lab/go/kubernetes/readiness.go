package main

import (
	"context"
	"sync"
	"time"
)

// readiness reports whether etcd has answered a read through the quorum within the last second.
type readiness struct {
	read    func(context.Context) error
	mutex   sync.Mutex
	checked time.Time
	err     error
}

// check reads at most once a second, for at most two seconds.
func (r *readiness) check() error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if time.Since(r.checked) < time.Second {
		return r.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	r.err = r.read(ctx)
	r.checked = time.Now()
	return r.err
}
