// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"calpol.example/calpol"
)

// What a folder has at one time. What is compared is what will be loaded.
type snapshot struct {
	texts []calpol.Input
	sum   [sha256.Size]byte
}

func takeSnapshot(folder string) (*snapshot, error) {
	var shot snapshot

	hash := sha256.New()
	collected := make(map[string]bool)
	err := collect(folder, collected, func(path string, content []byte) {
		fmt.Fprintf(hash, "%d %s %d ", len(path), path, len(content))
		hash.Write(content)
		shot.texts = append(shot.texts, calpol.Text{Name: path, Content: content})
	})
	hash.Sum(shot.sum[:0])
	return &shot, err
}

// Hands out the files below a folder which calpol reads, in the order of their names. Symbolic links
// are followed; what can be reached in several ways is handed out once. What cannot be read is an error,
// for it may be the policy that denies.
func collect(folder string, collected map[string]bool, add func(path string, content []byte)) error {
	if isNew, err := visit(folder, collected); err != nil || !isNew {
		return err
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		path := filepath.Join(folder, entry.Name())
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		if info.IsDir() {
			if err := collect(path, collected, add); err != nil {
				return err
			}
			continue
		}
		extension := filepath.Ext(path)
		if extension != ".yaml" && extension != ".yml" && extension != ".json" {
			continue
		}
		isNew, err := visit(path, collected)
		if err != nil {
			return err
		}
		if !isNew {
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		add(path, content)
	}
	return nil
}

// Remembers where a path leads. Was it new?
func visit(path string, collected map[string]bool) (bool, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil || collected[real] {
		return false, err
	}
	collected[real] = true
	return true, nil
}

// Looks at a folder again and again, and puts in force what is good.
type watcher struct {
	folder   string
	rulesets *store
	logger   *log.Logger

	seen    [sha256.Size]byte // at the last poll
	tried   [sha256.Size]byte // at the last load
	problem string            // last reported one of reading the folder
}

func newWatcher(folder string, rulesets *store, logger *log.Logger) *watcher {
	return &watcher{folder: folder, rulesets: rulesets, logger: logger}
}

// Loads the first ruleset.
func (w *watcher) start() error {
	shot, err := takeSnapshot(w.folder)
	if err != nil {
		return err
	}
	return w.load(shot)
}

func (w *watcher) run(ctx context.Context, interval time.Duration) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			w.poll()
		}
	}
}

func (w *watcher) poll() {
	shot, err := takeSnapshot(w.folder)
	if err != nil {
		w.seen = [sha256.Size]byte{}
		if w.problem != err.Error() {
			w.problem = err.Error()
			w.keep(err)
		}
		return
	}
	w.problem = ""
	settled := shot.sum == w.seen
	w.seen = shot.sum
	if !settled || shot.sum == w.tried {
		return
	}
	if err := w.load(shot); err != nil {
		w.keep(err)
	}
}

func (w *watcher) load(shot *snapshot) error {
	w.tried = shot.sum
	ruleset, err := calpol.Load(nil, shot.texts...)
	if err != nil {
		return err
	}
	for _, diagnostic := range ruleset.Diagnostics() {
		w.logger.Print(diagnostic)
	}
	number := w.rulesets.swap(ruleset)
	w.logger.Printf("ruleset %d is in force", number)
	return nil
}

func (w *watcher) keep(err error) {
	w.logger.Printf("ruleset %d stays in force: %v", w.rulesets.current.Load().number, err)
}
