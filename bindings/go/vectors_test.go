// SPDX-License-Identifier: Apache-2.0

package calpol

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// The vectors of the C tests, through this package, each of the ruleset and of its compiled form:
// evaluation.md, chapter 16.
type vector struct {
	ID        string
	Resources string
	Flow      json.RawMessage
	Options   map[string]string
	Lenient   bool
	Expect    map[string]interface{}
}

func TestVectors(t *testing.T) {
	for _, file := range []string{"evaluation", "kubernetes", "user-cases"} {
		t.Run(file, func(t *testing.T) {
			path := filepath.Join("..", "..", "tests", "vectors", file+".json")
			content, err := os.ReadFile(path)
			if errors.Is(err, os.ErrNotExist) {
				t.Skipf("%s is not there: not in calpol's source tree", path)
			}
			var vectors []vector
			if err := json.Unmarshal(content, &vectors); err != nil || len(vectors) == 0 {
				t.Fatalf("%d vectors, %v", len(vectors), err)
			}
			for i := range vectors {
				if problem := vectors[i].run(file == "evaluation"); problem != "" {
					t.Errorf("%s: %s", vectors[i].ID, problem)
				}
			}
			t.Logf("%s: %d vectors", file, len(vectors))
		})
	}
}

// What is wrong; "" if nothing is.
func (v *vector) run(isCalico bool) string {
	ruleset, err := Load(v.loadOptions(isCalico), Text{"resources", []byte(v.Resources)})
	if v.Expect["load"] != nil {
		return v.compareLoadError(err)
	}
	if err != nil {
		return err.Error()
	}
	defer ruleset.Close()
	content, err := ruleset.Bytes()
	if err != nil {
		return err.Error()
	}
	opened, err := OpenBytes(content)
	if err != nil {
		return err.Error()
	}
	defer opened.Close()
	if problem := v.askAll(opened); problem != "" {
		return "opened: " + problem
	}
	return v.askAll(ruleset)
}

func (v *vector) askAll(ruleset *Ruleset) string {
	if problem := v.ask(ruleset, v.Expect); problem != "" {
		return problem
	}
	if pending, ok := v.Expect["pending"].(map[string]interface{}); ok {
		return v.ask(ruleset, pending, WithOption("scope", "pending"), WithOption("default_hit", "first"))
	}
	return ""
}

func (v *vector) loadOptions(isCalico bool) *Options {
	options := &Options{Lenient: v.Lenient}
	dialect, ok := v.Options["dialect"]
	switch {
	case dialect == "calico", !ok && isCalico:
		options.Dialect = DialectCalico
	case dialect == "upstream":
		options.Dialect = DialectUpstream
	}
	for name, value := range v.Options {
		if name != "dialect" {
			options.Evaluation = append(options.Evaluation, Option{name, value})
		}
	}
	return options
}

func (v *vector) compareLoadError(err error) string {
	var loadError *LoadError

	if !errors.As(err, &loadError) || loadError.Status != ErrInvalidInput {
		return fmt.Sprintf("the load came to %v", err)
	}
	expected, _ := v.Expect["errors"].([]interface{})
	for _, item := range expected {
		item := item.(map[string]interface{})
		found := false
		for _, diagnostic := range loadError.Diagnostics {
			found = found || diagnostic.Name == item["code"] && diagnostic.Resource == item["resource"] &&
				diagnostic.Path == item["path"]
		}
		if !found {
			return fmt.Sprintf("%v is missing in %v", item, err)
		}
	}
	return ""
}

// Asks the question and compares the answer, by the long way and the short one.
func (v *vector) ask(ruleset *Ruleset, expected map[string]interface{}, options ...QueryOption) string {
	var flowError *FlowError
	var answer interface{}

	explanation, err := ruleset.ExplainJSON(v.Flow, options...)
	verdict, quickErr := ruleset.EvaluateJSON(v.Flow, options...)
	switch {
	case errors.As(err, &flowError):
		answer = map[string]interface{}{"error": flowError.Code}
		if quickErr == nil || quickErr.Error() != err.Error() {
			return fmt.Sprintf("Explain has the error %v, Evaluate %v", err, quickErr)
		}
	case err != nil || quickErr != nil:
		return fmt.Sprintf("%v, %v", err, quickErr)
	default:
		if verdict != explanation.Verdict {
			return fmt.Sprintf("Explain and Evaluate differ: %+v, %+v", explanation.Verdict, verdict)
		}
		if err := json.Unmarshal([]byte(explanation.JSON), &answer); err != nil {
			return err.Error()
		}
	}
	return strings.Join(compare(expected, answer, "expect"), "; ")
}

// How an answer differs from what is expected. Other keys of mappings do not matter, null is the same
// as absent, and stages are a mapping in expectations and a list in answers.
func compare(expected, actual interface{}, path string) []string {
	var problems []string

	if wanted, isList := expected.([]interface{}); isList {
		have, _ := actual.([]interface{})
		if len(wanted) != len(have) {
			return []string{fmt.Sprintf("%s: expected %v, is %v", path, expected, actual)}
		}
		for i := range wanted {
			problems = append(problems, compare(wanted[i], have[i], fmt.Sprintf("%s[%d]", path, i))...)
		}
		return problems
	}
	wanted, isMapping := expected.(map[string]interface{})
	have, _ := actual.(map[string]interface{})
	if !isMapping || have == nil {
		if !reflect.DeepEqual(expected, actual) {
			problems = append(problems, fmt.Sprintf("%s: expected %v, is %v", path, expected, actual))
		}
		return problems
	}
	for name, value := range wanted {
		switch name {
		case "pending": // another question
		case "stages":
			for stage, value := range value.(map[string]interface{}) {
				problems = append(problems, compare(value, findStage(have[name], stage), path+"."+stage)...)
			}
		default:
			problems = append(problems, compare(value, have[name], path+"."+name)...)
		}
	}
	return problems
}

func findStage(stages interface{}, name string) interface{} {
	list, _ := stages.([]interface{})
	for _, item := range list {
		if stage, ok := item.(map[string]interface{}); ok && stage["stage"] == name {
			return item
		}
	}
	return nil
}
