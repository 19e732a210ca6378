package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// A line `RUN coderc-test-fault NAME [VALUE] [with FLAG]` fails, where FLAG is the beginning of one of the flags if there is one:
//
//	out-of-memory   uses memory until the kernel ends it, or 1 GiB; then exit code 137
//	disk-full       what kaniko says when it cannot write a layer
//	slow SECONDS    a RUN line that takes its time
//	exit CODE       a RUN line that fails
//	push-refused    the registry refuses the push, though its rights were checked
//	push-slow SECONDS, push-exit CODE   the push takes its time, or ends in between
//
// `RUN exit CODE` and `RUN false` fail as they would, and `RUN sleep SECONDS` takes its time.
func buildFault(line string) error {
	words := strings.Fields(line)
	switch {
	case len(words) == 1 && words[0] == "false":
		return failed(1)
	case len(words) == 2 && words[0] == "exit":
		return failed(number(words[1]))
	case len(words) == 2 && words[0] == "sleep":
		time.Sleep(time.Duration(number(words[1])) * time.Second)
		return nil
	}
	kind, value := fault(line)
	switch kind {
	case "out-of-memory":
		outOfMemory()
	case "disk-full":
		return fmt.Errorf("error building stage: failed to take snapshot: %w", &os.PathError{Op: "write", Path: "/kaniko/0", Err: syscall.ENOSPC})
	case "slow":
		time.Sleep(time.Duration(value) * time.Second)
	case "exit":
		return failed(value)
	}
	return nil
}

func failed(code int) error {
	if code == 0 {
		return nil
	}
	return fmt.Errorf("error building stage: failed to execute command: waiting for process to exit: %w", exitError(code))
}

func pushFault(image v1.Image, tag name.Tag) error {
	file, err := image.ConfigFile()
	if err != nil {
		return err
	}
	for _, entry := range file.History {
		_, line, _ := strings.Cut(entry.CreatedBy, "RUN ")
		switch kind, value := fault(line); kind {
		case "push-refused":
			return fmt.Errorf("POST %s://%s/v2/%s/blobs/uploads/: DENIED: requested access to the resource is denied", tag.Scheme(), tag.RegistryStr(), tag.RepositoryStr())
		case "push-slow":
			time.Sleep(time.Duration(value) * time.Second)
		case "push-exit":
			os.Exit(value)
		}
	}
	return nil
}

// fault is the name and the value in a line, or nothing.
func fault(line string) (string, int) {
	words := strings.Fields(line)
	if len(words) < 2 || words[0] != "coderc-test-fault" {
		return "", 0
	}
	kind, words := words[1], words[2:]
	value := 0
	if len(words) > 0 && words[0] != "with" {
		value, words = number(words[0]), words[1:]
	}
	if len(words) == 2 && words[0] == "with" && !anyBegins(os.Args[1:], words[1]) {
		return "", 0
	}
	return kind, value
}

func anyBegins(arguments []string, text string) bool {
	for _, argument := range arguments {
		if strings.HasPrefix(argument, text) {
			return true
		}
	}
	return false
}

func number(text string) int {
	value, err := strconv.Atoi(text)
	if err != nil {
		fmt.Fprintln(os.Stderr, errors.Unwrap(err))
		os.Exit(64)
	}
	return value
}

func outOfMemory() {
	var held [][]byte
	for len(held) < 1024 {
		block := make([]byte, 1<<20)
		for i := 0; i < len(block); i += 4096 {
			block[i] = 1
		}
		held = append(held, block)
	}
	os.Exit(137)
}
