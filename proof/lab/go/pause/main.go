// Command pause holds the namespaces of a pod, as registry.k8s.io/pause does: it sleeps until it is told to
// end. It ignores SIGCHLD, so the kernel reaps its orphans.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	signal.Ignore(syscall.SIGCHLD)
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGINT, syscall.SIGTERM)
	<-ended
}
