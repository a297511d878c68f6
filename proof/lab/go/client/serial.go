package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"time"
)

// certificate is serial's output.
type certificate struct {
	// Serial in upper case hexadecimal digits, as `openssl x509 -serial` prints it.
	Serial    string    `json:"serial"`
	Subject   string    `json:"subject"`
	NotBefore time.Time `json:"notBefore"`
	NotAfter  time.Time `json:"notAfter"`
}

// serial prints the certificate that a server shows in a handshake. The CA must have signed it. Its names are
// not compared, because the caller uses the node's address.
func serial(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("serial", flag.ContinueOnError)
	address := flags.String("address", "", "`host:port` of the server")
	cacert := flags.String("cacert", "", "PEM `file` of the CA")
	cert := flags.String("cert", "", "PEM `file` of the client's certificate, for a server that needs one")
	key := flags.String("key", "", "PEM `file` of its key")
	if err := parse(flags, args); err != nil {
		return err
	}
	if *address == "" || *cacert == "" {
		return errors.New("--address and --cacert are both needed: the server, and the CA of its certificate")
	}
	shown, err := handshake(ctx, *address, *cacert, *cert, *key)
	if err != nil {
		return fmt.Errorf("%s: %w", *address, err)
	}
	return printJSON(certificate{
		Serial:  fmt.Sprintf("%X", shown.SerialNumber),
		Subject: shown.Subject.String(), NotBefore: shown.NotBefore, NotAfter: shown.NotAfter,
	})
}

func handshake(ctx context.Context, address, cacert, cert, key string) (*x509.Certificate, error) {
	pem, err := os.ReadFile(cacert)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate", cacert)
	}
	config := &tls.Config{
		InsecureSkipVerify: true, // The code below verifies the chain, but not the names.
		VerifyConnection: func(state tls.ConnectionState) error {
			options := x509.VerifyOptions{Roots: roots, Intermediates: x509.NewCertPool()}
			for _, intermediate := range state.PeerCertificates[1:] {
				options.Intermediates.AddCert(intermediate)
			}
			_, err := state.PeerCertificates[0].Verify(options)
			return err
		},
	}
	if cert != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{pair}
	}
	dialer := &tls.Dialer{NetDialer: &net.Dialer{Timeout: 5 * time.Second}, Config: config}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	connection, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	return connection.(*tls.Conn).ConnectionState().PeerCertificates[0], nil
}
