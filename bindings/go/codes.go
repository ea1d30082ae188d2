// SPDX-License-Identifier: Apache-2.0

package calpol

/*
#include <calpol/calpol.h>
*/
import "C"

import (
	"encoding/json"
	"strings"
)

// Action is what happens to a flow, or what a rule says.
type Action uint8

const (
	// ActionNone: no policy was asked. In a batch: the flow was bad.
	ActionNone Action = C.CALPOL_ACTION_NONE
	// ActionAllow is the one action that means that the flow passes for certain.
	ActionAllow Action = C.CALPOL_ACTION_ALLOW
	ActionDeny  Action = C.CALPOL_ACTION_DENY
	// ActionPass and ActionLog are found in steps only.
	ActionPass Action = C.CALPOL_ACTION_PASS
	ActionLog  Action = C.CALPOL_ACTION_LOG
	// ActionUnknown: the answer hangs on something that the flow does not tell.
	ActionUnknown Action = C.CALPOL_ACTION_UNKNOWN
	// ActionMixed: the backends of a Service have different verdicts.
	ActionMixed Action = C.CALPOL_ACTION_MIXED
)

// String is the name in calpol's JSON: "allow".
func (a Action) String() string { return C.GoString(C.calpol_action_name(C.int(a))) }

// MarshalText is String.
func (a Action) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// Stage is a place where policies are asked. Values may be added in any release.
type Stage uint16

const (
	StageNone             Stage = C.CALPOL_STAGE_NONE
	StageWorkloadEgress   Stage = C.CALPOL_STAGE_WORKLOAD_EGRESS
	StageWorkloadIngress  Stage = C.CALPOL_STAGE_WORKLOAD_INGRESS
	StageHostEgress       Stage = C.CALPOL_STAGE_HOST_EGRESS
	StageHostIngress      Stage = C.CALPOL_STAGE_HOST_INGRESS
	StageForwardEgress    Stage = C.CALPOL_STAGE_FORWARD_EGRESS
	StageForwardIngress   Stage = C.CALPOL_STAGE_FORWARD_INGRESS
	StagePreDNATIngress   Stage = C.CALPOL_STAGE_PREDNAT_INGRESS
	StageUntrackedEgress  Stage = C.CALPOL_STAGE_UNTRACKED_EGRESS
	StageUntrackedIngress Stage = C.CALPOL_STAGE_UNTRACKED_INGRESS
	StageToHost           Stage = C.CALPOL_STAGE_TO_HOST
	StageHostToWorkload   Stage = C.CALPOL_STAGE_HOST_TO_WORKLOAD
	StageLoopback         Stage = C.CALPOL_STAGE_LOOPBACK
	StageSameEndpoint     Stage = C.CALPOL_STAGE_SAME_ENDPOINT
)

// String is the name in calpol's JSON: "workload-egress"; "" for StageNone.
func (s Stage) String() string { return C.GoString(C.calpol_stage_name(C.int(s))) }

// MarshalText is String.
func (s Stage) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Reason is why an answer came about without a rule. Values may be added in any release.
type Reason uint8

const (
	// ReasonNone: a rule, a profile or the end of a tier decided.
	ReasonNone                 Reason = C.CALPOL_REASON_NONE
	ReasonSameEndpoint         Reason = C.CALPOL_REASON_SAME_ENDPOINT
	ReasonHostToOwnWorkload    Reason = C.CALPOL_REASON_HOST_TO_OWN_WORKLOAD
	ReasonLoopback             Reason = C.CALPOL_REASON_LOOPBACK
	ReasonNoEndpoint           Reason = C.CALPOL_REASON_NO_ENDPOINT
	ReasonConntrackEstablished Reason = C.CALPOL_REASON_CONNTRACK_ESTABLISHED
	ReasonConntrackRelated     Reason = C.CALPOL_REASON_CONNTRACK_RELATED
	ReasonConntrackInvalid     Reason = C.CALPOL_REASON_CONNTRACK_INVALID
	ReasonFailsafe             Reason = C.CALPOL_REASON_FAILSAFE
	ReasonAcceptedEarly        Reason = C.CALPOL_REASON_ACCEPTED_EARLY
	ReasonNoForwardPolicy      Reason = C.CALPOL_REASON_NO_FORWARD_POLICY
	ReasonForwardPass          Reason = C.CALPOL_REASON_FORWARD_PASS
	ReasonEndpointToHostDrop   Reason = C.CALPOL_REASON_ENDPOINT_TO_HOST_DROP
	ReasonEndpointToHostAccept Reason = C.CALPOL_REASON_ENDPOINT_TO_HOST_ACCEPT
	ReasonEndpointToHostReturn Reason = C.CALPOL_REASON_ENDPOINT_TO_HOST_RETURN
	ReasonICMPv6Neighbour      Reason = C.CALPOL_REASON_ICMPV6_NEIGHBOUR
	ReasonOwnNode              Reason = C.CALPOL_REASON_OWN_NODE
	ReasonNoBackends           Reason = C.CALPOL_REASON_NO_BACKENDS
)

// String is the name in calpol's JSON: "failsafe"; "" for ReasonNone.
func (r Reason) String() string { return C.GoString(C.calpol_reason_name(C.int(r))) }

// MarshalText is String.
func (r Reason) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// Depends is a set of what an unknown answer hangs on.
type Depends uint32

const (
	DependsProtocol             Depends = C.CALPOL_DEPENDS_PROTOCOL
	DependsSourcePort           Depends = C.CALPOL_DEPENDS_SOURCE_PORT
	DependsDestinationPort      Depends = C.CALPOL_DEPENDS_DESTINATION_PORT
	DependsSourceIP             Depends = C.CALPOL_DEPENDS_SOURCE_IP
	DependsDestinationIP        Depends = C.CALPOL_DEPENDS_DESTINATION_IP
	DependsICMP                 Depends = C.CALPOL_DEPENDS_ICMP
	DependsHTTPMethod           Depends = C.CALPOL_DEPENDS_HTTP_METHOD
	DependsHTTPPath             Depends = C.CALPOL_DEPENDS_HTTP_PATH
	DependsDestinationDomains   Depends = C.CALPOL_DEPENDS_DESTINATION_DOMAINS
	DependsSourceInterface      Depends = C.CALPOL_DEPENDS_SOURCE_INTERFACE
	DependsDestinationInterface Depends = C.CALPOL_DEPENDS_DESTINATION_INTERFACE
)

// Names are those of the members, as in calpol's JSON: "destination_port". Never nil.
func (d Depends) Names() []string {
	names := []string{}
	for bit := Depends(1); bit != 0 && bit <= d; bit <<= 1 {
		if d&bit != 0 {
			names = append(names, C.GoString(C.calpol_dependency_name(C.uint32_t(bit))))
		}
	}
	return names
}

// String has the names, "protocol, destination_port".
func (d Depends) String() string { return strings.Join(d.Names(), ", ") }

// MarshalJSON makes a list of the names.
func (d Depends) MarshalJSON() ([]byte, error) { return json.Marshal(d.Names()) }

// Severity is how grave a diagnostic is. Errors make a load fail.
type Severity uint32

const (
	SeverityNote    Severity = C.CALPOL_SEVERITY_NOTE
	SeverityWarning Severity = C.CALPOL_SEVERITY_WARNING
	SeverityError   Severity = C.CALPOL_SEVERITY_ERROR
)

// String is "note", "warning" or "error".
func (s Severity) String() string {
	switch s {
	case SeverityNote:
		return "note"
	case SeverityWarning:
		return "warning"
	case SeverityError:
		return "error"
	}
	return "unknown"
}

// Dialect is whose reading of Kubernetes objects to follow where Calico departs from Kubernetes.
type Dialect uint32

const (
	// DialectAuto is Calico's if any Calico object is in the input, else Kubernetes'.
	DialectAuto Dialect = C.CALPOL_DIALECT_AUTO
	// DialectUpstream: the Kubernetes documentation decides.
	DialectUpstream Dialect = C.CALPOL_DIALECT_UPSTREAM
	// DialectCalico: what a Calico cluster does decides.
	DialectCalico Dialect = C.CALPOL_DIALECT_CALICO
)

// State is what connection tracking says of a packet. The zero value is that of a new connection.
type State uint8

const (
	StateNew         State = C.CALPOL_STATE_NEW
	StateEstablished State = C.CALPOL_STATE_ESTABLISHED
	StateRelated     State = C.CALPOL_STATE_RELATED
	StateInvalid     State = C.CALPOL_STATE_INVALID
)

var stateNames = [...]string{"new", "established", "related", "invalid"}

// String is the name in calpol's JSON; "unknown" for another number, which no flow may have.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return "unknown"
}
