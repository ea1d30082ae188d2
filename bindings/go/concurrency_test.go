// SPDX-License-Identifier: Apache-2.0

package calpol

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestClosedRulesetAnswersNothing(t *testing.T) {
	ruleset := mustLoad(t, nil, shop)
	for i := 0; i < 2; i++ {
		if err := ruleset.Close(); err != nil {
			t.Fatal(err)
		}
	}
	_, evaluateErr := ruleset.Evaluate(clientToWeb(80))
	_, explainErr := ruleset.Explain(clientToWeb(80))
	_, countsErr := ruleset.Counts()
	_, findErr := ruleset.FindEndpoint("shop/web")
	_, endpointErr := ruleset.Endpoint(0)
	_, policyErr := ruleset.Policy(0)
	_, tierErr := ruleset.Tier(0)
	_, suggestErr := ruleset.Suggest("shop/web")
	for _, err := range []error{evaluateErr, explainErr, countsErr, findErr, endpointErr, policyErr, tierErr, suggestErr} {
		expectError(t, err, ErrClosed)
	}
}

func TestManyGoroutinesMayUseAndCloseOneRuleset(t *testing.T) {
	const goroutines = 8
	ruleset := mustLoad(t, nil, shop)
	batch := []PlainFlow{plainClientToWeb(t, ruleset, 80)}
	var group sync.WaitGroup
	var answers int64

	for i := 0; i < goroutines; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for {
				verdict, err := ruleset.Evaluate(clientToWeb(80))
				if errors.Is(err, ErrClosed) {
					return
				}
				verdicts := make([]PlainVerdict, 1)
				batchErr := ruleset.EvaluateBatch(batch, verdicts)
				if err != nil || verdict.Action != ActionAllow || verdict.Ingress.Policy != "knp:shop/web" ||
					!errors.Is(batchErr, ErrClosed) && verdicts[0].Action != ActionAllow {
					t.Errorf("%+v, %v; %+v, %v", verdict, err, verdicts, batchErr)
					return
				}
				atomic.AddInt64(&answers, 1)
			}
		}()
	}
	for atomic.LoadInt64(&answers) < 200 && !t.Failed() {
		time.Sleep(time.Millisecond)
	}
	for i := 0; i < goroutines; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			ruleset.Close()
		}()
	}
	group.Wait()
	if users := ruleset.users.Load(); users != 0 {
		t.Fatalf("%d users are left", users)
	}
}

func TestCloseWaitsForNoCallAndCallsForNoClose(t *testing.T) {
	ruleset := mustLoad(t, nil, shop)
	if _, err := ruleset.acquire(); err != nil { // a call under way
		t.Fatal(err)
	}
	ruleset.Close()
	_, err := ruleset.acquire()
	expectError(t, err, ErrClosed)
	if users := ruleset.users.Load(); users != 1 {
		t.Fatalf("%d users", users)
	}
	ruleset.release()
}

func TestForgottenRulesetsAreFreed(t *testing.T) {
	var lifetimes []*lifetime
	for i := 0; i < 10; i++ {
		ruleset, err := Load(nil, text(shop))
		if err != nil {
			t.Fatal(err)
		}
		lifetimes = append(lifetimes, &ruleset.lifetime)
	}
	expectFreed(t, lifetimes)
}

// expectFreed fails the test unless what nobody refers to any more is freed.
func expectFreed(t *testing.T, lifetimes []*lifetime) {
	t.Helper()
	freed := 0
	for i := 0; i < 1000 && freed < len(lifetimes)-1; i++ { // the last may still be on the stack
		runtime.GC()
		time.Sleep(time.Millisecond)
		freed = 0
		for _, lifetime := range lifetimes {
			if lifetime.users.Load() == 0 {
				freed++
			}
		}
	}
	if freed < len(lifetimes)-1 {
		t.Fatalf("%d of %d were freed", freed, len(lifetimes))
	}
}
