package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// word is a word of bash, with its quoted and other parts.
const word = `(?:'[^']*'|"(?:\\.|[^"\\])*"|[^\s|;&<>()'"])+`

// asked are the commands in a text of bash: from `kubectl` or `kubeadm` to the end of the command.
var (
	asked        = regexp.MustCompile(`(?m)(?:^|[({!;|] ?|\$\(|then |&& |\|\| |command )\s*(kubectl|kubeadm) (` + word + `(?: ` + word + `)*)`)
	comment      = regexp.MustCompile(`(?m)^\s*#.*$`)
	continuation = regexp.MustCompile(`\\\n\s*`)
	redirection  = regexp.MustCompile(` [0-9]$`)
	variable     = regexp.MustCompile(`\$\(\(.*?\)\)|\$\{[^}]*\}|\$\w+|\$\d`)
)

// notInALab are commands for things that nodes with the stand-in never have: workers, requests, Secrets,
// add-ons to delete, and joins.
var notInALab = regexp.MustCompile(`^(certificate |replace -f -|get secrets --all-namespaces -o json|get node \S+ -o jsonpath=\{\.status|` +
	`get (\S+ )+--ignore-not-found -o jsonpath=\{\.(metadata\.uid|spec\.names)|delete (x |\S+ \S+ )--ignore-not-found|drain \S+ .*--timeout x|join |--kubeconfig )`)

// The stand-in knows every kubectl and kubeadm command in a controller's scripts.
func TestTheScriptsCommands(t *testing.T) {
	var scripts []string
	for _, tree := range []string{"node", "controller", "etcd", "chores"} {
		found, err := filepath.Glob("../../../../ignition/files/" + tree + "/opt/cluster/*/*")
		if err != nil || len(found) == 0 {
			t.Fatal("no scripts", tree, err)
		}
		scripts = append(scripts, found...)
	}
	count := 0
	for _, script := range scripts {
		text, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		code := continuation.ReplaceAllString(comment.ReplaceAllString(string(text), ""), "")
		for _, found := range asked.FindAllStringSubmatch(code, -1) {
			given := redirection.ReplaceAllString(found[2], "")
			given = variable.ReplaceAllString(strings.NewReplacer(`"`, "", `'`, "").Replace(given), "x")
			if strings.Contains(found[2], `"Ready"`) || strings.Contains(found[2], `"InternalIP"`) {
				given = variable.ReplaceAllString(strings.ReplaceAll(found[2], "'", ""), "x")
			}
			given = strings.ReplaceAll(given, "-l x ", "-l x=x ")
			count++
			known := notInALab.MatchString(given)
			for _, command := range kubectlCommands {
				known = known || found[1] == "kubectl" && command.arguments.MatchString(given)
			}
			known = known || found[1] == "kubectl" && annotateLocally.MatchString(given)
			for _, command := range kubeadmCommands {
				known = known || found[1] == "kubeadm" && command.arguments.MatchString(given)
			}
			if !known {
				t.Errorf("%s: the stand-in does not know: %s %s", filepath.Base(script), found[1], given)
			}
		}
	}
	if count < 30 {
		t.Errorf("only %d commands were found, so the search is broken", count)
	}
}
