// SPDX-License-Identifier: Apache-2.0

package calpol

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// A compiled ruleset answers as the one that it was made of.
func expectSame(t *testing.T, opened, ruleset *Ruleset) {
	t.Helper()
	for _, port := range []int{22, 80} {
		expected, err := ruleset.Explain(clientToWeb(port))
		if err != nil {
			t.Fatal(err)
		}
		explanation, err := opened.Explain(clientToWeb(port))
		if err != nil || !reflect.DeepEqual(explanation, expected) {
			t.Fatalf("%+v, %v; expected %+v", explanation, err, expected)
		}
	}
	expected, _ := ruleset.Counts()
	counts, err := opened.Counts()
	expected.Bytes, counts.Bytes = 0, 0
	if err != nil || counts != expected {
		t.Fatalf("%+v, %v; expected %+v", counts, err, expected)
	}
}

func TestSavedRulesetAnswersTheSame(t *testing.T) {
	ruleset := mustLoad(t, nil, shop)
	path := filepath.Join(t.TempDir(), "shop.calpol")
	if err := ruleset.Save(path); err != nil {
		t.Fatal(err)
	}
	opened, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	expectSame(t, opened, ruleset)

	if err := mustLoad(t, nil, strings.Replace(shop, "port: 80", "port: 81", 1)).Save(path); err != nil {
		t.Fatal(err)
	}
	expectSame(t, opened, ruleset) // the file was replaced, not changed
}

func TestBytesOfARulesetAnswerTheSame(t *testing.T) {
	ruleset := mustLoad(t, nil, shop)
	content, err := ruleset.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	opened, err := OpenBytes(content)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	expectSame(t, opened, ruleset)
	again, err := mustLoad(t, nil, shop).Bytes()
	if err != nil || !bytes.Equal(again, content) {
		t.Fatalf("equal input made other bytes, %v", err)
	}
	for place := 0; place < len(content); place += len(content)/50 + 1 {
		damaged := append([]byte(nil), content...)
		damaged[place] ^= 0x10
		_, err := OpenBytes(damaged)
		expectError(t, err, ErrInvalidInput)
	}
	for _, length := range []int{0, 1, 8, len(content) - 1} {
		_, err := OpenBytes(content[:length])
		expectError(t, err, ErrInvalidInput)
	}
}

func TestFilesThatCannotBeOpenedOrWritten(t *testing.T) {
	ruleset := mustLoad(t, nil, shop)
	folder := t.TempDir()
	path := filepath.Join(folder, "none", "shop.calpol")
	_, err := Open(path)
	expectError(t, err, ErrIO)
	if err := ruleset.Save(path); !strings.Contains(err.Error(), path+": no such file") {
		t.Error(err)
	} else {
		expectError(t, err, ErrIO)
	}
	path = filepath.Join(folder, "shop.yaml")
	if err := os.WriteFile(path, []byte(shop), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = Open(path)
	expectError(t, err, ErrInvalidInput)
	if !strings.HasPrefix(err.Error(), path+": ") {
		t.Error(err)
	}
	_, err = Open("a\x00b")
	expectError(t, err, ErrInvalidArgument)
	expectError(t, ruleset.Save("a\x00b"), ErrInvalidArgument)
	ruleset.Close()
	_, err = ruleset.Bytes()
	expectError(t, err, ErrClosed)
	expectError(t, ruleset.Save(path), ErrClosed)
}
