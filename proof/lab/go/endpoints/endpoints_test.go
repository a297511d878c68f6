package endpoints_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"testing"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"pulumi-kubeadm/lab/endpoints"
	"pulumi-kubeadm/lab/members"
)

func TestLookup(t *testing.T) {
	zone := members.NewZone(t)
	connection := endpoints.Connection{Zone: "test", Resolver: zone.Address}
	if found, err := connection.Lookup(t.Context()); err == nil {
		t.Errorf("an empty zone names %q", found)
	}
	zone.List(t, "https://127.0.0.1:200", "https://127.0.0.1:100")
	found, err := connection.Lookup(t.Context())
	if want := []string{"https://m100.etcd.test:100", "https://m200.etcd.test:200"}; err != nil || !slices.Equal(found, want) {
		t.Errorf("found %q, %v", found, err)
	}
}

func TestAKnownMemberIsReachedWithoutDNS(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	connection := &endpoints.Connection{Zone: "test", Resolver: members.NewZone(t).Address}
	connect := func(name string) error {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		made, err := endpoints.Connect(connection, ctx, net.JoinHostPort(name+".etcd.test", port))
		if err == nil {
			made.Close()
		}
		return err
	}
	if err := connect("m1"); err != nil {
		t.Fatal(err)
	}
	connection.Resolver = members.FreeAddress(t, "127.0.0.1") // nothing listens there
	if err := connect("m1"); err != nil {
		t.Errorf("it was connected before: %v", err)
	}
	if err := connect("m2"); err == nil {
		t.Error("a name that DNS has never resolved has an address")
	}
}

func TestCertainlyNotApplied(t *testing.T) {
	for _, tested := range []struct {
		err  error
		sent bool
		want bool
	}{
		{context.DeadlineExceeded, false, true},
		{context.DeadlineExceeded, true, false},
		{rpctypes.ErrGRPCRequestTooManyRequests, true, true},
		{rpctypes.Error(rpctypes.ErrGRPCNotSupportedForLearner), true, true},
		{status.Error(codes.Unknown, "raft proposal dropped"), true, true},
		{rpctypes.ErrGRPCLeaderChanged, true, false},
		{rpctypes.ErrGRPCStopped, true, false},
		{rpctypes.ErrGRPCTimeoutDueToLeaderFail, true, false},
		// etcd applies the write that fills the database, and then reports that there is no space.
		{rpctypes.ErrGRPCNoSpace, true, false},
		{status.Error(codes.Unavailable, "error reading from server: EOF"), true, false},
		{errors.New("anything else"), true, false},
	} {
		if got := endpoints.CertainlyNotApplied(tested.err, tested.sent); got != tested.want {
			t.Errorf("%v, sent %v: %v", tested.err, tested.sent, got)
		}
	}
}

func TestSent(t *testing.T) {
	cluster := members.New(t, 1)
	client, err := cluster.Connection().Dial(cluster.URL(0))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	put := func(limit time.Duration) (sent bool, err error) {
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		defer cancel()
		ctx, left := endpoints.WithSent(ctx)
		_, err = client.Put(ctx, "key", "value")
		return left.Load(), err
	}
	if sent, err := put(200 * time.Millisecond); err == nil || sent {
		t.Errorf("nobody is there, but sent: %v, %v", sent, err)
	}
	cluster.Start(0)
	if sent, err := put(20 * time.Second); err != nil || !sent {
		t.Errorf("the member runs, but sent: %v, %v", sent, err)
	}
}
