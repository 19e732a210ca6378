package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
)

func main() {
	http.HandleFunc("/", func(answer http.ResponseWriter, _ *http.Request) { fmt.Fprintln(answer, "hello") })
	log.Fatal(http.ListenAndServe(os.Getenv("LISTEN"), nil))
}
