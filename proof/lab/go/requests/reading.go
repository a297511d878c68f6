package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"net"
	"slices"
	"sort"
)

// reading is the cluster's signer's view of a request.
type reading struct {
	// Reads reports whether Go can parse it, and its own key has signed it.
	Reads bool     `json:"reads"`
	Names []string `json:"names"`
	// Kubelets reports whether a kubelet of the node in the request would have written exactly these bytes.
	Kubelets bool `json:"kubelets"`
	// Node is the node in the request.
	Node string `json:"node"`
}

// readAsSigner parses like k8s.io/kubernetes/pkg/apis/certificates.ParseCSR.
func readAsSigner(request []byte) reading {
	block, _ := pem.Decode(request)
	if block == nil || block.Type != "CERTIFICATE REQUEST" {
		return reading{}
	}
	parsed, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil || parsed.CheckSignature() != nil {
		return reading{}
	}
	found := reading{Reads: true, Names: namesOf(parsed), Node: parsed.Subject.CommonName}
	if key, is := parsed.PublicKey.(*ecdsa.PublicKey); is && key.Curve == elliptic.P256() {
		written, err := writtenByKubelet(parsed)
		found.Kubelets = err == nil && bytes.Equal(written, request)
	}
	return found
}

func namesOf(request *x509.CertificateRequest) []string {
	var names []string
	for _, name := range request.DNSNames {
		names = append(names, "DNS:"+name)
	}
	for _, address := range request.IPAddresses {
		names = append(names, "IP:"+address.String())
	}
	for _, address := range request.EmailAddresses {
		names = append(names, "email:"+address)
	}
	for _, uri := range request.URIs {
		names = append(names, "URI:"+uri.String())
	}
	return names
}

// signedAlready has a request's key and its signature.
type signedAlready struct{ *x509.CertificateRequest }

func (s signedAlready) Public() crypto.PublicKey { return s.PublicKey }

func (s signedAlready) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return s.Signature, nil
}

// writtenByKubelet writes a request like k8s.io/client-go/util/cert.MakeCSRFromTemplate, for the template of
// k8s.io/kubernetes/pkg/kubelet/certificate. Its names are sorted, each only once.
func writtenByKubelet(request *x509.CertificateRequest) ([]byte, error) {
	names := slices.Compact(slices.Sorted(slices.Values(request.DNSNames)))
	addresses := slices.Clone(request.IPAddresses)
	sort.Slice(addresses, func(i, j int) bool { return addresses[i].String() < addresses[j].String() })
	return write(signedAlready{request}, request.Subject.CommonName, names, slices.CompactFunc(addresses, net.IP.Equal))
}

func write(key crypto.Signer, commonName string, names []string, addresses []net.IP) ([]byte, error) {
	template := &x509.CertificateRequest{
		Subject:     pkix.Name{CommonName: commonName, Organization: []string{"system:nodes"}},
		DNSNames:    names,
		IPAddresses: addresses,
	}
	der, err := x509.CreateCertificateRequest(nil, template, key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}), nil
}
