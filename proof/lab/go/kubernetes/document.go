package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"sigs.k8s.io/yaml"
)

// document is the part of kubeadm's documents that the stand-in reads:
// https://kubernetes.io/docs/reference/config-api/kubeadm-config.v1beta4/
type document struct {
	init    initConfiguration
	cluster clusterConfiguration
	// kubelet is the unchanged KubeletConfiguration.
	kubelet string
}

type initConfiguration struct {
	LocalAPIEndpoint struct {
		AdvertiseAddress string `json:"advertiseAddress"`
	} `json:"localAPIEndpoint"`
	NodeRegistration struct {
		Name             string     `json:"name"`
		KubeletExtraArgs []argument `json:"kubeletExtraArgs"`
	} `json:"nodeRegistration"`
}

type argument struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type clusterConfiguration struct {
	ClusterName               string `json:"clusterName"`
	KubernetesVersion         string `json:"kubernetesVersion"`
	ControlPlaneEndpoint      string `json:"controlPlaneEndpoint"`
	CertificatesDir           string `json:"certificatesDir"`
	CertificateValidityPeriod string `json:"certificateValidityPeriod"`
	Networking                struct {
		ServiceSubnet string `json:"serviceSubnet"`
		DNSDomain     string `json:"dnsDomain"`
	} `json:"networking"`
	Etcd struct {
		External struct {
			Endpoints []string `json:"endpoints"`
			CAFile    string   `json:"caFile"`
			CertFile  string   `json:"certFile"`
			KeyFile   string   `json:"keyFile"`
		} `json:"external"`
	} `json:"etcd"`
	APIServer struct {
		CertSANs []string `json:"certSANs"`
	} `json:"apiServer"`
}

func (c *clusterConfiguration) validity() (time.Duration, error) {
	period, err := time.ParseDuration(c.CertificateValidityPeriod)
	if err != nil {
		return 0, fmt.Errorf("certificateValidityPeriod: %w", err)
	}
	return period, nil
}

func readDocument(file string) (*document, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	parsed, err := parseDocument(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return parsed, nil
}

func parseDocument(text string) (*document, error) {
	var parsed document
	for _, part := range strings.Split("\n"+text, "\n---\n") {
		var kind struct {
			Kind string `json:"kind"`
		}
		if err := yaml.Unmarshal([]byte(part), &kind); err != nil {
			return nil, err
		}
		var err error
		switch kind.Kind {
		case "InitConfiguration":
			err = yaml.Unmarshal([]byte(part), &parsed.init)
		case "ClusterConfiguration":
			err = yaml.Unmarshal([]byte(part), &parsed.cluster)
		case "KubeletConfiguration":
			parsed.kubelet = part
		case "KubeProxyConfiguration":
		default:
			err = fmt.Errorf("a document of kind %q is not known here", kind.Kind)
		}
		if err != nil {
			return nil, err
		}
	}
	return &parsed, parsed.validate()
}

func (d *document) validate() error {
	external := d.cluster.Etcd.External
	for name, value := range map[string]string{
		"localAPIEndpoint.advertiseAddress": d.init.LocalAPIEndpoint.AdvertiseAddress,
		"nodeRegistration.name":             d.init.NodeRegistration.Name,
		"kubernetesVersion":                 d.cluster.KubernetesVersion,
		"certificatesDir":                   d.cluster.CertificatesDir,
		"certificateValidityPeriod":         d.cluster.CertificateValidityPeriod,
		"networking.serviceSubnet":          d.cluster.Networking.ServiceSubnet,
		"etcd.external.caFile":              external.CAFile,
		"etcd.external.certFile":            external.CertFile,
		"etcd.external.keyFile":             external.KeyFile,
		"a KubeletConfiguration":            d.kubelet,
	} {
		if value == "" {
			return errors.New(name + " is missing")
		}
	}
	if len(external.Endpoints) != 1 {
		return fmt.Errorf("etcd.external.endpoints shall be one, the member on this node, not %q", external.Endpoints)
	}
	return nil
}
