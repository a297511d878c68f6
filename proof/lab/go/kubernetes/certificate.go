package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"time"
)

// authority signs certificates with a CA's files.
type authority struct {
	certificate *x509.Certificate
	pem         []byte
	key         crypto.Signer
}

func readAuthority(certificateFile, keyFile string) (*authority, error) {
	pair, err := tls.LoadX509KeyPair(certificateFile, keyFile)
	if err != nil {
		return nil, fmt.Errorf("the CA of %s and %s: %w", certificateFile, keyFile, err)
	}
	text, err := os.ReadFile(certificateFile)
	if err != nil {
		return nil, err
	}
	signer, ok := pair.PrivateKey.(crypto.Signer)
	if !ok {
		return nil, errors.New(keyFile + " cannot sign")
	}
	return &authority{certificate: pair.Leaf, pem: text, key: signer}, nil
}

// issue signs a certificate with a new P-256 key, valid from five minutes ago; returns both as PEM.
func (a *authority) issue(wanted x509.Certificate, validity time.Duration) (certificate, key []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	if wanted.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)); err != nil {
		return nil, nil, err
	}
	wanted.NotBefore = time.Now().Add(-5 * time.Minute)
	wanted.NotAfter = time.Now().Add(validity)
	wanted.KeyUsage = x509.KeyUsageDigitalSignature
	signed, err := x509.CreateCertificate(rand.Reader, &wanted, a.certificate, private.Public(), a.key)
	if err != nil {
		return nil, nil, err
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}), nil
}

// readCertificate returns the first certificate of a PEM text.
func readCertificate(text []byte) (*x509.Certificate, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, errors.New("no certificate in PEM")
	}
	return x509.ParseCertificate(block.Bytes)
}

// serves reports whether a file holds a currently valid certificate of this CA with all wanted names.
func (a *authority) serves(file string, wanted x509.Certificate) bool {
	text, err := os.ReadFile(file)
	if err != nil {
		return false
	}
	found, err := readCertificate(text)
	if err != nil || found.CheckSignatureFrom(a.certificate) != nil || time.Now().After(found.NotAfter) {
		return false
	}
	for _, name := range wanted.DNSNames {
		if found.VerifyHostname(name) != nil {
			return false
		}
	}
	for _, address := range wanted.IPAddresses {
		if found.VerifyHostname(address.String()) != nil {
			return false
		}
	}
	return true
}

// writeFile writes a file completely or not at all, and makes its folder if it is missing.
func writeFile(file string, text []byte, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	part := filepath.Join(filepath.Dir(file), "."+filepath.Base(file)+".part")
	if err := os.WriteFile(part, text, mode); err != nil {
		return err
	}
	return os.Rename(part, file)
}
