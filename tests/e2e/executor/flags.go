package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/spf13/cobra"
)

// options are kaniko's flags, those that this program uses by name. The rest are taken and forgotten.
type options struct {
	registries
	dockerfile, context, contextSubPath, platform, ociLayoutPath, digestFile, cacheRepo, logFormat string
	destinations, buildArgs, labels, annotations, target                                           []string
	noPush, cache, noPushCache, skipPushPermissionCheck                                            bool
}

// pushOptions are the flags of `push`.
type pushOptions struct {
	registries
	destinations            []string
	skipPushPermissionCheck bool
}

type registries struct {
	insecure, insecurePull   bool
	insecureRegistries       []string
	pushRetry, downloadRetry int
}

// add declares what cmd/executor/cmd/root.go of 1.28.3 does.
func (options *options) add(command *cobra.Command) {
	flags := command.Flags()
	flags.StringVarP(&options.dockerfile, "dockerfile", "f", "Dockerfile", "Path to the dockerfile to be built.")
	flags.StringVarP(&options.context, "context", "c", "/workspace/", "Path to the dockerfile build context.")
	flags.StringVar(&options.contextSubPath, "context-sub-path", "", "Sub path within the given context.")
	flags.StringArrayVarP(&options.destinations, "destination", "d", nil, "Registry the final image should be pushed to. Set it repeatedly for multiple destinations.")
	flags.StringVar(&options.platform, "custom-platform", "", "Specify the build platform if different from the current host")
	flags.StringArrayVar(&options.buildArgs, "build-arg", nil, "This flag allows you to pass in ARG values at build time. Set it repeatedly for multiple values.")
	flags.StringSliceVar(&options.target, "target", nil, "Set the target stages to build, the first in the list denotes the stage to be pushed")
	flags.BoolVar(&options.noPush, "no-push", false, "Do not push the image to the registry")
	flags.BoolVar(&options.noPushCache, "no-push-cache", false, "Do not push the cache layers to the registry")
	flags.StringVar(&options.cacheRepo, "cache-repo", "", "Specify a repository to use as a cache")
	flags.StringVar(&options.digestFile, "digest-file", "", "Specify a file to save the digest of the built image to.")
	flags.StringVar(&options.ociLayoutPath, "oci-layout-path", "", "Path to save the OCI image layout of the built image.")
	flags.BoolVar(&options.cache, "cache", false, "Use cache when building image")
	flags.StringArrayVar(&options.labels, "label", nil, "Set metadata for an image. Set it repeatedly for multiple labels.")
	flags.StringArrayVar(&options.annotations, "annotation", nil, "Set metadata annotations for the image in key=value format. Set it repeatedly for multiple annotations.")
	flags.BoolVar(&options.skipPushPermissionCheck, "skip-push-permission-check", false, "Skip check of the push permission")
	flags.StringVar(&options.logFormat, "log-format", "color", "Log format (text, color, json)")

	flags.StringP("verbosity", "v", "info", "Log level (trace, debug, info, warn, error, fatal, panic)")
	flags.StringP("bucket", "b", "", "Name of the GCS bucket from which to access build context as tarball.")
	for name, value := range map[string]string{
		"snapshot-mode": "full", "kaniko-dir": "", "tar-path": "", "cache-dir": "/cache", "image-name-with-digest-file": "",
		"image-name-tag-with-digest-file": "", "compression": "", "image-format": "", "git": "", "snapshotMode": "",
		"customPlatform": "", "tarPath": "",
	} {
		flags.String(name, value, "")
	}
	for name, value := range map[string]bool{
		"log-timestamp": false, "force": false, "single-snapshot": false, "reproducible": false, "compressed-caching": true,
		"pre-cleanup": false, "cleanup": false, "ignore-var-run": true, "whitelist-var-run": true, "use-new-run": false,
		"cache-copy-layers": false, "cache-run-layers": true, "preserve-context": false, "materialize": false, "dryrun": false,
		"force-build-metadata": false, "skip-unused-stages": false,
	} {
		flags.Bool(name, value, "")
	}
	flags.StringArray("ignore-path", nil, "Ignore these paths when taking a snapshot.")
	flags.StringArray("secret", nil, "Set build secrets in key=value format.")
	flags.Int("image-fs-extract-retry", 0, "Number of retries for image FS extraction")
	flags.Int("compression-level", -1, "Compression level")
	flags.Duration("cache-ttl", 336*time.Hour, "Cache timeout, requires value and unit of duration -> ex: 6h. Defaults to two weeks.")
	options.registries.add(command)
}

func (registries *registries) add(command *cobra.Command) {
	flags := command.Flags()
	flags.BoolVar(&registries.insecure, "insecure", false, "Push to insecure registry using plain HTTP")
	flags.BoolVar(&registries.insecurePull, "insecure-pull", false, "Pull from insecure registry using plain HTTP")
	flags.StringArrayVar(&registries.insecureRegistries, "insecure-registry", nil, "Insecure registry using plain HTTP to push and pull. Set it repeatedly for multiple registries.")
	flags.IntVar(&registries.pushRetry, "push-retry", 0, "Number of retries for the push operation")
	flags.IntVar(&registries.downloadRetry, "image-download-retry", 0, "Number of retries for downloading the remote image")
	for name, help := range map[string]string{
		"skip-tls-verify":                  "Push to insecure registry ignoring TLS verify",
		"skip-tls-verify-pull":             "Pull from insecure registry ignoring TLS verify",
		"push-ignore-immutable-tag-errors": "If true, known tag immutability errors are ignored and the push finishes with success.",
		"skip-default-registry-fallback":   "If an image is not found on any mirrors (defined with registry-mirror) do not fallback to the default registry. If registry-mirror is not defined, this flag is ignored.",
	} {
		flags.Bool(name, false, help)
	}
	for name, help := range map[string]string{
		"skip-tls-verify-registry": "Insecure registry ignoring TLS verify to push and pull. Set it repeatedly for multiple registries.",
		"registry-certificate":     "Use the provided certificate for TLS communication with the given registry. Expected format is 'my.registry.url=/path/to/the/server/certificate'.",
		"registry-client-cert":     "Use the provided client certificate for mutual TLS (mTLS) communication with the given registry. Expected format is 'my.registry.url=/path/to/client/cert,/path/to/client/key'.",
		"registry-map":             "Registry map of mirror to use as pull-through cache instead. Expected format is 'orignal.registry=new.registry;other-original.registry=other-remap.registry'",
		"registry-mirror":          "Registry mirror to use as pull-through cache instead of docker.io. Set it repeatedly for multiple mirrors.",
		"credential-helpers":       "Use these credential helpers automatically, select from (env, google, ecr, acr, gitlab). Set it repeatedly for multiple helpers, defaults to all, set it to empty string to deactivate.",
	} {
		flags.StringArray(name, nil, help)
	}
}

// rules are how a registry is reached.
func (registries *registries) rules(reference string) []name.Option {
	host := strings.SplitN(reference, "/", 2)[0]
	for _, insecure := range registries.insecureRegistries {
		if insecure == host {
			return []name.Option{name.Insecure}
		}
	}
	if registries.insecure || registries.insecurePull {
		return []name.Option{name.Insecure}
	}
	return nil
}

func keychain() authn.Keychain { return authn.DefaultKeychain }

// check is what kaniko checks before it begins.
func (options *options) check() error {
	if options.platform != "" {
		if _, err := v1.ParsePlatform(options.platform); err != nil {
			return fmt.Errorf("Invalid platform %q: %w", options.platform, err)
		}
	}
	if !options.noPush && len(options.destinations) == 0 {
		return errors.New("you must provide --destination, or use --no-push")
	}
	if options.cache && !options.noPushCache && options.cacheRepo == "" && options.noPush {
		return errors.New("cache flags invalid: if using cache with --no-push, specify cache repo with --cache-repo")
	}
	for _, label := range append(append([]string{}, options.labels...), options.annotations...) {
		if !strings.Contains(label, "=") {
			return fmt.Errorf("%s is not of the form key=value", label)
		}
	}
	if options.context == "" {
		return errors.New("error resolving source context: please specify a path to the build context with the --context flag or a bucket with the --bucket flag")
	}
	switch scheme, path, _ := strings.Cut(options.context, "://"); {
	case options.context == "tar://stdin":
		folder, err := unpackInput()
		if err != nil {
			return fmt.Errorf("error resolving source context: %w", err)
		}
		options.context = folder
	case scheme == "dir":
		options.context = path
	case strings.Contains(options.context, "://"):
		return fmt.Errorf("error resolving source context: the stand-in knows no context %q", options.context)
	}
	options.context = filepath.Join(options.context, options.contextSubPath)
	for _, path := range []string{options.dockerfile, filepath.Join(options.context, options.dockerfile)} {
		if _, err := os.Stat(path); err == nil {
			options.dockerfile = path
			return nil
		}
	}
	return errors.New("error resolving dockerfile path: please provide a valid path to a Dockerfile within the build context with --dockerfile")
}
