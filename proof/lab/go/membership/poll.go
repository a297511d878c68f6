package membership

import (
	"context"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

const (
	pollEvery   = 250 * time.Millisecond // often enough for `evidence`; each question costs members and observer
	pollTimeout = time.Second
)

// answer is the result of one question to one endpoint.
type answer struct {
	endpoint         string
	asked, completed time.Time
	// err of the status; if it is set, the other fields are empty.
	err    error
	status status
	// source and list are the endpoint's view of the members.
	source Source
	list   []listed
}

// poll asks an endpoint until the context ends.
func poll(ctx context.Context, client *clientv3.Client, endpoint string, answers chan<- answer) {
	defer client.Close()
	for tick := time.Tick(pollEvery); ; {
		select {
		case <-ctx.Done():
			return
		case answers <- ask(ctx, client, endpoint):
		}
		select {
		case <-ctx.Done():
			return
		case <-tick:
		}
	}
}

// ask takes at most a second, and at most another one if the quorum gives no list.
func ask(ctx context.Context, client *clientv3.Client, endpoint string) answer {
	given := answer{endpoint: endpoint, asked: time.Now(), source: None}
	quorum, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	said, err := client.Status(quorum, endpoint)
	if err != nil {
		given.err, given.completed = err, time.Now()
		return given
	}
	given.status = status{
		memberID: said.Header.MemberId, clusterID: said.Header.ClusterId,
		leader: said.Leader, term: said.RaftTerm, revision: said.Header.Revision,
		healthy: said.IsLearner && len(said.Errors) == 0,
	}
	if !said.IsLearner {
		if response, err := client.MemberList(quorum); err == nil {
			given.source, given.list, given.status.healthy = Linearizable, members(response.Members), true
			given.completed = time.Now()
			return given
		}
	}
	local, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	if response, err := client.MemberList(local, clientv3.WithSerializable()); err == nil {
		given.source, given.list = Serializable, members(response.Members)
	}
	given.completed = time.Now()
	return given
}

func members(list []*pb.Member) []listed {
	entries := make([]listed, 0, len(list))
	for _, member := range list {
		entries = append(entries, listed{id: member.ID, name: member.Name, learner: member.IsLearner, clientURLs: member.ClientURLs})
	}
	return entries
}
