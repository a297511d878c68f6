// Package endpoints finds the client endpoints of a cluster's etcd members and connects to them.
package endpoints

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/transport"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
)

// Connection says where to find the members, and which certificate files a client uses.
type Connection struct {
	// Zone holds `_etcd-client-ssl._tcp.<zone>`; Resolver, `address:port`, resolves it and all names.
	Zone, Resolver string
	// Endpoints are URLs that replace the zone's.
	Endpoints []string
	// CACert, Cert and Key are PEM files; every handshake reads Cert and Key again.
	CACert, Cert, Key string

	// known holds the addresses of member names (string to []string). A name is an instance's, and its address never changes.
	known sync.Map
}

// AddFlags registers a command's flags for the connection.
func (c *Connection) AddFlags(flags *flag.FlagSet) {
	flags.StringVar(&c.Zone, "zone", "", "zone that holds _etcd-client-ssl._tcp")
	flags.StringVar(&c.Resolver, "resolver", "", "DNS server, `address:port`; default: the system's")
	flags.Func("endpoints", "client URLs instead of the zone's, separated by commas", func(urls string) error {
		c.Endpoints = strings.Split(urls, ",")
		return nil
	})
	flags.StringVar(&c.CACert, "cacert", "", "PEM `file` of the CA that signs the members' certificates")
	flags.StringVar(&c.Cert, "cert", "", "PEM `file` of the client's certificate")
	flags.StringVar(&c.Key, "key", "", "PEM `file` of the certificate's key")
}

// Validate returns an error that names a missing flag.
func (c *Connection) Validate() error {
	switch {
	case c.Zone == "" && len(c.Endpoints) == 0:
		return errors.New("--zone or --endpoints is missing: where to find the members")
	case c.CACert == "" || c.Cert == "" || c.Key == "":
		return errors.New("--cacert, --cert and --key are all needed: members accept no other clients")
	}
	return nil
}

// Lookup returns the client URLs of the members, sorted: one SRV query, at most two seconds.
func (c *Connection) Lookup(ctx context.Context) ([]string, error) {
	if len(c.Endpoints) > 0 {
		return c.Endpoints, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	_, records, err := c.resolver().LookupSRV(ctx, "etcd-client-ssl", "tcp", c.Zone+".")
	if err != nil {
		return nil, err
	}
	urls := make([]string, 0, len(records))
	for _, record := range records {
		urls = append(urls, fmt.Sprintf("https://%s:%d", strings.TrimSuffix(record.Target, "."), record.Port))
	}
	slices.Sort(urls)
	return slices.Compact(urls), nil
}

func (c *Connection) resolver() *net.Resolver {
	if c.Resolver == "" {
		return net.DefaultResolver
	}
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, c.Resolver)
	}}
}

// connect dials a member. It resolves each name only once, so that a client keeps its members while DNS
// fails.
func (c *Connection) connect(ctx context.Context, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	addresses, ok := c.known.Load(host)
	if !ok {
		found, err := c.resolver().LookupHost(ctx, host)
		if err != nil {
			return nil, err
		}
		addresses = found
		c.known.Store(host, found)
	}
	err = fmt.Errorf("%s has no address", host)
	for _, one := range addresses.([]string) {
		connection, failed := (&net.Dialer{Timeout: 2 * time.Second}).DialContext(ctx, "tcp", net.JoinHostPort(one, port))
		if failed == nil {
			return connection, nil
		}
		err = failed
	}
	return nil, err
}

// Dial returns a client that spreads its requests over the endpoints. It connects in the background. Each
// request is sent at most once: the client's own retries, https://etcd.io/docs/v3.6/learning/design-client/,
// are off.
func (c *Connection) Dial(endpoints ...string) (*clientv3.Client, error) {
	tls, err := transport.TLSInfo{TrustedCAFile: c.CACert, CertFile: c.Cert, KeyFile: c.Key}.ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("certificates in %s, %s, %s: %w", c.CACert, c.Cert, c.Key, err)
	}
	return clientv3.New(clientv3.Config{
		Endpoints: endpoints,
		TLS:       tls,
		Logger:    zap.NewNop(),
		// The first attempt counts as one.
		MaxUnaryRetries: 1,
		// Silent losses are noticed: a connection ends when requests stay unacknowledged for three seconds.
		DialKeepAliveTime:    10 * time.Second,
		DialKeepAliveTimeout: 3 * time.Second,
		DialOptions: []grpc.DialOption{
			grpc.WithStatsHandler(sentHandler{}),
			grpc.WithContextDialer(c.connect),
			// gRPC's own limit is two minutes, long after a member is back.
			grpc.WithConnectParams(grpc.ConnectParams{
				Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: time.Second},
				MinConnectTimeout: 3 * time.Second,
			}),
		},
	})
}
