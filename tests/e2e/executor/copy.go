package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// copy is a COPY or ADD: a layer of the files, which come from the context, another stage, another image or the Dockerfile.
func (b *builder) copy(s *stage, paths instructions.SourcesAndDest, from, chown, chmod string, index int, line string) error {
	expand := func(text string) string { return b.expand(text, s.environment()) }
	root, ignored, err := b.source(expand(from), index)
	if err != nil {
		return err
	}
	if from != "" {
		defer os.RemoveAll(root)
	}
	layer := &layer{uid: 0, gid: 0, mode: -1}
	if chown = expand(chown); chown != "" {
		if layer.uid, layer.gid, err = owner(s.image, chown); err != nil {
			return fmt.Errorf("error building stage: failed to execute command: %w", err)
		}
	}
	if chmod = expand(chmod); chmod != "" {
		mode, err := strconv.ParseInt(chmod, 8, 32)
		if err != nil {
			return fmt.Errorf("error building stage: failed to execute command: %w", err)
		}
		layer.mode = mode
	}
	destination := expand(paths.DestPath)
	folder := strings.HasSuffix(destination, "/") || destination == "." || len(paths.SourcePaths)+len(paths.SourceContents) > 1
	destination = absolute(s.config.Config.WorkingDir, destination)
	for _, content := range paths.SourceContents {
		data := content.Data
		if content.Expand {
			data = expand(data)
		}
		to := destination
		if folder {
			to = path.Join(destination, content.Path)
		}
		layer.file(to, []byte(data), 0o644)
	}
	for _, pattern := range paths.SourcePaths {
		if pattern = expand(pattern); strings.Contains(pattern, "://") {
			return fmt.Errorf("error building stage: the stand-in fetches no %s", pattern)
		}
		matches, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			return err
		}
		kept := 0
		for _, match := range matches {
			relative, _ := filepath.Rel(root, match)
			if ignored != nil && relative != "." {
				if skip, err := ignored.MatchesOrParentMatches(relative); err != nil || skip && !ignored.Exclusions() {
					continue
				}
			}
			kept++
			if err := layer.add(root, match, destination, folder || len(matches) > 1, ignored); err != nil {
				return fmt.Errorf("error building stage: failed to execute command: %w", err)
			}
		}
		if kept == 0 {
			full := filepath.Join(root, pattern)
			_, err := os.Lstat(full)
			if err == nil {
				err = &os.PathError{Op: "lstat", Path: full, Err: errors.New("no such file or directory")}
			}
			return fmt.Errorf("error building stage: failed to get files used from context: failed to get fileinfo for %s: %w", full, err)
		}
	}
	content, err := layer.bytes()
	if err != nil {
		return err
	}
	opened := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }
	made, err := tarball.LayerFromOpener(opened, tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return err
	}
	log(b.options, "Taking snapshot of files...")
	s.image, err = mutate.Append(s.image, mutate.Addendum{Layer: made, History: v1.History{CreatedBy: line, Created: v1.Time{Time: time.Now()}}})
	return err
}

// source is the folder to copy from, and what is ignored in it.
func (b *builder) source(from string, index int) (string, *patternmatcher.PatternMatcher, error) {
	if from == "" {
		patterns := []string{}
		for _, name := range []string{b.options.dockerfile + ".dockerignore", filepath.Join(b.options.context, ".dockerignore")} {
			if file, err := os.Open(name); err == nil {
				defer file.Close()
				if patterns, err = ignorefile.ReadAll(file); err != nil {
					return "", nil, err
				}
				break
			}
		}
		matcher, err := patternmatcher.New(patterns)
		return b.options.context, matcher, err
	}
	image, err := b.base(from, index)
	if err != nil {
		return "", nil, err
	}
	// Beside this program: its image has no other folder.
	folder, err := os.MkdirTemp(filepath.Dir(os.Args[0]), "stage")
	if err != nil {
		return "", nil, err
	}
	stream := mutate.Extract(image)
	defer stream.Close()
	return folder, nil, unpack(stream, folder)
}

// layer collects entries.
type layer struct {
	entries  []entry
	uid, gid int
	mode     int64
}

type entry struct {
	header  tar.Header
	content []byte
}

func (l *layer) file(to string, content []byte, mode int64) {
	l.entries = append(l.entries, entry{tar.Header{Typeflag: tar.TypeReg, Name: to, Mode: mode, Size: int64(len(content))}, content})
}

// add copies a file, or what is in a folder.
func (l *layer) add(root, from, to string, folder bool, ignored *patternmatcher.PatternMatcher) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if !info.IsDir() && folder {
		to = path.Join(to, filepath.Base(from))
	}
	return filepath.WalkDir(from, func(at string, item fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if relative, _ := filepath.Rel(root, at); ignored != nil && relative != "." {
			if skip, err := ignored.MatchesOrParentMatches(relative); err != nil || skip {
				if item.IsDir() && !ignored.Exclusions() {
					return filepath.SkipDir
				}
				return err
			}
		}
		relative, _ := filepath.Rel(from, at)
		name := path.Join(to, filepath.ToSlash(relative))
		info, err := item.Info()
		if err != nil {
			return err
		}
		if at == from {
			if info, err = os.Stat(at); err != nil {
				return err
			}
		}
		switch {
		case info.IsDir():
			l.entries = append(l.entries, entry{tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: int64(info.Mode().Perm())}, nil})
		case info.Mode()&fs.ModeSymlink != 0:
			target, err := os.Readlink(at)
			if err != nil {
				return err
			}
			l.entries = append(l.entries, entry{tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target, Mode: 0o777}, nil})
		case info.Mode().IsRegular():
			content, err := os.ReadFile(at)
			if err != nil {
				return err
			}
			l.file(name, content, int64(info.Mode().Perm()))
		}
		return nil
	})
}

func (l *layer) bytes() ([]byte, error) {
	sort.SliceStable(l.entries, func(i, j int) bool { return l.entries[i].header.Name < l.entries[j].header.Name })
	var buffer bytes.Buffer
	writer := tar.NewWriter(&buffer)
	for _, entry := range l.entries {
		header := entry.header
		header.Name = strings.TrimPrefix(header.Name, "/")
		header.Uid, header.Gid, header.ModTime = l.uid, l.gid, time.Unix(0, 0)
		if l.mode >= 0 && header.Typeflag != tar.TypeSymlink {
			header.Mode = l.mode
		}
		if header.Name == "" {
			continue
		}
		if err := writer.WriteHeader(&header); err != nil {
			return nil, err
		}
		if _, err := writer.Write(entry.content); err != nil {
			return nil, err
		}
	}
	return buffer.Bytes(), writer.Close()
}

// owner is a user and a group by number or, from the image's own list, by name.
func owner(image v1.Image, text string) (int, int, error) {
	user, group, both := strings.Cut(text, ":")
	uid, gid, err := numbered(image, "etc/passwd", user)
	if err != nil || !both {
		return uid, gid, err
	}
	gid, _, err = numbered(image, "etc/group", group)
	return uid, gid, err
}

func numbered(image v1.Image, file, name string) (int, int, error) {
	if id, err := strconv.Atoi(name); err == nil {
		return id, id, nil
	}
	stream := mutate.Extract(image)
	defer stream.Close()
	reader := tar.NewReader(stream)
	for {
		header, err := reader.Next()
		if err != nil {
			return 0, 0, fmt.Errorf("getting user group from chown: unknown user %s", name)
		}
		if strings.TrimPrefix(path.Clean(header.Name), "/") != file {
			continue
		}
		lines := bufio.NewScanner(reader)
		for lines.Scan() {
			if fields := strings.Split(lines.Text(), ":"); len(fields) > 3 && fields[0] == name {
				uid, _ := strconv.Atoi(fields[2])
				gid, err := strconv.Atoi(fields[3])
				if err != nil {
					gid = uid
				}
				return uid, gid, nil
			}
		}
		return 0, 0, fmt.Errorf("getting user group from chown: unknown user %s", name)
	}
}

// unpackInput is the context on standard input, as gzip; an early end of it is fatal.
func unpackInput() (string, error) {
	folder := "/kaniko/buildcontext"
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	reader, err := gzip.NewReader(os.Stdin)
	if err != nil {
		return "", err
	}
	return folder, unpack(reader, folder)
}

func unpack(stream io.Reader, folder string) error {
	reader := tar.NewReader(stream)
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		to := filepath.Join(folder, filepath.Clean("/"+header.Name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		switch header.Typeflag {
		case tar.TypeDir:
			err = os.MkdirAll(to, 0o755)
		case tar.TypeSymlink:
			err = os.Symlink(header.Linkname, to)
		case tar.TypeLink:
			err = os.Link(filepath.Join(folder, filepath.Clean("/"+header.Linkname)), to)
		case tar.TypeReg:
			var content []byte
			if content, err = io.ReadAll(reader); err == nil {
				err = os.WriteFile(to, content, fs.FileMode(header.Mode).Perm())
			}
		}
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
}
