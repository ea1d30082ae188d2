/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The query: its life, its errors, and questions asked of it.
 */
#include "api/query.h"

#include "api/abi.h"
#include "evaluate/evaluate.h"
#include "ruleset/lookup.h"

/* What a refused call was about. */
static const char *const setting_names[] = {
    [CP_SETTING_FLOW] = "flow",
    [CP_SETTING_SOURCE] = "source",
    [CP_SETTING_DESTINATION] = "destination",
    [CP_SETTING_PROTOCOL] = "protocol",
    [CP_SETTING_SOURCE_PORT] = "source port",
    [CP_SETTING_DESTINATION_PORT] = "destination port",
    [CP_SETTING_ICMP] = "ICMP type and code",
    [CP_SETTING_HTTP] = "HTTP method and path",
    [CP_SETTING_DOMAINS] = "domains",
    [CP_SETTING_RELABEL] = "relabelling",
    [CP_SETTING_OPTIONS] = "options",
};

int calpol_query_new(calpol_ruleset *ruleset, calpol_query **out_query)
{
    struct calpol_query *query;

    if (!ruleset || !out_query)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    query = cp_allocate(&ruleset->allocator, sizeof(*query));
    if (!query)
        return CALPOL_ERROR_NO_MEMORY;
    *query = (struct calpol_query){
        .allocator = ruleset->allocator,
        .ruleset = cp_ruleset_ref(ruleset),
        .options = ruleset->options,
        .error_text = "",
    };
    for (int i = 0; i < CP_SETTING_COUNT; i++)
        cp_arena_init(&query->arenas[i], &query->allocator);
    cp_arena_init(&query->scratch, &query->allocator);
    cp_arena_init(&query->error_arena, &query->allocator);
    cp_world_init(&query->world, ruleset);
    query->world.options = &query->options;
    *out_query = query;
    return CALPOL_OK;
}

/* Back to nothing known and nothing allocated. */
static void clear(struct calpol_query *query)
{
    for (int i = 0; i < CP_SETTING_COUNT; i++)
        cp_arena_finish(&query->arenas[i]);
    cp_arena_finish(&query->scratch);
    cp_arena_finish(&query->error_arena);
    query->words = (struct cp_flow_words){.state = CALPOL_STATE_NEW};
    memset(&query->domains, 0, sizeof(query->domains));
    query->options = query->ruleset->options;
    cp_world_init(&query->world, query->ruleset);
    query->world.options = &query->options;
    query->refused = 0;
    query->error = CALPOL_FLOW_OK;
    query->error_text = "";
}

void calpol_query_reset(calpol_query *query)
{
    if (query)
        clear(query);
}

void calpol_query_free(calpol_query *query)
{
    struct calpol_allocator allocator;

    if (!query)
        return;
    allocator = query->allocator;
    clear(query);
    cp_ruleset_unref(query->ruleset);
    cp_release(&allocator, query, sizeof(*query));
}

/* ---- Errors --------------------------------------------------------------------------------- */

int calpol_query_error(const calpol_query *query)
{
    return query ? (int)query->error : CALPOL_FLOW_OK;
}

const char *calpol_query_error_text(const calpol_query *query)
{
    return query ? query->error_text : "";
}

void cp_query_begin_error(struct calpol_query *query, struct cp_buffer *out_text)
{
    query->error = CALPOL_FLOW_OK;
    query->error_text = "";
    cp_arena_finish(&query->error_arena);
    cp_buffer_init(out_text, &query->error_arena);
}

int cp_query_fail(struct calpol_query *query, enum calpol_flow_error error, struct cp_buffer *text)
{
    const char *string = cp_buffer_string(text);

    if (!string)
        return CALPOL_ERROR_NO_MEMORY;
    query->error = error;
    query->error_text = string;
    return CALPOL_ERROR_INVALID_INPUT;
}

/* A setting that was refused and not set again stands in the way. */
static int fail_refused(struct calpol_query *query)
{
    struct cp_buffer text;
    int setting = 0;

    if (query->error != CALPOL_FLOW_OK)
        return CALPOL_ERROR_INVALID_INPUT;
    while (!(query->refused >> setting & 1))
        setting++;
    cp_query_begin_error(query, &text);
    cp_buffer_format(&text, "%s: an earlier call was refused", setting_names[setting]);
    return cp_query_fail(query, CALPOL_FLOW_BAD_FIELD, &text);
}

static int fail_unknown(struct calpol_query *query,
                        const struct cp_flow_problem *problem,
                        struct cp_buffer *text)
{
    struct cp_buffer near;

    cp_buffer_init(&near, &query->error_arena);
    cp_lookup_suggest(query->ruleset, problem->text, &near);
    cp_buffer_format(text, "there is no %q in the ruleset", problem->text);
    if (near.length)
        cp_buffer_format(text, ", near it: %t", cp_buffer_text(&near));
    text->failed = text->failed || near.failed;
    return cp_query_fail(query, problem->error, text);
}

static int fail_resolve(struct calpol_query *query, const struct cp_flow_problem *problem)
{
    static const char *const formats[] = {
        [CALPOL_FLOW_ENDPOINT_FINISHED] = "%q has finished: it has no address any more",
        [CALPOL_FLOW_UNKNOWN_PROTOCOL] = "%q is no protocol",
        [CALPOL_FLOW_BAD_PORT] = "%q is no port",
        [CALPOL_FLOW_BAD_HTTP_PATH] = "%q does not start with \"/\"",
        [CALPOL_FLOW_MIXED_IP_VERSIONS] = "source and destination have no IP version in common",
        [CALPOL_FLOW_BAD_ADDRESS] = "%q is no IP address",
        [CALPOL_FLOW_BAD_FIELD] = "%q does not go with the rest",
    };
    struct cp_buffer text;

    cp_query_begin_error(query, &text);
    if (problem->field && problem->field[0])
        cp_buffer_format(&text, "%s: ", problem->field);
    if (problem->error == CALPOL_FLOW_UNKNOWN_REF)
        return fail_unknown(query, problem, &text);
    cp_buffer_format(&text, formats[problem->error], problem->text);
    return cp_query_fail(query, problem->error, &text);
}

/* ---- Questions ------------------------------------------------------------------------------ */

int cp_query_resolve(struct calpol_query *query, struct cp_flow *out_flow)
{
    struct cp_flow_problem problem = {.error = CALPOL_FLOW_OK};
    int status;

    if (query->refused)
        return fail_refused(query);
    query->error = CALPOL_FLOW_OK;
    query->error_text = "";
    cp_world_clear_inline(&query->world);
    cp_arena_finish(&query->scratch);
    status = cp_resolve(&query->world, &query->words, &query->scratch, out_flow, &problem);
    return status == CALPOL_ERROR_INVALID_INPUT ? fail_resolve(query, &problem) : status;
}

int calpol_query_evaluate(calpol_query *query,
                          struct calpol_verdict *out_verdict,
                          size_t verdict_size)
{
    struct calpol_verdict verdict;
    struct cp_flow flow;
    int status;

    if (!query || !out_verdict)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    status = cp_abi_check(CALPOL_STRUCT_VERDICT, verdict_size);
    if (!status)
        status = cp_query_resolve(query, &flow);
    if (status)
        return status;
    cp_judge(&query->world, &flow, &verdict);
    cp_abi_write(CALPOL_STRUCT_VERDICT, &verdict, out_verdict, verdict_size);
    return CALPOL_OK;
}
