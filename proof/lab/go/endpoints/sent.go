package endpoints

import (
	"context"
	"sync/atomic"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	"google.golang.org/grpc/stats"
)

type sentKey struct{}

// WithSent returns a context for one request, and a function that reports whether any of it was given to a
// connection.
func WithSent(ctx context.Context) (context.Context, *atomic.Bool) {
	sent := new(atomic.Bool)
	return context.WithValue(ctx, sentKey{}, sent), sent
}

// CertainlyNotApplied reports whether a write that ended with this error has certainly changed nothing, and
// never will. Either it was never sent, or a member refused it before proposing it. All other errors leave
// this open: time-outs, lost connections, a changed leader, even a full database.
func CertainlyNotApplied(err error, sent bool) bool {
	if !sent {
		return true
	}
	if RefusedByLearner(err) {
		return true
	}
	switch rpctypes.ErrorDesc(err) {
	case rpctypes.ErrorDesc(rpctypes.ErrGRPCRequestTooManyRequests),
		// raft.ErrProposalDropped: Propose returns it only for proposals that it has not appended to a log.
		"raft proposal dropped":
		return true
	}
	return false
}

// RefusedByLearner reports whether a member without a vote has refused a request. etcd's own client then asks
// another member: https://etcd.io/docs/v3.6/learning/design-learner/
func RefusedByLearner(err error) bool {
	return err != nil && rpctypes.ErrorDesc(err) == rpctypes.ErrorDesc(rpctypes.ErrGRPCNotSupportedForLearner)
}

// sentHandler records that the header or the payload of a request made WithSent has been sent.
type sentHandler struct{}

func (sentHandler) HandleRPC(ctx context.Context, event stats.RPCStats) {
	switch event.(type) {
	case *stats.OutHeader, *stats.OutPayload:
		if sent, ok := ctx.Value(sentKey{}).(*atomic.Bool); ok {
			sent.Store(true)
		}
	}
}

func (sentHandler) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context   { return ctx }
func (sentHandler) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }
func (sentHandler) HandleConn(context.Context, stats.ConnStats)                       {}
