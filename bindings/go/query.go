// SPDX-License-Identifier: Apache-2.0

package calpol

/*
#include <calpol/calpol.h>
*/
import "C"

import "fmt"

// Decision is the answer for one direction.
type Decision struct {
	// Action is ActionAllow, ActionDeny, ActionUnknown or, for Services, ActionMixed; ActionNone: not
	// policed.
	Action Action `json:"action"`
	Stage  Stage  `json:"stage"`
	Reason Reason `json:"reason"`
	// Tier is "" if a profile decided, or no single rule.
	Tier string `json:"tier"`
	// Policy is a label, "np:shop/web" or "pro:kns.shop"; "" if no single rule decided.
	Policy string `json:"policy"`
	// Rule is the index in the policy's rules of that direction; -1: end of the tier, or no rule.
	Rule int `json:"rule"`

	// TierID and PolicyID are the same as ids, or None.
	TierID   uint32 `json:"-"`
	PolicyID uint32 `json:"-"`
}

// Verdict is the answer for a flow.
type Verdict struct {
	// Action is ActionAllow, ActionDeny, ActionUnknown or ActionMixed.
	Action Action `json:"action"`
	// Reason tells why no policy was walked.
	Reason Reason `json:"reason"`
	// DecidedBy is the first stage that definitely denies; StageNone if none does.
	DecidedBy Stage `json:"decided_by"`
	// DependsOn is what an ActionUnknown hangs on.
	DependsOn Depends `json:"depends_on"`
	// Egress is of the source's endpoint, Ingress of the destination's.
	Egress  Decision `json:"egress"`
	Ingress Decision `json:"ingress"`
}

// Allowed tells whether it is certain that the flow passes. Not so if the action is unknown or mixed.
func (v Verdict) Allowed() bool { return v.Action == ActionAllow }

// Step is one step of the walk: a rule that was looked at, the end of a tier, a profile.
type Step struct {
	Stage Stage
	// Action is that of the rule, end of tier or profile; ActionNone: the rule missed.
	Action Action
	// Certain is false if the step is taken only on some branches, because something is unknown.
	Certain bool
	// TierID is None for profiles.
	TierID   uint32
	PolicyID uint32
	// Rule is -1 for the end of a tier, or if no profile matched.
	Rule int
	// DependsOn is what a rule that may match hangs on.
	DependsOn Depends
}

// Explanation is a verdict and how it came about.
type Explanation struct {
	Verdict Verdict
	// Summary is the verdict and what decided it, in a few lines for people; Text the whole walk and
	// what would change the answer.
	Summary, Text string
	// JSON is the result as one line.
	JSON string
	// Steps are every rule that was looked at, ends of tiers and profiles, in order.
	Steps []Step
}

// QueryOption changes how one question is answered.
type QueryOption func(q *query) error

// WithOption sets an option of evaluation for one question, as in [Options].Evaluation.
func WithOption(name, value string) QueryOption {
	return func(q *query) error {
		cName, err := cText("the name of an option", name)
		if err != nil {
			return err
		}
		cValue, err := cText("option "+name, value)
		if err != nil {
			return err
		}
		return q.check(C.calpol_query_set_option(q.handle, cName, cValue), fmt.Sprintf("option %q", name))
	}
}

// WithLabel answers as if an endpoint or network set had another label. change is "KEY=VALUE" to set
// it and "KEY-" to remove it.
func WithLabel(reference, change string) QueryOption {
	return func(q *query) error {
		cReference, err := cText("a reference", reference)
		if err != nil {
			return err
		}
		cChange, err := cText("a label", change)
		if err != nil {
			return err
		}
		return q.check(C.calpol_query_relabel(q.handle, cReference, cChange), "label of "+reference)
	}
}

// Evaluate judges one flow. The error is a [*FlowError] if the flow contradicts itself or names
// something that is not there; there is no verdict then.
func (r *Ruleset) Evaluate(flow Flow, options ...QueryOption) (Verdict, error) {
	return r.evaluate(flow.set, options)
}

// EvaluateJSON is Evaluate for a flow in calpol's JSON form, such as
// {"source": {"ref": "pod:shop/web"}, "destination": {"ip": "203.0.113.9"}, "protocol": "TCP"}.
func (r *Ruleset) EvaluateJSON(flow []byte, options ...QueryOption) (Verdict, error) {
	return r.evaluate(func(q *query) error { return q.setJSON(flow) }, options)
}

// Explain judges one flow and tells how the verdict came about. Errors are those of Evaluate.
func (r *Ruleset) Explain(flow Flow, options ...QueryOption) (*Explanation, error) {
	return r.explain(flow.set, options)
}

// ExplainJSON is Explain for a flow in calpol's JSON form.
func (r *Ruleset) ExplainJSON(flow []byte, options ...QueryOption) (*Explanation, error) {
	return r.explain(func(q *query) error { return q.setJSON(flow) }, options)
}

// A query of the C library's, for one question.
type query struct {
	handle *C.calpol_query
}

func (r *Ruleset) evaluate(set func(q *query) error, options []QueryOption) (Verdict, error) {
	var raw C.struct_calpol_verdict

	handle, err := r.acquire()
	if err != nil {
		return Verdict{}, err
	}
	defer r.release()
	q, err := newQuery(handle, set, options)
	if err != nil {
		return Verdict{}, err
	}
	defer C.calpol_query_free(q.handle)
	status := C.calpol_query_evaluate(q.handle, &raw, C.sizeof_struct_calpol_verdict)
	if err := q.check(status, "flow"); err != nil {
		return Verdict{}, err
	}
	return words(handle, &raw)
}

func (r *Ruleset) explain(set func(q *query) error, options []QueryOption) (*Explanation, error) {
	var trace *C.calpol_trace

	handle, err := r.acquire()
	if err != nil {
		return nil, err
	}
	defer r.release()
	q, err := newQuery(handle, set, options)
	if err != nil {
		return nil, err
	}
	defer C.calpol_query_free(q.handle)
	status := C.calpol_query_explain(q.handle, &trace)
	defer C.calpol_trace_free(trace) // of a flow with an error, too
	if err := q.check(status, "flow"); err != nil {
		return nil, err
	}
	return readTrace(handle, trace)
}

func newQuery(handle *C.calpol_ruleset, set func(q *query) error, options []QueryOption) (*query, error) {
	q := &query{}

	if err := statusError(C.calpol_query_new(handle, &q.handle), "query"); err != nil {
		return nil, err
	}
	for _, option := range options {
		if err := option(q); err != nil {
			C.calpol_query_free(q.handle)
			return nil, err
		}
	}
	if err := set(q); err != nil {
		C.calpol_query_free(q.handle)
		return nil, err
	}
	return q, nil
}

func (q *query) setJSON(flow []byte) error {
	return q.check(C.calpol_query_set_flow(q.handle, cBytes(flow), C.size_t(len(flow))), "flow")
}

// The error of a call that was made on the query.
func (q *query) check(status C.int, what string) error {
	if status == C.CALPOL_ERROR_INVALID_INPUT || status == C.CALPOL_ERROR_NOT_FOUND {
		if code := C.calpol_query_error(q.handle); code != C.CALPOL_FLOW_OK {
			return &FlowError{
				Status:  Status(status),
				Code:    C.GoString(C.calpol_flow_error_name(code)),
				Message: C.GoString(C.calpol_query_error_text(q.handle)),
			}
		}
	}
	return statusError(status, what)
}

func readTrace(handle *C.calpol_ruleset, trace *C.calpol_trace) (*Explanation, error) {
	var raw C.struct_calpol_verdict

	status := C.calpol_trace_verdict(trace, &raw, C.sizeof_struct_calpol_verdict)
	if err := statusError(status, "trace"); err != nil {
		return nil, err
	}
	verdict, err := words(handle, &raw)
	if err != nil {
		return nil, err
	}
	explanation := &Explanation{
		Verdict: verdict,
		Summary: C.GoString(C.calpol_trace_summary(trace)),
		Text:    C.GoString(C.calpol_trace_text(trace)),
		JSON:    C.GoString(C.calpol_trace_json(trace)),
	}
	count := C.calpol_trace_step_count(trace)
	for i := C.size_t(0); i < count; i++ {
		var step C.struct_calpol_step

		status := C.calpol_trace_get_step(trace, i, &step, C.sizeof_struct_calpol_step)
		if err := statusError(status, "step of a trace"); err != nil {
			return nil, err
		}
		explanation.Steps = append(explanation.Steps, Step{
			Stage:     Stage(step.stage),
			Action:    Action(step.action),
			Certain:   step.certain != 0,
			TierID:    uint32(step.tier),
			PolicyID:  uint32(step.policy),
			Rule:      int(step.rule),
			DependsOn: Depends(step.depends_on),
		})
	}
	return explanation, nil
}

// A verdict with names in place of ids.
func words(handle *C.calpol_ruleset, raw *C.struct_calpol_verdict) (Verdict, error) {
	egress, err := decisionWords(handle, &raw.egress)
	if err != nil {
		return Verdict{}, err
	}
	ingress, err := decisionWords(handle, &raw.ingress)
	if err != nil {
		return Verdict{}, err
	}
	return Verdict{
		Action:    Action(raw.action),
		Reason:    Reason(raw.reason),
		DecidedBy: Stage(raw.decided_by),
		DependsOn: Depends(raw.depends_on),
		Egress:    egress,
		Ingress:   ingress,
	}, nil
}

func decisionWords(handle *C.calpol_ruleset, raw *C.struct_calpol_decision) (Decision, error) {
	var tier C.struct_calpol_tier_info
	var policy C.struct_calpol_policy_info

	decision := Decision{
		Action:   Action(raw.action),
		Stage:    Stage(raw.stage),
		Reason:   Reason(raw.reason),
		Rule:     int(raw.rule),
		TierID:   uint32(raw.tier),
		PolicyID: uint32(raw.policy),
	}
	if decision.TierID != None {
		status := C.calpol_ruleset_tier(handle, raw.tier, &tier, C.sizeof_struct_calpol_tier_info)
		if err := statusError(status, "tier of a verdict"); err != nil {
			return Decision{}, err
		}
		decision.Tier = C.GoString(tier.name)
	}
	if decision.PolicyID != None {
		status := C.calpol_ruleset_policy(handle, raw.policy, &policy, C.sizeof_struct_calpol_policy_info)
		if err := statusError(status, "policy of a verdict"); err != nil {
			return Decision{}, err
		}
		decision.Policy = C.GoString(policy.label)
	}
	return decision, nil
}
