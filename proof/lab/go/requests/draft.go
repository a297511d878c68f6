package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/pem"
	mathrand "math/rand"
	"net"
)

// draft is a request that is not sent yet.
type draft struct {
	dice          *mathrand.Rand
	node, address string
	key           crypto.Signer
	// whole is the request. Its part info is the CertificationRequestInfo; sign signs the bytes of info.
	whole, info *element
	sign        func(info []byte) []byte
	// bytes are changes to the signed DER; lines are changes to its PEM.
	bytes, lines []func([]byte) []byte
	done         []string
}

// Each run has another key: Go makes none from a seed.
var rsaKey = func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}()

func (d *draft) newKey(curve elliptic.Curve) *ecdsa.PrivateKey {
	for {
		scalar := make([]byte, (curve.Params().BitSize+7)/8)
		d.dice.Read(scalar)
		if key, err := ecdsa.ParseRawPrivateKey(curve, scalar); err == nil {
			return key
		}
	}
}

func newDraft(dice *mathrand.Rand, node, address string, serving bool) *draft {
	d := &draft{dice: dice, node: node, address: address}
	var names []string
	var addresses []net.IP
	if serving {
		names, addresses = []string{node}, []net.IP{net.ParseIP(address)}
	}
	d.write(d.newKey(elliptic.P256()), names, addresses)
	return d
}

// write makes a new request, with a key and names.
func (d *draft) write(key crypto.Signer, names []string, addresses []net.IP) {
	text, err := write(key, "system:node:"+d.node, names, addresses)
	if err != nil {
		panic(err)
	}
	block, _ := pem.Decode(text)
	d.key, d.whole = key, read(block.Bytes)[0]
	d.info = d.whole.members[0]
	d.sign = d.signSHA256
}

func (d *draft) signSHA256(info []byte) []byte {
	digest := sha256.Sum256(info)
	message, options := digest[:], crypto.SignerOpts(crypto.SHA256)
	switch d.key.(type) {
	case ed25519.PrivateKey:
		message, options = info, crypto.Hash(0)
	}
	return d.signature(message, options)
}

func (d *draft) signSHA512(info []byte) []byte {
	digest := sha512.Sum512(info)
	return d.signature(digest[:], crypto.SHA512)
}

func (d *draft) signature(message []byte, options crypto.SignerOpts) []byte {
	signature, err := d.key.Sign(nil, message, options)
	if err != nil {
		panic(err)
	}
	return signature
}

func (d *draft) text() []byte {
	d.whole.members[2].contents = append([]byte{0}, d.sign(d.info.bytes())...)
	der := d.whole.bytes()
	for _, change := range d.bytes {
		der = change(der)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
	for _, change := range d.lines {
		text = change(text)
	}
	return text
}
