package main

import (
	"net"
	"strings"
)

// Indexes in the CertificationRequestInfo.
const (
	version = iota
	subject
	publicKey
	attributes
)

var (
	oidExtensions = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x0e}
	oidChallenge  = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x07}
	oidFriendly   = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x14}
	oidMicrosoft  = []byte{0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x01, 0x0e}
	oidNames      = []byte{0x55, 0x1d, 0x11}
	oidIssuerName = []byte{0x55, 0x1d, 0x12}
	oidBasic      = []byte{0x55, 0x1d, 0x13}
	oidUnit       = []byte{0x55, 0x04, 0x0b}
)

func (d *draft) one(texts ...string) string { return texts[d.dice.Intn(len(texts))] }

func (d *draft) member(list []*element) *element { return list[d.dice.Intn(len(list))] }

// foreign is a name of something other than the node, as a GeneralName.
func (d *draft) foreign() *element {
	switch d.dice.Intn(8) {
	case 0:
		return leaf(0x87, 10, 0, 0, 99)
	case 1:
		return text(0x81, "root@example.com")
	case 2:
		return text(0x86, "spiffe://cluster/ns/kube-system")
	case 3:
		return leaf(0x87, net.ParseIP("::ffff:10.0.0.99")...)
	case 4:
		return leaf(0x88, 0x2a, 0x03)
	case 5:
		return of(0xa4, of(0x30))
	default:
		return text(0x82, d.one("api.demo.example.com", "kubernetes.default.svc", "*.compute.internal", d.node+".", strings.ToUpper(d.node),
			d.node+"\x00.example.com", d.node+"\nx", "", d.node+",DNS:api.demo.example.com", "système", strings.Repeat("a", 130)))
	}
}

// own are the node's names, as GeneralNames.
func (d *draft) own() []*element {
	return []*element{text(0x82, d.node), leaf(0x87, net.ParseIP(d.address).To4()...)}
}

func (d *draft) someNames() []*element {
	names := d.own()
	for range d.dice.Intn(3) {
		names = append(names, d.foreign())
	}
	d.dice.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	return names[d.dice.Intn(2):]
}

func extension(oid []byte, critical []*element, value *element) *element {
	members := append([]*element{leaf(0x06, oid...)}, critical...)
	return of(0x30, append(members, of(0x04, value))...)
}

func (d *draft) critical() []*element {
	return [][]*element{nil, {leaf(0x01, 0xff)}, {leaf(0x01, 0)}, {leaf(0x01, 1)}}[d.dice.Intn(4)]
}

func attribute(oid []byte, values ...*element) *element {
	return of(0x30, leaf(0x06, oid...), of(0x31, values...))
}
