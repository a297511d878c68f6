package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// nodeGrace is how old a kubelet's last status may be until its node counts as unknown: Kubernetes'
// node-monitor-grace-period. The kubelet itself reports five times as often.
const nodeGrace = 40 * time.Second

// keepNode writes this node's object until the context ends.
func keepNode(ctx context.Context, etcd *clientv3.Client, self registration, version string) {
	every(ctx, nodeGrace/5, "node "+self.name, func(ctx context.Context) error {
		_, err := etcd.Put(ctx, nodesPrefix+self.name, encode(nodeObject(self, version, time.Now())))
		return err
	})
}

func nodeObject(self registration, version string, now time.Time) object {
	return object{
		"apiVersion": "v1", "kind": "Node",
		"metadata": object{"name": self.name, "labels": object{"node-role.kubernetes.io/control-plane": ""}},
		"spec":     object{"providerID": self.providerID},
		"status": object{
			"nodeInfo":   object{"kubeletVersion": version},
			"conditions": []any{object{"type": "Ready", "status": "True", "lastHeartbeatTime": now.UTC().Format(time.RFC3339)}},
		},
	}
}

// withAge sets the readiness of a node to Unknown if its kubelet has been silent too long.
func withAge(decoded object, now time.Time) {
	status, _ := decoded["status"].(object)
	conditions, _ := status["conditions"].([]any)
	for _, one := range conditions {
		condition, _ := one.(object)
		text, _ := condition["lastHeartbeatTime"].(string)
		if said, err := time.Parse(time.RFC3339, text); err != nil || now.Sub(said) > nodeGrace {
			condition["status"] = "Unknown"
		}
	}
}

// every runs something now and then at an interval, and logs each new kind of failure.
func every(ctx context.Context, pace time.Duration, what string, do func(context.Context) error) {
	trouble := ""
	for tick := time.Tick(pace); ; {
		attempt, cancel := context.WithTimeout(ctx, pace)
		err := do(attempt)
		cancel()
		if ctx.Err() != nil {
			return
		}
		if text := fmt.Sprint(err); err != nil && text != trouble {
			log.Printf("stand-in: %s: %v", what, err)
			trouble = text
		} else if err == nil {
			trouble = ""
		}
		select {
		case <-ctx.Done():
			return
		case <-tick:
		}
	}
}

func encode(value object) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // these objects consist only of texts
	}
	return string(text)
}

// mirrorPod returns a static pod of this node, with the fields that the API shows. For the apiserver they
// describe the running one, which may be older than its manifest. For the others they come from the
// manifests.
func (n *node) mirrorPod(name string, self registration, running *pod, ready *readiness) (any, error) {
	component, found := strings.CutSuffix(name, "-"+self.name)
	if !found || strings.Contains(component, "/") {
		return nil, errNotFound
	}
	read, err := readPod(n.path(manifests + component + ".yaml"))
	if err != nil {
		return nil, errNotFound
	}
	if component == running.Metadata.Name {
		copied := *running
		read = &copied
	}
	read.Metadata.Name = name
	status := "True"
	if ready.check() != nil {
		status = "False"
	}
	return struct {
		*pod
		Status object `json:"status"`
	}{read, object{"conditions": []any{object{"type": "Ready", "status": status}}}}, nil
}
