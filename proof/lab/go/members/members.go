// Package members runs real etcd members on loopback, with certificates of their own, for tests.
package members

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pulumi-kubeadm/lab/endpoints"
)

// Cluster is a set of members, numbered from 0.
type Cluster struct {
	t       *testing.T
	program string
	folder  string
	urls    []string // client URLs
	peers   []string
	running []*exec.Cmd
}

// New prepares members and starts none. If ETCD in the environment names no program, it skips the test, which
// `go test -v` shows.
func New(t *testing.T, size int) *Cluster {
	t.Helper()
	program := os.Getenv("ETCD")
	if program == "" {
		t.Skip("ETCD names no program: give the path of etcd to test against real members")
	}
	c := &Cluster{t: t, program: program, folder: t.TempDir(), running: make([]*exec.Cmd, size)}
	c.certificates()
	for range size {
		c.urls = append(c.urls, "https://"+FreeAddress(t, "127.0.0.1"))
		c.peers = append(c.peers, "https://"+FreeAddress(t, "127.0.0.1"))
	}
	t.Cleanup(func() {
		for number := range c.running {
			c.Kill(number)
		}
	})
	return c
}

// FreeAddress returns an address and a port where nothing listens.
func FreeAddress(t *testing.T, address string) string {
	t.Helper()
	listener, err := net.Listen("tcp", address+":0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// Connection is for clients of all members.
func (c *Cluster) Connection() *endpoints.Connection {
	return &endpoints.Connection{Endpoints: c.urls, CACert: c.File("ca.crt"), Cert: c.File("leaf.pem"), Key: c.File("leaf.pem")}
}

// URL is a member's URL for clients.
func (c *Cluster) URL(number int) string { return c.urls[number] }

// File returns the path of a file of the cluster: ca.crt, ca.key, leaf.pem, <number>.log, the folder <number>.data.
func (c *Cluster) File(name string) string { return filepath.Join(c.folder, name) }

// Start starts a member with its data.
func (c *Cluster) Start(number int) {
	c.t.Helper()
	leaf, ca := c.File("leaf.pem"), c.File("ca.crt")
	command := exec.Command(c.program,
		"--name", c.name(number), "--data-dir", c.File(fmt.Sprint(number, ".data")), "--initial-cluster", c.InitialCluster(),
		"--listen-client-urls", c.urls[number], "--advertise-client-urls", c.urls[number],
		"--listen-peer-urls", c.peers[number], "--initial-advertise-peer-urls", c.peers[number],
		"--cert-file", leaf, "--key-file", leaf, "--trusted-ca-file", ca, "--client-cert-auth",
		"--peer-cert-file", leaf, "--peer-key-file", leaf, "--peer-trusted-ca-file", ca, "--peer-client-cert-auth",
	)
	log, err := os.OpenFile(c.File(fmt.Sprint(number, ".log")), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		c.t.Fatal(err)
	}
	defer log.Close()
	command.Stderr = log
	if err := command.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.running[number] = command
}

// Kill ends a member like a power failure.
func (c *Cluster) Kill(number int) {
	if command := c.running[number]; command != nil {
		_ = command.Process.Kill()
		_ = command.Wait()
		c.running[number] = nil
	}
}

// InitialCluster is the members' first list, in etcd's format.
func (c *Cluster) InitialCluster() string {
	var list []string
	for number, peer := range c.peers {
		list = append(list, c.name(number)+"="+peer)
	}
	return strings.Join(list, ",")
}

// Restore replaces the data of a stopped member by a snapshot's, with etcdutl, which is in etcd's folder.
func (c *Cluster) Restore(number int, snapshot string) {
	c.t.Helper()
	data := c.File(fmt.Sprint(number, ".data"))
	if err := os.RemoveAll(data); err != nil {
		c.t.Fatal(err)
	}
	out, err := exec.Command(os.Getenv("ETCDUTL"), "snapshot", "restore", snapshot, "--data-dir", data, "--name", c.name(number),
		"--initial-cluster", c.InitialCluster(), "--initial-advertise-peer-urls", c.peers[number]).CombinedOutput()
	if err != nil {
		c.t.Fatalf("etcdutl snapshot restore: %v\n%s", err, out)
	}
}

func (c *Cluster) name(number int) string { return fmt.Sprint("member-", number) }

// certificates writes a CA and one leaf for all purposes.
func (c *Cluster) certificates() {
	ca := x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "CA"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	caKey := c.writePair(&ca, &ca, nil, "ca.crt", "ca.key")
	leaf := x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "etcd"},
		DNSNames: []string{"localhost", "*.etcd.test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		NotBefore:   time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	c.writePair(&leaf, &ca, caKey, "leaf.pem", "leaf.pem")
}

// writePair signs a certificate; without a signer's key, the certificate signs itself.
func (c *Cluster) writePair(wanted, signer *x509.Certificate, signerKey *ecdsa.PrivateKey, files ...string) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		c.t.Fatal(err)
	}
	if signerKey == nil {
		signerKey = key
	}
	signed, err := x509.CreateCertificate(rand.Reader, wanted, signer, key.Public(), signerKey)
	if err != nil {
		c.t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		c.t.Fatal(err)
	}
	blocks := []*pem.Block{{Type: "CERTIFICATE", Bytes: signed}, {Type: "PRIVATE KEY", Bytes: encoded}}
	for i, name := range files {
		file, err := os.OpenFile(c.File(name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			c.t.Fatal(err)
		}
		if err := pem.Encode(file, blocks[i]); err != nil {
			c.t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			c.t.Fatal(err)
		}
	}
	return key
}
