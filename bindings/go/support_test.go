// SPDX-License-Identifier: Apache-2.0

package calpol

import (
	"errors"
	"testing"
)

// Two pods; the policy allows TCP/80 to "web" from "client" only.
const shop = `
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: main}]}
status: {phase: Running, podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.1}]}
---
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: shop, labels: {app: client}}
spec: {containers: [{name: main}]}
status: {phase: Running, podIP: 10.0.0.2, podIPs: [{ip: 10.0.0.2}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress:
  - from: [{podSelector: {matchLabels: {app: client}}}]
    ports: [{port: 80}]
`

func text(content string) Text { return Text{Name: "shop.yaml", Content: []byte(content)} }

func mustLoad(t testing.TB, options *Options, content string) *Ruleset {
	t.Helper()
	ruleset, err := Load(options, text(content))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ruleset.Close() })
	return ruleset
}

func clientToWeb(port int) Flow {
	return Flow{
		Source:          "shop/client",
		Destination:     "pod:shop/web",
		Protocol:        "TCP",
		DestinationPort: Known(port),
	}
}

func expectAction(t *testing.T, verdict Verdict, err error, action Action) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if verdict.Action != action {
		t.Fatalf("the action is %v, expected %v", verdict.Action, action)
	}
}

func expectError(t *testing.T, err, expected error) {
	t.Helper()
	if !errors.Is(err, expected) {
		t.Fatalf("the error is %v, expected %v", err, expected)
	}
}

func expectFlowError(t *testing.T, err error, code string) {
	t.Helper()
	var flowError *FlowError
	if !errors.As(err, &flowError) || flowError.Code != code || flowError.Message == "" {
		t.Fatalf("the error is %#v, expected a FlowError with code %s", err, code)
	}
}
