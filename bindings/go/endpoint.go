// SPDX-License-Identifier: Apache-2.0

package calpol

/*
#include <calpol/calpol.h>
*/
import "C"

import (
	"net/netip"
	"runtime"
	"unsafe"
)

// NamedPort is a named port of an endpoint.
type NamedPort struct {
	Name     string
	Port     uint16
	Protocol uint8 // its number; 0: TCP
}

// EndpointSpec is what is known of an endpoint. The zero value is a pod of namespace "default" without
// labels, addresses and ports.
type EndpointSpec struct {
	Namespace      string // "": "default"
	Name           string // of no influence on verdicts
	ServiceAccount string // "": "default"
	Node           string // "": not known
	Labels         map[string]string
	// Addresses: the first of a family is the one that flows have.
	Addresses []netip.Addr
	Ports     []NamedPort
	// Profiles in order; nil: those of namespace and service account.
	Profiles []string
}

// EndpointHandle is an endpoint that is in no input of a ruleset. It never changes; any number of
// goroutines may use one at once, and any of them may close it. [Ruleset.NewEndpoint] makes it.
type EndpointHandle struct {
	*endpointHolder
}

// What holds an endpoint of C's, as holder does a ruleset.
type endpointHolder struct {
	lifetime
	handle *C.calpol_endpoint
}

// NewEndpoint makes a handle for an endpoint that is in no input, such as a pod that was just made. It
// stands for the endpoint in flows of [Ruleset.EvaluateBatchWith], and verdicts are those of a ruleset
// with the endpoint in its input. Only flows that name it know of it: others do not find it by its
// address, and it is no backend of any Service. Where endpoints of the ruleset are like it in all that
// policies ask for, flows with it are as fast as others; not so in a ruleset that was opened.
//
// The handle is good for this ruleset only, whose memory stays until the handle is closed too.
func (r *Ruleset) NewEndpoint(spec EndpointSpec) (*EndpointHandle, error) {
	var memory cMemory
	var handle *C.calpol_endpoint

	ruleset, err := r.acquire()
	if err != nil {
		return nil, err
	}
	defer r.release()
	defer memory.free()
	raw, err := spec.raw(&memory)
	if err != nil {
		return nil, err
	}
	status := C.calpol_endpoint_new(ruleset, &raw, C.sizeof_struct_calpol_endpoint_spec, &handle)
	if err := statusError(status, "endpoint"); err != nil {
		return nil, err
	}
	endpoint := &EndpointHandle{&endpointHolder{handle: handle}}
	endpoint.begin()
	runtime.SetFinalizer(endpoint, func(endpoint *EndpointHandle) { endpoint.close() })
	return endpoint, nil
}

// Close frees the handle as soon as no call is using it. Calls that come later return [ErrClosed].
// Closing again does nothing. The error is always nil.
func (e *EndpointHandle) Close() error {
	e.close()
	return nil
}

// IsFast tells whether flows with it are judged as fast as others. Answers are the same.
func (e *EndpointHandle) IsFast() (bool, error) {
	if !e.enter() {
		return false, ErrClosed
	}
	defer e.release()
	return C.calpol_endpoint_is_fast(e.handle) != 0, nil
}

func (h *endpointHolder) close() {
	if h.end() {
		h.release()
	}
}

func (h *endpointHolder) release() {
	if h.leave() {
		C.calpol_endpoint_free(h.handle)
	}
}

// Handle is what stands for endpoints[index] of [Ruleset.EvaluateBatchWith], as SourceEndpoint or
// DestinationEndpoint of a [PlainFlow].
func Handle(index uint32) uint32 { return uint32(C.calpol_handle(C.uint32_t(index))) }

// EvaluateBatchWith is [Ruleset.EvaluateBatch] for flows whose ends may be handles, which [Handle]
// names. A place that is nil or behind the end of endpoints, or has a handle of another ruleset,
// makes a flow a bad one.
func (r *Ruleset) EvaluateBatchWith(endpoints []*EndpointHandle, flows []PlainFlow, verdicts []PlainVerdict) error {
	var first **C.calpol_endpoint

	table := make([]*C.calpol_endpoint, len(endpoints)) // has pointers of C's only
	for i, endpoint := range endpoints {
		if endpoint == nil {
			continue
		}
		if !endpoint.enter() {
			clearVerdicts(verdicts)
			return ErrClosed
		}
		defer endpoint.release()
		table[i] = endpoint.handle
	}
	if len(table) > 0 {
		first = &table[0]
	}
	return r.judge(flows, verdicts, func(handle *C.calpol_ruleset) C.int {
		return C.calpol_evaluate_with(handle, first, C.size_t(len(table)), unsafe.Pointer(&flows[0]),
			C.sizeof_struct_calpol_flow, C.size_t(len(flows)), unsafe.Pointer(&verdicts[0]), C.sizeof_struct_calpol_verdict)
	})
}

// The struct of C's, which points to memory of C's only.
func (s *EndpointSpec) raw(memory *cMemory) (C.struct_calpol_endpoint_spec, error) {
	var keys, values []string

	for key, value := range s.Labels {
		keys = append(keys, key)
		values = append(values, value)
	}
	raw := C.struct_calpol_endpoint_spec{
		namespace_name:  memory.optional("the namespace", s.Namespace),
		name:            memory.optional("the name", s.Name),
		service_account: memory.optional("the service account", s.ServiceAccount),
		node:            memory.optional("the node", s.Node),
		label_keys:      memory.texts("the key of a label", keys),
		label_values:    memory.texts("the value of a label", values),
		label_count:     C.uint32_t(len(keys)),
	}
	if s.Profiles != nil {
		raw.profiles = memory.texts("a profile", s.Profiles)
		raw.profile_count = C.uint32_t(len(s.Profiles))
	}
	raw.addresses, raw.address_count = memory.addresses(s.Addresses), C.uint32_t(len(s.Addresses))
	raw.ports, raw.port_count = memory.ports(s.Ports), C.uint32_t(len(s.Ports))
	return raw, memory.err
}

func (m *cMemory) addresses(addresses []netip.Addr) *C.struct_calpol_address {
	first := (*C.struct_calpol_address)(m.allocate(len(addresses), C.sizeof_struct_calpol_address))
	for i, raw := 0, unsafe.Slice(first, len(addresses)); i < len(raw); i++ {
		plain := PlainAddress(addresses[i])
		raw[i] = *(*C.struct_calpol_address)(unsafe.Pointer(&plain))
	}
	return first
}

func (m *cMemory) ports(ports []NamedPort) *C.struct_calpol_endpoint_port {
	first := (*C.struct_calpol_endpoint_port)(m.allocate(len(ports), C.sizeof_struct_calpol_endpoint_port))
	for i, raw := 0, unsafe.Slice(first, len(ports)); i < len(raw); i++ {
		raw[i] = C.struct_calpol_endpoint_port{
			name:     m.text("the name of a port", ports[i].Name),
			port:     C.uint16_t(ports[i].Port),
			protocol: C.uint8_t(ports[i].Protocol),
		}
	}
	return first
}
