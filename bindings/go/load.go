// SPDX-License-Identifier: Apache-2.0

package calpol

/*
#include <calpol/calpol.h>
*/
import "C"

import (
	"fmt"
	"math"
)

// NoLimit in a limit of [Options] means that there is none.
const NoLimit = -1

// Options of a load. The zero value has the defaults.
type Options struct {
	// Dialect is whose reading of Kubernetes objects to follow.
	Dialect Dialect
	// Lenient loads what a dataplane would have accepted or silently changed, with warnings. Without
	// it, what an API server refuses is an error.
	Lenient bool
	// StrictOSS refuses fields that no open-source release of Calico has.
	StrictOSS bool
	// RawDefaults reads Calico objects like ones read raw from their CRD.
	RawDefaults bool
	// TiersRequired makes a policy whose tier is not in the input an error.
	TiersRequired bool
	// TierPrefixRequired makes a policy name that does not go with its tier an error.
	TierPrefixRequired bool
	// Lint looks for what is well-formed and yet hardly meant; each is a warning.
	Lint bool
	// NoPrograms makes the load shorter and Evaluate and EvaluateBatch slower. Answers are the same.
	NoPrograms bool
	// Updatable keeps the texts, so that Ruleset.Update can be told what changed.
	Updatable bool

	// Limits: 0 is the library's default, NoLimit none. MaxBytes is for each text, not for files, and
	// MaxTotalBytes for all input; MaxDepth is of nested mappings and sequences, and cannot be
	// NoLimit; MaxNodes is of one document. Diagnostics beyond MaxDiagnostics are counted only. Endpoints for which there is no
	// program within MaxProgramMegabytes are judged slowly. MaxMemoryMegabytes is of the whole load at once.
	MaxBytes, MaxTotalBytes int64
	MaxDepth, MaxNodes      int64
	MaxDiagnostics          int64
	MaxProgramMegabytes     int64
	MaxMemoryMegabytes      int64

	// Disable has names of warnings and notes to leave out: "no-dns-egress".
	Disable []string
	// Evaluation has options of evaluation, such as {"endpoint_to_host_action", "Accept"}, in force
	// for the ruleset. Later ones win; "preset" sets several.
	Evaluation []Option
}

// Option is the name and value of an option of evaluation.
type Option struct{ Name, Value string }

// Input is something to load: a [Path] or a [Text].
type Input interface {
	add(loader *C.calpol_loader) error
}

// Path is a file, or a folder and in it every .yaml, .yml and .json file, at any depth.
type Path string

// Text has documents of YAML or JSON.
type Text struct {
	// Name is what diagnostics call it.
	Name    string
	Content []byte
}

// Load reads policies, and whatever else they refer to, and makes a ruleset of them. options may be
// nil.
//
// The error is a [*LoadError] with diagnostics if the input is wrong. Loading nothing is an error,
// since such a ruleset would allow everything. Warnings and notes of a load that succeeded are in
// [Ruleset.Diagnostics].
func Load(options *Options, inputs ...Input) (*Ruleset, error) {
	if libraryError != nil {
		return nil, libraryError
	}
	if len(inputs) == 0 {
		return nil, fmt.Errorf("nothing to load: %w", ErrInvalidArgument)
	}
	if options == nil {
		options = &Options{}
	}
	loader, err := newLoader(options)
	if err != nil {
		return nil, err
	}
	defer C.calpol_loader_free(loader)
	if err := addInputs(loader, inputs); err != nil {
		return nil, err
	}
	return finish(func(handle **C.calpol_ruleset, list **C.calpol_diagnostics) C.int {
		return C.calpol_loader_finish(loader, handle, list)
	})
}

func addInputs(loader *C.calpol_loader, inputs []Input) error {
	for _, input := range inputs {
		if input == nil {
			return fmt.Errorf("an input is nil: %w", ErrInvalidArgument)
		}
		if err := input.add(loader); err != nil {
			return err
		}
	}
	return nil
}

// Makes a ruleset by a call that has diagnostics.
func finish(call func(handle **C.calpol_ruleset, list **C.calpol_diagnostics) C.int) (*Ruleset, error) {
	var handle *C.calpol_ruleset
	var list *C.calpol_diagnostics

	status := call(&handle, &list)
	diagnostics, errorCount := takeDiagnostics(list)
	if status != C.CALPOL_OK {
		return nil, &LoadError{Status(status), diagnostics, errorCount}
	}
	return newRuleset(handle, diagnostics), nil
}

func newLoader(options *Options) (*C.calpol_loader, error) {
	var raw C.struct_calpol_load_options
	var loader *C.calpol_loader

	status := C.calpol_load_options_init(&raw, C.sizeof_struct_calpol_load_options)
	if err := statusError(status, "load options"); err != nil {
		return nil, err
	}
	raw.dialect = C.uint32_t(options.Dialect)
	raw.flags = options.flags()
	if err := options.setLimits(&raw); err != nil {
		return nil, err
	}
	if err := statusError(C.calpol_loader_new(&raw, &loader), "load options"); err != nil {
		return nil, err
	}
	if err := options.apply(loader); err != nil {
		C.calpol_loader_free(loader)
		return nil, err
	}
	return loader, nil
}

func (o *Options) flags() C.uint32_t {
	var flags C.uint32_t

	for _, flag := range []struct {
		set bool
		bit C.uint32_t
	}{
		{o.Lenient, C.CALPOL_LOAD_LENIENT},
		{o.StrictOSS, C.CALPOL_LOAD_STRICT_OSS},
		{o.RawDefaults, C.CALPOL_LOAD_RAW_DEFAULTS},
		{o.TiersRequired, C.CALPOL_LOAD_TIERS_REQUIRED},
		{o.TierPrefixRequired, C.CALPOL_LOAD_TIER_PREFIX_REQUIRED},
		{o.Lint, C.CALPOL_LOAD_LINT},
		{o.NoPrograms, C.CALPOL_LOAD_NO_PROGRAMS},
		{o.Updatable, C.CALPOL_LOAD_UPDATABLE},
	} {
		if flag.set {
			flags |= flag.bit
		}
	}
	return flags
}

func (o *Options) setLimits(raw *C.struct_calpol_load_options) error {
	for _, limit := range []struct {
		name  string
		value int64
		wide  *C.uint64_t
		small *C.uint32_t
	}{
		{"MaxBytes", o.MaxBytes, &raw.max_bytes, nil},
		{"MaxTotalBytes", o.MaxTotalBytes, &raw.max_total_bytes, nil},
		{"MaxDepth", o.MaxDepth, nil, &raw.max_depth},
		{"MaxNodes", o.MaxNodes, nil, &raw.max_nodes},
		{"MaxDiagnostics", o.MaxDiagnostics, nil, &raw.max_diagnostics},
		{"MaxProgramMegabytes", o.MaxProgramMegabytes, nil, &raw.max_program_megabytes},
		{"MaxMemoryMegabytes", o.MaxMemoryMegabytes, nil, &raw.max_memory_megabytes},
	} {
		value := limit.value
		if value < NoLimit || value == NoLimit && limit.small == &raw.max_depth || limit.small != nil && value > math.MaxUint32 {
			return fmt.Errorf("%s is %d, which is out of range: %w", limit.name, value, ErrInvalidArgument)
		}
		if value == 0 {
			continue
		}
		if value == NoLimit {
			value = 0
		}
		if limit.small != nil {
			*limit.small = C.uint32_t(value)
		} else {
			*limit.wide = C.uint64_t(value)
		}
	}
	return nil
}

// What is set by calls.
func (o *Options) apply(loader *C.calpol_loader) error {
	for _, code := range o.Disable {
		text, err := cText("a code", code)
		if err != nil {
			return err
		}
		if err := statusError(C.calpol_loader_disable(loader, text), fmt.Sprintf("code %q", code)); err != nil {
			return err
		}
	}
	for _, option := range o.Evaluation {
		name, err := cText("the name of an option", option.Name)
		if err != nil {
			return err
		}
		value, err := cText("option "+option.Name, option.Value)
		if err != nil {
			return err
		}
		status := C.calpol_loader_set_option(loader, name, value)
		if err := statusError(status, fmt.Sprintf("option %q with value %q", option.Name, option.Value)); err != nil {
			return err
		}
	}
	return nil
}

func (p Path) add(loader *C.calpol_loader) error {
	path, err := cText("a path", string(p))
	if err != nil {
		return err
	}
	status := C.calpol_loader_add_path(loader, path)
	if status == C.CALPOL_ERROR_IO {
		return nil // the load will fail, and a diagnostic say why
	}
	return statusError(status, string(p))
}

func (t Text) add(loader *C.calpol_loader) error {
	name, err := cText("the name of a text", t.Name)
	if err != nil {
		return err
	}
	status := C.calpol_loader_add_text(loader, name, cBytes(t.Content), C.size_t(len(t.Content)))
	return statusError(status, t.Name)
}
