// Command flannel-cni stands in for flannel's CNI plugin, because the Go module proxy does not serve that
// module. It calls the bridge plugin to connect the pod, with the subnet that flanneld wrote to
// /run/flannel/subnet.env. https://github.com/flannel-io/cni-plugin#how-it-works
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

const subnetFile = "/run/flannel/subnet.env"

func main() {
	if err := run(); err != nil {
		// https://www.cni.dev/docs/spec/#error
		_ = json.NewEncoder(os.Stdout).Encode(map[string]any{"code": 100, "msg": err.Error()})
		os.Exit(1)
	}
}

func run() error {
	given := map[string]any{}
	if err := json.NewDecoder(os.Stdin).Decode(&given); err != nil {
		return fmt.Errorf("the configuration: %w", err)
	}
	subnet, err := readSubnet()
	if os.IsNotExist(err) && os.Getenv("CNI_COMMAND") == "DEL" {
		return nil // The pod was never connected.
	} else if err != nil {
		return err
	}
	delegate, err := configuration(given, subnet)
	if err != nil {
		return err
	}
	text, err := json.Marshal(delegate)
	if err != nil {
		return err
	}
	plugin := exec.Command(filepath.Join(os.Getenv("CNI_PATH"), "bridge"))
	plugin.Stdin, plugin.Stdout, plugin.Stderr = strings.NewReader(string(text)), os.Stdout, os.Stderr
	if err := plugin.Run(); err != nil {
		os.Exit(1) // The plugin has printed the reason.
	}
	return nil
}

// The bridge plugin's configuration; this program's own `delegate` overrides it.
func configuration(given map[string]any, subnet map[string]string) (map[string]any, error) {
	mtu, err := strconv.Atoi(subnet["FLANNEL_MTU"])
	if err != nil {
		return nil, fmt.Errorf("FLANNEL_MTU in %s: %w", subnetFile, err)
	}
	// flanneld writes the bridge's own address into the file.
	own, err := netip.ParsePrefix(subnet["FLANNEL_SUBNET"])
	if err != nil {
		return nil, fmt.Errorf("FLANNEL_SUBNET in %s: %w", subnetFile, err)
	}
	bridge := map[string]any{
		"type":       "bridge",
		"name":       given["name"],
		"cniVersion": given["cniVersion"],
		"mtu":        mtu,
		"isGateway":  true,
		"ipMasq":     subnet["FLANNEL_IPMASQ"] != "true",
		"ipam": map[string]any{
			"type":   "host-local",
			"ranges": [][]map[string]string{{{"subnet": own.Masked().String()}}},
			"routes": []map[string]string{{"dst": subnet["FLANNEL_NETWORK"]}},
		},
	}
	if over, ok := given["delegate"].(map[string]any); ok {
		maps.Copy(bridge, over)
	}
	return bridge, nil
}

func readSubnet() (map[string]string, error) {
	file, err := os.Open(subnetFile)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	values := map[string]string{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if name, value, found := strings.Cut(lines.Text(), "="); found {
			values[name] = value
		}
	}
	return values, lines.Err()
}
