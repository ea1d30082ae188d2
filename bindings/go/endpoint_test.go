// SPDX-License-Identifier: Apache-2.0

package calpol

import (
	"net/netip"
	"strings"
	"sync"
	"testing"
)

// The pod "client" of shop, which is in no input.
var client = EndpointSpec{
	Namespace: "shop",
	Name:      "client",
	Labels:    map[string]string{"app": "client"},
	Addresses: []netip.Addr{netip.MustParseAddr("10.0.0.7")},
}

func mustMake(t testing.TB, ruleset *Ruleset, spec EndpointSpec) *EndpointHandle {
	t.Helper()
	endpoint, err := ruleset.NewEndpoint(spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { endpoint.Close() })
	return endpoint
}

func TestHandleStandsForThePod(t *testing.T) {
	loaded := mustLoad(t, nil, shop)
	content, err := loaded.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	opened, err := OpenBytes(content)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	for _, ruleset := range []*Ruleset{loaded, opened} {
		other := client
		other.Labels = map[string]string{"app": "other"}
		endpoints := []*EndpointHandle{mustMake(t, ruleset, client), mustMake(t, ruleset, other), nil,
			mustMake(t, mustLoad(t, nil, shop), client)}
		flows := make([]PlainFlow, 6)
		for i := range flows {
			flows[i] = plainClientToWeb(t, ruleset, 80)
			flows[i].SourceEndpoint = Handle(uint32(i))
		}
		flows[5].SourceEndpoint, flows[5].DestinationPort = Handle(0), 81
		verdicts := make([]PlainVerdict, len(flows))
		expectError(t, ruleset.EvaluateBatchWith(endpoints, flows, verdicts), ErrInvalidInput)
		for i, action := range []Action{ActionAllow, ActionDeny, ActionNone, ActionNone, ActionNone, ActionDeny} {
			if verdicts[i].Action != action {
				t.Errorf("flow %d: %+v, expected %v", i, verdicts[i], action)
			}
		}
		if fast, err := endpoints[0].IsFast(); err != nil || fast != (ruleset == loaded) {
			t.Errorf("%v, %v", fast, err)
		}
		if err := ruleset.EvaluateBatchWith(nil, nil, nil); err != nil {
			t.Error(err)
		}
	}
}

func TestNamedPortsOfAHandle(t *testing.T) {
	ruleset := mustLoad(t, nil, strings.Replace(shop, "port: 80", "port: metrics", 1))
	endpoints := []*EndpointHandle{mustMake(t, ruleset, EndpointSpec{
		Namespace: "shop",
		Labels:    map[string]string{"app": "web"},
		Ports:     []NamedPort{{Name: "metrics", Port: 9100}, {Name: "metrics", Port: 53, Protocol: 17}},
	})}
	for port, action := range map[uint16]Action{9100: ActionAllow, 53: ActionDeny} {
		flow := plainClientToWeb(t, ruleset, port)
		flow.DestinationEndpoint = Handle(0)
		verdicts := make([]PlainVerdict, 1)
		err := ruleset.EvaluateBatchWith(endpoints, []PlainFlow{flow}, verdicts)
		if err != nil || verdicts[0].Action != action {
			t.Errorf("port %d: %+v, %v", port, verdicts[0], err)
		}
	}
}

func TestProfilesOfAHandle(t *testing.T) {
	ruleset := mustLoad(t, nil, shop)
	flow := NewPlainFlow()
	flow.SourceEndpoint = Handle(0)
	flow.DestinationAddress = PlainAddress(netip.MustParseAddr("192.0.2.1"))
	verdicts := make([]PlainVerdict, 1)
	for _, profiles := range [][]string{nil, {}} {
		spec := client
		spec.Profiles = profiles
		err := ruleset.EvaluateBatchWith([]*EndpointHandle{mustMake(t, ruleset, spec)}, []PlainFlow{flow}, verdicts)
		if err != nil || (verdicts[0].Action == ActionAllow) != (profiles == nil) {
			t.Errorf("%v: %+v, %v", profiles, verdicts[0], err)
		}
	}
}

func TestHandlesThatCannotBeMadeOrUsed(t *testing.T) {
	ruleset := mustLoad(t, nil, shop)
	_, err := ruleset.NewEndpoint(EndpointSpec{Addresses: []netip.Addr{{}}})
	expectError(t, err, ErrInvalidInput)
	for _, spec := range []EndpointSpec{{Namespace: "a\x00b"}, {Labels: map[string]string{"a\x00": "b"}},
		{Ports: []NamedPort{{Name: "a\x00"}}}, {Profiles: []string{"\x00"}}} {
		_, err := ruleset.NewEndpoint(spec)
		expectError(t, err, ErrInvalidArgument)
	}
	endpoint := mustMake(t, ruleset, client)
	flows, verdicts := []PlainFlow{NewPlainFlow()}, []PlainVerdict{{Action: ActionAllow}}
	expectError(t, ruleset.EvaluateBatchWith(nil, flows, nil), ErrInvalidArgument)
	endpoint.Close()
	endpoint.Close()
	expectError(t, ruleset.EvaluateBatchWith([]*EndpointHandle{endpoint}, flows, verdicts), ErrClosed)
	if verdicts[0] != (PlainVerdict{}) {
		t.Errorf("%+v", verdicts)
	}
	_, err = endpoint.IsFast()
	expectError(t, err, ErrClosed)
	ruleset.Close()
	_, err = ruleset.NewEndpoint(client)
	expectError(t, err, ErrClosed)
}

func TestManyGoroutinesMayUseAndCloseOneHandle(t *testing.T) {
	ruleset := mustLoad(t, nil, shop)
	endpoint := mustMake(t, ruleset, client)
	flow := plainClientToWeb(t, ruleset, 80)
	flow.SourceEndpoint = Handle(0)
	var group sync.WaitGroup

	for i := 0; i < 8; i++ {
		group.Add(1)
		go func(number int) {
			defer group.Done()
			for round := 0; round < 100; round++ {
				verdicts := make([]PlainVerdict, 1)
				err := ruleset.EvaluateBatchWith([]*EndpointHandle{endpoint}, []PlainFlow{flow}, verdicts)
				if err == ErrClosed && verdicts[0] == (PlainVerdict{}) {
					return
				}
				if err != nil || verdicts[0].Action != ActionAllow {
					t.Errorf("%+v, %v", verdicts, err)
				}
				if number == 0 && round == 50 {
					endpoint.Close()
				}
			}
		}(i)
	}
	group.Wait()
	if users := endpoint.users.Load(); users != 0 {
		t.Errorf("%d users are left", users)
	}
}

func TestForgottenHandlesAreFreed(t *testing.T) {
	var lifetimes []*lifetime
	ruleset := mustLoad(t, nil, shop)
	for i := 0; i < 10; i++ {
		endpoint, err := ruleset.NewEndpoint(client)
		if err != nil {
			t.Fatal(err)
		}
		lifetimes = append(lifetimes, &endpoint.lifetime)
	}
	expectFreed(t, lifetimes)
}
