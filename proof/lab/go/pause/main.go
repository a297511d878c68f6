// Command pause holds the namespaces of a pod, as registry.k8s.io/pause does: it sleeps until it is told to end. The
// kernel reaps its orphans, as it ignores SIGCHLD.
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
