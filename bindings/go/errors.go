// SPDX-License-Identifier: Apache-2.0

package calpol

/*
#include <calpol/calpol.h>
*/
import "C"

import (
	"errors"
	"fmt"
	"strings"
)

// Status is what a call of the C library came to, as an error. Errors of this package wrap one, so
// that errors.Is(err, calpol.ErrNotFound) works with all of them.
type Status int

const (
	// ErrNoMemory means that the C library found no memory; nothing was changed.
	ErrNoMemory Status = C.CALPOL_ERROR_NO_MEMORY
	// ErrInvalidArgument means that the call itself is wrong.
	ErrInvalidArgument Status = C.CALPOL_ERROR_INVALID_ARGUMENT
	// ErrInvalidInput means that what was read is wrong.
	ErrInvalidInput Status = C.CALPOL_ERROR_INVALID_INPUT
	// ErrNotFound means that there is no such endpoint, policy, option and so on.
	ErrNotFound Status = C.CALPOL_ERROR_NOT_FOUND
	// ErrLimit means that a limit of the load options was exceeded.
	ErrLimit Status = C.CALPOL_ERROR_LIMIT
	// ErrIO means that a file could not be read.
	ErrIO Status = C.CALPOL_ERROR_IO
	// ErrABI means that the C library in use does not fit this package.
	ErrABI Status = C.CALPOL_ERROR_ABI
)

// ErrClosed means that a ruleset or a handle was used after its Close.
var ErrClosed = errors.New("the ruleset or handle is closed")

// Error is one line, such as "out of memory".
func (s Status) Error() string {
	return C.GoString(C.calpol_status_text(C.int(s)))
}

// The error of a status; nil for success.
func statusError(status C.int, what string) error {
	if status == C.CALPOL_OK {
		return nil
	}
	return fmt.Errorf("%s: %w", what, Status(status))
}

// LoadError means that the policies cannot be used.
type LoadError struct {
	Status Status
	// Diagnostics say what is wrong and where, warnings and notes included.
	Diagnostics []Diagnostic
	// ErrorCount is the number of errors, those included that Options.MaxDiagnostics left out.
	ErrorCount int
}

// How many errors the text of a LoadError has.
const shownErrors = 5

// Error has the first errors, a line each.
func (e *LoadError) Error() string {
	var lines []string

	for _, diagnostic := range e.Diagnostics {
		if diagnostic.Severity == SeverityError && len(lines) < shownErrors {
			lines = append(lines, diagnostic.String())
		}
	}
	if len(lines) == 0 {
		return e.Status.Error()
	}
	if e.ErrorCount > len(lines) {
		lines = append(lines, fmt.Sprintf("and %d more errors", e.ErrorCount-len(lines)))
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the status.
func (e *LoadError) Unwrap() error { return e.Status }

// FlowError means that a flow contradicts itself, names something that is not there, or has a field
// or option that cannot be read. There is no verdict.
type FlowError struct {
	Status Status
	// Code names what is wrong: "unknown-ref", "bad-port", "mixed-ip-versions", ...
	Code string
	// Message is one line about it, nearest names included.
	Message string
}

// Error is the message.
func (e *FlowError) Error() string { return e.Message }

// Unwrap gives the status.
func (e *FlowError) Unwrap() error { return e.Status }
