// SPDX-License-Identifier: Apache-2.0

// Policyd answers for flows by the policies in a folder, as an agent on a node would, and goes on
// answering while they change.
//
// usage: policyd [-poll DURATION] -socket PATH FOLDER
//
// A client writes flows to the unix socket, one a line in calpol's JSON form, and reads for each, in
// the same order, a line such as
//
//	{"ruleset":1,"action":"deny","reason":"","decided_by":"workload-ingress",...}
//	{"ruleset":1,"error":"unknown-ref","message":"there is no \"pod:shop/wbe\" in the ruleset, ..."}
//
// where ruleset counts the rulesets since the start. Only the action "allow" means that the flow passes.
//
// The folder is read again when it changed and then stayed as it is from one poll to the next. What
// cannot be loaded is logged, and the ruleset in force stays. Write files elsewhere and rename them into
// the folder; to replace several at once, let FOLDER be a symbolic link and change where it leads. Of a
// change that takes longer than a poll, the first half looks like a whole one.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"
)

type config struct {
	folder, socket string
	poll           time.Duration
}

func main() {
	var config config

	flag.StringVar(&config.socket, "socket", "", "path of the unix `socket` to answer on")
	flag.DurationVar(&config.poll, "poll", time.Second, "how often to look at the folder")
	flag.Parse()
	if flag.NArg() != 1 || config.socket == "" || config.poll <= 0 {
		flag.Usage()
		os.Exit(2)
	}
	config.folder = flag.Arg(0)
	syscall.Umask(0o077) // only this user may ask

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, config, log.Default()); err != nil {
		log.Fatal(err)
	}
}

// Answers until the context is done. Without a good ruleset to begin with there is nothing to answer.
func run(ctx context.Context, config config, logger *log.Logger) error {
	var rulesets store

	watcher := newWatcher(config.folder, &rulesets, logger)
	if err := watcher.start(); err != nil {
		return err
	}
	defer rulesets.close()
	server, err := listen(config.socket, &rulesets, logger)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		<-ctx.Done()
		server.close()
	}()
	polling := make(chan struct{})
	go func() {
		defer close(polling)
		watcher.run(ctx, config.poll)
	}()
	err = server.serve()
	asked := ctx.Err() != nil
	stop()
	<-polling
	if asked {
		return nil
	}
	return err
}
