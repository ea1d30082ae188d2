// SPDX-License-Identifier: Apache-2.0

// Package calpol reads Calico and Kubernetes network policies and says what happens to a flow: allow,
// deny or unknown, and the tier, policy and rule that decide. It needs no cluster and contacts nothing.
//
// [Load] reads files and texts and makes a [Ruleset] of them, which never changes and may be used by
// any number of goroutines. Ask it about one flow in words with [Ruleset.Evaluate] and
// [Ruleset.Explain], or about many at once with [Ruleset.EvaluateBatch], which takes slices of plain
// structs as they are.
//
// What a flow does not tell is unknown, never assumed. Where the answer hangs on it, the action is
// [ActionUnknown] and [Verdict.DependsOn] names what is missing. Only [ActionAllow] means that the flow
// passes for certain.
//
// The package is cgo over the C library libcalpol, found by pkg-config. C keeps no pointer to memory of
// Go's after a call, and nothing of C's memory is handed out: texts are copied.
package calpol

/*
#cgo pkg-config: calpol
#include <calpol/calpol.h>
*/
import "C"

import "fmt"

// None stands for no endpoint, tier or policy where an id is expected.
const None uint32 = C.CALPOL_NONE

// Version is that of the C library in use, "MAJOR.MINOR.PATCH".
func Version() string {
	return C.GoString(C.calpol_version())
}

// A struct that crosses the border, and its size here.
type structSize struct {
	name string
	id   C.int
	size uintptr
	// Part of other structs, so that it can never grow.
	fixed bool
}

var structSizes = []structSize{
	{"calpol_load_options", C.CALPOL_STRUCT_LOAD_OPTIONS, C.sizeof_struct_calpol_load_options, false},
	{"calpol_diagnostic", C.CALPOL_STRUCT_DIAGNOSTIC, C.sizeof_struct_calpol_diagnostic, false},
	{"calpol_address", C.CALPOL_STRUCT_ADDRESS, C.sizeof_struct_calpol_address, true},
	{"calpol_flow", C.CALPOL_STRUCT_FLOW, C.sizeof_struct_calpol_flow, false},
	{"calpol_decision", C.CALPOL_STRUCT_DECISION, C.sizeof_struct_calpol_decision, true},
	{"calpol_verdict", C.CALPOL_STRUCT_VERDICT, C.sizeof_struct_calpol_verdict, false},
	{"calpol_step", C.CALPOL_STRUCT_STEP, C.sizeof_struct_calpol_step, false},
	{"calpol_policy_info", C.CALPOL_STRUCT_POLICY_INFO, C.sizeof_struct_calpol_policy_info, false},
	{"calpol_endpoint_info", C.CALPOL_STRUCT_ENDPOINT_INFO, C.sizeof_struct_calpol_endpoint_info, false},
	{"calpol_tier_info", C.CALPOL_STRUCT_TIER_INFO, C.sizeof_struct_calpol_tier_info, false},
	{"calpol_counts", C.CALPOL_STRUCT_COUNTS, C.sizeof_struct_calpol_counts, false},
	{"calpol_endpoint_spec", C.CALPOL_STRUCT_ENDPOINT_SPEC, C.sizeof_struct_calpol_endpoint_spec, false},
	{"calpol_endpoint_port", C.CALPOL_STRUCT_ENDPOINT_PORT, C.sizeof_struct_calpol_endpoint_port, true},
}

// What is wrong with the library that was found at run time; nil if nothing is. Load returns it, so
// that no ruleset exists which could be misread.
var libraryError error

func init() {
	libraryError = checkStructSizes(func(id int) uintptr {
		return uintptr(C.calpol_struct_size(C.int(id)))
	})
}

// The library may know more fields than the headers this was compiled with, but not fewer: structs
// grow at their ends only.
func checkStructSizes(libraryOf func(id int) uintptr) error {
	for _, here := range structSizes {
		there := libraryOf(int(here.id))
		if there < here.size || here.fixed && there != here.size {
			return fmt.Errorf("struct %s has %d bytes in libcalpol %s, %d in the headers this was compiled with: %w",
				here.name, there, Version(), here.size, ErrABI)
		}
	}
	return nil
}
