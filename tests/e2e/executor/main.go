// Command executor stands in for kaniko's executor 1.28.3 in tests that cannot have the real one. It takes the same flags and
// refuses others, fails in the same words and with the same codes, really assembles an image (base, COPY, configuration) and
// pushes it. It runs no RUN line: that is only recorded. A line `RUN coderc-test-fault …` says how to fail, see faults.go.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/spf13/cobra"
)

func main() {
	options := &options{}
	root := &cobra.Command{
		Use: "executor",
		PersistentPreRunE: func(command *cobra.Command, _ []string) error {
			if command.Use != "executor" {
				return nil
			}
			return options.check()
		},
		Run: func(*cobra.Command, []string) {
			if err := build(options); err != nil {
				fmt.Fprintln(os.Stderr, err)
				var exit exitError
				if errors.As(err, &exit) {
					os.Exit(int(exit))
				}
				os.Exit(1)
			}
		},
	}
	options.add(root)

	pushed := &pushOptions{}
	push := &cobra.Command{
		Use:   "push <path>",
		Short: "Push a pre-built image to a registry",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, arguments []string) error {
			return pushLayout(arguments[0], pushed)
		},
	}
	pushed.add(push)
	push.Flags().StringArrayVarP(&pushed.destinations, "destination", "d", nil, "Registry the image should be pushed to. Set repeatedly for multiple destinations.")
	push.Flags().BoolVar(&pushed.skipPushPermissionCheck, "skip-push-permission-check", false, "Skip check of the push permission")
	version := &cobra.Command{Use: "version", Run: func(*cobra.Command, []string) { fmt.Println("Kaniko version :  v1.28.3 (stand-in)") }}
	root.AddCommand(push, version)
	if root.Execute() != nil {
		os.Exit(1)
	}
}

// exitError is the code that a RUN line ends with; kaniko ends with it too.
type exitError int

func (code exitError) Error() string { return fmt.Sprintf("exit status %d", int(code)) }

func build(options *options) error {
	log(options, "This is the stand-in of coderc's tests: RUN lines are recorded, not run")
	if !options.noPush {
		if err := checkPush(options.destinations, options.skipPushPermissionCheck, &options.registries); err != nil {
			return fmt.Errorf("error checking push permissions: %w", err)
		}
	}
	image, err := buildImage(options)
	if err != nil {
		return fmt.Errorf("error building image: %w", err)
	}
	digest, err := image.Digest()
	if err != nil {
		return err
	}
	// As kaniko does: before the push.
	if options.digestFile != "" {
		if err := os.MkdirAll(filepath.Dir(options.digestFile), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(options.digestFile, []byte(digest.String()), 0o644); err != nil {
			return fmt.Errorf("error pushing image: writing digest to file failed: %w", err)
		}
	}
	if options.ociLayoutPath != "" {
		path, err := layout.Write(options.ociLayoutPath, empty.Index)
		if err != nil {
			return fmt.Errorf("error pushing image: writing empty layout: %w", err)
		}
		if err := path.AppendImage(image); err != nil {
			return fmt.Errorf("error pushing image: appending image: %w", err)
		}
	}
	if options.noPush {
		log(options, "Skipping push to container registry due to --no-push flag")
		return nil
	}
	if err := pushImage(image, options.destinations, &options.registries); err != nil {
		return fmt.Errorf("error pushing image: %w", err)
	}
	return nil
}

func pushLayout(path string, options *pushOptions) error {
	if len(options.destinations) == 0 {
		return errors.New("at least one --destination is required")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("path %s not readable: %w", path, err)
	}
	if err := checkPush(options.destinations, options.skipPushPermissionCheck, &options.registries); err != nil {
		return fmt.Errorf("checking push permissions: %w", err)
	}
	index, err := layout.ImageIndexFromPath(path)
	if err != nil {
		return fmt.Errorf("loading image: reading OCI layout: %w", err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return fmt.Errorf("loading image: reading OCI index manifest: %w", err)
	}
	if len(manifest.Manifests) != 1 {
		return fmt.Errorf("loading image: OCI layout must contain exactly one image, found %d", len(manifest.Manifests))
	}
	image, err := index.Image(manifest.Manifests[0].Digest)
	if err != nil {
		return fmt.Errorf("loading image: %w", err)
	}
	if err := pushImage(image, options.destinations, &options.registries); err != nil {
		return fmt.Errorf("pushing image: %w", err)
	}
	return nil
}

func checkPush(destinations []string, skip bool, registries *registries) error {
	if skip {
		return nil
	}
	for _, destination := range destinations {
		tag, err := registries.tag(destination)
		if err != nil {
			return fmt.Errorf("getting tag for destination: %w", err)
		}
		if err := remote.CheckPushPermission(tag, keychain(), remote.DefaultTransport); err != nil {
			return fmt.Errorf("checking push permission for %q: %w", tag, err)
		}
	}
	return nil
}

func pushImage(image v1.Image, destinations []string, registries *registries) error {
	for _, destination := range destinations {
		tag, err := registries.tag(destination)
		if err != nil {
			return fmt.Errorf("getting tag for destination: %w", err)
		}
		colored("Pushing image to %s", tag)
		if err := pushFault(image, tag); err != nil {
			return fmt.Errorf("failed to push to destination %s: %w", tag, err)
		}
		write := func() error { return remote.Write(tag, image, remote.WithAuthFromKeychain(keychain())) }
		if err := retry(write, registries.pushRetry); err != nil {
			return fmt.Errorf("failed to push to destination %s: %w", tag, err)
		}
		digest, err := image.Digest()
		if err != nil {
			return err
		}
		colored("Pushed %s", tag.Context().Digest(digest.String()))
	}
	return nil
}

func retry(operation func() error, times int) error {
	err := operation()
	for i := 0; err != nil && i < times; i++ {
		time.Sleep(time.Second << i)
		err = operation()
	}
	if err != nil {
		return fmt.Errorf("unable to complete operation after %d attempts, last error: %w", times, err)
	}
	return nil
}

func (registries *registries) tag(destination string) (name.Tag, error) {
	return name.NewTag(destination, append(registries.rules(destination), name.WeakValidation)...)
}

func log(options *options, format string, arguments ...any) {
	message := fmt.Sprintf(format, arguments...)
	if options.logFormat == "text" {
		fmt.Fprintf(os.Stderr, "time=%q level=info msg=%q\n", time.Now().UTC().Format(time.RFC3339), message)
		return
	}
	colored("%s", message)
}

// colored is what kaniko writes without --log-format, which `push` does not take.
func colored(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, "\x1b[36mINFO\x1b[0m[0000] %s\n", fmt.Sprintf(format, arguments...))
}
