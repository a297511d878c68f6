// kubernetes stands in for kubeadm, kubelet and kubectl on the lab's controllers. It is one program that
// checks the name by which it is called. There is no Kubernetes inside. It does only what the node's
// unchanged scripts and units need, and refuses everything else. See README.md.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
)

// node is the machine that the programs run on.
type node struct {
	// root of its file system; default: /
	root string
	// port of the apiserver.
	port string
	// systemctl runs systemd's command.
	systemctl func(args ...string) error
}

// path returns the path of a node's file.
func (n *node) path(file string) string { return filepath.Join(n.root, file) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	this := &node{root: "/", port: "6443", systemctl: systemctl}
	var err error
	switch name := filepath.Base(os.Args[0]); name {
	case "kubeadm":
		err = this.kubeadm(ctx, os.Args[1:], os.Stdout)
	case "kubelet":
		err = this.kubelet(ctx, os.Args[1:])
	case "kubectl":
		err = kubectl(ctx, os.Args[1:], os.Stdin, os.Stdout)
	default:
		err = fmt.Errorf("called as %s, but stands in for kubeadm, kubelet and kubectl only", name)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "stand-in: %v\n", err)
		os.Exit(1)
	}
}

func systemctl(args ...string) error {
	command := exec.Command("systemctl", args...)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	return command.Run()
}
