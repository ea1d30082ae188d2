// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"calpol.example/calpol"
)

const pods = `
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: main}]}
status: {phase: Running, podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.1}]}
`

const question = `{"source": {"ip": "203.0.113.9"}, "destination": {"ref": "pod:shop/web"}, "protocol": "TCP"}`

// A policy for the pod.
func policy(action string) string {
	return "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: web}\n" +
		"spec:\n  selector: app == 'web'\n  ingress: [{action: " + action + "}]\n"
}

// What was logged, for a test that reads while others write.
type journal struct {
	lock sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(text []byte) (int, error) {
	j.lock.Lock()
	defer j.lock.Unlock()
	return j.text.Write(text)
}

func (j *journal) String() string {
	j.lock.Lock()
	defer j.lock.Unlock()
	return j.text.String()
}

func (j *journal) logger() *log.Logger { return log.New(j, "", 0) }

func waitFor(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !happened(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not happen", what)
		}
	}
}

func put(t *testing.T, folder, name, content string) {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path+".new", []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

func newFolder(t *testing.T, action string) string {
	t.Helper()
	folder := t.TempDir()
	put(t, folder, "pods.yaml", pods)
	put(t, folder, "policy.yaml", policy(action))
	return folder
}

// A watcher that has loaded its first ruleset, polled by hand.
func startWatcher(t *testing.T, folder string) (*watcher, *journal) {
	t.Helper()
	journal := &journal{}
	watcher := newWatcher(folder, &store{}, journal.logger())
	if err := watcher.start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(watcher.rulesets.close)
	return watcher, journal
}

func expectAnswer(t *testing.T, rulesets *store, number int, action string) {
	t.Helper()
	answer := rulesets.answer([]byte(question))
	if answer.Ruleset != number || answer.Verdict == nil || answer.Action.String() != action {
		t.Fatalf("the answer is %s, expected %s of ruleset %d", answer.line(), action, number)
	}
}

// A daemon as main runs it, but for the signals.
type daemon struct {
	socket  string
	journal journal
	stop    func()
}

func startDaemon(t *testing.T, folder string) *daemon {
	t.Helper()
	d := &daemon{socket: filepath.Join(t.TempDir(), "socket")}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() {
		ended <- run(ctx, config{folder, d.socket, 2 * time.Millisecond}, d.journal.logger())
	}()
	d.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
		d.stop = func() {}
	}
	t.Cleanup(func() { d.stop() })
	waitFor(t, "listening", func() bool {
		connection, err := net.Dial("unix", d.socket)
		if err == nil {
			connection.Close()
		}
		return err == nil
	})
	return d
}

type client struct {
	connection net.Conn
	reader     *bufio.Reader
}

func (d *daemon) dial() (*client, error) {
	connection, err := net.Dial("unix", d.socket)
	if err != nil {
		return nil, err
	}
	return &client{connection, bufio.NewReader(connection)}, nil
}

// What a client reads.
type record struct {
	Ruleset int
	Action  string
	Error   string
	Ingress struct{ Policy string }
}

func (c *client) read() (record, error) {
	var record record
	line, err := c.reader.ReadBytes('\n')
	if err != nil {
		return record, err
	}
	return record, json.Unmarshal(line, &record)
}

func (c *client) ask(flow string) (record, error) {
	if _, err := fmt.Fprintln(c.connection, flow); err != nil {
		return record{}, err
	}
	return c.read()
}

func TestAnswersWhileRulesetsAreSwapped(t *testing.T) {
	const swaps = 10
	folder := newFolder(t, "Allow") // odd numbers allow
	d := startDaemon(t, folder)
	var latest, answers int64
	var group sync.WaitGroup
	stop := make(chan struct{})

	for i := 0; i < 4; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			client, err := d.dial()
			if err != nil {
				t.Error(err)
				return
			}
			defer client.connection.Close()
			for last := 0; ; {
				select {
				case <-stop:
					return
				default:
				}
				record, err := client.ask(question)
				expected := map[bool]string{true: "allow", false: "deny"}[record.Ruleset%2 == 1]
				if err != nil || record.Action != expected || record.Ingress.Policy != "gnp:web" || record.Ruleset < last {
					t.Errorf("after ruleset %d: %+v, %v", last, record, err)
					return
				}
				last = record.Ruleset
				atomic.StoreInt64(&latest, int64(last))
				atomic.AddInt64(&answers, 1)
			}
		}()
	}
	for i := 2; i <= swaps; i++ {
		put(t, folder, "policy.yaml", policy([]string{"Deny", "Allow"}[i%2]))
		waitFor(t, fmt.Sprintf("ruleset %d", i), func() bool {
			return t.Failed() || atomic.LoadInt64(&latest) >= int64(i)
		})
	}
	close(stop)
	group.Wait()
	t.Logf("%d answers", answers)
}

func TestOldRulesetAnswersUntilTheNewOneIsGood(t *testing.T) {
	folder := newFolder(t, "Allow")
	watcher, _ := startWatcher(t, folder)

	put(t, folder, "policy.yaml", policy("Deny"))
	watcher.poll() // changed: is it whole?
	expectAnswer(t, watcher.rulesets, 1, "allow")
	put(t, folder, "policy.yaml", policy("Deny")+"# more")
	watcher.poll() // it was not
	expectAnswer(t, watcher.rulesets, 1, "allow")
	watcher.poll()
	expectAnswer(t, watcher.rulesets, 2, "deny")
	watcher.poll() // nothing changed
	expectAnswer(t, watcher.rulesets, 2, "deny")
}

func TestSwapClosesTheOldRulesetAndLosesNoQuestion(t *testing.T) {
	var rulesets store
	var group sync.WaitGroup
	var done int32

	load := func() *calpol.Ruleset {
		ruleset, err := calpol.Load(nil, calpol.Text{Name: "pods", Content: []byte(pods)})
		if err != nil {
			t.Fatal(err)
		}
		return ruleset
	}
	old := load()
	rulesets.swap(old)
	for i := 0; i < 4; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for atomic.LoadInt32(&done) == 0 {
				if answer := rulesets.answer([]byte(question)); answer.Verdict == nil {
					t.Errorf("%s", answer.line())
					return
				}
			}
		}()
	}
	for i := 0; i < 500; i++ {
		next := load()
		rulesets.swap(next)
		if _, err := old.EvaluateJSON([]byte(question)); !errors.Is(err, calpol.ErrClosed) {
			t.Errorf("the old ruleset still answers: %v", err)
			break
		}
		old = next
	}
	atomic.StoreInt32(&done, 1)
	group.Wait()
	rulesets.close()
}

func TestWhatIsBrokenChangesNothingAndIsLoggedOnce(t *testing.T) {
	for name, harm := range map[string]func(folder string) error{
		"file": func(folder string) error {
			return os.WriteFile(filepath.Join(folder, "policy.yaml"), []byte(policy("Permit")), 0o600)
		},
		"half a file": func(folder string) error {
			return os.WriteFile(filepath.Join(folder, "policy.yaml"), []byte(policy("Allow")[:100]), 0o600)
		},
		"link": func(folder string) error {
			return os.Symlink("nowhere", filepath.Join(folder, "link.yaml"))
		},
		"folder": os.RemoveAll,
		"empty folder": func(folder string) error {
			os.Remove(filepath.Join(folder, "pods.yaml"))
			return os.Remove(filepath.Join(folder, "policy.yaml"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			folder := newFolder(t, "Deny")
			watcher, journal := startWatcher(t, folder)

			if err := harm(folder); err != nil {
				t.Fatal(err)
			}
			for i := 0; i < 5; i++ {
				watcher.poll()
				expectAnswer(t, watcher.rulesets, 1, "deny")
			}
			if count := strings.Count(journal.String(), "ruleset 1 stays in force: "); count != 1 {
				t.Fatalf("logged %d times: %s", count, journal)
			}

			os.Remove(filepath.Join(folder, "link.yaml"))
			if err := os.MkdirAll(folder, 0o700); err != nil {
				t.Fatal(err)
			}
			put(t, folder, "pods.yaml", pods)
			put(t, folder, "policy.yaml", policy("Allow"))
			watcher.poll()
			watcher.poll()
			expectAnswer(t, watcher.rulesets, 2, "allow")
		})
	}
}

func TestBrokenFileIsLoggedByTheDaemonAndTheOldRulesetAnswers(t *testing.T) {
	folder := newFolder(t, "Deny")
	d := startDaemon(t, folder)
	client, err := d.dial()
	if err != nil {
		t.Fatal(err)
	}
	defer client.connection.Close()

	put(t, folder, "policy.yaml", policy("Permit"))
	waitFor(t, "a line of the log", func() bool {
		return strings.Contains(d.journal.String(), "ruleset 1 stays in force: "+folder+"/policy.yaml:6:")
	})
	if record, err := client.ask(question); err != nil || record.Ruleset != 1 || record.Action != "deny" {
		t.Fatalf("%+v, %v", record, err)
	}
	put(t, folder, "policy.yaml", policy("Allow"))
	waitFor(t, "ruleset 2", func() bool {
		record, err := client.ask(question)
		return err == nil && record.Ruleset == 2 && record.Action == "allow"
	})
}

func TestFoldersBelowAndLinksAreReadOnce(t *testing.T) {
	folder := newFolder(t, "Allow")
	watcher, _ := startWatcher(t, folder)

	// As a volume of Kubernetes has it: files are links through a link to the folder of a version.
	version := filepath.Join(folder, "..version")
	if err := os.Mkdir(version, 0o700); err != nil {
		t.Fatal(err)
	}
	put(t, version, "policy.yaml", policy("Deny"))
	for link, target := range map[string]string{
		"..data": "..version", "policy.yaml": "..data/policy.yaml", "round": ".", "again.yaml": "policy.yaml",
	} {
		path := filepath.Join(folder, link)
		os.Remove(path)
		if err := os.Symlink(target, path); err != nil {
			t.Fatal(err)
		}
	}
	watcher.poll()
	watcher.poll()
	expectAnswer(t, watcher.rulesets, 2, "deny")
}

func TestEachLineGetsOneInTheSameOrder(t *testing.T) {
	d := startDaemon(t, newFolder(t, "Deny"))
	client, err := d.dial()
	if err != nil {
		t.Fatal(err)
	}
	defer client.connection.Close()

	lines := []string{question, `{"source": {"ref": "pod:shop/nobody"}}`, `{"source": `, `{"no_such_field": 1}`, "x", question}
	fmt.Fprintln(client.connection, strings.Join(lines, "\n"))
	for i, expected := range []record{
		{Action: "deny"}, {Error: "unknown-ref"}, {Error: "bad-json"}, {Error: "bad-field"}, {Error: "bad-field"}, {Action: "deny"},
	} {
		record, err := client.read()
		if err != nil || record.Action != expected.Action || record.Error != expected.Error || record.Ruleset != 1 {
			t.Errorf("line %d: %+v, %v", i, record, err)
		}
	}
	// A line that is begun holds no answer back.
	fmt.Fprint(client.connection, question+"\n"+question[:10])
	if record, err := client.read(); err != nil || record.Action != "deny" {
		t.Errorf("%+v, %v", record, err)
	}
}

func TestTooLongALineEndsTheConnection(t *testing.T) {
	d := startDaemon(t, newFolder(t, "Deny"))
	client, err := d.dial()
	if err != nil {
		t.Fatal(err)
	}
	defer client.connection.Close()

	go fmt.Fprintln(client.connection, strings.Repeat("x", longestLine+1))
	if record, err := client.read(); err != nil || record.Error != "failed" || record.Action != "" {
		t.Fatalf("%+v, %v", record, err)
	}
	if _, err := client.read(); err == nil {
		t.Fatal("the connection goes on")
	}
}

func TestStopsWithClientsConnected(t *testing.T) {
	d := startDaemon(t, newFolder(t, "Deny"))
	client, err := d.dial()
	if err != nil {
		t.Fatal(err)
	}
	defer client.connection.Close()
	if _, err := client.ask(question); err != nil {
		t.Fatal(err)
	}
	d.stop()
	if _, err := client.ask(question); err == nil {
		t.Fatal("it still answers")
	}
	if _, err := os.Stat(d.socket); err == nil {
		t.Fatal("the socket is still there")
	}
}

func TestDoesNotStartWithoutGoodPolicies(t *testing.T) {
	var journal journal
	for name, folder := range map[string]string{
		"broken": newFolder(t, "Permit"),
		"empty":  t.TempDir(),
		"absent": filepath.Join(t.TempDir(), "absent"),
	} {
		socket := filepath.Join(t.TempDir(), "socket")
		if err := run(context.Background(), config{folder, socket, time.Second}, journal.logger()); err == nil {
			t.Errorf("%s: it ran", name)
		}
		if _, err := os.Stat(socket); err == nil {
			t.Errorf("%s: there is a socket", name)
		}
	}
}

func TestTakesOverAnAbandonedSocketOnly(t *testing.T) {
	folder := newFolder(t, "Deny")
	d := startDaemon(t, folder)
	if err := run(context.Background(), config{folder, d.socket, time.Second}, d.journal.logger()); err == nil {
		t.Fatal("two answer on one socket")
	}

	socket := filepath.Join(t.TempDir(), "socket")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	listener.(*net.UnixListener).SetUnlinkOnClose(false)
	listener.Close()
	var rulesets store
	server, err := listen(socket, &rulesets, d.journal.logger())
	if err != nil {
		t.Fatal(err)
	}
	server.close()
}
