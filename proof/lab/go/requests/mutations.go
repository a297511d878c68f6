package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/pem"
	"net"
	"strings"
)

// mutation is one way to differ from a kubelet's request.
type mutation struct {
	name string
	do   func(d *draft)
}

// mutate makes one of the changes, as far as earlier ones allow it.
func (d *draft) mutate() {
	one := mutations[d.dice.Intn(len(mutations))]
	d.done = append(d.done, one.name)
	defer func() { _ = recover() }()
	one.do(d)
}

var mutations = []mutation{
	{"other names, as a kubelet writes them", func(d *draft) {
		names := []string{d.node, d.one("api.demo.example.com", d.node, "ip-10-200-0-99.eu-west-1.compute.internal")}
		d.write(d.key, names[d.dice.Intn(2):], []net.IP{net.ParseIP(d.one(d.address, "10.0.0.99", "fd00::1"))})
	}},
	{"another node, as a kubelet writes it", func(d *draft) {
		d.node = d.one("ip-10-200-0-99.eu-west-1.compute.internal", "api.demo.example.com", d.node+"x", "IP-10", "", "a&b", "ü", "--all")
		d.write(d.key, []string{d.node}, nil)
	}},
	{"names", func(d *draft) {
		d.info.members[attributes].members = []*element{attribute(oidExtensions, of(0x30, extension(oidNames, nil, of(0x30, d.someNames()...))))}
	}},
	{"names that are the node's, and their order", func(d *draft) {
		names := append(d.own(), d.own()[:d.dice.Intn(3)]...)
		d.dice.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		d.info.members[attributes].members = []*element{attribute(oidExtensions, of(0x30, extension(oidNames, nil, of(0x30, names...))))}
	}},
	{"critical flag", func(d *draft) {
		names := of(0x30, d.someNames()...)
		d.info.members[attributes].members = []*element{attribute(oidExtensions, of(0x30, extension(oidNames, d.critical(), names)))}
	}},
	{"two extensions", func(d *draft) {
		list := []*element{
			extension(oidNames, d.critical(), of(0x30, d.own()...)),
			extension([][]byte{oidNames, oidIssuerName, oidBasic}[d.dice.Intn(3)], d.critical(), of(0x30, d.someNames()...)),
		}
		d.dice.Shuffle(2, func(i, j int) { list[i], list[j] = list[j], list[i] })
		d.info.members[attributes].members = []*element{attribute(oidExtensions, of(0x30, list...))}
	}},
	{"decoy attribute", func(d *draft) {
		others := [][]byte{oidExtensions, oidChallenge, oidFriendly, oidMicrosoft}
		list := []*element{
			attribute(others[d.dice.Intn(4)], of(0x30, extension(oidNames, d.critical(), of(0x30, d.own()...)))),
			attribute(oidExtensions, of(0x30, extension(oidNames, d.critical(), of(0x30, d.someNames()...)))),
		}
		d.dice.Shuffle(2, func(i, j int) { list[i], list[j] = list[j], list[i] })
		d.info.members[attributes].members = list
	}},
	{"two values of an attribute", func(d *draft) {
		own, other := of(0x30, extension(oidNames, nil, of(0x30, d.own()...))), of(0x30, extension(oidNames, nil, of(0x30, d.someNames()...)))
		values := [][]*element{{own, other}, {other, own}, {}, {own, of(0x30)}}[d.dice.Intn(4)]
		d.info.members[attributes].members = []*element{attribute(oidExtensions, values...)}
	}},
	{"no names", func(d *draft) {
		d.info.members[attributes].members = [][]*element{
			{}, {attribute(oidExtensions, of(0x30))}, {attribute(oidExtensions, of(0x30, extension(oidNames, nil, of(0x30))))},
		}[d.dice.Intn(3)]
		d.info.members[attributes].contents = nil
	}},
	{"no attributes at all", func(d *draft) { d.info.members = d.info.members[:min(len(d.info.members), attributes)] }},
	{"another attribute", func(d *draft) {
		list := d.info.members[attributes].members
		d.info.members[attributes].members = append(list, attribute(oidChallenge, text(0x13, "secret")))
	}},
	{"subject", func(d *draft) {
		names := d.info.members[subject].members
		if len(names) < 2 {
			return
		}
		d.info.members[subject].members = [][]*element{
			{names[1], names[0]},
			{names[0], names[1], names[1]},
			{names[0], names[0], names[1]},
			{of(0x31, names[0].members[0], names[1].members[0])},
			{names[1]},
			{of(0x31, of(0x30, leaf(0x06, oidUnit...), text(0x13, "unit"))), names[0], names[1]},
			{of(0x31, of(0x30, names[0].members[0].members[0], text(0x13, "system:masters"))), names[1]},
			{names[0], of(0x31, of(0x30, names[1].members[0].members[0], text(0x13, "system:node:"+d.node+d.one("", "x", " ", "\n"))))},
		}[d.dice.Intn(8)]
	}},
	{"string type", func(d *draft) {
		var strings []*element
		for _, one := range d.info.members[subject].all() {
			if one.tag == 0x13 {
				strings = append(strings, one)
			}
		}
		if len(strings) > 0 {
			d.member(strings).tag = []byte{0x0c, 0x14, 0x16, 0x1a, 0x1c, 0x1e, 0x04}[d.dice.Intn(7)]
		}
	}},
	{"long length", func(d *draft) { d.member(d.whole.all()).long = 1 + d.dice.Intn(4) }},
	{"indefinite length", func(d *draft) { d.member(d.whole.all()).long = -1 }},
	{"tag", func(d *draft) { d.member(d.whole.all()).tag ^= 1 << d.dice.Intn(8) }},
	{"trailing bytes in an element", func(d *draft) {
		one := d.member(d.whole.all())
		more := []*element{leaf(0x05), leaf(0x04, 1), leaf(0)}[d.dice.Intn(3)]
		if one.members != nil {
			one.members = append(one.members, more)
		} else {
			one.contents = append(bytes.Clone(one.contents), more.bytes()...)
		}
	}},
	{"an element twice, or not at all", func(d *draft) {
		var lists []*element
		for _, one := range d.info.all() {
			if len(one.members) > 0 && one != d.info {
				lists = append(lists, one)
			}
		}
		list := d.member(lists)
		at := d.dice.Intn(len(list.members))
		if d.dice.Intn(2) == 0 {
			list.members = append(list.members[:at:at], append([]*element{list.members[at]}, list.members[at:]...)...)
		} else {
			list.members = append([]*element{}, append(list.members[:at:at], list.members[at+1:]...)...)
		}
	}},
	{"version", func(d *draft) {
		d.info.members[version].contents = [][]byte{{1}, {2}, {0, 0}, {}, {0xff}}[d.dice.Intn(5)]
	}},
	{"another kind of key", func(d *draft) {
		switch d.dice.Intn(4) {
		case 0:
			d.write(d.newKey(elliptic.P384()), []string{d.node}, nil)
		case 1:
			d.write(d.newKey(elliptic.P224()), []string{d.node}, nil)
		case 2:
			seed := make([]byte, ed25519.SeedSize)
			d.dice.Read(seed)
			d.write(ed25519.NewKeyFromSeed(seed), []string{d.node}, nil)
		default:
			d.write(rsaKey, []string{d.node}, nil)
		}
	}},
	{"point", func(d *draft) {
		point := d.info.members[publicKey].members[1]
		point.contents = bytes.Clone(point.contents)
		switch d.dice.Intn(3) {
		case 0:
			point.contents = append([]byte{0, 2 + point.contents[len(point.contents)-1]&1}, point.contents[2:34]...)
		case 1:
			point.contents[1] = 6
		default:
			point.contents[2+d.dice.Intn(16)] ^= 1
		}
	}},
	{"another key's signature", func(d *draft) { d.key = d.newKey(elliptic.P256()) }},
	{"algorithm", func(d *draft) {
		d.whole.members[1] = []*element{
			of(0x30, leaf(0x06, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04)),
			of(0x30, leaf(0x06, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02), leaf(0x05)),
			of(0x30, leaf(0x06, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01)),
		}[d.dice.Intn(3)]
		if d.dice.Intn(2) == 0 {
			d.sign = d.signSHA512
		}
	}},
	{"flipped bits", func(d *draft) {
		d.bytes = append(d.bytes, func(der []byte) []byte {
			for range 1 + d.dice.Intn(2) {
				der[d.dice.Intn(len(der))] ^= 1 << d.dice.Intn(8)
			}
			return der
		})
	}},
	{"bytes left out or added", func(d *draft) {
		d.bytes = append(d.bytes, func(der []byte) []byte {
			at := d.dice.Intn(len(der))
			if d.dice.Intn(2) == 0 {
				return append(der[:at:at], der[min(len(der), at+1+d.dice.Intn(4)):]...)
			}
			return append(der[:at:at], append([]byte{byte(d.dice.Intn(256))}, der[at:]...)...)
		})
	}},
	{"trailing bytes", func(d *draft) {
		d.bytes = append(d.bytes, func(der []byte) []byte {
			return append(der, [][]byte{{0}, {0x0a}, {0x30, 0}, der}[d.dice.Intn(4)]...)
		})
	}},
	{"several PEM blocks", func(d *draft) {
		d.lines = append(d.lines, func(text []byte) []byte {
			d.node, d.lines, d.bytes = "ip-10-200-0-99.eu-west-1.compute.internal", nil, nil
			d.write(d.newKey(elliptic.P256()), []string{"api.demo.example.com"}, nil)
			blocks := [][]byte{text, d.text(), []byte(d.one("\n", "", strings.Repeat("x", 254)))}
			d.dice.Shuffle(len(blocks), func(i, j int) { blocks[i], blocks[j] = blocks[j], blocks[i] })
			return bytes.Join(blocks, nil)
		})
	}},
	{"PEM headers", func(d *draft) {
		header := d.one("A: b\n\n", "Proc-Type: 4,ENCRYPTED\n", "x:\n", ":\n\n", "A: b\n c\n\n")
		d.lines = append(d.lines, func(text []byte) []byte {
			return bytes.Replace(text, []byte("REQUEST-----\n"), []byte("REQUEST-----\n"+header), 1)
		})
	}},
	{"PEM type", func(d *draft) {
		other := d.one("NEW CERTIFICATE REQUEST", "CERTIFICATE", "certificate request", "CERTIFICATE REQUEST ")
		d.lines = append(d.lines, func(text []byte) []byte {
			return bytes.ReplaceAll(text, []byte("CERTIFICATE REQUEST"), []byte(other))
		})
	}},
	{"white space", func(d *draft) {
		d.lines = append(d.lines, func(text []byte) []byte {
			switch d.dice.Intn(5) {
			case 0:
				return bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
			case 1:
				return bytes.TrimSpace(text)
			case 2:
				return append([]byte(d.one("\n", " ", "\t", "x\n", "\x00\n", "\xff\n")), text...)
			case 3:
				return append(text, d.one("\n", " ", "\t", "x", "\x00")...)
			default:
				at := 36 + d.dice.Intn(len(text)-72)
				return bytes.Join([][]byte{text[:at], text[at:]}, []byte(d.one("\n", " ", "\t", "\r", "\x00", "=", "\u00a0")))
			}
		})
	}},
	{"lines of another length", func(d *draft) {
		width := 4 * (1 + d.dice.Intn(25))
		d.lines = append(d.lines, func(text []byte) []byte {
			block, _ := pem.Decode(text)
			if block == nil {
				return text
			}
			rest, all := base64.StdEncoding.EncodeToString(block.Bytes), "-----BEGIN CERTIFICATE REQUEST-----\n"
			for ; len(rest) > width; rest = rest[width:] {
				all += rest[:width] + "\n"
			}
			return []byte(all + rest + "\n-----END CERTIFICATE REQUEST-----\n")
		})
	}},
	{"the last bits of the base64", func(d *draft) {
		d.lines = append(d.lines, func(text []byte) []byte {
			at := bytes.Index(text, []byte("=\n"))
			if at < 2 {
				return text
			}
			if text[at-1] == '=' {
				at--
			}
			text[at-1]++
			return text
		})
	}},
}
