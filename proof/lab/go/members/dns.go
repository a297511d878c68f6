package members

import (
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// Zone is a DNS server for the zone `test`: `_etcd-client-ssl._tcp.test` lists hosts, and every other name is
// 127.0.0.1.
type Zone struct {
	// Address and port of the server.
	Address string
	mutex   sync.Mutex
	targets []dnsmessage.SRVResource
}

// NewZone starts the server, without any host.
func NewZone(t *testing.T) *Zone {
	t.Helper()
	connection, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	zone := &Zone{Address: connection.LocalAddr().String()}
	go func() {
		for buffer := make([]byte, 1500); ; {
			size, from, err := connection.ReadFrom(buffer)
			if err != nil {
				return
			}
			var query dnsmessage.Message
			if query.Unpack(buffer[:size]) != nil || len(query.Questions) != 1 {
				continue
			}
			if answer, err := zone.answer(query); err == nil {
				_, _ = connection.WriteTo(answer, from)
			}
		}
	}()
	return zone
}

// List replaces the hosts by the members of these client URLs, as m<port>.etcd.test.
func (z *Zone) List(t *testing.T, urls ...string) {
	t.Helper()
	var targets []dnsmessage.SRVResource
	for _, text := range urls {
		parsed, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		port, err := strconv.ParseUint(parsed.Port(), 10, 16)
		if err != nil {
			t.Fatal(err)
		}
		target := dnsmessage.MustNewName("m" + parsed.Port() + ".etcd.test.")
		targets = append(targets, dnsmessage.SRVResource{Target: target, Port: uint16(port)})
	}
	z.mutex.Lock()
	defer z.mutex.Unlock()
	z.targets = targets
}

func (z *Zone) answer(query dnsmessage.Message) ([]byte, error) {
	question := query.Questions[0]
	answer := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: query.ID, Response: true, Authoritative: true},
		Questions: query.Questions,
	}
	add := func(body dnsmessage.ResourceBody) {
		header := dnsmessage.ResourceHeader{Name: question.Name, Type: question.Type, Class: question.Class}
		answer.Answers = append(answer.Answers, dnsmessage.Resource{Header: header, Body: body})
	}
	z.mutex.Lock()
	defer z.mutex.Unlock()
	switch {
	case question.Type == dnsmessage.TypeSRV && question.Name.String() == "_etcd-client-ssl._tcp.test.":
		for i := range z.targets {
			add(&z.targets[i])
		}
	case question.Type == dnsmessage.TypeA && strings.HasSuffix(question.Name.String(), ".etcd.test."):
		add(&dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}})
	}
	if len(answer.Answers) == 0 && question.Type != dnsmessage.TypeAAAA {
		answer.RCode = dnsmessage.RCodeNameError
	}
	return answer.Pack()
}
