/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The query: a flow in words, and what differs from the ruleset for this question.
 *
 * Each setter has an arena of its own, so that setting something again frees what was set before.
 */
#ifndef CP_API_QUERY_H
#define CP_API_QUERY_H

#include "evaluate/resolve.h"

/* The setters, as far as they allocate or can be refused. */
enum cp_setting {
    CP_SETTING_FLOW, /* the whole; forgets those up to DOMAINS */
    CP_SETTING_SOURCE,
    CP_SETTING_DESTINATION,
    CP_SETTING_PROTOCOL,
    CP_SETTING_SOURCE_PORT,
    CP_SETTING_DESTINATION_PORT,
    CP_SETTING_ICMP,
    CP_SETTING_HTTP,
    CP_SETTING_DOMAINS,
    CP_SETTING_RELABEL,
    CP_SETTING_OPTIONS,
    CP_SETTING_COUNT
};

struct calpol_query {
    struct calpol_allocator allocator;
    struct calpol_ruleset *ruleset;
    struct cp_arena arenas[CP_SETTING_COUNT];
    struct cp_flow_words words;
    CP_ARRAY(struct cp_text) domains; /* words.domain_names, while they grow */
    struct cp_options options;
    struct cp_world world;   /* overlays in the arena of RELABEL, inline workloads in scratch */
    struct cp_arena scratch; /* of one evaluation */

    uint32_t refused; /* bits 1 << enum cp_setting: the last call failed, so the flow is not the one
                         that was meant, and is not judged */
    enum calpol_flow_error error;
    struct cp_arena error_arena;
    const char *error_text;
};

/* Notes an error; text may be {NULL, 0} after a failure of memory. CALPOL_ERROR_INVALID_INPUT or
   CALPOL_ERROR_NO_MEMORY. */
int cp_query_fail(struct calpol_query *query, enum calpol_flow_error error, struct cp_buffer *text);

/* Starts the text of an error; the one before goes. */
void cp_query_begin_error(struct calpol_query *query, struct cp_buffer *out_text);

/* Makes a flow of the words. CALPOL_OK; CALPOL_ERROR_INVALID_INPUT, noted as the query's error;
   CALPOL_ERROR_NO_MEMORY. */
int cp_query_resolve(struct calpol_query *query, struct cp_flow *out_flow);

#endif
