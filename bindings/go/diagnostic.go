// SPDX-License-Identifier: Apache-2.0

package calpol

/*
#include <calpol/calpol.h>
*/
import "C"

import "fmt"

// Diagnostic is one thing found in the input.
type Diagnostic struct {
	// Code is a stable number, Name the same as text: "selector-syntax".
	Code     uint32
	Name     string
	Severity Severity
	// Source is the path, or what the text was called.
	Source string
	// Line and Column count from 1, Column in characters; 0: not known.
	Line, Column int
	// Resource is what it is about: "GlobalNetworkPolicy/new-ns", "NetworkPolicy/shop/web".
	Resource string
	// Path is the field: "spec.ingress[0].action".
	Path string
	// Message is one line: what was found and what would be right.
	Message string
	// Excerpt is the line in question, shortened around the column, which falls on its
	// ExcerptColumn, from 1; 0: not known.
	Excerpt       string
	ExcerptColumn int
}

// String is one line in the form of compilers: "web.yaml:3:9: error: ... [unknown-action]".
func (d Diagnostic) String() string {
	place := d.Source
	if d.Line > 0 {
		place += fmt.Sprintf(":%d", d.Line)
	}
	if d.Line > 0 && d.Column > 0 {
		place += fmt.Sprintf(":%d", d.Column)
	}
	return fmt.Sprintf("%s: %s: %s [%s]", place, d.Severity, d.Message, d.Name)
}

// Copies a list and frees it.
func takeDiagnostics(list *C.calpol_diagnostics) (diagnostics []Diagnostic, errorCount int) {
	defer C.calpol_diagnostics_free(list)

	count := C.calpol_diagnostics_count(list)
	for i := C.size_t(0); i < count; i++ {
		var raw C.struct_calpol_diagnostic

		if C.calpol_diagnostics_get(list, i, &raw, C.sizeof_struct_calpol_diagnostic) != C.CALPOL_OK {
			break
		}
		diagnostics = append(diagnostics, Diagnostic{
			Code:          uint32(raw.code),
			Name:          C.GoString(raw.name),
			Severity:      Severity(raw.severity),
			Source:        C.GoString(raw.source),
			Line:          int(raw.line),
			Column:        int(raw.column),
			Resource:      C.GoString(raw.resource),
			Path:          C.GoString(raw.path),
			Message:       C.GoString(raw.message),
			Excerpt:       C.GoString(raw.excerpt),
			ExcerptColumn: int(raw.excerpt_column),
		})
	}
	return diagnostics, int(C.calpol_diagnostics_count_severity(list, C.CALPOL_SEVERITY_ERROR))
}
