// SPDX-License-Identifier: Apache-2.0

package calpol

import (
	"errors"
	"strings"
	"testing"
)

func TestUpdate(t *testing.T) {
	ruleset := mustLoad(t, &Options{Updatable: true}, shop)
	policy := shop[strings.LastIndex(shop, "---"):]
	closed, err := ruleset.Update(nil, text(strings.Replace(policy, "port: 80", "port: 81", 1)))
	if err != nil {
		t.Fatal(err)
	}
	defer closed.Close()
	verdict, err := closed.Evaluate(clientToWeb(80))
	expectAction(t, verdict, err, ActionDeny)
	verdict, err = closed.Evaluate(clientToWeb(81))
	expectAction(t, verdict, err, ActionAllow)
	verdict, err = ruleset.Evaluate(clientToWeb(80))
	expectAction(t, verdict, err, ActionAllow)

	free, err := closed.Update([]string{"NetworkPolicy shop/web"})
	if err != nil {
		t.Fatal(err)
	}
	defer free.Close()
	verdict, err = free.Evaluate(clientToWeb(22))
	expectAction(t, verdict, err, ActionAllow)
	if verdict.Ingress.Policy != "pro:kns.shop" {
		t.Errorf("%+v", verdict)
	}
}

func TestUpdatesThatCannotBeMade(t *testing.T) {
	var loadError *LoadError

	ruleset := mustLoad(t, &Options{Updatable: true}, shop)
	_, err := ruleset.Update(nil, Text{"bad.yaml", []byte("{apiVersion: v1, kind: Namespace, metadata: {name: 5}}")})
	if !errors.As(err, &loadError) || loadError.Diagnostics[0].Source != "bad.yaml" {
		t.Errorf("%v", err)
	}
	_, err = ruleset.Update([]string{"NetworkPolicy shop/wab"})
	expectError(t, err, ErrNotFound)
	for _, name := range []string{"shop/web", "", "NetworkPolicy ", "Network\x00Policy shop/web"} {
		_, err = ruleset.Update([]string{name})
		expectError(t, err, ErrInvalidArgument)
	}
	_, err = ruleset.Update(nil, nil)
	expectError(t, err, ErrInvalidArgument)
	_, err = mustLoad(t, nil, shop).Update(nil, text(shop))
	expectError(t, err, ErrInvalidArgument)
	ruleset.Close()
	_, err = ruleset.Update(nil)
	expectError(t, err, ErrClosed)
}
