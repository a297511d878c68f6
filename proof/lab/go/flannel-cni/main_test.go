package main

import (
	"encoding/json"
	"testing"
)

func TestConfiguration(t *testing.T) {
	given := map[string]any{
		"name": "cbr0", "cniVersion": "1.0.0",
		"delegate": map[string]any{"hairpinMode": true, "isDefaultGateway": true},
	}
	subnet := map[string]string{
		"FLANNEL_NETWORK": "10.244.0.0/16", "FLANNEL_SUBNET": "10.244.1.1/24",
		"FLANNEL_MTU": "1450", "FLANNEL_IPMASQ": "true",
	}
	found, err := configuration(given, subnet)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(found)
	if err != nil {
		t.Fatal(err)
	}
	wanted := `{"cniVersion":"1.0.0","hairpinMode":true,"ipMasq":false,"ipam":{"ranges":[[{"subnet":"10.244.1.0/24"}]],` +
		`"routes":[{"dst":"10.244.0.0/16"}],"type":"host-local"},"isDefaultGateway":true,"isGateway":true,"mtu":1450,` +
		`"name":"cbr0","type":"bridge"}`
	if string(text) != wanted {
		t.Errorf("it is\n%s\nand should be\n%s", text, wanted)
	}
}
