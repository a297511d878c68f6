package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.etcd.io/etcd/api/v3/etcdserverpb"

	"pulumi-kubeadm/lab/history"
	"pulumi-kubeadm/lab/members"
	"pulumi-kubeadm/lab/membership"
)

// flagsFor are the connection's flags for members that a zone lists.
func flagsFor(cluster *members.Cluster, zone *members.Zone) []string {
	connection := cluster.Connection()
	return []string{
		"--zone", "test", "--resolver", zone.Address,
		"--cacert", connection.CACert, "--cert", connection.Cert, "--key", connection.Key,
	}
}

// inBackground runs a command; the returned function ends the command and waits for it.
func inBackground(t *testing.T, command func(context.Context, []string) error, args ...string) (end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- command(ctx, args) }()
	return func() {
		t.Helper()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// leader waits for a leader and returns its number.
func leader(t *testing.T, cluster *members.Cluster, size int) int {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		for number := range size {
			client, err := cluster.Connection().Dial(cluster.URL(number))
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			status, err := client.Status(ctx, cluster.URL(number))
			cancel()
			client.Close()
			if err == nil && status.Leader == status.Header.MemberId {
				return number
			}
		}
	}
	t.Fatal("no leader within 20 s")
	return 0
}

func report(t *testing.T, file string) history.Report {
	t.Helper()
	operations, err := history.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	found := history.Check(operations, history.Window{}, time.Minute)
	text, _ := json.Marshal(found)
	t.Logf("%s", text)
	return found
}

func TestLeaderKilledUnderLoad(t *testing.T) {
	cluster, zone := members.New(t, 3), members.NewZone(t)
	file, seen := filepath.Join(t.TempDir(), "history"), filepath.Join(t.TempDir(), "members")
	endLoad := inBackground(t, load, append(flagsFor(cluster, zone), "--history", file)...)
	endObserve := inBackground(t, observe, append(flagsFor(cluster, zone), "--out", seen)...)
	for number := range 3 {
		cluster.Start(number)
	}
	zone.List(t, cluster.URL(0), cluster.URL(1), cluster.URL(2))
	killed := leader(t, cluster, 3)
	time.Sleep(3 * time.Second)
	at := time.Now()
	cluster.Kill(killed)
	time.Sleep(4 * time.Second)
	cluster.Start(killed)
	time.Sleep(3 * time.Second)
	endLoad()
	endObserve()

	found := report(t, file)
	if found.Linearizable != true || found.Lost == nil || *found.Lost != 0 || found.Acknowledged < 500 {
		t.Errorf("found: %+v", found)
	}
	for _, pause := range found.Pauses {
		if pause.At.After(at.Add(-time.Second)) && pause.Ms > 4000 {
			t.Errorf("clients hang as long as requests do: %+v", pause)
		}
	}
	checkObservations(t, seen)
}

func TestNoWriteFailsTwiceWhenTheLeaderMoves(t *testing.T) {
	cluster, zone := members.New(t, 3), members.NewZone(t)
	file := filepath.Join(t.TempDir(), "history")
	for number := range 3 {
		cluster.Start(number)
	}
	zone.List(t, cluster.URL(0), cluster.URL(1), cluster.URL(2))
	leader(t, cluster, 3)
	// A client repeats what a move has dropped, and gets an answer before the next move.
	end := inBackground(t, load, append(flagsFor(cluster, zone), "--history", file, "--rate", "400", "--timeout", "2s")...)
	for range 5 {
		time.Sleep(5 * time.Second)
		moveLeader(t, cluster, leader(t, cluster, 3))
	}
	end()
	found := report(t, file)
	if found.Linearizable != true || found.Failed+found.Unknown > 0 || found.Acknowledged < 500 {
		t.Errorf("found: %+v", found)
	}
	operations, err := history.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	last := map[int]history.Operation{} // by client
	for _, operation := range operations {
		if operation.Outcome == history.Pending {
			continue
		}
		first := last[operation.Client]
		if first.SentAgain && (first.Endpoint != "" || operation.Kind != first.Kind || operation.Key != first.Key || operation.SentAgain) {
			t.Errorf("after %+v came %+v", first, operation)
		}
		if operation.Endpoint == "" && operation.IsWrite() && !operation.SentAgain && operation.Outcome != history.OK {
			t.Errorf("failed twice: %+v, then %+v", first, operation)
		}
		last[operation.Client] = operation
	}
}

// moveLeader makes another member the leader.
func moveLeader(t *testing.T, cluster *members.Cluster, from int) {
	t.Helper()
	client, err := cluster.Connection().Dial(cluster.URL(from))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	list, err := client.MemberList(ctx)
	if err != nil {
		t.Fatal(err)
	}
	others := slices.DeleteFunc(list.Members, func(member *etcdserverpb.Member) bool { return member.ID == list.Header.MemberId })
	if _, err := client.MoveLeader(ctx, others[0].ID); err != nil {
		t.Fatal(err)
	}
}

// checkObservations wants three voters at the end, one of which was not healthy for a while.
func checkObservations(t *testing.T, file string) {
	t.Helper()
	opened, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	var last membership.Observation
	wasDown := false
	for decoder := json.NewDecoder(opened); ; {
		var seen membership.Observation
		if err := decoder.Decode(&seen); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		wasDown = wasDown || last.HealthyVoters == 3 && seen.HealthyVoters == 2
		if len(seen.Problems) > 0 || !seen.QuorumKept {
			t.Errorf("seen: %+v", seen)
		}
		last = seen
	}
	if last.Voters != 3 || last.HealthyVoters != 3 || last.Leader == "" || !wasDown {
		t.Errorf("seen last: %+v; one was down: %v", last, wasDown)
	}
}

func TestMembersRestoredFromAnOldSnapshotAreCaught(t *testing.T) {
	cluster, zone := members.New(t, 3), members.NewZone(t)
	file, snapshot := filepath.Join(t.TempDir(), "history"), filepath.Join(t.TempDir(), "snapshot")
	for number := range 3 {
		cluster.Start(number)
	}
	zone.List(t, cluster.URL(0), cluster.URL(1), cluster.URL(2))
	taken := leader(t, cluster, 3)
	// A register that is first put after the restore proves nothing. With many registers, some are read or
	// compared first.
	end := inBackground(t, load, append(flagsFor(cluster, zone), "--history", file, "--keys", "32")...)
	time.Sleep(2 * time.Second)
	save(t, cluster, taken, snapshot)
	time.Sleep(2 * time.Second)
	for number := range 3 {
		cluster.Kill(number)
		cluster.Restore(number, snapshot)
	}
	for number := range 3 {
		cluster.Start(number)
	}
	leader(t, cluster, 3)
	time.Sleep(3 * time.Second)
	end()
	found := report(t, file)
	if found.Linearizable != false || found.Lost == nil || *found.Lost == 0 || *found.Lost == found.Acknowledged {
		t.Errorf("found: %+v", found)
	}
}

func save(t *testing.T, cluster *members.Cluster, number int, file string) {
	t.Helper()
	client, err := cluster.Connection().Dial(cluster.URL(number))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	stream, err := client.Snapshot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	saved, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer saved.Close()
	if _, err := io.Copy(saved, stream); err != nil {
		t.Fatal(err)
	}
}

func TestSerial(t *testing.T) {
	cluster := members.New(t, 1)
	cluster.Start(0)
	leader(t, cluster, 1)
	connection := cluster.Connection()
	shown, err := handshake(t.Context(), strings.TrimPrefix(cluster.URL(0), "https://"), connection.CACert, connection.Cert, connection.Key)
	if err != nil || shown.SerialNumber.Int64() != 2 {
		t.Errorf("shown: %v, %v", shown, err)
	}
}

func TestWrongArguments(t *testing.T) {
	for want, args := range map[string][]string{
		"usage":                 {"upload"},
		"--zone or --endpoints": {"load"},
		"--cacert":              {"observe", "--zone", "test"},
		"--history":             {"check"},
		"--address":             {"serial"},
		"flags only":            {"check", "file"},
	} {
		if err := run(t.Context(), args); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, not %s", args, err, want)
		}
	}
}
