package main

import (
	"context"
	"encoding/json"
	"flag"
	"os"

	"pulumi-kubeadm/lab/endpoints"
	"pulumi-kubeadm/lab/membership"
)

// observe writes the members' states until it is told to end: a JSON line for each change, and at least one a
// second.
func observe(ctx context.Context, args []string) error {
	var connection endpoints.Connection
	flags := flag.NewFlagSet("observe", flag.ContinueOnError)
	connection.AddFlags(flags)
	out := flags.String("out", "", "`file` for the lines; default: standard output")
	if err := parse(flags, args); err != nil {
		return err
	}
	if err := connection.Validate(); err != nil {
		return err
	}
	lines := os.Stdout
	if *out != "" {
		file, err := os.Create(*out)
		if err != nil {
			return err
		}
		defer file.Close()
		lines = file
	}
	encoder := json.NewEncoder(lines)
	return membership.Observe(ctx, &connection, func(seen membership.Observation) error { return encoder.Encode(seen) })
}
