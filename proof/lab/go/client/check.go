package main

import (
	"context"
	"errors"
	"flag"
	"os"
	"time"

	"pulumi-kubeadm/lab/history"
)

// check prints a report about a history; its exit status says only whether there is a report.
func check(_ context.Context, args []string) error {
	flags := flag.NewFlagSet("check", flag.ContinueOnError)
	file := flags.String("history", "", "`file` that load has written")
	timeout := flags.Duration("timeout", time.Minute, "for the search; after it the answer is \"unknown\"")
	visualize := flags.String("visualize", "", "HTML `file` for the first register that is not linearizable")
	var window history.Window
	flags.TextVar(&window.From, "from", time.Time{}, "only what was done after this `time`, RFC 3339")
	flags.TextVar(&window.To, "to", time.Time{}, "only what was done before this `time`, RFC 3339")
	if err := parse(flags, args); err != nil {
		return err
	}
	if *file == "" {
		return errors.New("--history is missing: the file that load has written")
	}
	operations, err := history.Read(*file)
	if err != nil {
		return err
	}
	if len(operations) == 0 {
		return errors.New(*file + " holds no operation")
	}
	report := history.Check(operations, window, *timeout)
	if *visualize != "" && len(report.Violations) > 0 {
		page, err := os.Create(*visualize)
		if err != nil {
			return err
		}
		defer page.Close()
		if err := history.Visualize(operations, window, report.Violations[0], *timeout, page); err != nil {
			return err
		}
	}
	return printJSON(report)
}
