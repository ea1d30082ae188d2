/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file evaluate.h
 * From a flow to a verdict: as plain structs for speed, in words through a query, and with the whole
 * walk as a trace.
 *
 * A flow is the first packet of a connection as seen after destination NAT (spec EV-1). What is not
 * given is unknown, never assumed; where the answer hangs on it, the verdict is
 * CALPOL_ACTION_UNKNOWN and names what it depends on.
 */
#ifndef CALPOL_EVALUATE_H
#define CALPOL_EVALUATE_H

#include "calpol/load.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * One question about a ruleset, in words. Threads: one at a time.
 *
 * A setter that returns an error changes nothing, and the query then answers no question, since the
 * flow would not be the one that was meant: until the same setter succeeds, calpol_query_set_flow()
 * sets the whole flow, or the query is reset. (Relabelling and options: until it is reset.)
 */
typedef struct calpol_query calpol_query;

/** The record of one evaluation: immutable. Threads: any number at once. */
typedef struct calpol_trace calpol_trace;

/** What happens to a flow, or what a rule says. */
enum calpol_action {
    CALPOL_ACTION_NONE = 0,    /**< no policy was asked, or none of an untracked or pre-DNAT stage
                                    matched */
    CALPOL_ACTION_ALLOW = 1,
    CALPOL_ACTION_DENY = 2,
    CALPOL_ACTION_PASS = 3,    /**< steps of a trace only */
    CALPOL_ACTION_LOG = 4,     /**< steps of a trace only */
    CALPOL_ACTION_UNKNOWN = 5, /**< depends on something that the flow does not tell */
    CALPOL_ACTION_MIXED = 6    /**< a Service's backends have different verdicts (K8-115) */
};

/** The stages of EV-40. Values may be added in any release. */
enum calpol_stage {
    CALPOL_STAGE_NONE = 0,
    CALPOL_STAGE_WORKLOAD_EGRESS = 1,
    CALPOL_STAGE_WORKLOAD_INGRESS = 2,
    CALPOL_STAGE_HOST_EGRESS = 3,
    CALPOL_STAGE_HOST_INGRESS = 4,
    CALPOL_STAGE_FORWARD_EGRESS = 5,
    CALPOL_STAGE_FORWARD_INGRESS = 6,
    CALPOL_STAGE_PREDNAT_INGRESS = 7,
    CALPOL_STAGE_UNTRACKED_EGRESS = 8,
    CALPOL_STAGE_UNTRACKED_INGRESS = 9,
    CALPOL_STAGE_TO_HOST = 10,
    CALPOL_STAGE_HOST_TO_WORKLOAD = 11,
    CALPOL_STAGE_LOOPBACK = 12,
    CALPOL_STAGE_SAME_ENDPOINT = 13
};

/** Why an answer came about without a rule (EV-167). Values may be added in any release. */
enum calpol_reason {
    CALPOL_REASON_NONE = 0, /**< a rule, a profile or the end of a tier decided */
    CALPOL_REASON_SAME_ENDPOINT = 1,
    CALPOL_REASON_HOST_TO_OWN_WORKLOAD = 2,
    CALPOL_REASON_LOOPBACK = 3,
    CALPOL_REASON_NO_ENDPOINT = 4,
    CALPOL_REASON_CONNTRACK_ESTABLISHED = 5,
    CALPOL_REASON_CONNTRACK_RELATED = 6,
    CALPOL_REASON_CONNTRACK_INVALID = 7,
    CALPOL_REASON_FAILSAFE = 8,
    CALPOL_REASON_ACCEPTED_EARLY = 9,
    CALPOL_REASON_NO_FORWARD_POLICY = 10,
    CALPOL_REASON_FORWARD_PASS = 11,
    CALPOL_REASON_ENDPOINT_TO_HOST_DROP = 12,
    CALPOL_REASON_ENDPOINT_TO_HOST_ACCEPT = 13,
    CALPOL_REASON_ENDPOINT_TO_HOST_RETURN = 14,
    CALPOL_REASON_ICMPV6_NEIGHBOUR = 15,
    CALPOL_REASON_OWN_NODE = 16,   /**< K8-52 */
    CALPOL_REASON_NO_BACKENDS = 17 /**< K8-113 */
};

/** What an unknown answer depends on: the closed list of EV-150, as bits. */
enum calpol_dependency {
    CALPOL_DEPENDS_PROTOCOL = 1u << 0,
    CALPOL_DEPENDS_SOURCE_PORT = 1u << 1,
    CALPOL_DEPENDS_DESTINATION_PORT = 1u << 2,
    CALPOL_DEPENDS_SOURCE_IP = 1u << 3,
    CALPOL_DEPENDS_DESTINATION_IP = 1u << 4,
    CALPOL_DEPENDS_ICMP = 1u << 5,
    CALPOL_DEPENDS_HTTP_METHOD = 1u << 6,
    CALPOL_DEPENDS_HTTP_PATH = 1u << 7,
    CALPOL_DEPENDS_DESTINATION_DOMAINS = 1u << 8,
    CALPOL_DEPENDS_SOURCE_INTERFACE = 1u << 9,
    CALPOL_DEPENDS_DESTINATION_INTERFACE = 1u << 10
};

/** What is wrong with a flow (EV-1), as given by calpol_query_error(). */
enum calpol_flow_error {
    CALPOL_FLOW_OK = 0,
    CALPOL_FLOW_UNKNOWN_REF = 1,
    CALPOL_FLOW_ENDPOINT_FINISHED = 2,
    CALPOL_FLOW_UNKNOWN_PROTOCOL = 3,
    CALPOL_FLOW_BAD_PORT = 4,
    CALPOL_FLOW_BAD_HTTP_PATH = 5,
    CALPOL_FLOW_MIXED_IP_VERSIONS = 6,
    CALPOL_FLOW_BAD_ADDRESS = 7,
    CALPOL_FLOW_BAD_FIELD = 8, /**< a field of another type or name than a flow has */
    CALPOL_FLOW_BAD_JSON = 9,
    CALPOL_FLOW_BAD_OPTION = 10
};

/** An IP address. IPv4 lies in bytes[0..3], the rest zero. 20 bytes. */
struct calpol_address {
    uint8_t family;      /**< 4, 6, or 0 for none */
    uint8_t reserved[3]; /**< zero */
    uint8_t bytes[16];   /**< network byte order */
};

/** Which fields of struct calpol_flow are known. */
enum calpol_given {
    CALPOL_GIVEN_PROTOCOL = 1u << 0,
    CALPOL_GIVEN_SOURCE_PORT = 1u << 1,
    CALPOL_GIVEN_DESTINATION_PORT = 1u << 2,
    CALPOL_GIVEN_ICMP_TYPE = 1u << 3,
    CALPOL_GIVEN_ICMP_CODE = 1u << 4,
    /** There is no HTTP information (JSON's "http": null); without it, HTTP is unknown. HTTP methods
        and paths go through a query. */
    CALPOL_GIVEN_NO_HTTP = 1u << 5,
    /** The destination is known to have no domain names; without it they are unknown. */
    CALPOL_GIVEN_NO_DOMAINS = 1u << 6,
    /** What the flow was made of could not be read: it is answered like one that contradicts itself. */
    CALPOL_GIVEN_ERROR = 1u << 30
};

/** States of connection tracking (EV-9, EV-50). */
enum calpol_state {
    CALPOL_STATE_NEW = 0,
    CALPOL_STATE_ESTABLISHED = 1,
    CALPOL_STATE_RELATED = 2,
    CALPOL_STATE_INVALID = 3
};

/**
 * A flow as ids and bytes: no pointers, so arrays may come from numpy, Go or shared memory. All
 * zero but for the endpoints = CALPOL_NONE is "nothing known". 76 bytes.
 */
struct calpol_flow {
    uint32_t given;                /**< CALPOL_GIVEN_... of the fields that are known */
    uint32_t source_endpoint;      /**< from calpol_ruleset_find_endpoint(), or CALPOL_NONE: then the
                                        address, if any, is looked up (EV-11) */
    uint32_t destination_endpoint; /**< likewise */
    struct calpol_address source_address;      /**< family 0: not given; overrides the endpoint's */
    struct calpol_address destination_address; /**< likewise */
    uint16_t source_port;      /**< in the byte order of the machine */
    uint16_t destination_port; /**< likewise */
    uint8_t protocol;          /**< its number, 6 for TCP */
    uint8_t icmp_type;         /**< of ICMP or ICMPv6 */
    uint8_t icmp_code;         /**< likewise */
    uint8_t state;       /**< enum calpol_state */
    uint32_t reserved[4]; /**< zero */
};

/**
 * The answer for one direction. 16 bytes.
 *
 * What decided, by policy and rule: a policy and an index is a rule; a policy and -1 is the end of the tier,
 * of which it is the last policy that selects the endpoint. No policy (CALPOL_NONE, rule -1) means that
 * a reason decided, if there is one; else that there is no single rule, if the action is UNKNOWN or MIXED or
 * the flow goes to a Service whose backends come to the same action by different rules; and else, the action
 * being DENY, that no profile matched. Where the action is NONE the other fields mean nothing.
 */
struct calpol_decision {
    uint8_t action; /**< ALLOW, DENY, UNKNOWN; NONE if no such stage is policed */
    uint8_t reason; /**< enum calpol_reason */
    uint16_t stage; /**< enum calpol_stage */
    uint32_t tier;  /**< id, CALPOL_NONE: profile or no single rule; see calpol_ruleset_tier() */
    uint32_t policy; /**< id, CALPOL_NONE: no single rule; see calpol_ruleset_policy() */
    int32_t rule;   /**< index in the policy's rules of that direction; -1 end of tier or no profile
                         matched */
};

/** The answer for a flow. 48 bytes. */
struct calpol_verdict {
    uint8_t action;       /**< ALLOW, DENY, UNKNOWN, MIXED */
    uint8_t reason;       /**< when no policy was walked */
    uint16_t decided_by;  /**< the first stage that definitely denies; NONE if none does */
    uint32_t depends_on;  /**< CALPOL_DEPENDS_... when the action is UNKNOWN, else 0 */
    uint32_t reserved[2]; /**< zero */
    struct calpol_decision egress;  /**< of the source's endpoint */
    struct calpol_decision ingress; /**< of the destination's endpoint */
};

/**
 * Judges one flow. Allocates nothing. Any number of threads at once.
 *
 * The result is that of a query with the same words. The ruleset's options are in force.
 * @return CALPOL_OK; CALPOL_ERROR_INVALID_INPUT if the flow contradicts itself (an endpoint id that
 *         is none, addresses of two families, a family that is not 0, 4 or 6);
 *         CALPOL_ERROR_INVALID_ARGUMENT; CALPOL_ERROR_ABI
 */
CALPOL_API int calpol_evaluate(const calpol_ruleset *ruleset, const struct calpol_flow *flow,
                               size_t flow_size, struct calpol_verdict *out_verdict,
                               size_t verdict_size);

/**
 * Judges count flows: flows[i] to verdicts[i], both arrays with the strides given as sizes. A flow
 * that contradicts itself gets an all-zero verdict (action NONE) and does not stop the others.
 * Allocates nothing. Any number of threads at once.
 * @return as calpol_evaluate(); CALPOL_ERROR_INVALID_INPUT if any flow was bad
 */
CALPOL_API int calpol_evaluate_batch(const calpol_ruleset *ruleset, const void *flows,
                                     size_t flow_size, size_t count, void *out_verdicts,
                                     size_t verdict_size);

/** What a column of texts tells of flows. Values may be added in any release. */
enum calpol_column {
    CALPOL_COLUMN_SOURCE = 1,      /**< an address or the reference of an endpoint, as
                                        calpol_ruleset_find_endpoint() takes it */
    CALPOL_COLUMN_DESTINATION = 2, /**< likewise */
    CALPOL_COLUMN_PROTOCOL = 3     /**< a name or number, as calpol_query_set_protocol() takes it */
};

/**
 * Puts a column of texts into count plain flows, as tables have them (the layout is that of Apache
 * Arrow): text i is what lies between text + offsets[i] and text + offsets[i + 1], without NULs at its
 * end. What else the flows say stays. A text that is none of what the column takes, or an endpoint
 * that is not in the ruleset, sets CALPOL_GIVEN_ERROR: the flow will get no verdict. Allocates
 * nothing. Any number of threads at once.
 * @param column   enum calpol_column
 * @param text     NULL if all texts are empty
 * @param offsets  count + 1 of them, none smaller than the one before
 * @param given    count bytes, 0: nothing is known about this flow, which stays as it is; NULL: all
 *                 are given
 * @param flows    count flows with the stride flow_size
 * @return CALPOL_OK; CALPOL_ERROR_INVALID_INPUT if any text was bad; CALPOL_ERROR_INVALID_ARGUMENT
 *         (also for offsets that descend); CALPOL_ERROR_ABI
 */
CALPOL_API int calpol_flows_read_column(const calpol_ruleset *ruleset, int column, const char *text,
                                        const uint64_t *offsets, const uint8_t *given, size_t count,
                                        void *flows, size_t flow_size);

/**
 * A new query about a ruleset: nothing known, the ruleset's options.
 * @param ruleset    referenced until the query is freed
 * @param out_query  free it with calpol_query_free()
 * @return CALPOL_OK, CALPOL_ERROR_NO_MEMORY, CALPOL_ERROR_INVALID_ARGUMENT
 */
CALPOL_API int calpol_query_new(calpol_ruleset *ruleset, calpol_query **out_query);

/** Forgets flow, relabelling and options, and frees what they took. */
CALPOL_API void calpol_query_reset(calpol_query *query);

/** Frees a query. NULL is fine. */
CALPOL_API void calpol_query_free(calpol_query *query);

/**
 * Sets the whole flow from its JSON form (evaluation.md, chapter 1), which may also be written in
 * YAML; what was set before is forgotten. Relabelling and options stay. Fields that a flow does not
 * have are errors, for a misspelt one would be an unknown one.
 * @return CALPOL_OK; CALPOL_ERROR_INVALID_INPUT (calpol_query_error() and
 *         calpol_query_error_text() say what is wrong); CALPOL_ERROR_NO_MEMORY
 */
CALPOL_API int calpol_query_set_flow(calpol_query *query, const char *json, size_t length);

/**
 * Sets one end by reference: "pod:NS/NAME", "workloadendpoint:NS/NAME", "hostendpoint:NAME",
 * "node:NAME", "networkset:NS/NAME", "globalnetworkset:NAME", "service:NS/NAME[:PORT]" (destination
 * only; PORT is a number or a port's name), "ip:ADDRESS"; or in short an address or "NS/NAME" of a
 * pod or workload endpoint.
 * @return as calpol_query_set_flow()
 */
CALPOL_API int calpol_query_set_source(calpol_query *query, const char *reference);
/** The same for the destination. */
CALPOL_API int calpol_query_set_destination(calpol_query *query, const char *reference);

/** Sets protocol by name (any case) or number in decimal. */
CALPOL_API int calpol_query_set_protocol(calpol_query *query, const char *protocol);
/** The source port, 0 to 65535. */
CALPOL_API int calpol_query_set_source_port(calpol_query *query, uint32_t port);
/** The destination port, 0 to 65535. */
CALPOL_API int calpol_query_set_destination_port(calpol_query *query, uint32_t port);
/** ICMP type and code, 0 to 255; code -1: not known. */
CALPOL_API int calpol_query_set_icmp(calpol_query *query, int type, int code);
/** HTTP method and path; NULL: not known. */
CALPOL_API int calpol_query_set_http(calpol_query *query, const char *method, const char *path);
/** Adds a name that the client resolved to the destination; NULL: it is known that there is none.
    What cannot be a domain's name, such as a pattern or a URL, is CALPOL_ERROR_INVALID_INPUT. */
CALPOL_API int calpol_query_add_domain(calpol_query *query, const char *domain);

/**
 * Answers as if an endpoint had other labels, without a new ruleset. change is "KEY=VALUE" to set a
 * label and "KEY-" to remove one; several calls add up. The endpoint's labels as a peer of other
 * endpoints change as well, and so do the Services that it is a backend of; where those come from
 * EndpointSlices, what hangs on it is unknown.
 * @param reference  a pod or workload endpoint, host endpoint, network set, as in
 *                   calpol_query_set_source()
 * @return CALPOL_OK; CALPOL_ERROR_NOT_FOUND; CALPOL_ERROR_INVALID_INPUT for a bad change;
 *         CALPOL_ERROR_NO_MEMORY
 */
CALPOL_API int calpol_query_relabel(calpol_query *query, const char *reference, const char *change);

/** An option for this query only; names and values as in calpol_loader_set_option(). */
CALPOL_API int calpol_query_set_option(calpol_query *query, const char *name, const char *value);

/**
 * Judges the flow that was set. The query can be changed and asked again.
 * @return CALPOL_OK; CALPOL_ERROR_INVALID_INPUT if the flow has an error; CALPOL_ERROR_NO_MEMORY
 */
CALPOL_API int calpol_query_evaluate(calpol_query *query, struct calpol_verdict *out_verdict,
                                     size_t verdict_size);

/**
 * Judges the flow and records the walk. A trace of a flow with an error exists too: its JSON is
 * {"error": "..."}.
 * @param out_trace  free it with calpol_trace_free(); it references the ruleset
 * @return CALPOL_OK, CALPOL_ERROR_NO_MEMORY, CALPOL_ERROR_INVALID_INPUT (with the trace written)
 */
CALPOL_API int calpol_query_explain(calpol_query *query, calpol_trace **out_trace);

/** The texts of a trace. */
enum calpol_trace_texts {
    CALPOL_TRACE_JSON = 1u << 0,    /**< calpol_trace_json() */
    CALPOL_TRACE_SUMMARY = 1u << 1, /**< calpol_trace_summary() */
    CALPOL_TRACE_TEXT = 1u << 2     /**< calpol_trace_text() */
};

/**
 * The same with those texts only that are asked for; the others are "". Most of the time of
 * calpol_query_explain() goes into them.
 * @param query      the question
 * @param texts      CALPOL_TRACE_...; 0: verdict and steps only
 * @param out_trace  as of calpol_query_explain()
 * @return as calpol_query_explain(); CALPOL_ERROR_INVALID_ARGUMENT also for bits that are none
 * @since 0.1
 */
CALPOL_API int calpol_query_explain_as(calpol_query *query, uint32_t texts,
                                       calpol_trace **out_trace);

/** What the last call, or an earlier refused one, found wrong: enum calpol_flow_error. */
CALPOL_API int calpol_query_error(const calpol_query *query);
/** One line about it, nearest names included; "" if there is none. Valid until the next call. */
CALPOL_API const char *calpol_query_error_text(const calpol_query *query);
/** The code of a flow error: "unknown-ref", "bad-port", ...; "" for CALPOL_FLOW_OK. */
CALPOL_API const char *calpol_flow_error_name(int error);

/** The verdict of a trace; all zero if the flow had an error. */
CALPOL_API int calpol_trace_verdict(const calpol_trace *trace, struct calpol_verdict *out_verdict,
                                    size_t verdict_size);

/**
 * The result as one line of JSON. Owned by the trace.
 *
 * The form is that of EV-160, for Services with dnat, service and legs (kubernetes.md, section 13).
 * Beyond it: source_rule, file and line of deciding rules; structured, the trace in Goldmane's terms
 * (EV-164), each end of tier with the policy it is charged to as trigger, and as trigger_last and
 * trigger_first by either reading (EV-165); x_applied, the policies that governed the deciding tier
 * without a rule of theirs deciding; pending, the same with staged policies enforced (EV-180), where
 * that makes a difference; notes for people; options and dialect in force.
 */
CALPOL_API const char *calpol_trace_json(const calpol_trace *trace);

/** The verdict and what decided it, in a few lines for people. Owned by the trace. */
CALPOL_API const char *calpol_trace_summary(const calpol_trace *trace);

/** The whole walk for people: tiers, policies, what each rule missed, what would change the answer.
    Owned by the trace. */
CALPOL_API const char *calpol_trace_text(const calpol_trace *trace);

/** One step of the walk. */
struct calpol_step {
    uint16_t stage;       /**< enum calpol_stage */
    uint8_t action;       /**< of the rule, the end of tier or the profile; NONE: the rule missed */
    uint8_t certain;      /**< 0: only on some branches, because something is unknown (EV-151) */
    uint32_t tier;        /**< id, CALPOL_NONE for profiles */
    uint32_t policy;      /**< id; the policy or profile */
    int32_t rule;         /**< index; -1: end of tier, or no profile matched */
    uint32_t depends_on;  /**< CALPOL_DEPENDS_... of a rule that may match */
    uint32_t reserved[2]; /**< zero */
};

/** Number of steps: every rule that was looked at, ends of tiers, profiles, in order. */
CALPOL_API size_t calpol_trace_step_count(const calpol_trace *trace);
/** Step number index. CALPOL_OK, CALPOL_ERROR_INVALID_ARGUMENT, CALPOL_ERROR_ABI. */
CALPOL_API int calpol_trace_get_step(const calpol_trace *trace, size_t index,
                                     struct calpol_step *out_step, size_t step_size);

/** Frees a trace. NULL is fine. */
CALPOL_API void calpol_trace_free(calpol_trace *trace);

/** Names as in the JSON form: "allow", "workload-egress", "failsafe". "unknown" for other numbers;
    "" for a reason or stage NONE. */
CALPOL_API const char *calpol_action_name(int action);
/** The same for a stage. */
CALPOL_API const char *calpol_stage_name(int stage);
/** The same for a reason. */
CALPOL_API const char *calpol_reason_name(int reason);
/** The name of one bit of enum calpol_dependency, "destination_port"; "unknown" for another number. */
CALPOL_API const char *calpol_dependency_name(uint32_t dependency);

#ifdef __cplusplus
}
#endif

#endif
