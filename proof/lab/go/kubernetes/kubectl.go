package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"

	"sigs.k8s.io/yaml"
)

// globalFlags are the first arguments of every command of the scripts' own kubectl functions.
var globalFlags = regexp.MustCompile(`^--kubeconfig (\S+) --server (\S+) --cache-dir \S+ --request-timeout \d+s (.*)$`)

// request is one command: its parts, its input and its output.
type request struct {
	api   *api
	parts []string
	in    io.Reader
	out   io.Writer
}

// kubectlCommands are all kubectl commands of the scripts; the parts in parentheses become arguments.
var kubectlCommands = []struct {
	arguments *regexp.Regexp
	run       func(ctx context.Context, asked request) error
}{
	{regexp.MustCompile(`^get --raw (/version)$`), getRaw},
	{regexp.MustCompile(`^get (nodes) -o json()()$`), getList},
	{regexp.MustCompile(`^get (nodes) -l (\S+?)() -o json$`), getList},
	{regexp.MustCompile(`^get (secrets) -n kube-system -l (\S+)=(\S+) -o json$`), getList},
	{regexp.MustCompile(`^get (csr|volumeattachments) -o json()()$`), getList},
	{regexp.MustCompile(`^get node (\S+) --ignore-not-found -o jsonpath=\{\.spec\.(providerID)\}$`), getProviderID},
	{regexp.MustCompile(`^get pod (\S+) -n kube-system -o json$`), getPod},
	{regexp.MustCompile(`^get nodes -l pulumi-kubeadm/interrupted-at -o jsonpath=\{\.items\[\*\]\.metadata\.name\}$`), nothing},
	{regexp.MustCompile(`^get deployment coredns -n kube-system --ignore-not-found -o jsonpath=\{\.\.image\}$`), nothing},
	{regexp.MustCompile(`^get nodes -l \S+ -o jsonpath=\{\.items\[\*\]\.status\.addresses\S+\}$`), nothing},
	{regexp.MustCompile(`^get configmap (?:addons|secrets-encryption) -n kube-system --ignore-not-found -o jsonpath=\{\.data\.(?:objects|key)\}$`), nothing},
	{regexp.MustCompile(`^get configmap controllers -n kube-system --ignore-not-found -o json$`), nothing},
	{regexp.MustCompile(`^get secrets --all-namespaces -o name$`), nothing},
	{regexp.MustCompile(`^create configmap (addons) -n kube-system --from-file=\S+ --dry-run=client -o yaml$`), printConfigMap},
	{regexp.MustCompile(`^apply --server-side --force-conflicts (?:--field-manager (?:addons|controllers) )?-f (\S+?)( -o jsonpath=\{\.metadata\.uid\}\{\.items\[\*\]\.metadata\.uid\})?$`), apply},
	{regexp.MustCompile(`^create -f -$`), create},
	{regexp.MustCompile(`^delete node (\S+) --ignore-not-found --wait=false$`), deleteNode},
	{regexp.MustCompile(`^drain (\S+) --ignore-daemonsets --delete-emptydir-data --force --timeout \d+s$`), drain},
}

// annotateLocally is the only command that needs no apiserver.
var annotateLocally = regexp.MustCompile(`^annotate --local --overwrite -f (\S+) (\S+)=(\S+) -o yaml$`)

var paths = map[string]string{
	"nodes":             "/api/v1/nodes",
	"secrets":           "/api/v1/namespaces/kube-system/secrets",
	"csr":               "/apis/certificates.k8s.io/v1/certificatesigningrequests",
	"volumeattachments": "/apis/storage.k8s.io/v1/volumeattachments",
	"pods":              "/api/v1/namespaces/kube-system/pods",
}

func kubectl(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	given := strings.Join(args, " ")
	if parts := annotateLocally.FindStringSubmatch(given); parts != nil {
		return annotate(out, parts[1], parts[2], parts[3])
	}
	global := globalFlags.FindStringSubmatch(given)
	if global == nil {
		return fmt.Errorf("kubectl does not know: %s", given)
	}
	for _, command := range kubectlCommands {
		parts := command.arguments.FindStringSubmatch(global[3])
		if parts == nil {
			continue
		}
		asked, err := newAPI(global[1], global[2])
		if err != nil {
			return err
		}
		return command.run(ctx, request{api: asked, parts: parts[1:], in: in, out: out})
	}
	return fmt.Errorf("kubectl does not know: %s", global[3])
}

func getProviderID(ctx context.Context, asked request) error {
	text, err := asked.api.get(ctx, paths["nodes"]+"/"+asked.parts[0])
	if errors.Is(err, errNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	found, err := decode(text)
	if err != nil {
		return err
	}
	spec, _ := found["spec"].(object)
	value, _ := spec[asked.parts[1]].(string)
	_, err = fmt.Fprint(asked.out, value)
	return err
}

// getList prints the objects with a label; without a value, those with any value of it.
func getList(ctx context.Context, asked request) error {
	text, err := asked.api.get(ctx, paths[asked.parts[0]])
	if err != nil {
		return err
	}
	var list struct {
		APIVersion string   `json:"apiVersion"`
		Kind       string   `json:"kind"`
		Items      []object `json:"items"`
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return err
	}
	label, wanted := asked.parts[1], asked.parts[2]
	selected := []object{}
	for _, item := range list.Items {
		named, _ := item["metadata"].(object)
		labels, _ := named["labels"].(object)
		if value, has := labels[label]; label == "" || has && (wanted == "" || value == wanted) {
			selected = append(selected, item)
		}
	}
	list.Items = selected
	return json.NewEncoder(asked.out).Encode(list)
}

// getRaw prints an answer of the API unchanged.
func getRaw(ctx context.Context, asked request) error {
	text, err := asked.api.get(ctx, asked.parts[0])
	if err != nil {
		return err
	}
	_, err = asked.out.Write(text)
	return err
}

func getPod(ctx context.Context, asked request) error {
	asked.parts = []string{paths["pods"] + "/" + asked.parts[0]}
	return getRaw(ctx, asked)
}

// nothing is the answer about objects and fields that the stand-in does not keep.
func nothing(context.Context, request) error { return nil }

func printConfigMap(_ context.Context, asked request) error {
	_, err := fmt.Fprintf(asked.out, "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: %s\n", asked.parts[0])
	return err
}

var onlyComments = regexp.MustCompile(`^(\s|#.*)*$`)

// readInput reads the file that a command names, or its standard input.
func readInput(asked request) ([]byte, error) {
	if asked.parts[0] == "-" {
		return io.ReadAll(asked.in)
	}
	return os.ReadFile(asked.parts[0])
}

// apply succeeds if the objects of a file could be written. It does not write them, because nobody reads
// them. It prints no UID.
func apply(ctx context.Context, asked request) error {
	text, err := readInput(asked)
	if err != nil {
		return err
	}
	for _, part := range strings.Split("\n"+string(text), "\n---\n") {
		var described pod
		if err := yaml.Unmarshal([]byte(part), &described); err != nil {
			return fmt.Errorf("%s: %w", asked.parts[0], err)
		}
		if onlyComments.MatchString(part) {
			continue
		}
		if described.Kind == "" || described.Metadata.Name == "" {
			return fmt.Errorf("%s holds an object without a kind or a name", asked.parts[0])
		}
		if asked.parts[1] != "" {
			continue
		}
		fmt.Fprintf(asked.out, "%s/%s would be applied\n", strings.ToLower(described.Kind), described.Metadata.Name)
	}
	_, err = asked.api.get(ctx, "/readyz")
	return err
}

// create stores a Secret.
func create(ctx context.Context, asked request) error {
	text, err := io.ReadAll(asked.in)
	if err != nil {
		return err
	}
	var given object
	if err := yaml.Unmarshal(text, &given); err != nil {
		return err
	}
	if given["kind"] != "Secret" {
		return fmt.Errorf("kubectl creates Secrets only, not %v", given["kind"])
	}
	body, err := json.Marshal(given)
	if err != nil {
		return err
	}
	if _, err := asked.api.request(ctx, http.MethodPost, paths["secrets"], body); err != nil {
		return err
	}
	_, err = fmt.Fprintln(asked.out, "secret created")
	return err
}

func deleteNode(ctx context.Context, asked request) error {
	_, err := asked.api.request(ctx, http.MethodDelete, paths["nodes"]+"/"+asked.parts[0], nil)
	if errors.Is(err, errNotFound) {
		return nil
	}
	return err
}

// drain succeeds for an existing node: no pod runs on it.
func drain(ctx context.Context, asked request) error {
	if _, err := asked.api.get(ctx, paths["nodes"]+"/"+asked.parts[0]); err != nil {
		return err
	}
	_, err := fmt.Fprintf(asked.out, "node/%s drained\n", asked.parts[0])
	return err
}

func annotate(out io.Writer, file, key, value string) error {
	read, err := readPod(file)
	if err != nil {
		return err
	}
	if read.Metadata.Annotations == nil {
		read.Metadata.Annotations = map[string]string{}
	}
	read.Metadata.Annotations[key] = value
	text, err := yaml.Marshal(read)
	if err != nil {
		return err
	}
	_, err = out.Write(text)
	return err
}
