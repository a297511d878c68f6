package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"
)

// skippable are the phases that the product skips; the stand-in has none of them.
var skippable = []string{"upload-config", "addon", "bootstrap-token", "show-join-command", "upload-certs"}

// initialise does the work of `kubeadm init`: it writes missing or invalid files, starts the kubelet and
// waits for the apiserver.
func (n *node) initialise(ctx context.Context, out io.Writer, parts []string) error {
	for _, phase := range skippable {
		if !slices.Contains(strings.Split(parts[1], ","), phase) {
			return fmt.Errorf("kubeadm init has no phase %s: it is to be in --skip-phases, not only %s", phase, parts[1])
		}
	}
	read, err := readDocument(parts[0])
	if err != nil {
		return err
	}
	etcd := read.cluster.Etcd.External
	for _, file := range []string{etcd.CAFile, etcd.CertFile, etcd.KeyFile} {
		if _, err := os.Stat(n.path(file)); err != nil {
			return fmt.Errorf("etcd.external: %w", err)
		}
	}
	steps := []struct {
		phase string
		run   func() error
	}{
		{"certs", func() error { return n.writeServingCertificate(read, false) }},
		{"kubeconfig", func() error { return n.writeKubeconfigs(read, false) }},
		{"control-plane", func() error { return n.writeManifests(read) }},
		{"kubelet-start", func() error { return n.startKubelet(read) }},
		{"wait-control-plane", func() error { return n.waitForAPIServer(ctx, read) }},
	}
	for _, step := range steps {
		if err := step.run(); err != nil {
			return fmt.Errorf("phase %s: %w", step.phase, err)
		}
		fmt.Fprintf(out, "[%s] done\n", step.phase)
	}
	return nil
}

func (n *node) authority(read *document) (*authority, error) {
	folder := n.path(read.cluster.CertificatesDir)
	return readAuthority(folder+"/ca.crt", folder+"/ca.key")
}

// writeServingCertificate makes the apiserver's certificate if there is no valid one, or in any case.
func (n *node) writeServingCertificate(read *document, always bool) error {
	signer, err := n.authority(read)
	if err != nil {
		return err
	}
	service, err := netip.ParsePrefix(read.cluster.Networking.ServiceSubnet)
	if err != nil {
		return fmt.Errorf("networking.serviceSubnet: %w", err)
	}
	wanted := x509.Certificate{
		Subject:     pkix.Name{CommonName: "kube-apiserver"},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    []string{read.init.NodeRegistration.Name, "kubernetes", "kubernetes.default", "kubernetes.default.svc"},
		IPAddresses: []net.IP{net.IP(service.Masked().Addr().Next().AsSlice())},
	}
	for _, name := range append(read.cluster.APIServer.CertSANs, read.init.LocalAPIEndpoint.AdvertiseAddress) {
		if address := net.ParseIP(name); address != nil {
			wanted.IPAddresses = append(wanted.IPAddresses, address)
		} else {
			wanted.DNSNames = append(wanted.DNSNames, name)
		}
	}
	file := n.path(read.cluster.CertificatesDir + "/apiserver")
	if !always && signer.serves(file+".crt", wanted) {
		return nil
	}
	validity, err := read.cluster.validity()
	if err != nil {
		return err
	}
	certificate, key, err := signer.issue(wanted, validity)
	if err != nil {
		return err
	}
	// The key comes first: a reader that finds it with the old certificate reads again.
	if err := writeFile(file+".key", key, 0o600); err != nil {
		return err
	}
	return writeFile(file+".crt", certificate, 0o644)
}

// writeKubeconfigs makes the missing ones. Only kubeadm init makes super-admin.conf, and the script tells it
// to remove the file.
func (n *node) writeKubeconfigs(read *document, renew bool) error {
	signer, err := n.authority(read)
	if err != nil {
		return err
	}
	validity, err := read.cluster.validity()
	if err != nil {
		return err
	}
	for name, of := range map[string]subject{
		"admin.conf":       {"kubernetes-admin", "kubeadm:cluster-admins"},
		"super-admin.conf": {"kubernetes-super-admin", "system:masters"},
		"kubelet.conf":     {"system:node:" + read.init.NodeRegistration.Name, "system:nodes"},
	} {
		file := n.path("/etc/kubernetes/" + name)
		_, err := os.Stat(file)
		if isThere := err == nil; isThere != renew {
			continue
		}
		text, err := newKubeconfig(signer, read.cluster.ClusterName, "https://"+read.cluster.ControlPlaneEndpoint, of, validity)
		if err != nil {
			return err
		}
		if err := writeFile(file, text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (n *node) writeManifests(read *document) error {
	etcd, pki := read.cluster.Etcd.External, read.cluster.CertificatesDir
	flags := map[string][]string{"kube-apiserver": {
		"--advertise-address=" + read.init.LocalAPIEndpoint.AdvertiseAddress,
		"--client-ca-file=" + pki + "/ca.crt",
		"--etcd-cafile=" + etcd.CAFile,
		"--etcd-certfile=" + etcd.CertFile,
		"--etcd-keyfile=" + etcd.KeyFile,
		"--etcd-servers=" + etcd.Endpoints[0],
		"--tls-cert-file=" + pki + "/apiserver.crt",
		"--tls-private-key-file=" + pki + "/apiserver.key",
	}}
	for _, component := range components {
		made := newPod(component, read.cluster.KubernetesVersion, flags[component]...)
		if err := writePod(n.path(manifests+component+".yaml"), made); err != nil {
			return err
		}
	}
	return nil
}

// startKubelet writes the file that kubelet.service names. It does not touch a kubelet that already runs with
// the same file.
func (n *node) startKubelet(read *document) error {
	arguments := []string{"--hostname-override=" + read.init.NodeRegistration.Name}
	for _, argument := range read.init.NodeRegistration.KubeletExtraArgs {
		arguments = append(arguments, "--"+argument.Name+"="+argument.Value)
	}
	changed := false
	for file, text := range map[string]string{
		"/var/lib/kubelet/kubeadm-flags.env": fmt.Sprintf("KUBELET_KUBEADM_ARGS=%q\n", strings.Join(arguments, " ")),
		"/var/lib/kubelet/config.yaml":       strings.TrimSpace(read.kubelet) + "\n",
	} {
		if there, err := os.ReadFile(n.path(file)); err == nil && string(there) == text {
			continue
		}
		changed = true
		if err := writeFile(n.path(file), []byte(text), 0o600); err != nil {
			return err
		}
	}
	if changed {
		return n.systemctl("restart", "kubelet.service")
	}
	return n.systemctl("start", "kubelet.service")
}

// waitForAPIServer waits four minutes, as kubeadm does.
func (n *node) waitForAPIServer(ctx context.Context, read *document) error {
	signer, err := n.authority(read)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AddCert(signer.certificate)
	client := &http.Client{
		Timeout:   2 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true},
	}
	ctx, cancel := context.WithTimeout(ctx, 4*time.Minute)
	defer cancel()
	for {
		response, err := client.Get("https://127.0.0.1:" + n.port + "/livez")
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
			err = fmt.Errorf("/livez answers %s", response.Status)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the apiserver does not come up: %w", err)
		case <-time.After(200 * time.Millisecond):
		}
	}
}
