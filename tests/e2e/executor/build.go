package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// builder holds the Dockerfile and the stages that are built.
type builder struct {
	options  *options
	lex      *shell.Lex
	stages   []instructions.Stage
	meta     []string
	finished map[int]v1.Image
}

// stage is one while it is built.
type stage struct {
	image   v1.Image
	config  v1.ConfigFile
	args    []string
	history []v1.History
}

func buildImage(options *options) (v1.Image, error) {
	text, err := os.ReadFile(options.dockerfile)
	if err != nil {
		return nil, err
	}
	parsed, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("parsing dockerfile: %w", err)
	}
	stages, meta, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		return nil, fmt.Errorf("parsing dockerfile: %w", err)
	}
	b := &builder{options: options, lex: shell.NewLex(parsed.EscapeToken), stages: stages, finished: map[int]v1.Image{}}
	for _, command := range meta {
		for _, arg := range command.Args {
			if value, given := b.given(arg.Key, arg.Value); given {
				b.meta = append(b.meta, arg.Key+"="+b.expand(value, b.meta))
			}
		}
	}
	target := len(stages) - 1
	if len(options.target) > 0 {
		if target = b.find(options.target[0], len(stages)); target < 0 {
			return nil, fmt.Errorf("error finding target stage: %q is not a valid target build stage", options.target[0])
		}
	}
	image, err := b.stage(target)
	if err != nil {
		return nil, err
	}
	return b.finish(image)
}

// given is the value of an argument: from the command line, else its default.
func (b *builder) given(key string, fallback *string) (string, bool) {
	for _, argument := range b.options.buildArgs {
		name, value, found := strings.Cut(argument, "=")
		if name == key {
			if !found {
				value = os.Getenv(key)
			}
			return value, true
		}
	}
	if fallback == nil {
		return "", false
	}
	return *fallback, true
}

func (b *builder) expand(text string, environment []string) string {
	expanded, _, err := b.lex.ProcessWord(text, shell.EnvsFromSlice(environment))
	if err != nil {
		return text
	}
	return expanded
}

// find is the stage of a name or a number below a limit, or -1.
func (b *builder) find(text string, below int) int {
	for i := below - 1; i >= 0; i-- {
		if strings.EqualFold(b.stages[i].Name, text) && text != "" {
			return i
		}
	}
	if i, err := strconv.Atoi(text); err == nil && i >= 0 && i < below {
		return i
	}
	return -1
}

func (b *builder) stage(index int) (v1.Image, error) {
	if image, done := b.finished[index]; done {
		return image, nil
	}
	base := b.expand(b.stages[index].BaseName, b.meta)
	image, err := b.base(base, index)
	if err != nil {
		return nil, err
	}
	file, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	log(b.options, "Building stage '%s' [idx: '%d', base-idx: '%d']", base, index, b.find(base, index))
	s := &stage{image: image, config: *file.DeepCopy()}
	triggers := s.config.Config.OnBuild
	s.config.Config.OnBuild = nil
	commands := []instructions.Command{}
	for _, trigger := range triggers {
		parsed, err := parser.Parse(strings.NewReader(trigger))
		if err != nil {
			return nil, err
		}
		command, err := instructions.ParseCommand(parsed.AST.Children[0])
		if err != nil {
			return nil, err
		}
		commands = append(commands, command)
	}
	for _, command := range append(commands, b.stages[index].Commands...) {
		log(b.options, "%s", strings.SplitN(fmt.Sprint(command), "\n", 2)[0])
		if err := b.command(s, command, index); err != nil {
			return nil, err
		}
	}
	final, err := mutate.ConfigFile(s.image, s.withLayers())
	if err != nil {
		return nil, err
	}
	b.finished[index] = final
	return final, nil
}

// withLayers is the stage's configuration with what the image says of its layers.
func (s *stage) withLayers() *v1.ConfigFile {
	file, err := s.image.ConfigFile()
	if err != nil {
		return &s.config
	}
	config := s.config.DeepCopy()
	config.RootFS, config.History = file.RootFS, file.History
	return config
}

func (b *builder) base(reference string, index int) (v1.Image, error) {
	if i := b.find(reference, index); i >= 0 {
		return b.stage(i)
	}
	platform := v1.Platform{OS: "linux", Architecture: "amd64"}
	if b.options.platform != "" {
		if parsed, err := v1.ParsePlatform(b.options.platform); err == nil {
			platform = *parsed
		}
	}
	if reference == "scratch" {
		config := &v1.ConfigFile{OS: platform.OS, Architecture: platform.Architecture}
		config.Config.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
		return mutate.ConfigFile(empty.Image, config)
	}
	log(b.options, "Retrieving image manifest %s", reference)
	parsed, err := name.ParseReference(reference, append(b.options.rules(reference), name.WeakValidation)...)
	if err != nil {
		return nil, err
	}
	var image v1.Image
	get := func() (err error) {
		image, err = remote.Image(parsed, remote.WithPlatform(platform), remote.WithAuthFromKeychain(keychain()), remote.WithContext(context.Background()))
		return err
	}
	return image, b.retried(get, &image)
}

func (b *builder) retried(get func() error, _ *v1.Image) error {
	return retry(get, b.options.downloadRetry)
}

// environment is what an instruction's words may use.
func (s *stage) environment() []string {
	return append(append([]string{}, s.args...), s.config.Config.Env...)
}

func (b *builder) command(s *stage, command instructions.Command, index int) error {
	expand := func(text string) string { return b.expand(text, s.environment()) }
	config := &s.config.Config
	switch c := command.(type) {
	case *instructions.ArgCommand:
		for _, arg := range c.Args {
			value, given := b.given(arg.Key, arg.Value)
			if !given {
				value, given = lookup(b.meta, arg.Key)
			}
			if given {
				s.args = append(s.args, arg.Key+"="+expand(value))
			}
		}
		return nil
	case *instructions.EnvCommand:
		environment := s.environment()
		for _, pair := range c.Env {
			config.Env = set(config.Env, pair.Key, b.expand(pair.Value, environment))
		}
	case *instructions.LabelCommand:
		if config.Labels == nil {
			config.Labels = map[string]string{}
		}
		for _, pair := range c.Labels {
			config.Labels[expand(pair.Key)] = expand(pair.Value)
		}
	case *instructions.UserCommand:
		config.User = expand(c.User)
	case *instructions.WorkdirCommand:
		config.WorkingDir = absolute(config.WorkingDir, expand(c.Path))
	case *instructions.CmdCommand:
		config.Cmd = s.line(c.ShellDependantCmdLine)
	case *instructions.EntrypointCommand:
		config.Entrypoint, config.Cmd = s.line(c.ShellDependantCmdLine), nil
	case *instructions.ShellCommand:
		config.Shell = c.Shell
	case *instructions.ExposeCommand:
		if config.ExposedPorts == nil {
			config.ExposedPorts = map[string]struct{}{}
		}
		for _, port := range c.Ports {
			if port = expand(port); !strings.Contains(port, "/") {
				port += "/tcp"
			}
			config.ExposedPorts[port] = struct{}{}
		}
	case *instructions.VolumeCommand:
		if config.Volumes == nil {
			config.Volumes = map[string]struct{}{}
		}
		for _, volume := range c.Volumes {
			config.Volumes[expand(volume)] = struct{}{}
		}
	case *instructions.StopSignalCommand:
		config.StopSignal = expand(c.Signal)
	case *instructions.OnbuildCommand:
		config.OnBuild = append(config.OnBuild, c.Expression)
	case *instructions.MaintainerCommand:
		s.config.Author = c.Maintainer
	case *instructions.RunCommand:
		if err := buildFault(strings.Join(c.CmdLine, " ")); err != nil {
			return err
		}
	case *instructions.CopyCommand:
		return b.copy(s, c.SourcesAndDest, c.From, c.Chown, c.Chmod, index, fmt.Sprint(c))
	case *instructions.AddCommand:
		return b.copy(s, c.SourcesAndDest, "", c.Chown, c.Chmod, index, fmt.Sprint(c))
	}
	image, err := mutate.Append(s.image, mutate.Addendum{History: v1.History{CreatedBy: fmt.Sprint(command), EmptyLayer: true, Created: v1.Time{Time: time.Now()}}})
	s.image = image
	return err
}

// line is a command as a configuration has it.
func (s *stage) line(line instructions.ShellDependantCmdLine) []string {
	if !line.PrependShell {
		return line.CmdLine
	}
	shell := s.config.Config.Shell
	if len(shell) == 0 {
		shell = []string{"/bin/sh", "-c"}
	}
	return append(append([]string{}, shell...), strings.Join(line.CmdLine, " "))
}

// finish gives the image what the flags say.
func (b *builder) finish(image v1.Image) (v1.Image, error) {
	file, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	file = file.DeepCopy()
	file.Created, file.Container = v1.Time{Time: time.Now()}, ""
	for _, label := range b.options.labels {
		if file.Config.Labels == nil {
			file.Config.Labels = map[string]string{}
		}
		key, value, _ := strings.Cut(label, "=")
		file.Config.Labels[key] = value
	}
	if image, err = mutate.ConfigFile(image, file); err != nil {
		return nil, err
	}
	annotations := map[string]string{}
	for _, annotation := range b.options.annotations {
		key, value, _ := strings.Cut(annotation, "=")
		annotations[key] = value
	}
	if len(annotations) == 0 {
		return image, nil
	}
	return mutate.Annotations(image, annotations).(v1.Image), nil
}

func absolute(folder, text string) string {
	if !path.IsAbs(text) {
		text = path.Join("/", folder, text)
	}
	return path.Clean(text)
}

func lookup(pairs []string, key string) (string, bool) {
	for i := len(pairs) - 1; i >= 0; i-- {
		if value, found := strings.CutPrefix(pairs[i], key+"="); found {
			return value, true
		}
	}
	return "", false
}

func set(pairs []string, key, value string) []string {
	for i, pair := range pairs {
		if strings.HasPrefix(pair, key+"=") {
			pairs[i] = key + "=" + value
			return pairs
		}
	}
	return append(pairs, key+"="+value)
}
