package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pulumi-kubeadm/lab/members"
)

func TestAController(t *testing.T) {
	cluster := members.New(t, 1)
	cluster.Start(0)
	m := newMachine(t, cluster)
	initialise := "init --config " + m.document + " --skip-phases " + skipPhases
	m.runKubeadm(initialise)
	m.until("ready on both addresses", 10*time.Second, func() bool {
		return m.status("127.0.0.1", "/readyz") == 200 && m.status("127.0.0.2", "/readyz") == 200
	})
	if status := m.status("127.0.0.1", "/api/v1/nodes"); status != http.StatusUnauthorized {
		t.Errorf("nodes without a certificate: %d", status)
	}

	t.Run("init again changes nothing", func(t *testing.T) {
		certificate := m.path("/etc/kubernetes/pki/apiserver.crt")
		before, _ := os.ReadFile(certificate)
		m.stop()
		m.runKubeadm(initialise)
		if after, _ := os.ReadFile(certificate); !bytes.Equal(before, after) {
			t.Error("the certificate is another one")
		}
		if got := strings.Join(m.calls, "; "); got != "restart kubelet.service; start kubelet.service" {
			t.Errorf("systemctl %s", got)
		}
		m.until("ready", 10*time.Second, func() bool { return m.status("127.0.0.1", "/readyz") == 200 })
	})
	t.Run("the scripts' questions", m.answersScripts)
	t.Run("a version may serve beside it", m.tellsVersion)
	t.Run("renewal", m.renews)
	t.Run("without its etcd it is not ready", func(t *testing.T) {
		cluster.Kill(0)
		m.until("not ready", 5*time.Second, func() bool { return m.status("127.0.0.1", "/readyz") == 500 })
		if status := m.status("127.0.0.1", "/livez"); status != 200 {
			t.Errorf("livez: %d", status)
		}
		cluster.Start(0)
		m.until("ready", 10*time.Second, func() bool { return m.status("127.0.0.1", "/readyz") == 200 })
	})
	t.Run("without its manifest it stops", func(t *testing.T) {
		if err := os.Remove(m.path(manifests + "kube-apiserver.yaml")); err != nil {
			t.Fatal(err)
		}
		m.until("both ports are closed", 2*time.Second, func() bool {
			return m.status("127.0.0.1", "/livez") == 0 && m.status("127.0.0.2", "/livez") == 0
		})
	})
}

func (m *machine) answersScripts(t *testing.T) {
	m.until("its node", 10*time.Second, func() bool {
		got, err := m.tryKubectl("get nodes -o json", "")
		return err == nil && strings.Contains(got, `"kind":"Node"`)
	})
	var nodes struct {
		Items []struct {
			Spec   struct{ ProviderID string }
			Status struct {
				NodeInfo   struct{ KubeletVersion string }
				Conditions []struct{ Type, Status string }
			}
		}
	}
	if err := json.Unmarshal([]byte(m.runKubectl("get nodes -l node-role.kubernetes.io/control-plane -o json", "")), &nodes); err != nil {
		t.Fatal(err)
	}
	if one := nodes.Items[0]; len(nodes.Items) != 1 || one.Spec.ProviderID != "aws:///zone-a/i-0123" ||
		one.Status.NodeInfo.KubeletVersion != "v1.36.9" || one.Status.Conditions[0].Status != "True" {
		t.Errorf("nodes: %+v", nodes)
	}
	tokens := "get secrets -n kube-system -l app.kubernetes.io/managed-by=bootstrap-token -o json"
	if got := m.runKubectl(tokens, ""); !strings.Contains(got, `"items":[]`) {
		t.Errorf("tokens: %s", got)
	}
	m.runKubectl("create -f -", `apiVersion: v1
kind: Secret
metadata:
  name: bootstrap-token-abcdef
  namespace: kube-system
  labels: {app.kubernetes.io/managed-by: bootstrap-token}
stringData:
  token-secret: 0123456789abcdef
  expiration: 2026-11-23T12:00:00Z
`)
	if got := m.runKubectl(tokens, ""); !strings.Contains(got, `"data":{"expiration":"MjAyNi0xMS0yM1QxMjowMDowMFo=","token-secret":"MDEyMzQ1Njc4OWFiY2RlZg=="}`) {
		t.Errorf("tokens: %s", got)
	}
	for _, none := range []string{"csr", "volumeattachments"} {
		if got := m.runKubectl("get "+none+" -o json", ""); !strings.Contains(got, `"items":[]`) {
			t.Errorf("%s: %s", none, got)
		}
	}
	if got := m.runKubectl("get node ip-10-0-0-1.internal --ignore-not-found -o jsonpath={.spec.providerID}", ""); got != "aws:///zone-a/i-0123" {
		t.Errorf("provider id: %s", got)
	}
	if got := m.runKubectl("get node another --ignore-not-found -o jsonpath={.spec.providerID}", ""); got != "" {
		t.Errorf("provider id: %s", got)
	}
	m.runKubectl("delete node another --ignore-not-found --wait=false", "")
	m.runKubectl("drain ip-10-0-0-1.internal --ignore-daemonsets --delete-emptydir-data --force --timeout 780s", "")
	for _, manifest := range []string{"node-bootstrap", "cluster-dns"} {
		m.runKubectl("apply --server-side --force-conflicts -f ../../../../ignition/files/chores/etc/cluster/manifests/"+manifest+".yaml", "")
	}
	if out := m.runKubectl("get configmap addons -n kube-system --ignore-not-found -o jsonpath={.data.objects}", ""); out != "" {
		t.Errorf("add-ons before any: %s", out)
	}
	addons := m.runKubectl("create configmap addons -n kube-system --from-file=objects --dry-run=client -o yaml", "")
	m.runKubectl("apply --server-side --force-conflicts --field-manager addons -f -", addons)
	uids := "apply --server-side --force-conflicts --field-manager addons -f - -o jsonpath={.metadata.uid}{.items[*].metadata.uid}"
	if out := m.runKubectl(uids, "# marker\n#- ConfigMap - addons\n---\n"+addons); out != "" {
		t.Errorf("UIDs of objects that are not kept: %s", out)
	}
	for _, nobodys := range []string{
		"get nodes -l pulumi-kubeadm/interrupted-at -o jsonpath={.items[*].metadata.name}",
		"get deployment coredns -n kube-system --ignore-not-found -o jsonpath={..image}",
		`get nodes -l node-role.kubernetes.io/control-plane -o jsonpath={.items[*].status.addresses[?(@.type=="InternalIP")].address}`,
		"get configmap secrets-encryption -n kube-system --ignore-not-found -o jsonpath={.data.key}",
		"get secrets --all-namespaces -o name",
	} {
		if out := m.runKubectl(nobodys, ""); out != "" {
			t.Errorf("%s: %s", nobodys, out)
		}
	}
	m.runKubeadm("init phase upload-config all --config " + m.document)
	m.runKubeadm("init phase addon kube-proxy --config " + m.document)
	m.runKubeadm("init phase addon coredns --config " + m.document)
	if images := m.runKubeadm("config images list --config " + m.document); !strings.Contains(images, "/coredns:") {
		t.Errorf("images: %s", images)
	}
	if token := m.runKubeadm("token generate"); len(token) != 24 || token[6] != '.' {
		t.Errorf("token: %q", token)
	}
}

// tellsVersion asks for the version like version-skew, with the credential that kubeadm-init makes.
func (m *machine) tellsVersion(t *testing.T) {
	credential := m.path("/kubeadm-init.conf")
	text := m.runKubeadm("kubeconfig user --client-name kubeadm-init --org system:masters --validity-period 1h --config " + m.document)
	if err := writeFile(credential, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	ask := "--kubeconfig " + credential + " --server https://127.0.0.1:" + m.port + " --cache-dir /run/cluster/kubectl --request-timeout 10s get --raw /version"
	if err := kubectl(t.Context(), strings.Fields(ask), nil, &out); err != nil {
		t.Fatal(err)
	}
	var answer struct{ GitVersion string }
	if err := json.Unmarshal(out.Bytes(), &answer); err != nil || answer.GitVersion != "v1.36.9" {
		t.Errorf("version: %s", out.String())
	}
}

// renews does the work of kubeadm-certs. Here it replaces the apiserver, the only static pod of this test.
func (m *machine) renews(t *testing.T) {
	var before struct{ Certificates []expiration }
	check := "certs check-expiration --config " + m.document + " -o json"
	if err := json.Unmarshal([]byte(m.runKubeadm(check)), &before); err != nil || len(before.Certificates) != 2 {
		t.Fatalf("certificates: %+v, %v", before, err)
	}
	for _, one := range before.Certificates {
		if one.Missing || one.ResidualTime < 2159*3600 || one.ResidualTime > 2160*3600 {
			t.Errorf("%+v", one)
		}
	}
	certificate := m.path("/etc/kubernetes/pki/apiserver.crt")
	old, _ := os.ReadFile(certificate)
	m.runKubeadm("certs renew all --config " + m.document)
	if renewed, _ := os.ReadFile(certificate); bytes.Equal(old, renewed) {
		t.Error("the certificate is the old one")
	}
	manifest := m.path(manifests + "kube-apiserver.yaml")
	var out bytes.Buffer
	if err := kubectl(t.Context(), strings.Fields("annotate --local --overwrite -f "+manifest+" certificates-renewed=now -o yaml"), nil, &out); err != nil {
		t.Fatal(err)
	}
	if err := writeFile(manifest, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	// The pod has the annotation once the new apiserver runs, not when its manifest is written.
	m.until("the new one is ready", 10*time.Second, func() bool {
		got, err := m.tryKubectl("get pod kube-apiserver-ip-10-0-0-1.internal -n kube-system -o json", "")
		return err == nil && strings.Contains(got, `"certificates-renewed":"now"`) && strings.Contains(got, `{"status":"True","type":"Ready"}`)
	})
	m.runKubectl("get nodes -o json", "")
}

func TestRefusals(t *testing.T) {
	m := newMachine(t, nil)
	for _, command := range []string{
		"join --config " + m.document, "init", "reset -f", "certs renew admin.conf", "init phase addon all --config x",
	} {
		if err := m.kubeadm(t.Context(), strings.Fields(command), new(bytes.Buffer)); err == nil || !strings.Contains(err.Error(), "does not know: "+command) {
			t.Errorf("kubeadm %s: %v", command, err)
		}
	}
	global := "--kubeconfig k --server s --cache-dir c --request-timeout 30s "
	for _, command := range []string{"get pods -A", "apply -f x", "delete node x", "certificate approve csr-1"} {
		if err := kubectl(t.Context(), strings.Fields(global+command), nil, new(bytes.Buffer)); err == nil || !strings.Contains(err.Error(), "does not know: "+command) {
			t.Errorf("kubectl %s: %v", command, err)
		}
	}
	if err := m.kubelet(t.Context(), []string{"--read-only-port=10255"}); err == nil || !strings.Contains(err.Error(), "--read-only-port") {
		t.Errorf("kubelet: %v", err)
	}
	err := m.kubeadm(t.Context(), strings.Fields("init --config "+m.document+" --skip-phases addon"), new(bytes.Buffer))
	if err == nil || !strings.Contains(err.Error(), "no phase upload-config") {
		t.Errorf("init with phases that the stand-in lacks: %v", err)
	}
	err = m.kubeadm(t.Context(), strings.Fields("init --config "+m.document+" --skip-phases "+skipPhases), new(bytes.Buffer))
	if err == nil || !strings.Contains(err.Error(), "ca.crt") && !strings.Contains(err.Error(), "client.pem") {
		t.Errorf("init without etcd's certificates: %v", err)
	}
}

// The stand-in reads the product's own document, whatever else is in it.
func TestProductDocument(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "ignition", "files", "controller", "etc", "cluster", "kubeadm.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	read, err := parseDocument(strings.NewReplacer("{{", "", "}}", "").Replace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	if read.cluster.Etcd.External.CertFile != "/etc/etcd/pki/client.pem" || len(read.init.NodeRegistration.KubeletExtraArgs) != 3 {
		t.Errorf("read: %+v", read)
	}
	for _, argument := range read.init.NodeRegistration.KubeletExtraArgs {
		flags := []string{"--hostname-override=n", "--provider-id=p", "--" + argument.Name + "=" + argument.Value}
		if _, err := parseKubeletFlags(flags); err != nil {
			t.Error(err)
		}
	}
}

func TestReadinessIsKeptForASecond(t *testing.T) {
	reads := 0
	ready := &readiness{read: func(context.Context) error {
		reads++
		return errors.New("no quorum")
	}}
	for range 5 {
		if ready.check() == nil {
			t.Error("ready without a quorum")
		}
	}
	if reads != 1 {
		t.Errorf("%d reads", reads)
	}
}

func TestAge(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for age, want := range map[time.Duration]string{39 * time.Second: "True", 41 * time.Second: "Unknown"} {
		decoded, err := decode([]byte(encode(nodeObject(registration{name: "n"}, "v1", now))))
		if err != nil {
			t.Fatal(err)
		}
		withAge(decoded, now.Add(age))
		if got := encode(decoded); !strings.Contains(got, `"status":"`+want+`"`) {
			t.Errorf("after %s: %s", age, got)
		}
	}
}
