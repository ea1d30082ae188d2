// SPDX-License-Identifier: Apache-2.0

package calpol

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestEvaluateTellsWhatDecided(t *testing.T) {
	ruleset := mustLoad(t, nil, shop)

	verdict, err := ruleset.Evaluate(clientToWeb(80))
	expectAction(t, verdict, err, ActionAllow)
	if in := verdict.Ingress; !verdict.Allowed() || in.Policy != "knp:shop/web" || in.Rule != 0 || in.Stage != StageWorkloadIngress {
		t.Fatalf("%+v", in)
	}
	policy, err := ruleset.Policy(verdict.Ingress.PolicyID)
	if err != nil || policy.Name != "web" || policy.Namespace != "shop" || policy.Source != "shop.yaml" || policy.Ingress != 1 {
		t.Fatalf("%+v, %v", policy, err)
	}
	tier, err := ruleset.Tier(verdict.Ingress.TierID)
	if err != nil || tier.Name != verdict.Ingress.Tier {
		t.Fatalf("%+v, %v", tier, err)
	}

	verdict, err = ruleset.Evaluate(clientToWeb(81))
	expectAction(t, verdict, err, ActionDeny)
	if verdict.DecidedBy != StageWorkloadIngress || verdict.Ingress.Rule != -1 {
		t.Fatalf("%+v", verdict)
	}
}

func TestWhatIsNotGivenIsUnknown(t *testing.T) {
	ruleset := mustLoad(t, nil, shop)

	verdict, err := ruleset.Evaluate(Flow{Source: "shop/client", Destination: "shop/web"})
	expectAction(t, verdict, err, ActionUnknown)
	if verdict.DependsOn != DependsProtocol|DependsDestinationPort || verdict.Allowed() {
		t.Fatalf("%v", verdict.DependsOn)
	}
	if text := verdict.DependsOn.String(); text != "protocol, destination_port" {
		t.Fatal(text)
	}
	// Port 0 is an ordinary value.
	verdict, err = ruleset.Evaluate(clientToWeb(0))
	expectAction(t, verdict, err, ActionDeny)
}

func TestAllFieldsOfAFlowCount(t *testing.T) {
	policy := func(rule string) string {
		return shop + `
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: client}
spec:
  selector: app == 'client'
  types: [Egress]
  egress:
  - ` + rule + "\n"
	}
	from := Flow{Source: "10.0.0.2", Destination: "203.0.113.9", Protocol: "tcp"}
	for _, test := range []struct {
		rule        string
		match, miss func(flow *Flow)
	}{
		{"{action: Allow, protocol: TCP, source: {ports: [7]}}",
			func(f *Flow) { f.SourcePort = Known(7) },
			func(f *Flow) { f.SourcePort = Known(8) }},
		{"{action: Allow, protocol: UDP}",
			func(f *Flow) { f.Protocol = "17" },
			func(f *Flow) { f.Protocol = "TCP" }},
		{"{action: Allow, protocol: ICMP, icmp: {type: 8, code: 1}}",
			func(f *Flow) { f.Protocol, f.ICMPType, f.ICMPCode = "icmp", Known(8), Known(1) },
			func(f *Flow) { f.Protocol, f.ICMPType, f.ICMPCode = "icmp", Known(8), Known(0) }},
		{"{action: Allow, protocol: TCP, destination: {domains: [api.example.com]}}",
			func(f *Flow) { f.Domains = []string{"api.example.com"} },
			func(f *Flow) { f.Domains = []string{} }},
		{"{action: Allow, destination: {nets: [198.51.100.0/24]}}",
			func(f *Flow) { f.Destination = "198.51.100.4" },
			func(f *Flow) {}},
		{"{action: Deny}",
			func(f *Flow) { f.State = StateEstablished },
			func(f *Flow) { f.State = StateNew }},
	} {
		ruleset := mustLoad(t, nil, policy(test.rule))
		match, miss := from, from
		test.match(&match)
		test.miss(&miss)
		if verdict, err := ruleset.Evaluate(match); err != nil || verdict.Action != ActionAllow {
			t.Errorf("%s: %v, %v", test.rule, verdict.Action, err)
		}
		if verdict, err := ruleset.Evaluate(miss); err != nil || verdict.Action != ActionDeny {
			t.Errorf("%s missed: %v, %v", test.rule, verdict.Action, err)
		}
	}
}

func TestHTTPCounts(t *testing.T) {
	ruleset := mustLoad(t, &Options{Evaluation: []Option{{"preset", "app-policy"}}}, shop+`
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: web}
spec:
  selector: app == 'web'
  types: [Ingress]
  order: 1
  ingress:
  - {action: Allow, protocol: TCP, http: {methods: [GET], paths: [{prefix: /a}]}}
  - {action: Deny}
`)
	for _, test := range []struct {
		method, path string
		noHTTP       bool
		action       Action
	}{
		{"GET", "/a/b", false, ActionAllow},
		{"PUT", "/a/b", false, ActionDeny},
		{"GET", "/b", false, ActionDeny},
		{"GET", "", false, ActionUnknown},
		{"", "", false, ActionUnknown},
	} {
		flow := clientToWeb(81)
		flow.HTTPMethod, flow.HTTPPath, flow.NoHTTP = test.method, test.path, test.noHTTP
		verdict, err := ruleset.Evaluate(flow)
		if err != nil || verdict.Action != test.action {
			t.Errorf("%+v: %v, %v", test, verdict.Action, err)
		}
	}
	flow := clientToWeb(81)
	flow.NoHTTP = true
	words, wordsErr := ruleset.Evaluate(flow)
	form, formErr := ruleset.EvaluateJSON([]byte(`{"source": {"ref": "pod:shop/client"}, "destination": {"ref": "pod:shop/web"},
		"protocol": "TCP", "destination_port": 81, "http": null}`))
	if wordsErr != nil || formErr != nil || words.Action == ActionUnknown || words.Action != form.Action {
		t.Fatalf("%v, %v; %v, %v", words.Action, wordsErr, form.Action, formErr)
	}
}

func TestBadFlowsGetNoVerdict(t *testing.T) {
	ruleset := mustLoad(t, nil, shop)

	for _, test := range []struct {
		code   string
		change func(flow *Flow)
	}{
		{"unknown-ref", func(f *Flow) { f.Source = "shop/clint" }},
		{"unknown-protocol", func(f *Flow) { f.Protocol = "TPC" }},
		{"bad-port", func(f *Flow) { f.DestinationPort = Known(65536) }},
		{"bad-port", func(f *Flow) { f.SourcePort = Known(-1) }},
		{"mixed-ip-versions", func(f *Flow) { f.Source = "2001:db8::1" }},
		{"bad-http-path", func(f *Flow) { f.HTTPPath = "a" }},
	} {
		flow := clientToWeb(80)
		test.change(&flow)
		verdict, err := ruleset.Evaluate(flow)
		expectFlowError(t, err, test.code)
		expectError(t, err, ErrInvalidInput)
		if verdict != (Verdict{}) {
			t.Errorf("%s: %+v", test.code, verdict)
		}
		_, err = ruleset.Explain(flow)
		expectFlowError(t, err, test.code)
	}
	for _, change := range []func(flow *Flow){
		func(f *Flow) { f.Source = "shop/client\x00x" },
		func(f *Flow) { f.Destination = "shop/web\x00" },
		func(f *Flow) { f.Domains = []string{"a\x00"} },
		func(f *Flow) { f.Protocol = "TCP\x00" },
		func(f *Flow) { f.HTTPPath = "/\xff" },
		func(f *Flow) { f.State = 9 },
		func(f *Flow) { f.IPVersion = 5 },
		func(f *Flow) { f.PreDNATIP = "nowhere" },
		func(f *Flow) { f.PreDNATPort = Known(65536) },
		func(f *Flow) { f.ICMPCode = Known(1) },
		func(f *Flow) { f.ICMPType = Known(256) },
		func(f *Flow) { f.NoHTTP, f.HTTPMethod = true, "GET" },
	} {
		flow := clientToWeb(80)
		change(&flow)
		if verdict, err := ruleset.Evaluate(flow); err == nil {
			t.Errorf("%+v: %v", flow, verdict.Action)
		}
	}
}

func TestErrorsOfFlowsHaveTheNearestNames(t *testing.T) {
	ruleset := mustLoad(t, nil, shop)
	flow := clientToWeb(80)
	flow.Source = "pod:shop/clint"

	if _, err := ruleset.Evaluate(flow); err == nil || !strings.Contains(err.Error(), "pod:shop/client") {
		t.Fatal(err)
	}
}

func TestQueryOptionsAreForOneQuestion(t *testing.T) {
	ruleset := mustLoad(t, nil, shop)

	verdict, err := ruleset.Evaluate(clientToWeb(80), WithLabel("pod:shop/client", "app=thief"))
	expectAction(t, verdict, err, ActionDeny)
	verdict, err = ruleset.Evaluate(clientToWeb(81), WithLabel("shop/web", "app-"))
	expectAction(t, verdict, err, ActionAllow)
	verdict, err = ruleset.Evaluate(clientToWeb(80))
	expectAction(t, verdict, err, ActionAllow)

	_, err = ruleset.Evaluate(clientToWeb(80), WithLabel("shop/nobody", "app-"))
	expectError(t, err, ErrNotFound)
	_, err = ruleset.Evaluate(clientToWeb(80), WithLabel("shop/web", "nonsense"))
	expectError(t, err, ErrInvalidInput)
	_, err = ruleset.Evaluate(clientToWeb(80), WithOption("no_such_option", "x"))
	expectError(t, err, ErrNotFound)
	_, err = ruleset.Evaluate(clientToWeb(80), WithOption("scope", "enforced\x00"))
	expectError(t, err, ErrInvalidArgument)
}

func TestExplainAgreesWithEvaluate(t *testing.T) {
	ruleset := mustLoad(t, nil, shop)

	for _, port := range []int{80, 81} {
		verdict, err := ruleset.Evaluate(clientToWeb(port))
		if err != nil {
			t.Fatal(err)
		}
		explanation, err := ruleset.Explain(clientToWeb(port))
		if err != nil {
			t.Fatal(err)
		}
		if explanation.Verdict != verdict {
			t.Fatalf("%+v, %+v", explanation.Verdict, verdict)
		}
		var form struct{ Verdict string }
		if err := json.Unmarshal([]byte(explanation.JSON), &form); err != nil || form.Verdict != verdict.Action.String() {
			t.Fatalf("%v: %s", err, explanation.JSON)
		}
		if !strings.Contains(explanation.Summary, "web") || len(explanation.Text) <= len(explanation.Summary) {
			t.Fatal(explanation.Text)
		}
		last := explanation.Steps[len(explanation.Steps)-1]
		if last.Action != verdict.Action || last.Rule != verdict.Ingress.Rule || !last.Certain {
			t.Fatalf("%+v", explanation.Steps)
		}
	}
}

func TestVerdictsAsJSON(t *testing.T) {
	ruleset := mustLoad(t, nil, shop)
	verdict, err := ruleset.Evaluate(Flow{Source: "shop/client", Destination: "shop/web", Protocol: "TCP"})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(verdict)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`{"action":"unknown",`, `"depends_on":["destination_port"]`, `"stage":"workload-ingress"`} {
		if !strings.Contains(string(text), part) {
			t.Errorf("%s lacks %s", text, part)
		}
	}
}

func TestJSONFormOfAFlow(t *testing.T) {
	flow := Flow{
		Source: "shop/web", Domains: []string{"a"}, // by calls
		Protocol: "TCP", SourcePort: Known(0), DestinationPort: Known(80),
		ICMPType: Known(0), ICMPCode: Known(0), HTTPMethod: "GET", HTTPPath: "/<&>",
		PreDNATIP: "192.0.2.1", PreDNATPort: Known(0), IPVersion: 4, State: StateRelated,
	}
	form, err := flow.json()
	if err != nil {
		t.Fatal(err)
	}
	var actual, expected interface{}
	if err := json.Unmarshal(form, &actual); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(`{"protocol": "TCP", "source_port": 0, "destination_port": 80,
		"icmp": {"type": 0, "code": 0}, "http": {"method": "GET", "path": "/<&>"},
		"pre_dnat": {"ip": "192.0.2.1", "port": 0}, "ip_version": 4, "state": "related"}`), &expected); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(actual, expected) {
		t.Fatalf("%s", form)
	}
	if form, err = (&Flow{NoHTTP: true}).json(); err != nil || string(form) != `{"http":null,"state":"new"}` {
		t.Fatalf("%s, %v", form, err)
	}
}
