// SPDX-License-Identifier: Apache-2.0

package calpol

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestVersionHasThreeNumbers(t *testing.T) {
	if len(strings.Split(Version(), ".")) != 3 {
		t.Fatalf("the version is %q", Version())
	}
}

func TestLibraryWithOtherStructsIsRefused(t *testing.T) {
	for _, changed := range structSizes {
		for _, difference := range []int{-8, 8} {
			err := checkStructSizes(func(id int) uintptr {
				for _, here := range structSizes {
					if int(here.id) == id && here.name == changed.name {
						return uintptr(int(here.size) + difference)
					} else if int(here.id) == id {
						return here.size
					}
				}
				return 0
			})
			// A later library may have appended fields to a struct that is part of no other.
			if fits := difference > 0 && !changed.fixed; fits != (err == nil) {
				t.Errorf("%s by %d bytes: %v", changed.name, difference, err)
			} else if !fits && !errors.Is(err, ErrABI) {
				t.Errorf("%s by %d bytes: %v wraps no ErrABI", changed.name, difference, err)
			}
		}
	}
}

func TestLoadFromFoldersAndTexts(t *testing.T) {
	parts := strings.Split(shop, "\n---\n")
	folder := t.TempDir()
	if err := os.MkdirAll(filepath.Join(folder, "deep", "er"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "deep", "er", "web.yml"), []byte(parts[0]), 0o644); err != nil {
		t.Fatal(err)
	}
	ruleset, err := Load(nil, Path(folder), Text{"client", []byte(parts[1])}, Text{"policy", []byte(parts[2])})
	if err != nil {
		t.Fatal(err)
	}
	defer ruleset.Close()
	counts, err := ruleset.Counts()
	if err != nil || counts.Endpoints != 2 || counts.Dialect != DialectUpstream {
		t.Fatalf("%+v, %v", counts, err)
	}
	id, err := ruleset.FindEndpoint("shop/web")
	if err != nil {
		t.Fatal(err)
	}
	endpoint, err := ruleset.Endpoint(id)
	if err != nil || endpoint.Reference != "pod:shop/web" || endpoint.Line != 2 ||
		endpoint.Source != filepath.Join(folder, "deep", "er", "web.yml") {
		t.Fatalf("%+v, %v", endpoint, err)
	}
}

func TestLoadErrorSaysWhatIsWrongAndWhere(t *testing.T) {
	_, err := Load(nil, text(`apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: p}
spec:
  ingress:
  - {action: Permit}
`))
	var loadError *LoadError
	if !errors.As(err, &loadError) {
		t.Fatalf("%v is no LoadError", err)
	}
	expectError(t, err, ErrInvalidInput)
	if loadError.ErrorCount != 1 || len(loadError.Diagnostics) == 0 {
		t.Fatalf("%+v", loadError)
	}
	for _, diagnostic := range loadError.Diagnostics {
		if diagnostic.Severity != SeverityError {
			continue
		}
		if diagnostic.Source != "shop.yaml" || diagnostic.Line != 6 || diagnostic.Column != 14 ||
			diagnostic.Resource != "GlobalNetworkPolicy/p" || diagnostic.Path != "spec.ingress[0].action" {
			t.Fatalf("%+v", diagnostic)
		}
		if !strings.Contains(err.Error(), "shop.yaml:6:14: error: "+diagnostic.Message) {
			t.Fatal(err)
		}
	}
}

func TestLoadErrorCountsWhatItLeavesOut(t *testing.T) {
	rules := strings.Repeat("  - {action: Permit}\n", 20)
	_, err := Load(&Options{MaxDiagnostics: 7}, text("apiVersion: projectcalico.org/v3\n"+
		"kind: GlobalNetworkPolicy\nmetadata: {name: p}\nspec:\n  ingress:\n"+rules))
	var loadError *LoadError
	if !errors.As(err, &loadError) || len(loadError.Diagnostics) != 7 || loadError.ErrorCount != 20 ||
		!strings.HasSuffix(err.Error(), "\nand 15 more errors") {
		t.Fatalf("%+v", err)
	}
}

func TestWhatCannotBeReadFailsTheLoad(t *testing.T) {
	_, err := Load(nil, Path(filepath.Join(t.TempDir(), "absent.yaml")), text(shop))
	expectError(t, err, ErrIO)
	_, err = Load(nil, Path(t.TempDir()), text(shop)) // a folder without any file to read
	expectError(t, err, ErrIO)
}

func TestLoadingNothingIsAnError(t *testing.T) {
	_, err := Load(nil)
	expectError(t, err, ErrInvalidArgument)
	_, err = Load(nil, nil)
	expectError(t, err, ErrInvalidArgument)
}

func TestTextsWithNULAreRefused(t *testing.T) {
	_, err := Load(nil, Path("shop.yaml\x00"))
	expectError(t, err, ErrInvalidArgument)
	_, err = Load(nil, Text{Name: "a\x00b", Content: []byte(shop)})
	expectError(t, err, ErrInvalidArgument)
	_, err = Load(&Options{Evaluation: []Option{{"preset", "bpf\x00"}}}, text(shop))
	expectError(t, err, ErrInvalidArgument)
}

func TestOptionsAreInForce(t *testing.T) {
	missingTier := "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\n" +
		"metadata: {name: a.p}\nspec: {tier: a}\n"
	warned := mustLoad(t, nil, missingTier)
	if diagnostics := warned.Diagnostics(); len(diagnostics) == 0 || diagnostics[0].Severity != SeverityWarning {
		t.Fatalf("%v", diagnostics)
	}
	quiet := mustLoad(t, &Options{Disable: []string{warned.Diagnostics()[0].Name}}, missingTier)
	if len(quiet.Diagnostics()) != len(warned.Diagnostics())-1 {
		t.Fatalf("%v", quiet.Diagnostics())
	}
	_, err := Load(&Options{TiersRequired: true}, text(missingTier))
	expectError(t, err, ErrInvalidInput)

	calico := mustLoad(t, &Options{Dialect: DialectCalico, NoPrograms: true}, shop)
	if counts, err := calico.Counts(); err != nil || counts.Dialect != DialectCalico || counts.Programs != 0 {
		t.Fatalf("%+v, %v", counts, err)
	}
}

func TestWrongOptionsAreRefused(t *testing.T) {
	for _, wrong := range []struct {
		options  Options
		expected error
	}{
		{Options{Evaluation: []Option{{"no_such_option", "x"}}}, ErrNotFound},
		{Options{Evaluation: []Option{{"endpoint_to_host_action", "Perhaps"}}}, ErrInvalidInput},
		{Options{Disable: []string{"no-such-code"}}, ErrNotFound},
		{Options{Dialect: 17}, ErrInvalidArgument},
		{Options{MaxDepth: 1 << 32}, ErrInvalidArgument},
		{Options{MaxDepth: NoLimit}, ErrInvalidArgument},
		{Options{MaxBytes: -2}, ErrInvalidArgument},
	} {
		_, err := Load(&wrong.options, text(shop))
		if !errors.Is(err, wrong.expected) {
			t.Errorf("%+v: %v", wrong.options, err)
		}
	}
}

func TestLimits(t *testing.T) {
	_, err := Load(&Options{MaxBytes: 10}, text(shop))
	expectError(t, err, ErrLimit)
	_, err = Load(&Options{MaxDepth: 2}, text(shop))
	expectError(t, err, ErrLimit)
	mustLoad(t, &Options{MaxBytes: NoLimit, MaxTotalBytes: NoLimit, MaxNodes: NoLimit, MaxDiagnostics: NoLimit,
		MaxProgramMegabytes: NoLimit, MaxMemoryMegabytes: NoLimit}, shop)
}
