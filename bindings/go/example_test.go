// SPDX-License-Identifier: Apache-2.0

package calpol_test

import (
	"errors"
	"fmt"
	"log"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"calpol.example/calpol"
)

const policies = `
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: main}]}
status: {phase: Running, podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.1}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress:
  - from: [{ipBlock: {cidr: 203.0.113.0/24}}]
    ports: [{port: 80}]
`

func Example() {
	ruleset, err := calpol.Load(nil, calpol.Text{Name: "web.yaml", Content: []byte(policies)})
	if err != nil {
		log.Fatal(err) // what is wrong, with line and column
	}
	defer ruleset.Close()

	verdict, err := ruleset.Evaluate(calpol.Flow{
		Source:          "203.0.113.9",
		Destination:     "pod:shop/web",
		Protocol:        "TCP",
		DestinationPort: calpol.Known(443),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(verdict.Action, verdict.Allowed(), verdict.Ingress.Policy, verdict.Ingress.Rule)
	// Output: deny false knp:shop/web -1
}

func ExampleRuleset_Evaluate_unknown() {
	ruleset, err := calpol.Load(nil, calpol.Text{Name: "web.yaml", Content: []byte(policies)})
	if err != nil {
		log.Fatal(err)
	}
	defer ruleset.Close()

	verdict, err := ruleset.Evaluate(calpol.Flow{Source: "203.0.113.9", Destination: "shop/web", Protocol: "TCP"})
	fmt.Println(verdict.Action, verdict.Allowed(), "depends on", verdict.DependsOn, err)
	// Output: unknown false depends on destination_port <nil>
}

func ExampleRuleset_EvaluateBatch() {
	ruleset, err := calpol.Load(nil, calpol.Text{Name: "web.yaml", Content: []byte(policies)})
	if err != nil {
		log.Fatal(err)
	}
	defer ruleset.Close()

	flows := make([]calpol.PlainFlow, 3)
	for i := range flows {
		flows[i] = calpol.NewPlainFlow()
		flows[i].Given = calpol.GivenProtocol | calpol.GivenDestinationPort
		flows[i].Protocol = 6
		flows[i].DestinationPort = uint16(79 + i)
	}
	// Sources as Apache Arrow has them: one text, and where each begins.
	sources := []byte("203.0.113.9" + "203.0.113.9" + "198.51.100.1")
	if err := ruleset.ReadColumn(calpol.ColumnSource, sources, []uint64{0, 11, 22, 34}, nil, flows); err != nil {
		log.Fatal(err)
	}
	web, err := ruleset.FindEndpoint("shop/web")
	if err != nil {
		log.Fatal(err)
	}
	for i := range flows {
		flows[i].DestinationEndpoint = web
	}
	verdicts := make([]calpol.PlainVerdict, len(flows))
	if err := ruleset.EvaluateBatch(flows, verdicts); err != nil {
		log.Fatal(err)
	}
	for _, verdict := range verdicts {
		fmt.Println(verdict.Action)
	}
	// Output:
	// deny
	// allow
	// deny
}

func ExampleLoadError() {
	_, err := calpol.Load(nil, calpol.Text{Name: "web.yaml", Content: []byte(strings.Replace(policies, "/24", "/240", 1))})

	var loadError *calpol.LoadError
	if errors.As(err, &loadError) {
		for _, diagnostic := range loadError.Diagnostics {
			fmt.Println(diagnostic.Source, diagnostic.Line, diagnostic.Severity, diagnostic.Path)
		}
	}
	// Output: web.yaml 14 error spec.ingress[0].from[0].ipBlock.cidr
}

func ExampleRuleset_NewEndpoint() {
	ruleset, err := calpol.Load(nil, calpol.Text{Name: "web.yaml", Content: []byte(policies)})
	if err != nil {
		log.Fatal(err)
	}
	defer ruleset.Close()

	pod, err := ruleset.NewEndpoint(calpol.EndpointSpec{
		Namespace: "shop",
		Labels:    map[string]string{"app": "web"},
		Addresses: []netip.Addr{netip.MustParseAddr("10.0.0.2")},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer pod.Close()

	flow := calpol.NewPlainFlow()
	flow.SourceAddress = calpol.PlainAddress(netip.MustParseAddr("203.0.113.9"))
	flow.DestinationEndpoint = calpol.Handle(0)
	flow.Given = calpol.GivenProtocol | calpol.GivenDestinationPort
	flow.Protocol, flow.DestinationPort = 6, 80
	verdicts := make([]calpol.PlainVerdict, 1)
	if err := ruleset.EvaluateBatchWith([]*calpol.EndpointHandle{pod}, []calpol.PlainFlow{flow}, verdicts); err != nil {
		log.Fatal(err)
	}
	fmt.Println(verdicts[0].Action)
	// Output: allow
}

func ExampleRuleset_Update() {
	ruleset, err := calpol.Load(&calpol.Options{Updatable: true}, calpol.Text{Name: "web.yaml", Content: []byte(policies)})
	if err != nil {
		log.Fatal(err)
	}
	defer ruleset.Close()

	updated, err := ruleset.Update([]string{"NetworkPolicy shop/web"})
	if err != nil {
		log.Fatal(err)
	}
	defer updated.Close()
	for _, each := range []*calpol.Ruleset{ruleset, updated} {
		verdict, err := each.Evaluate(calpol.Flow{Source: "192.0.2.1", Destination: "shop/web"})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(verdict.Action)
	}
	// Output:
	// deny
	// allow
}

func ExampleOpen() {
	folder, err := os.MkdirTemp("", "calpol")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "web.calpol")

	ruleset, err := calpol.Load(nil, calpol.Text{Name: "web.yaml", Content: []byte(policies)})
	if err != nil {
		log.Fatal(err)
	}
	defer ruleset.Close()
	if err := ruleset.Save(path); err != nil {
		log.Fatal(err)
	}

	opened, err := calpol.Open(path) // elsewhere, or after a restart
	if err != nil {
		log.Fatal(err)
	}
	defer opened.Close()
	verdict, err := opened.Evaluate(calpol.Flow{Source: "192.0.2.1", Destination: "shop/web"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(verdict.Action)
	// Output: deny
}

// The manual shows what is run above.
func TestREADMEShowsTheExample(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(readme), "```go\n")
	if len(blocks) < 2 {
		t.Fatal("README.md has no example")
	}
	for _, block := range blocks[1:] {
		code := strings.Split(block, "```")[0]
		if !strings.Contains(unindent(string(source)), unindent(code)) {
			t.Errorf("not in example_test.go:\n%s", code)
		}
	}
}

func unindent(code string) string {
	lines := strings.Split(code, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, "\n")
}
