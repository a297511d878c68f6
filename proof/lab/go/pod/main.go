// Command pod is the program of the drills' pods. It answers over HTTP on port 8080 with its host name, and reports
// what it sees from inside the pod:
//
//	/lookup?name=N   the addresses that cluster DNS has for a name, one a line
//	/fetch?url=U     the body at a URL
//	/put?url=U       the body after a PUT, which IMDSv2 needs for a token
//
// A failure is status 502 with the reason.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const patience = 5 * time.Second

func main() {
	hostname, err := os.Hostname()
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/", func(answer http.ResponseWriter, _ *http.Request) { fmt.Fprintln(answer, hostname) })
	http.HandleFunc("/lookup", tell(lookup))
	http.HandleFunc("/fetch", tell(request(http.MethodGet)))
	http.HandleFunc("/put", tell(request(http.MethodPut)))

	ended, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	server := &http.Server{Addr: ":8080"}
	go func() {
		<-ended.Done()
		_ = server.Shutdown(context.Background())
	}()
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		log.Fatal(err)
	}
}

type finding func(context.Context, *http.Request) (string, error)

func tell(find finding) http.HandlerFunc {
	return func(answer http.ResponseWriter, asked *http.Request) {
		limited, cancel := context.WithTimeout(asked.Context(), patience)
		defer cancel()
		found, err := find(limited, asked)
		if err != nil {
			http.Error(answer, err.Error(), http.StatusBadGateway)
			return
		}
		fmt.Fprintln(answer, found)
	}
}

func lookup(limited context.Context, asked *http.Request) (string, error) {
	addresses, err := net.DefaultResolver.LookupHost(limited, asked.URL.Query().Get("name"))
	lines := ""
	for _, address := range addresses {
		lines += address + "\n"
	}
	return lines, err
}

func request(method string) finding {
	return func(limited context.Context, asked *http.Request) (string, error) {
		request, err := http.NewRequestWithContext(limited, method, asked.URL.Query().Get("url"), nil)
		if err != nil {
			return "", err
		}
		request.Close = true // a Service chooses a pod for each connection
		request.Header.Set("X-aws-ec2-metadata-token-ttl-seconds", "60")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return "", err
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		return string(body), err
	}
}
