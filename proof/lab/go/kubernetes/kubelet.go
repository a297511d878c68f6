package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"reflect"
	"slices"
	"strings"
	"time"
)

// kubeletFlags are the flags of kubelet.service, and those that kubeadm's document adds.
var kubeletFlags = []string{
	"bootstrap-kubeconfig", "kubeconfig", "config", "image-credential-provider-config", "image-credential-provider-bin-dir",
	"hostname-override", "cloud-provider", "provider-id", "node-ip", "node-labels",
}

// registration is a node's description of itself.
type registration struct{ name, providerID string }

func parseKubeletFlags(args []string) (registration, error) {
	var made registration
	for _, argument := range args {
		name, value, _ := strings.Cut(strings.TrimPrefix(argument, "--"), "=")
		if !strings.HasPrefix(argument, "--") || !slices.Contains(kubeletFlags, name) {
			return made, fmt.Errorf("kubelet does not know: %s", argument)
		}
		switch name {
		case "hostname-override":
			made.name = value
		case "provider-id":
			made.providerID = value
		}
	}
	if made.name == "" || made.providerID == "" {
		return made, errors.New("kubelet needs --hostname-override and --provider-id, which kubeadm writes to /var/lib/kubelet/kubeadm-flags.env")
	}
	return made, nil
}

// kubelet serves the API as long as the apiserver's manifest exists.
func (n *node) kubelet(ctx context.Context, args []string) error {
	self, err := parseKubeletFlags(args)
	if err != nil {
		return err
	}
	log.SetFlags(0) // the journal adds the time
	var running *apiserver
	var runs *pod
	trouble := ""
	for tick := time.Tick(500 * time.Millisecond); ctx.Err() == nil; {
		wanted, err := readPod(n.path(manifests + "kube-apiserver.yaml"))
		if errors.Is(err, fs.ErrNotExist) {
			wanted, err = nil, nil
		}
		if err == nil && running != nil && !reflect.DeepEqual(wanted, runs) {
			running.stop()
			running = nil
			log.Print("the apiserver has stopped: its manifest is gone or has changed")
		}
		if err == nil && wanted != nil && running == nil {
			if running, err = n.startAPIServer(wanted, self); err == nil {
				runs = wanted
				log.Printf("the apiserver of %s serves", self.name)
			}
		}
		if text := fmt.Sprint(err); err != nil && text != trouble {
			log.Printf("stand-in: %s", text)
			trouble = text
		} else if err == nil {
			trouble = ""
		}
		select {
		case <-ctx.Done():
		case <-tick:
		}
	}
	if running != nil {
		running.stop()
	}
	return nil
}
