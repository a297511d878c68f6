package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"
)

// kubeadmCommands are all commands that the node's scripts give to kubeadm; the parts in parentheses become
// arguments.
var kubeadmCommands = []struct {
	arguments *regexp.Regexp
	run       func(n *node, ctx context.Context, out io.Writer, parts []string) error
}{
	{regexp.MustCompile(`^init --config (\S+) --skip-phases (\S+)$`), (*node).initialise},
	{regexp.MustCompile(`^init phase (upload-config all|addon kube-proxy|addon coredns) --config (\S+)$`), (*node).clusterObjects},
	{regexp.MustCompile(`^config images list --config (\S+)$`), (*node).listImages},
	{regexp.MustCompile(`^certs check-expiration --config (\S+) -o json$`), (*node).checkExpiration},
	{regexp.MustCompile(`^certs renew all --config (\S+)$`), (*node).renew},
	{regexp.MustCompile(`^token generate$`), (*node).generateToken},
	{regexp.MustCompile(`^kubeconfig user --client-name (\S+) --org (\S+) --validity-period (\S+) --config (\S+)$`), (*node).printKubeconfig},
}

func (n *node) kubeadm(ctx context.Context, args []string, out io.Writer) error {
	given := strings.Join(args, " ")
	for _, command := range kubeadmCommands {
		if parts := command.arguments.FindStringSubmatch(given); parts != nil {
			return command.run(n, ctx, out, parts[1:])
		}
	}
	return fmt.Errorf("kubeadm does not know: %s", given)
}

// clusterObjects succeeds if the objects could be written. It does not write them, because nobody reads them.
func (n *node) clusterObjects(ctx context.Context, out io.Writer, parts []string) error {
	if _, err := readDocument(parts[1]); err != nil {
		return err
	}
	api, err := newAPI(n.path("/etc/kubernetes/admin.conf"), "https://127.0.0.1:"+n.port)
	if err != nil {
		return err
	}
	if _, err := api.get(ctx, "/readyz"); err != nil {
		return err
	}
	fmt.Fprintf(out, "[%s] the apiserver would take it\n", parts[0])
	return nil
}

// listImages prints only one image, because the scripts look for no other.
func (n *node) listImages(_ context.Context, out io.Writer, parts []string) error {
	if _, err := readDocument(parts[0]); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, "registry.k8s.io/coredns/coredns:v1.14.2")
	return err
}

// generateToken prints a token of the form in
// https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/.
func (n *node) generateToken(_ context.Context, out io.Writer, _ []string) error {
	text := strings.ToLower(rand.Text())
	_, err := fmt.Fprintf(out, "%s.%s\n", text[:6], text[6:22])
	return err
}

// printKubeconfig prints a kubeconfig for a user that has none on the disk.
func (n *node) printKubeconfig(_ context.Context, out io.Writer, parts []string) error {
	validity, err := time.ParseDuration(parts[2])
	if err != nil {
		return fmt.Errorf("--validity-period: %w", err)
	}
	read, err := readDocument(parts[3])
	if err != nil {
		return err
	}
	signer, err := n.authority(read)
	if err != nil {
		return err
	}
	text, err := newKubeconfig(signer, read.cluster.ClusterName, "https://"+read.cluster.ControlPlaneEndpoint, subject{parts[0], parts[1]}, validity)
	if err != nil {
		return err
	}
	_, err = out.Write(text)
	return err
}

// expiration is an entry in the output of `kubeadm certs check-expiration -o json`.
type expiration struct {
	Name           string    `json:"name"`
	ExpirationDate time.Time `json:"expirationDate"`
	// ResidualTime in seconds.
	ResidualTime int64 `json:"residualTime"`
	Missing      bool  `json:"missing"`
}

func (n *node) checkExpiration(_ context.Context, out io.Writer, parts []string) error {
	read, err := readDocument(parts[0])
	if err != nil {
		return err
	}
	found := []expiration{}
	for name, text := range map[string]func() ([]byte, error){
		"admin.conf": n.adminCertificate,
		"apiserver": func() ([]byte, error) {
			return os.ReadFile(n.path(read.cluster.CertificatesDir + "/apiserver.crt"))
		},
	} {
		entry := expiration{Name: name, Missing: true}
		if pem, err := text(); err == nil {
			certificate, err := readCertificate(pem)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			entry.Missing, entry.ExpirationDate = false, certificate.NotAfter
			entry.ResidualTime = int64(time.Until(certificate.NotAfter).Seconds())
		}
		found = append(found, entry)
	}
	return json.NewEncoder(out).Encode(map[string]any{
		"kind": "CertificateExpirationInfo", "apiVersion": "output.kubeadm.k8s.io/v1alpha3", "certificates": found,
	})
}

func (n *node) adminCertificate() ([]byte, error) {
	config, err := readKubeconfig(n.path("/etc/kubernetes/admin.conf"))
	if err != nil {
		return nil, err
	}
	return config.Users[0].User.Certificate, nil
}

// renew renews all certificates, however long they are still valid.
func (n *node) renew(_ context.Context, out io.Writer, parts []string) error {
	read, err := readDocument(parts[0])
	if err != nil {
		return err
	}
	if err := n.writeServingCertificate(read, true); err != nil {
		return err
	}
	if err := n.writeKubeconfigs(read, true); err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, "[renew] certificates of the apiserver and the administrator")
	return err
}
