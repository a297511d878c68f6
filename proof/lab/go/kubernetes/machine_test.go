package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"pulumi-kubeadm/lab/members"
)

const kubeadmYAML = `# A comment.
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint:
  advertiseAddress: 127.0.0.2
nodeRegistration:
  name: ip-10-0-0-1.internal
  kubeletExtraArgs:
    - name: cloud-provider
      value: external
    - name: provider-id
      value: aws:///zone-a/i-0123
    - name: node-ip
      value: 127.0.0.2
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
clusterName: lab
kubernetesVersion: v1.36.9
controlPlaneEndpoint: api.lab.test:6443
certificatesDir: /etc/kubernetes/pki
certificateValidityPeriod: 2160h
networking:
  serviceSubnet: 10.96.0.0/12
etcd:
  external:
    endpoints: ["ENDPOINT"]
    caFile: /etc/etcd/pki/ca.crt
    certFile: /etc/etcd/pki/client.pem
    keyFile: /etc/etcd/pki/client.pem
apiServer:
  certSANs: ["api.lab.test", "127.0.0.1"]
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
cgroupDriver: systemd
`

const skipPhases = "upload-config,addon,bootstrap-token,show-join-command,upload-certs"

// machine is a node in a folder; the test runs its kubelet.service.
type machine struct {
	*node
	t        *testing.T
	document string
	calls    []string // of systemctl
	stop     func()   // ends the kubelet
}

func newMachine(t *testing.T, cluster *members.Cluster) *machine {
	t.Helper()
	_, port, _ := net.SplitHostPort(members.FreeAddress(t, "127.0.0.1"))
	m := &machine{t: t, node: &node{root: t.TempDir(), port: port}, stop: func() {}}
	m.systemctl = m.runSystemctl
	endpoint := "https://127.0.0.1:1"
	for target, source := range map[string]string{
		"/etc/etcd/pki/ca.crt": "ca.crt", "/etc/etcd/pki/client.pem": "leaf.pem",
		"/etc/kubernetes/pki/ca.crt": "ca.crt", "/etc/kubernetes/pki/ca.key": "ca.key",
	} {
		if cluster == nil {
			break
		}
		text, err := os.ReadFile(cluster.File(source))
		if err != nil {
			t.Fatal(err)
		}
		if err := writeFile(m.path(target), text, 0o600); err != nil {
			t.Fatal(err)
		}
		endpoint = cluster.URL(0)
	}
	m.document = m.path("/run/cluster/kubeadm.yaml")
	if err := writeFile(m.document, []byte(strings.Replace(kubeadmYAML, "ENDPOINT", endpoint, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.stop() })
	return m
}

// runSystemctl starts the kubelet with the flags that kubeadm wrote, as kubelet.service does.
func (m *machine) runSystemctl(args ...string) error {
	m.calls = append(m.calls, strings.Join(args, " "))
	text, err := os.ReadFile(m.path("/var/lib/kubelet/kubeadm-flags.env"))
	if err != nil {
		return err
	}
	flags := strings.Trim(strings.TrimPrefix(strings.TrimSpace(string(text)), "KUBELET_KUBEADM_ARGS="), `"`)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- m.kubelet(ctx, append([]string{"--config=/var/lib/kubelet/config.yaml"}, strings.Fields(flags)...))
	}()
	m.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			m.t.Error(err)
		}
		m.stop = func() {}
	}
	return nil
}

func (m *machine) runKubeadm(command string) string {
	m.t.Helper()
	var out bytes.Buffer
	if err := m.kubeadm(m.t.Context(), strings.Fields(command), &out); err != nil {
		m.t.Fatalf("kubeadm %s: %v", command, err)
	}
	return out.String()
}

func (m *machine) runKubectl(command, in string) string {
	m.t.Helper()
	out, err := m.tryKubectl(command, in)
	if err != nil {
		m.t.Fatalf("kubectl %s: %v", command, err)
	}
	return out
}

func (m *machine) tryKubectl(command, in string) (string, error) {
	global := "--kubeconfig " + m.path("/etc/kubernetes/admin.conf") + " --server https://127.0.0.1:" + m.port +
		" --cache-dir /run/cluster/kubectl --request-timeout 30s "
	var out bytes.Buffer
	err := kubectl(m.t.Context(), strings.Fields(global+command), strings.NewReader(in), &out)
	return out.String(), err
}

// status of a health check without a client certificate; 0 if nothing listens.
func (m *machine) status(address, path string) int {
	m.t.Helper()
	ca, err := os.ReadFile(m.path("/etc/kubernetes/pki/ca.crt"))
	if err != nil {
		m.t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true,
	}}
	response, err := client.Get("https://" + address + ":" + m.port + path)
	if err != nil {
		return 0
	}
	response.Body.Close()
	return response.StatusCode
}

func (m *machine) until(what string, limit time.Duration, holds func() bool) {
	m.t.Helper()
	for deadline := time.Now().Add(limit); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			m.t.Fatalf("not within %s: %s", limit, what)
		}
	}
}
