// SPDX-License-Identifier: Apache-2.0

package calpol

/*
#include <calpol/calpol.h>
*/
import "C"

import (
	"fmt"
	"net/netip"
	"unsafe"
)

// Given tells which fields of a [PlainFlow] are known.
type Given uint32

const (
	GivenProtocol        Given = C.CALPOL_GIVEN_PROTOCOL
	GivenSourcePort      Given = C.CALPOL_GIVEN_SOURCE_PORT
	GivenDestinationPort Given = C.CALPOL_GIVEN_DESTINATION_PORT
	GivenICMPType        Given = C.CALPOL_GIVEN_ICMP_TYPE
	GivenICMPCode        Given = C.CALPOL_GIVEN_ICMP_CODE
	// GivenNoHTTP: there is no HTTP information; without it, HTTP is unknown.
	GivenNoHTTP Given = C.CALPOL_GIVEN_NO_HTTP
	// GivenNoDomains: the destination has no domain names; without it, they are unknown.
	GivenNoDomains Given = C.CALPOL_GIVEN_NO_DOMAINS
	// GivenError: what the flow was made of could not be read; it will get no verdict.
	GivenError Given = C.CALPOL_GIVEN_ERROR
)

// Address is an IP address in a [PlainFlow]. The zero value is none. See [PlainAddress].
type Address struct {
	Family   uint8 // 4, 6, or 0 for none
	reserved [3]uint8
	Bytes    [16]uint8 // network byte order; IPv4 lies in the first four
}

// PlainAddress converts an address; the zero netip.Addr becomes the zero Address. Zones are dropped
// and IPv4-mapped addresses become IPv4.
func PlainAddress(address netip.Addr) Address {
	var plain Address

	address = address.Unmap()
	switch {
	case address.Is4():
		bytes := address.As4()
		plain.Family = 4
		copy(plain.Bytes[:], bytes[:])
	case address.Is6():
		plain.Family = 6
		plain.Bytes = address.As16()
	}
	return plain
}

// PlainFlow is a flow as ids and bytes, laid out as in C. Start from [NewPlainFlow]: in the zero value
// both ends are endpoint 0, whichever that is.
type PlainFlow struct {
	// Given has the fields that are known, of those it has bits for.
	Given Given
	// SourceEndpoint and DestinationEndpoint are ids of the ruleset, see [Ruleset.FindEndpoint], or
	// name a handle, see [Handle]; None: the address, if any, is looked up.
	SourceEndpoint, DestinationEndpoint uint32
	// SourceAddress and DestinationAddress, if given, override those of the endpoints.
	SourceAddress, DestinationAddress Address
	SourcePort, DestinationPort       uint16
	Protocol                          uint8
	ICMPType, ICMPCode                uint8
	State                             State
	reserved                          [4]uint32
}

// NewPlainFlow is a flow of which nothing is known.
func NewPlainFlow() PlainFlow {
	return PlainFlow{SourceEndpoint: None, DestinationEndpoint: None}
}

// PlainDecision is the answer for one direction, laid out as in C.
type PlainDecision struct {
	Action Action // ActionAllow, ActionDeny, ActionUnknown; ActionNone: not policed
	Reason Reason
	Stage  Stage
	// TierID is None if a profile decided or no single rule. See [Ruleset.Tier].
	TierID uint32
	// PolicyID is None if no single rule decided. See [Ruleset.Policy].
	PolicyID uint32
	// Rule is the index in the policy's rules of that direction; -1: end of tier, or no profile matched.
	Rule int32
}

// PlainVerdict is the answer for a flow, laid out as in C.
type PlainVerdict struct {
	// Action is ActionAllow, ActionDeny or ActionUnknown; ActionNone: the flow was bad.
	Action Action
	Reason Reason
	// DecidedBy is the first stage that definitely denies.
	DecidedBy Stage
	// DependsOn is what an ActionUnknown hangs on.
	DependsOn       Depends
	reserved        [2]uint32
	Egress, Ingress PlainDecision
}

// The structs are handed to C as they are. An index other than 0 does not compile.
var (
	_ = [1]int{}[unsafe.Sizeof(Address{})-C.sizeof_struct_calpol_address]
	_ = [1]int{}[unsafe.Offsetof(Address{}.Bytes)-unsafe.Offsetof(C.struct_calpol_address{}.bytes)]

	_ = [1]int{}[unsafe.Sizeof(PlainFlow{})-C.sizeof_struct_calpol_flow]
	_ = [1]int{}[unsafe.Offsetof(PlainFlow{}.Given)-unsafe.Offsetof(C.struct_calpol_flow{}.given)]
	_ = [1]int{}[unsafe.Offsetof(PlainFlow{}.SourceEndpoint)-unsafe.Offsetof(C.struct_calpol_flow{}.source_endpoint)]
	_ = [1]int{}[unsafe.Offsetof(PlainFlow{}.DestinationEndpoint)-unsafe.Offsetof(C.struct_calpol_flow{}.destination_endpoint)]
	_ = [1]int{}[unsafe.Offsetof(PlainFlow{}.SourceAddress)-unsafe.Offsetof(C.struct_calpol_flow{}.source_address)]
	_ = [1]int{}[unsafe.Offsetof(PlainFlow{}.DestinationAddress)-unsafe.Offsetof(C.struct_calpol_flow{}.destination_address)]
	_ = [1]int{}[unsafe.Offsetof(PlainFlow{}.SourcePort)-unsafe.Offsetof(C.struct_calpol_flow{}.source_port)]
	_ = [1]int{}[unsafe.Offsetof(PlainFlow{}.DestinationPort)-unsafe.Offsetof(C.struct_calpol_flow{}.destination_port)]
	_ = [1]int{}[unsafe.Offsetof(PlainFlow{}.Protocol)-unsafe.Offsetof(C.struct_calpol_flow{}.protocol)]
	_ = [1]int{}[unsafe.Offsetof(PlainFlow{}.ICMPType)-unsafe.Offsetof(C.struct_calpol_flow{}.icmp_type)]
	_ = [1]int{}[unsafe.Offsetof(PlainFlow{}.ICMPCode)-unsafe.Offsetof(C.struct_calpol_flow{}.icmp_code)]
	_ = [1]int{}[unsafe.Offsetof(PlainFlow{}.State)-unsafe.Offsetof(C.struct_calpol_flow{}.state)]

	_ = [1]int{}[unsafe.Sizeof(PlainDecision{})-C.sizeof_struct_calpol_decision]
	_ = [1]int{}[unsafe.Offsetof(PlainDecision{}.Action)-unsafe.Offsetof(C.struct_calpol_decision{}.action)]
	_ = [1]int{}[unsafe.Offsetof(PlainDecision{}.Reason)-unsafe.Offsetof(C.struct_calpol_decision{}.reason)]
	_ = [1]int{}[unsafe.Offsetof(PlainDecision{}.Stage)-unsafe.Offsetof(C.struct_calpol_decision{}.stage)]
	_ = [1]int{}[unsafe.Offsetof(PlainDecision{}.TierID)-unsafe.Offsetof(C.struct_calpol_decision{}.tier)]
	_ = [1]int{}[unsafe.Offsetof(PlainDecision{}.PolicyID)-unsafe.Offsetof(C.struct_calpol_decision{}.policy)]
	_ = [1]int{}[unsafe.Offsetof(PlainDecision{}.Rule)-unsafe.Offsetof(C.struct_calpol_decision{}.rule)]

	_ = [1]int{}[unsafe.Sizeof(PlainVerdict{})-C.sizeof_struct_calpol_verdict]
	_ = [1]int{}[unsafe.Offsetof(PlainVerdict{}.Action)-unsafe.Offsetof(C.struct_calpol_verdict{}.action)]
	_ = [1]int{}[unsafe.Offsetof(PlainVerdict{}.Reason)-unsafe.Offsetof(C.struct_calpol_verdict{}.reason)]
	_ = [1]int{}[unsafe.Offsetof(PlainVerdict{}.DecidedBy)-unsafe.Offsetof(C.struct_calpol_verdict{}.decided_by)]
	_ = [1]int{}[unsafe.Offsetof(PlainVerdict{}.DependsOn)-unsafe.Offsetof(C.struct_calpol_verdict{}.depends_on)]
	_ = [1]int{}[unsafe.Offsetof(PlainVerdict{}.Egress)-unsafe.Offsetof(C.struct_calpol_verdict{}.egress)]
	_ = [1]int{}[unsafe.Offsetof(PlainVerdict{}.Ingress)-unsafe.Offsetof(C.struct_calpol_verdict{}.ingress)]
)

// EvaluateBatch judges flows[i] into verdicts[i]; the slices have the same length. They are
// handed to C as they are: no flow is copied and nothing is allocated for it.
//
// A flow that contradicts itself gets the zero verdict, whose action is [ActionNone], and does not
// stop the others; the error then wraps [ErrInvalidInput]. After any other error verdicts is
// zero throughout.
func (r *Ruleset) EvaluateBatch(flows []PlainFlow, verdicts []PlainVerdict) error {
	return r.judge(flows, verdicts, func(handle *C.calpol_ruleset) C.int {
		return C.calpol_evaluate_batch(handle, unsafe.Pointer(&flows[0]), C.sizeof_struct_calpol_flow,
			C.size_t(len(flows)), unsafe.Pointer(&verdicts[0]), C.sizeof_struct_calpol_verdict)
	})
}

// Sees to what call need not: that there are flows, and a verdict for each.
func (r *Ruleset) judge(flows []PlainFlow, verdicts []PlainVerdict, call func(handle *C.calpol_ruleset) C.int) error {
	if len(flows) != len(verdicts) {
		clearVerdicts(verdicts)
		return fmt.Errorf("%d flows and %d verdicts: %w", len(flows), len(verdicts), ErrInvalidArgument)
	}
	handle, err := r.acquire()
	if err != nil {
		clearVerdicts(verdicts)
		return err
	}
	defer r.release()
	if len(flows) == 0 {
		return nil
	}
	status := call(handle)
	if status != C.CALPOL_OK && status != C.CALPOL_ERROR_INVALID_INPUT {
		clearVerdicts(verdicts)
	}
	return statusError(status, "batch")
}

// What a slice held before must not pass for answers.
func clearVerdicts(verdicts []PlainVerdict) {
	for i := range verdicts {
		verdicts[i] = PlainVerdict{}
	}
}

// Column says what a column of texts tells of flows.
type Column int

const (
	// ColumnSource and ColumnDestination: an address or a reference, as FindEndpoint takes it.
	ColumnSource      Column = C.CALPOL_COLUMN_SOURCE
	ColumnDestination Column = C.CALPOL_COLUMN_DESTINATION
	// ColumnProtocol: a name in any case or a number in decimal.
	ColumnProtocol Column = C.CALPOL_COLUMN_PROTOCOL
)

// ReadColumn puts texts into flows, in the layout of Apache Arrow: text i, for flow i, is
// text[offsets[i]:offsets[i+1]]. Where given, if it is not nil, has a 0, nothing is known and the flow
// stays as it is. A text that cannot be read sets GivenError in its flow, and the error wraps
// [ErrInvalidInput].
func (r *Ruleset) ReadColumn(column Column, text []byte, offsets []uint64, given []uint8, flows []PlainFlow) error {
	if len(flows) == 0 {
		return nil
	}
	if len(offsets) != len(flows)+1 || given != nil && len(given) != len(flows) {
		return fmt.Errorf("%d flows, %d offsets, %d given: %w", len(flows), len(offsets), len(given), ErrInvalidArgument)
	}
	// C sees to it that offsets do not descend.
	if offsets[len(flows)] > uint64(len(text)) {
		return fmt.Errorf("the last offset is beyond the text: %w", ErrInvalidArgument)
	}
	handle, err := r.acquire()
	if err != nil {
		return err
	}
	defer r.release()
	var known *C.uint8_t
	if given != nil {
		known = (*C.uint8_t)(unsafe.Pointer(&given[0]))
	}
	status := C.calpol_flows_read_column(handle, C.int(column), cBytes(text), (*C.uint64_t)(unsafe.Pointer(&offsets[0])),
		known, C.size_t(len(flows)), unsafe.Pointer(&flows[0]), C.sizeof_struct_calpol_flow)
	return statusError(status, "column")
}
