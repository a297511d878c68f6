package main

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"os"
	"time"

	"sigs.k8s.io/yaml"
)

// kubeconfig is a file as kubeadm writes it: one cluster, user and context.
// https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
type kubeconfig struct {
	APIVersion     string         `json:"apiVersion"`
	Kind           string         `json:"kind"`
	Clusters       []namedCluster `json:"clusters"`
	Users          []namedUser    `json:"users"`
	Contexts       []namedContext `json:"contexts"`
	CurrentContext string         `json:"current-context"`
}

type namedCluster struct {
	Name    string `json:"name"`
	Cluster struct {
		Server string `json:"server"`
		CA     []byte `json:"certificate-authority-data"`
	} `json:"cluster"`
}

type namedUser struct {
	Name string `json:"name"`
	User struct {
		Certificate []byte `json:"client-certificate-data"`
		Key         []byte `json:"client-key-data"`
	} `json:"user"`
}

type namedContext struct {
	Name    string `json:"name"`
	Context struct {
		Cluster string `json:"cluster"`
		User    string `json:"user"`
	} `json:"context"`
}

// subject is the user of a kubeconfig.
type subject struct{ user, group string }

// newKubeconfig returns a kubeconfig in YAML with a new client certificate.
func newKubeconfig(signer *authority, cluster, server string, of subject, validity time.Duration) ([]byte, error) {
	certificate, key, err := signer.issue(x509.Certificate{
		Subject:     pkix.Name{CommonName: of.user, Organization: []string{of.group}},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, validity)
	if err != nil {
		return nil, err
	}
	config := kubeconfig{
		APIVersion: "v1", Kind: "Config",
		Clusters:       []namedCluster{{Name: cluster}},
		Users:          []namedUser{{Name: of.user}},
		Contexts:       []namedContext{{Name: of.user + "@" + cluster}},
		CurrentContext: of.user + "@" + cluster,
	}
	config.Clusters[0].Cluster.Server, config.Clusters[0].Cluster.CA = server, signer.pem
	config.Users[0].User.Certificate, config.Users[0].User.Key = certificate, key
	config.Contexts[0].Context.Cluster, config.Contexts[0].Context.User = cluster, of.user
	return yaml.Marshal(config)
}

func readKubeconfig(file string) (*kubeconfig, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var config kubeconfig
	if err := yaml.Unmarshal(text, &config); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(config.Clusters) != 1 || len(config.Users) != 1 {
		return nil, fmt.Errorf("%s shall hold one cluster and one user", file)
	}
	return &config, nil
}

// tlsConfig is for the user's requests to the cluster.
func (k *kubeconfig) tlsConfig() (*tls.Config, error) {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(k.Clusters[0].Cluster.CA)
	pair, err := tls.X509KeyPair(k.Users[0].User.Certificate, k.Users[0].User.Key)
	if err != nil {
		return nil, err
	}
	return &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}}, nil
}
