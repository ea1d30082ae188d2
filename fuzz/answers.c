/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers looked at from all sides.
 */
#include "answers.h"

#include "yaml/document.h"

#include <string.h>

static const struct cp_yaml_limits no_limits = {.max_depth = 100};

/* The text of a member of the JSON's only document, which must be there. */
static struct cp_text member_text(const struct cp_documents *documents, const char *key)
{
    const struct cp_node *node;

    EXPECT(documents->items.count == 1 && !documents->items.items[0].failed);
    EXPECT(!documents->items.items[0].root.deep_flaw);
    node = cp_node_member(&documents->items.items[0].root, cp_text_from(key));
    EXPECT(node && node->type == CP_NODE_TEXT);
    return cp_node_text(node);
}

static void check_json(const char *json, const char *key, const char *value)
{
    const struct cp_source source = {.name = "result", .text = cp_text_from(json)};
    struct cp_documents documents = {{{NULL}, 0, 0}};
    struct calpol_diagnostics diagnostics;
    struct cp_arena arena;

    cp_arena_init(&arena, NULL);
    cp_diagnostics_init(&diagnostics, NULL, 0, false);
    EXPECT(!strchr(json, '\n'));
    EXPECT(!cp_documents_read(&source, &no_limits, &arena, &diagnostics, &documents));
    EXPECT(diagnostics.error_count == 0);
    EXPECT(cp_text_is(member_text(&documents, key), value));
    cp_diagnostics_finish(&diagnostics);
    cp_arena_finish(&arena);
}

/* Text for people ends lines with LF and has no other control characters, whatever was put in. */
static void check_text(const char *text)
{
    size_t length = strlen(text);

    EXPECT(length > 0 && text[length - 1] == '\n');
    for (size_t i = 0; i < length; i++)
        EXPECT((unsigned char)text[i] >= ' ' || text[i] == '\n');
}

static void check_steps(const calpol_trace *trace)
{
    size_t count = calpol_trace_step_count(trace);
    struct calpol_step step;

    for (size_t i = 0; i < count; i++) {
        EXPECT(!calpol_trace_get_step(trace, i, &step, sizeof(step)));
        EXPECT(step.stage != CALPOL_STAGE_NONE && step.certain <= 1 && step.rule >= -1);
    }
    EXPECT(calpol_trace_get_step(trace, count, &step, sizeof(step)) != CALPOL_OK);
}

static void check_error(const calpol_query *query, const calpol_trace *trace)
{
    int error = calpol_query_error(query);

    EXPECT(error != CALPOL_FLOW_OK && calpol_query_error_text(query)[0]);
    check_json(calpol_trace_json(trace), "error", calpol_flow_error_name(error));
}

void fuzz_check_answer(calpol_query *query)
{
    struct calpol_verdict verdict = {.action = CALPOL_ACTION_NONE}, explained;
    int status = calpol_query_evaluate(query, &verdict, sizeof(verdict));
    calpol_trace *trace = NULL;

    EXPECT(status == CALPOL_OK || status == CALPOL_ERROR_INVALID_INPUT);
    EXPECT(calpol_query_explain(query, &trace) == status && trace);
    EXPECT(!calpol_trace_verdict(trace, &explained, sizeof(explained)));
    EXPECT(memcmp(&verdict, &explained, sizeof(verdict)) == 0);
    if (status)
        check_error(query, trace);
    else
        check_json(calpol_trace_json(trace), "verdict", calpol_action_name(verdict.action));
    check_text(calpol_trace_summary(trace));
    check_text(calpol_trace_text(trace));
    check_steps(trace);
    calpol_trace_free(trace);
}
