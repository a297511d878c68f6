package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// resources are the kinds of objects in the API, with their place in etcd.
var resources = map[string]string{
	"/api/v1/nodes":                                           nodesPrefix,
	"/api/v1/namespaces/kube-system/secrets":                  "/registry/secrets/kube-system/",
	"/apis/certificates.k8s.io/v1/certificatesigningrequests": "/registry/certificatesigningrequests/",
	"/apis/storage.k8s.io/v1/volumeattachments":               "/registry/volumeattachments/",
}

const nodesPrefix = "/registry/nodes/"

// object is an object of the API, as JSON.
type object = map[string]any

var errNotFound = errors.New("not found")

// objects reads and writes objects in etcd, without a schema and without watches.
type objects struct{ etcd *clientv3.Client }

func (o *objects) ServeHTTP(out http.ResponseWriter, in *http.Request) {
	prefix, name, known := locate(in.URL.Path)
	switch {
	case !known:
		http.Error(out, fmt.Sprintf("stand-in: no %s here", in.URL.Path), http.StatusNotFound)
	case in.Method == http.MethodGet && name == "":
		found, err := o.list(in, prefix)
		respond(out, http.StatusOK, object{"apiVersion": "v1", "kind": "List", "items": found}, err)
	case in.Method == http.MethodGet:
		found, err := o.get(in, prefix+name)
		respond(out, http.StatusOK, found, err)
	case in.Method == http.MethodPost && name == "":
		created, err := o.create(in, prefix)
		respond(out, http.StatusCreated, created, err)
	case in.Method == http.MethodDelete && name != "":
		respond(out, http.StatusOK, object{"kind": "Status", "status": "Success"}, o.delete(in, prefix+name))
	default:
		http.Error(out, fmt.Sprintf("stand-in: no %s of %s here", in.Method, in.URL.Path), http.StatusMethodNotAllowed)
	}
}

func locate(path string) (prefix, name string, known bool) {
	if prefix, known = resources[path]; known {
		return prefix, "", true
	}
	end := strings.LastIndex(path, "/")
	prefix, known = resources[path[:end]]
	return prefix, path[end+1:], known
}

func (o *objects) get(in *http.Request, key string) (object, error) {
	response, err := o.etcd.Get(in.Context(), key)
	if err != nil {
		return nil, err
	}
	if len(response.Kvs) == 0 {
		return nil, errNotFound
	}
	return decode(response.Kvs[0].Value)
}

func (o *objects) list(in *http.Request, prefix string) ([]object, error) {
	response, err := o.etcd.Get(in.Context(), prefix, clientv3.WithPrefix())
	if err != nil {
		return nil, err
	}
	found := []object{}
	for _, pair := range response.Kvs {
		decoded, err := decode(pair.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", pair.Key, err)
		}
		if prefix == nodesPrefix {
			withAge(decoded, time.Now())
		}
		found = append(found, decoded)
	}
	return found, nil
}

// create stores a new object. Texts become data, as in the API's Secrets.
func (o *objects) create(in *http.Request, prefix string) (object, error) {
	var created object
	if err := json.NewDecoder(in.Body).Decode(&created); err != nil {
		return nil, err
	}
	named, _ := created["metadata"].(object)
	name, _ := named["name"].(string)
	if name == "" {
		return nil, errors.New("metadata.name is missing")
	}
	if texts, ok := created["stringData"].(object); ok {
		data := object{}
		for key, text := range texts {
			data[key] = base64.StdEncoding.EncodeToString([]byte(fmt.Sprint(text)))
		}
		delete(created, "stringData")
		created["data"] = data
	}
	encoded, err := json.Marshal(created)
	if err != nil {
		return nil, err
	}
	key := prefix + name
	absent := clientv3.Compare(clientv3.CreateRevision(key), "=", 0)
	response, err := o.etcd.Txn(in.Context()).If(absent).Then(clientv3.OpPut(key, string(encoded))).Commit()
	if err == nil && !response.Succeeded {
		err = fmt.Errorf("%s exists already", name)
	}
	return created, err
}

func (o *objects) delete(in *http.Request, key string) error {
	response, err := o.etcd.Delete(in.Context(), key)
	if err == nil && response.Deleted == 0 {
		err = errNotFound
	}
	return err
}

func decode(text []byte) (object, error) {
	var decoded object
	err := json.Unmarshal(text, &decoded)
	return decoded, err
}

func respond(out http.ResponseWriter, status int, body any, err error) {
	switch {
	case errors.Is(err, errNotFound):
		http.Error(out, "not found", http.StatusNotFound)
	case err != nil:
		http.Error(out, fmt.Sprintf("stand-in: %v", err), http.StatusInternalServerError)
	default:
		out.Header().Set("Content-Type", "application/json")
		out.WriteHeader(status)
		_ = json.NewEncoder(out).Encode(body)
	}
}
