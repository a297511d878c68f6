package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"pulumi-kubeadm/lab/endpoints"
)

// apiserver answers on the node's address and on 127.0.0.1, with etcd behind it.
type apiserver struct {
	server *http.Server
	etcd   *clientv3.Client
	cancel context.CancelFunc
	tasks  sync.WaitGroup
}

func (n *node) startAPIServer(manifest *pod, self registration) (*apiserver, error) {
	flags := map[string]string{}
	for _, name := range []string{
		"advertise-address", "client-ca-file", "etcd-cafile", "etcd-certfile", "etcd-keyfile", "etcd-servers",
		"tls-cert-file", "tls-private-key-file",
	} {
		value, err := manifest.flag(name)
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(value, "/") {
			value = n.path(value)
		}
		flags[name] = value
	}
	config, err := servingConfig(flags["client-ca-file"], flags["tls-cert-file"], flags["tls-private-key-file"])
	if err != nil {
		return nil, err
	}
	connection := &endpoints.Connection{
		CACert: flags["etcd-cafile"], Cert: flags["etcd-certfile"], Key: flags["etcd-keyfile"],
	}
	etcd, err := connection.Dial(flags["etcd-servers"])
	if err != nil {
		return nil, err
	}
	ready := &readiness{read: func(ctx context.Context) error {
		_, err := etcd.Get(ctx, "/registry/health") // linearizable
		return err
	}}
	version := manifest.Metadata.Annotations["version"]
	ctx, cancel := context.WithCancel(context.Background())
	made := &apiserver{
		etcd: etcd, cancel: cancel,
		server: &http.Server{
			Handler: newHandler(ready, &objects{etcd: etcd}, version, func(name string) (any, error) {
				return n.mirrorPod(name, self, manifest, ready)
			}),
			TLSConfig:         config,
			ReadHeaderTimeout: 5 * time.Second,
			ErrorLog:          log.New(io.Discard, "", 0), // The balancer's health checks abort handshakes.
		},
	}
	for _, address := range []string{flags["advertise-address"], "127.0.0.1"} {
		listener, err := net.Listen("tcp", net.JoinHostPort(address, n.port))
		if err != nil {
			made.stop()
			return nil, err
		}
		made.tasks.Go(func() {
			if err := made.server.ServeTLS(listener, "", ""); !errors.Is(err, http.ErrServerClosed) {
				log.Printf("stand-in: %v", err)
			}
		})
	}
	made.tasks.Go(func() { keepNode(ctx, etcd, self, version) })
	return made, nil
}

// stop ends within a second, even with open connections.
func (a *apiserver) stop() {
	a.cancel()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if a.server.Shutdown(ctx) != nil {
		a.server.Close()
	}
	a.tasks.Wait()
	a.etcd.Close()
}

// servingConfig reads the certificate from its files for each client, as the apiserver does.
func servingConfig(caFile, certificateFile, keyFile string) (*tls.Config, error) {
	text, err := os.ReadFile(caFile)
	if err != nil {
		return nil, err
	}
	clients := x509.NewCertPool()
	if !clients.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s holds no certificate", caFile)
	}
	return &tls.Config{
		ClientAuth: tls.VerifyClientCertIfGiven,
		ClientCAs:  clients,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			pair, err := tls.LoadX509KeyPair(certificateFile, keyFile)
			return &pair, err
		},
	}, nil
}

// newHandler answers health checks to everybody, and everything else only to administrators.
func newHandler(ready *readiness, stored *objects, version string, mirrorPod func(name string) (any, error)) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(out http.ResponseWriter, _ *http.Request) { fmt.Fprint(out, "ok") })
	mux.HandleFunc("GET /readyz", func(out http.ResponseWriter, _ *http.Request) {
		if err := ready.check(); err != nil {
			http.Error(out, fmt.Sprintf("[-]etcd failed: %v\nreadyz check failed", err), http.StatusInternalServerError)
			return
		}
		fmt.Fprint(out, "ok")
	})
	mux.HandleFunc("GET /api/v1/namespaces/kube-system/pods/{name}", forAdministrators(func(out http.ResponseWriter, in *http.Request) {
		found, err := mirrorPod(in.PathValue("name"))
		respond(out, http.StatusOK, found, err)
	}))
	mux.HandleFunc("GET /version", forAdministrators(func(out http.ResponseWriter, _ *http.Request) {
		respond(out, http.StatusOK, object{"gitVersion": version}, nil)
	}))
	mux.Handle("/", forAdministrators(stored.ServeHTTP))
	return mux
}

// forAdministrators refuses clients without a certificate of an administrators' group.
func forAdministrators(next http.HandlerFunc) http.HandlerFunc {
	return func(out http.ResponseWriter, in *http.Request) {
		if len(in.TLS.PeerCertificates) == 0 {
			http.Error(out, "stand-in: a client certificate is wanted", http.StatusUnauthorized)
			return
		}
		groups := in.TLS.PeerCertificates[0].Subject.Organization
		if !slices.Contains(groups, "kubeadm:cluster-admins") && !slices.Contains(groups, "system:masters") {
			http.Error(out, fmt.Sprintf("stand-in: %q do not administer", groups), http.StatusForbidden)
			return
		}
		next(out, in)
	}
}
