package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

// api makes requests to an apiserver as a kubeconfig's user.
type api struct {
	server string
	client *http.Client
}

func newAPI(kubeconfigFile, server string) (*api, error) {
	config, err := readKubeconfig(kubeconfigFile)
	if err != nil {
		return nil, err
	}
	tls, err := config.tlsConfig()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", kubeconfigFile, err)
	}
	return &api{server: server, client: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{TLSClientConfig: tls}}}, nil
}

func (a *api) get(ctx context.Context, path string) ([]byte, error) {
	return a.request(ctx, http.MethodGet, path, nil)
}

// request returns the body of a successful answer; an absent object is errNotFound.
func (a *api) request(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, a.server+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	response, err := a.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	switch {
	case err != nil:
		return nil, err
	case response.StatusCode == http.StatusNotFound:
		return nil, fmt.Errorf("%s: %w", path, errNotFound)
	case response.StatusCode >= 300:
		return nil, fmt.Errorf("%s %s: %s: %s", method, path, response.Status, bytes.TrimSpace(text))
	}
	return text, nil
}
