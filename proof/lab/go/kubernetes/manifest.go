package main

import (
	"fmt"
	"os"
	"strings"

	"sigs.k8s.io/yaml"
)

const manifests = "/etc/kubernetes/manifests/"

// components of the control plane; kubeadm makes a static pod of each.
var components = []string{"kube-apiserver", "kube-controller-manager", "kube-scheduler"}

// pod is the part of a static pod's manifest that the stand-in knows.
type pod struct {
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"`
	Metadata   metadata `json:"metadata"`
	Spec       struct {
		Containers []container `json:"containers"`
	} `json:"spec"`
}

type metadata struct {
	Name        string            `json:"name"`
	Namespace   string            `json:"namespace,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

type container struct {
	Name    string   `json:"name"`
	Command []string `json:"command"`
}

// newPod returns the manifest of a component. Its container never runs: the stand-in for the kubelet only
// reads the apiserver's flags.
func newPod(component, version string, flags ...string) *pod {
	made := &pod{APIVersion: "v1", Kind: "Pod", Metadata: metadata{
		Name: component, Namespace: "kube-system",
		Labels:      map[string]string{"component": component, "tier": "control-plane"},
		Annotations: map[string]string{"stand-in": "no " + component + " runs here", "version": version},
	}}
	made.Spec.Containers = []container{{Name: component, Command: append([]string{component}, flags...)}}
	return made
}

// flag returns the value of `--name=value` in the pod's command.
func (p *pod) flag(name string) (string, error) {
	for _, container := range p.Spec.Containers {
		for _, argument := range container.Command {
			if value, found := strings.CutPrefix(argument, "--"+name+"="); found {
				return value, nil
			}
		}
	}
	return "", fmt.Errorf("the manifest of %s has no flag --%s", p.Metadata.Name, name)
}

func readPod(file string) (*pod, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var read pod
	if err := yaml.Unmarshal(text, &read); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return &read, nil
}

func writePod(file string, written *pod) error {
	text, err := yaml.Marshal(written)
	if err != nil {
		return err
	}
	return writeFile(file, text, 0o600)
}
