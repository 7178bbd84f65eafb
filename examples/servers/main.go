// A server that drains, in Go: go build -o server examples/servers/main.go && ebb check -- ./server
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	term, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	server := &http.Server{Addr: ":" + os.Getenv("PORT"), Handler: http.HandlerFunc(answer)}
	go func() {
		// It returns as soon as Shutdown is called, not when the requests are done: main waits for Shutdown instead.
		if err := server.ListenAndServe(); err != http.ErrServerClosed {
			log.Fatal(err)
		}
	}()
	<-term.Done()
	if err := server.Shutdown(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func answer(w http.ResponseWriter, _ *http.Request) {
	time.Sleep(500 * time.Millisecond)
	fmt.Fprintln(w, "done")
}
