// SPDX-License-Identifier: Apache-2.0

package calpol

/*
#include <calpol/calpol.h>
*/
import "C"

import (
	"fmt"
	"net/netip"
	"runtime"
	"strings"
	"unsafe"
)

// Ruleset is compiled policy. It never changes; any number of goroutines may use one at once, and any
// of them may close it. [Load], [Open] and [Ruleset.Update] make it.
//
// Its memory is C's, so the garbage collector does not know how much hangs on a Ruleset: call Close
// when a new ruleset took its place, rather than wait for the finalizer.
type Ruleset struct {
	*holder
	diagnostics []Diagnostic
}

// What holds the reference to a ruleset of C's. It outlives the Ruleset if a call is under way when
// that is finalized.
type holder struct {
	lifetime
	handle *C.calpol_ruleset
}

// Takes over the caller's reference.
func newRuleset(handle *C.calpol_ruleset, diagnostics []Diagnostic) *Ruleset {
	ruleset := &Ruleset{&holder{handle: handle}, diagnostics}
	ruleset.begin()
	runtime.SetFinalizer(ruleset, func(ruleset *Ruleset) { ruleset.close() })
	return ruleset
}

// Close frees the ruleset as soon as no call is using it. Calls that come later return [ErrClosed].
// Closing again does nothing. The error is always nil.
func (r *Ruleset) Close() error {
	r.close()
	return nil
}

func (h *holder) close() {
	if h.end() {
		h.release()
	}
}

// The handle, for as long as release is not called.
func (h *holder) acquire() (*C.calpol_ruleset, error) {
	if !h.enter() {
		return nil, ErrClosed
	}
	return h.handle, nil
}

func (h *holder) release() {
	if h.leave() {
		C.calpol_ruleset_unref(h.handle)
	}
}

// Diagnostics are the warnings and notes of the load.
func (r *Ruleset) Diagnostics() []Diagnostic { return r.diagnostics }

// Counts is how much is in a ruleset.
type Counts struct {
	Tiers, Policies, Rules                   int
	Endpoints                                int
	NetworkSets, Namespaces, Services, Nodes int
	Selectors, LabelSets                     int // distinct ones
	Bytes                                    uint64
	Dialect                                  Dialect // the one in force, never DialectAuto
	Programs, ProgramsLeftOut                int
}

// Counts tells how much is in it.
func (r *Ruleset) Counts() (Counts, error) {
	var raw C.struct_calpol_counts

	handle, err := r.acquire()
	if err != nil {
		return Counts{}, err
	}
	defer r.release()
	if err := statusError(C.calpol_ruleset_counts(handle, &raw, C.sizeof_struct_calpol_counts), "counts"); err != nil {
		return Counts{}, err
	}
	return Counts{
		Tiers: int(raw.tiers), Policies: int(raw.policies), Rules: int(raw.rules),
		Endpoints:   int(raw.endpoints),
		NetworkSets: int(raw.network_sets), Namespaces: int(raw.namespaces),
		Services: int(raw.services), Nodes: int(raw.nodes),
		Selectors: int(raw.selectors), LabelSets: int(raw.label_sets),
		Bytes: uint64(raw.bytes), Dialect: Dialect(raw.dialect),
		Programs: int(raw.programs), ProgramsLeftOut: int(raw.programs_left_out),
	}, nil
}

// FindEndpoint is the id of a reference: "pod:NS/NAME", "workloadendpoint:NS/NAME",
// "hostendpoint:NAME", in short "NS/NAME". Ids belong to a ruleset. If there is none, the error wraps
// [ErrNotFound] and has the nearest names.
func (r *Ruleset) FindEndpoint(reference string) (uint32, error) {
	var id C.uint32_t

	text, err := cText("a reference", reference)
	if err != nil {
		return None, err
	}
	handle, err := r.acquire()
	if err != nil {
		return None, err
	}
	defer r.release()
	status := C.calpol_ruleset_find_endpoint(handle, text, &id)
	if status == C.CALPOL_ERROR_NOT_FOUND {
		return None, notFound(handle, reference, text)
	}
	if err := statusError(status, reference); err != nil {
		return None, err
	}
	return uint32(id), nil
}

func notFound(handle *C.calpol_ruleset, reference string, text *C.char) error {
	var near [1024]C.char

	what := fmt.Sprintf("there is no endpoint %q", reference)
	if C.calpol_ruleset_suggest(handle, text, &near[0], C.size_t(len(near))) == C.CALPOL_OK && near[0] != 0 {
		what += ", near it: " + C.GoString(&near[0])
	}
	return fmt.Errorf("%s: %w", what, ErrNotFound)
}

// FindAddress is the id of the first declared workload endpoint that owns an address.
func (r *Ruleset) FindAddress(address netip.Addr) (uint32, error) {
	var id C.uint32_t

	plain := PlainAddress(address)
	handle, err := r.acquire()
	if err != nil {
		return None, err
	}
	defer r.release()
	status := C.calpol_ruleset_find_address(handle, (*C.struct_calpol_address)(unsafe.Pointer(&plain)), &id)
	if err := statusError(status, "endpoint of "+address.String()); err != nil {
		return None, err
	}
	return uint32(id), nil
}

// Endpoint is a workload or host endpoint.
type Endpoint struct {
	ID        uint32
	Reference string // "pod:NS/NAME", "workloadendpoint:NS/NAME", "hostendpoint:NAME"
	Namespace string // "" for host endpoints
	Name      string
	Node      string // "" if not known
	Source    string // where it was declared; "" if nowhere
	Line      int    // from 1; 0: not known
	Addresses int    // how many it has
	IsHost    bool
}

// Endpoint describes an id, which runs from 0 to Counts.Endpoints - 1.
func (r *Ruleset) Endpoint(id uint32) (Endpoint, error) {
	var raw C.struct_calpol_endpoint_info

	handle, err := r.acquire()
	if err != nil {
		return Endpoint{}, err
	}
	defer r.release()
	status := C.calpol_ruleset_endpoint(handle, C.uint32_t(id), &raw, C.sizeof_struct_calpol_endpoint_info)
	if err := statusError(status, fmt.Sprintf("endpoint %d", id)); err != nil {
		return Endpoint{}, err
	}
	return Endpoint{
		ID:        id,
		Reference: C.GoString(raw.reference),
		Namespace: C.GoString(raw.namespace_name),
		Name:      C.GoString(raw.name),
		Node:      C.GoString(raw.node),
		Source:    C.GoString(raw.source),
		Line:      int(raw.line),
		Addresses: int(raw.address_count),
		IsHost:    raw.is_host != 0,
	}, nil
}

// Policy is a policy or, if TierID is [None], a profile.
type Policy struct {
	ID              uint32
	Label           string // "np:shop/web", "gnp:deny", "pro:kns.shop"
	Kind            string // "NetworkPolicy", "KubernetesNetworkPolicy", "Profile", ...
	Namespace       string // "" for cluster-wide kinds
	Name            string
	Source          string // the file it came from; "" for what is implied
	Line            int    // of the resource, from 1; 0: not known
	TierID          uint32
	Order           float64 // infinity if it has none
	Ingress, Egress int     // rules, as expanded
	Staged          bool
}

// Policy describes the id of a policy or profile, as verdicts have it.
func (r *Ruleset) Policy(id uint32) (Policy, error) {
	var raw C.struct_calpol_policy_info

	handle, err := r.acquire()
	if err != nil {
		return Policy{}, err
	}
	defer r.release()
	status := C.calpol_ruleset_policy(handle, C.uint32_t(id), &raw, C.sizeof_struct_calpol_policy_info)
	if err := statusError(status, fmt.Sprintf("policy %d", id)); err != nil {
		return Policy{}, err
	}
	return Policy{
		ID:        id,
		Label:     C.GoString(raw.label),
		Kind:      C.GoString(raw.kind),
		Namespace: C.GoString(raw.namespace_name),
		Name:      C.GoString(raw.name),
		Source:    C.GoString(raw.source),
		Line:      int(raw.line),
		TierID:    uint32(raw.tier),
		Order:     float64(raw.order),
		Ingress:   int(raw.ingress_count),
		Egress:    int(raw.egress_count),
		Staged:    raw.staged != 0,
	}, nil
}

// Tier is a tier.
type Tier struct {
	ID            uint32
	Name          string
	Order         float64 // infinity if it has none
	DefaultAction Action  // ActionDeny or ActionPass
	Policies      int     // how many it has
	Declared      bool    // false: built in, or only named by a policy
}

// Tier describes the id of a tier. Ids ascend in the order of evaluation.
func (r *Ruleset) Tier(id uint32) (Tier, error) {
	var raw C.struct_calpol_tier_info

	handle, err := r.acquire()
	if err != nil {
		return Tier{}, err
	}
	defer r.release()
	status := C.calpol_ruleset_tier(handle, C.uint32_t(id), &raw, C.sizeof_struct_calpol_tier_info)
	if err := statusError(status, fmt.Sprintf("tier %d", id)); err != nil {
		return Tier{}, err
	}
	return Tier{
		ID:            id,
		Name:          C.GoString(raw.name),
		Order:         float64(raw.order),
		DefaultAction: Action(raw.default_action),
		Policies:      int(raw.policy_count),
		Declared:      raw.declared != 0,
	}, nil
}

// Suggest has at most three references near one that was not found, nearest first.
func (r *Ruleset) Suggest(reference string) ([]string, error) {
	var near [1024]C.char

	text, err := cText("a reference", reference)
	if err != nil {
		return nil, err
	}
	handle, err := r.acquire()
	if err != nil {
		return nil, err
	}
	defer r.release()
	status := C.calpol_ruleset_suggest(handle, text, &near[0], C.size_t(len(near)))
	if err := statusError(status, reference); err != nil || near[0] == 0 {
		return nil, err
	}
	return strings.Split(C.GoString(&near[0]), ", "), nil
}
