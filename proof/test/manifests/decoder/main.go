// Reads manifests like `kubectl apply -f`, for the test that compares our reading with it.
//
// Input: texts, each after its length in four bytes. Output: a line of JSON for each.
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/yaml"
)

type answer struct {
	Objects []runtime.Object `json:"objects"`
	Error   string           `json:"error,omitempty"`
}

// metadataOnly is the part that kubectl decodes a second time, to find wrong metadata.
type metadataOnly struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
}

// read follows FileVisitor and StreamVisitor of k8s.io/cli-runtime/pkg/resource.
func read(text []byte) ([]runtime.Object, error) {
	byMark := unicode.BOMOverride(unicode.UTF8.NewDecoder())
	decoder := yaml.NewYAMLOrJSONDecoder(transform.NewReader(bytes.NewReader(text), byMark), 4096)
	objects := []runtime.Object{}
	for {
		document := runtime.RawExtension{}
		if err := decoder.Decode(&document); err != nil {
			if errors.Is(err, io.EOF) {
				return objects, nil
			}
			return objects, err
		}
		raw := bytes.TrimSpace(document.Raw)
		if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
			continue
		}
		object, _, err := unstructured.UnstructuredJSONScheme.Decode(raw, nil, nil)
		if err != nil {
			return objects, err
		}
		if err := utiljson.Unmarshal(raw, &metadataOnly{}); err != nil {
			return objects, err
		}
		objects = append(objects, object)
	}
}

func main() {
	in := bufio.NewReader(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	for {
		var length uint32
		if err := binary.Read(in, binary.BigEndian, &length); err != nil {
			return
		}
		text := make([]byte, length)
		if _, err := io.ReadFull(in, text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		objects, err := read(text)
		found := answer{Objects: objects}
		if err != nil {
			found.Error = err.Error()
		}
		if err := out.Encode(found); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
