// requests prints kubelets' requests for certificates, and mutations of them that a hostile node might send,
// as JSON lines: `requests <seed> <number>`. Each line also has the reading of the cluster's signer, which is
// written in Go.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log"
	"math/rand"
	"os"
	"strconv"
)

type line struct {
	// Node is the sender, with Address; the request is for a serving certificate, or for joining.
	Node    string `json:"sender"`
	Address string `json:"address"`
	Serving bool   `json:"serving"`
	// Mutations lists the changes to it.
	Mutations []string `json:"mutations"`
	Request   []byte   `json:"request"`
	reading
}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: requests <seed> <number>")
	}
	seed, err := strconv.ParseInt(os.Args[1], 10, 64)
	if err != nil {
		log.Fatal(err)
	}
	number, err := strconv.Atoi(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	out := bufio.NewWriter(os.Stdout)
	encoder := json.NewEncoder(out)
	dice := rand.New(rand.NewSource(seed))
	for i := range number {
		address := fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255)
		node := fmt.Sprintf("ip-10-%d-%d-%d.eu-west-1.compute.internal", i>>16, i>>8&255, i&255)
		serving := dice.Intn(4) > 0
		made := newDraft(dice, node, address, serving)
		if dice.Intn(10) > 0 {
			for range 1 + dice.Intn(2) {
				made.mutate()
			}
		}
		request := made.text()
		one := line{node, address, serving, made.done, request, readAsSigner(request)}
		if err := encoder.Encode(one); err != nil {
			log.Fatal(err)
		}
	}
	if err := out.Flush(); err != nil {
		log.Fatal(err)
	}
}
