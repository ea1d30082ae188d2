// SPDX-License-Identifier: Apache-2.0

package calpol

import (
	"errors"
	"net/netip"
	"testing"
	"time"
)

// The flow of clientToWeb.
func plainClientToWeb(t testing.TB, ruleset *Ruleset, port uint16) PlainFlow {
	t.Helper()
	flow := NewPlainFlow()
	flow.Given = GivenProtocol | GivenDestinationPort
	flow.Protocol = 6
	flow.DestinationPort = port
	for reference, id := range map[string]*uint32{"shop/client": &flow.SourceEndpoint, "shop/web": &flow.DestinationEndpoint} {
		found, err := ruleset.FindEndpoint(reference)
		if err != nil {
			t.Fatal(err)
		}
		*id = found
	}
	return flow
}

func TestBatchAgreesWithEvaluate(t *testing.T) {
	ruleset := mustLoad(t, nil, shop)
	flows := make([]PlainFlow, 1000)
	verdicts := make([]PlainVerdict, len(flows))
	for port := range flows {
		flows[port] = plainClientToWeb(t, ruleset, uint16(port))
	}
	if err := ruleset.EvaluateBatch(flows, verdicts); err != nil {
		t.Fatal(err)
	}
	for port, plain := range verdicts {
		words, err := ruleset.Evaluate(clientToWeb(port))
		if err != nil {
			t.Fatal(err)
		}
		in := words.Ingress
		if plain.Action != words.Action || plain.DecidedBy != words.DecidedBy || plain.DependsOn != words.DependsOn ||
			plain.Ingress != (PlainDecision{in.Action, in.Reason, in.Stage, in.TierID, in.PolicyID, int32(in.Rule)}) {
			t.Fatalf("port %d: %+v, %+v", port, plain, words)
		}
		if (plain.Action == ActionAllow) != (port == 80) {
			t.Fatalf("port %d: %v", port, plain.Action)
		}
	}
}

func TestBadFlowOfABatchStopsNoOther(t *testing.T) {
	ruleset := mustLoad(t, nil, shop)
	good := plainClientToWeb(t, ruleset, 80)
	flows := []PlainFlow{good, good, good}
	flows[1].SourceEndpoint = 12345
	verdicts := []PlainVerdict{{Action: ActionAllow}, {Action: ActionAllow}, {}}

	expectError(t, ruleset.EvaluateBatch(flows, verdicts), ErrInvalidInput)
	if verdicts[0].Action != ActionAllow || verdicts[1] != (PlainVerdict{}) || verdicts[2].Action != ActionAllow {
		t.Fatalf("%+v", verdicts)
	}
}

func TestBatchThatFailsLeavesNoAnswers(t *testing.T) {
	ruleset := mustLoad(t, nil, shop)
	verdicts := []PlainVerdict{{Action: ActionAllow}}

	expectError(t, ruleset.EvaluateBatch(make([]PlainFlow, 2), verdicts), ErrInvalidArgument)
	if verdicts[0] != (PlainVerdict{}) {
		t.Fatalf("%+v", verdicts)
	}
	verdicts[0].Action = ActionAllow
	ruleset.Close()
	expectError(t, ruleset.EvaluateBatch(make([]PlainFlow, 1), verdicts), ErrClosed)
	if verdicts[0] != (PlainVerdict{}) {
		t.Fatalf("%+v", verdicts)
	}
}

func TestEmptyBatch(t *testing.T) {
	if err := mustLoad(t, nil, shop).EvaluateBatch(nil, nil); err != nil {
		t.Fatal(err)
	}
}

func TestAddressesOfPlainFlows(t *testing.T) {
	ruleset := mustLoad(t, nil, shop)
	flow := plainClientToWeb(t, ruleset, 80)
	verdicts := make([]PlainVerdict, 1)
	for address, action := range map[string]Action{
		"10.0.0.2":        ActionAllow,
		"::ffff:10.0.0.2": ActionAllow,
		"10.0.0.3":        ActionDeny,
	} {
		flow.SourceEndpoint = None
		flow.SourceAddress = PlainAddress(netip.MustParseAddr(address))
		if err := ruleset.EvaluateBatch([]PlainFlow{flow}, verdicts); err != nil || verdicts[0].Action != action {
			t.Errorf("%s: %v, %v", address, verdicts[0].Action, err)
		}
	}
	if PlainAddress(netip.Addr{}) != (Address{}) {
		t.Error("no address is not zero")
	}
	if four := PlainAddress(netip.MustParseAddr("::ffff:10.0.0.2")); four != PlainAddress(netip.MustParseAddr("10.0.0.2")) {
		t.Errorf("%+v", four)
	}
	six := PlainAddress(netip.MustParseAddr("2001:db8::1"))
	if six.Family != 6 || six.Bytes[0] != 0x20 || six.Bytes[15] != 1 {
		t.Errorf("%+v", six)
	}
	id, err := ruleset.FindAddress(netip.MustParseAddr("10.0.0.2"))
	if err != nil || id != plainClientToWeb(t, ruleset, 80).SourceEndpoint {
		t.Errorf("%d, %v", id, err)
	}
	_, err = ruleset.FindAddress(netip.MustParseAddr("10.0.0.3"))
	expectError(t, err, ErrNotFound)
}

func TestColumnsOfTexts(t *testing.T) {
	ruleset := mustLoad(t, nil, shop)
	flows := make([]PlainFlow, 4)
	for i := range flows {
		flows[i] = plainClientToWeb(t, ruleset, 80)
		flows[i].SourceEndpoint = None
	}
	sources := []byte("shop/client10.0.0.310.0.0.2nobody")
	offsets := []uint64{0, 11, 19, 27, 33}
	if err := ruleset.ReadColumn(ColumnSource, sources, offsets, []uint8{1, 1, 1, 0}, flows); err != nil {
		t.Fatal(err)
	}
	verdicts := make([]PlainVerdict, len(flows))
	if err := ruleset.EvaluateBatch(flows, verdicts); err != nil {
		t.Fatal(err)
	}
	for i, action := range []Action{ActionAllow, ActionDeny, ActionAllow, ActionUnknown} {
		if verdicts[i].Action != action {
			t.Errorf("flow %d: %v", i, verdicts[i].Action)
		}
	}

	expectError(t, ruleset.ReadColumn(ColumnSource, sources, offsets, nil, flows), ErrInvalidInput)
	expectError(t, ruleset.EvaluateBatch(flows, verdicts), ErrInvalidInput)
	if verdicts[3] != (PlainVerdict{}) {
		t.Errorf("%+v", verdicts[3])
	}
	for _, wrong := range [][]uint64{offsets[:4], {0, 11, 19, 27, 34}, {0, 11, 10, 27, 33}} {
		expectError(t, ruleset.ReadColumn(ColumnSource, sources, wrong, nil, flows), ErrInvalidArgument)
	}
}

func TestBatchAllocatesNothingForFlows(t *testing.T) {
	ruleset := mustLoad(t, nil, shop)
	allocations := func(count int) float64 {
		flows := make([]PlainFlow, count)
		verdicts := make([]PlainVerdict, count)
		for i := range flows {
			flows[i] = plainClientToWeb(t, ruleset, 80)
		}
		return testing.AllocsPerRun(100, func() {
			if err := ruleset.EvaluateBatch(flows, verdicts); err != nil {
				t.Fatal(err)
			}
		})
	}
	// Older releases of Go put a few arguments of the call on the heap.
	if few, many := allocations(1), allocations(1000); few > 4 || many != few {
		t.Fatalf("%v allocations for a flow, %v for many", few, many)
	}
}

func BenchmarkEvaluateBatch(b *testing.B) {
	ruleset := mustLoad(b, nil, shop)
	flows := make([]PlainFlow, 4096)
	verdicts := make([]PlainVerdict, len(flows))
	for port := range flows {
		flows[port] = plainClientToWeb(b, ruleset, uint16(port))
	}
	b.ResetTimer()
	start := time.Now()
	for i := 0; i < b.N; i++ {
		if err := ruleset.EvaluateBatch(flows, verdicts); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*float64(len(flows))/time.Since(start).Seconds(), "flows/s")
}

func BenchmarkEvaluate(b *testing.B) {
	ruleset := mustLoad(b, nil, shop)
	flow := clientToWeb(80)
	for i := 0; i < b.N; i++ {
		if _, err := ruleset.Evaluate(flow); err != nil {
			b.Fatal(err)
		}
	}
}

func TestUnknownIdsAreNotFound(t *testing.T) {
	ruleset := mustLoad(t, nil, shop)

	_, endpointErr := ruleset.Endpoint(99)
	_, policyErr := ruleset.Policy(None)
	_, tierErr := ruleset.Tier(99)
	_, referenceErr := ruleset.FindEndpoint("shop/clint")
	for _, err := range []error{endpointErr, policyErr, tierErr, referenceErr} {
		if !errors.Is(err, ErrNotFound) {
			t.Error(err)
		}
	}
	near, err := ruleset.Suggest("shop/clint")
	if err != nil || len(near) == 0 || near[0] != "pod:shop/client" {
		t.Errorf("%v, %v", near, err)
	}
}
