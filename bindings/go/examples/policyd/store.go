// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"sync/atomic"

	"calpol.example/calpol"
)

// A ruleset that is or was in force.
type generation struct {
	number  int
	ruleset *calpol.Ruleset
}

// The ruleset in force. Any number of goroutines may ask while one swaps.
type store struct {
	current atomic.Pointer[generation]
}

// Puts a ruleset in force and says which number it has. The old one goes when nobody uses it any more.
func (s *store) swap(ruleset *calpol.Ruleset) int {
	next := &generation{number: 1, ruleset: ruleset}
	old := s.current.Load()
	if old != nil {
		next.number = old.number + 1
	}
	s.current.Store(next)
	if old != nil {
		old.ruleset.Close()
	}
	return next.number
}

func (s *store) close() {
	s.current.Load().ruleset.Close()
}

// What a client gets: a verdict or an error.
type answer struct {
	Ruleset int `json:"ruleset"`
	*calpol.Verdict
	Error   string `json:"error,omitempty"`
	Message string `json:"message,omitempty"`
}

// Judges a flow in JSON form by the ruleset in force.
func (s *store) answer(flow []byte) answer {
	for {
		current := s.current.Load()
		verdict, err := current.ruleset.EvaluateJSON(flow)
		if errors.Is(err, calpol.ErrClosed) && s.current.Load() != current {
			continue // a new ruleset took its place in this moment
		}
		if err != nil {
			return errorAnswer(current.number, err)
		}
		return answer{Ruleset: current.number, Verdict: &verdict}
	}
}

func errorAnswer(number int, err error) answer {
	var flowError *calpol.FlowError

	code := "failed"
	if errors.As(err, &flowError) {
		code = flowError.Code
	}
	return answer{Ruleset: number, Error: code, Message: err.Error()}
}

// One line.
func (a answer) line() []byte {
	line, err := json.Marshal(a)
	if err != nil {
		line = []byte(`{"error":"failed"}`)
	}
	return append(line, '\n')
}
