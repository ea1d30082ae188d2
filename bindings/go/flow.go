// SPDX-License-Identifier: Apache-2.0

package calpol

/*
#include <calpol/calpol.h>
*/
import "C"

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Flow is the first packet of a connection in words, as seen behind destination NAT. Each field whose
// value is the zero value is not known. For what has no field here, such as workloads described by
// their labels, there is calpol's JSON form: see [Ruleset.EvaluateJSON].
type Flow struct {
	// Source is an address or a reference: "pod:NS/NAME", "workloadendpoint:NS/NAME",
	// "hostendpoint:NAME", "node:NAME", "networkset:NS/NAME", "globalnetworkset:NAME", in short
	// "NS/NAME". Destination likewise, and "service:NS/NAME[:PORT]".
	Source, Destination string
	// Protocol is a name in any case or a number in decimal.
	Protocol string
	// SourcePort and DestinationPort are from 0 to 65535; Known makes them.
	SourcePort, DestinationPort *int
	// ICMPType and ICMPCode are from 0 to 255. A code without a type is an error.
	ICMPType, ICMPCode *int
	// HTTPMethod and HTTPPath are those of the request. NoHTTP: it is known that there is none.
	HTTPMethod, HTTPPath string
	NoHTTP               bool
	// Domains are the names that the client resolved to the destination. Nil: not known. Empty and
	// not nil: it is known that there are none.
	Domains []string
	// PreDNATIP and PreDNATPort are the destination before NAT, for policies that look at it.
	PreDNATIP   string
	PreDNATPort *int
	// IPVersion is 4 or 6, where neither address tells.
	IPVersion int
	// State is that of connection tracking. The zero value is that of a new connection.
	State State
}

// Known makes a pointer to a value, for the fields of a [Flow] in which zero is a value too.
func Known(value int) *int { return &value }

// The JSON form of what has no call of its own in C, and of what is the same in both.
type flowJSON struct {
	Protocol        *string      `json:"protocol,omitempty"`
	SourcePort      *int         `json:"source_port,omitempty"`
	DestinationPort *int         `json:"destination_port,omitempty"`
	ICMP            *icmpJSON    `json:"icmp,omitempty"`
	HTTP            interface{}  `json:"http,omitempty"`
	PreDNAT         *preDNATJSON `json:"pre_dnat,omitempty"`
	IPVersion       int          `json:"ip_version,omitempty"`
	State           string       `json:"state,omitempty"`
}

type icmpJSON struct {
	Type *int `json:"type,omitempty"`
	Code *int `json:"code,omitempty"`
}

type httpJSON struct {
	Method string `json:"method,omitempty"`
	Path   string `json:"path,omitempty"`
}

type preDNATJSON struct {
	IP   string `json:"ip,omitempty"`
	Port *int   `json:"port,omitempty"`
}

// All but the ends and the domains.
func (f *Flow) json() ([]byte, error) {
	form := flowJSON{
		SourcePort:      f.SourcePort,
		DestinationPort: f.DestinationPort,
		IPVersion:       f.IPVersion,
		State:           f.State.String(),
	}
	// JSON of Go's would replace what is no UTF-8.
	for _, text := range []string{f.Protocol, f.HTTPMethod, f.HTTPPath, f.PreDNATIP} {
		if !utf8.ValidString(text) {
			return nil, fmt.Errorf("%q is no UTF-8: %w", text, ErrInvalidInput)
		}
	}
	if f.Protocol != "" {
		form.Protocol = &f.Protocol
	}
	if f.ICMPType != nil || f.ICMPCode != nil {
		if f.ICMPType == nil {
			return nil, fmt.Errorf("an ICMP code without a type: %w", ErrInvalidInput)
		}
		form.ICMP = &icmpJSON{f.ICMPType, f.ICMPCode}
	}
	switch isHTTP := f.HTTPMethod != "" || f.HTTPPath != ""; {
	case isHTTP && f.NoHTTP:
		return nil, fmt.Errorf("NoHTTP contradicts the method and path of HTTP: %w", ErrInvalidInput)
	case isHTTP:
		form.HTTP = &httpJSON{f.HTTPMethod, f.HTTPPath}
	case f.NoHTTP:
		form.HTTP = json.RawMessage("null")
	}
	if f.PreDNATIP != "" || f.PreDNATPort != nil {
		form.PreDNAT = &preDNATJSON{f.PreDNATIP, f.PreDNATPort}
	}
	return json.Marshal(form)
}

// Sets the whole flow of a query.
func (f *Flow) set(q *query) error {
	form, err := f.json()
	if err != nil {
		return err
	}
	if err := q.setJSON(form); err != nil {
		return err
	}
	if f.Source != "" {
		text, err := cText("the source", f.Source)
		if err != nil {
			return err
		}
		if err := q.check(C.calpol_query_set_source(q.handle, text), "source"); err != nil {
			return err
		}
	}
	if f.Destination != "" {
		text, err := cText("the destination", f.Destination)
		if err != nil {
			return err
		}
		if err := q.check(C.calpol_query_set_destination(q.handle, text), "destination"); err != nil {
			return err
		}
	}
	return f.setDomains(q)
}

func (f *Flow) setDomains(q *query) error {
	if f.Domains == nil {
		return nil
	}
	if err := q.check(C.calpol_query_add_domain(q.handle, nil), "domains"); err != nil {
		return err
	}
	for _, domain := range f.Domains {
		text, err := cText("a domain", domain)
		if err != nil {
			return err
		}
		if err := q.check(C.calpol_query_add_domain(q.handle, text), "domains"); err != nil {
			return err
		}
	}
	return nil
}
