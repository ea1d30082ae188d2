/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs vectors of whole evaluations through the public interface: resources and a flow go in, the
 * JSON of the trace comes out, and what the vector expects must be in it (evaluation.md, chapter
 * 16).
 *
 *     run_evaluation [--opened] FILE [ID...]
 *
 * With --opened each ruleset is compiled and opened again, and must say the same in the same words.
 * Writes TAP, one test a vector; with IDs runs only those and shows the JSON too.
 */
#include "calpol/calpol.h"
#include "support/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What became of one vector; text says what is wrong. */
struct outcome {
    struct cp_buffer text;
    bool failed;
};

struct totals {
    unsigned passed, failed;
};

struct run {
    struct cp_arena arena; /* of one vector */
    const struct cp_node *vector;
    const char *id;
    bool is_calico; /* dialect of vectors that do not say */
    bool verbose;
    bool is_opened; /* rulesets are asked after they were compiled and opened */
    struct outcome outcome;
};

static void fail(struct run *run, const char *what)
{
    run->outcome.failed = true;
    cp_buffer_format(&run->outcome.text, "#   %s\n", what);
}

/* Nothing a vector does is let go by. */
static void must(struct run *run, int status, const char *what)
{
    if (status == CALPOL_OK)
        return;
    cp_buffer_format(&run->outcome.text, "#   %s: ", what);
    fail(run, calpol_status_text(status));
}

static const char *text_of(const struct cp_node *node)
{
    return node ? node->text : "";
}

/* ---- Loading --------------------------------------------------------------------------------- */

static uint32_t dialect_of(const struct run *run)
{
    const struct cp_node *options = member_of(run->vector, "options");
    const char *dialect = text_of(member_of(options, "dialect"));

    if (strcmp(dialect, "calico") == 0 || (!*dialect && run->is_calico))
        return CALPOL_DIALECT_CALICO;
    return strcmp(dialect, "upstream") == 0 ? CALPOL_DIALECT_UPSTREAM : CALPOL_DIALECT_AUTO;
}

static calpol_loader *make_loader(struct run *run)
{
    const struct cp_node *options = member_of(run->vector, "options");
    const struct cp_node *lenient = member_of(run->vector, "lenient");
    struct calpol_load_options load;
    calpol_loader *loader = NULL;

    must(run, calpol_load_options_init(&load, sizeof(load)), "options");
    load.dialect = dialect_of(run);
    if (lenient && lenient->boolean)
        load.flags |= CALPOL_LOAD_LENIENT;
    must(run, calpol_loader_new(&load, &loader), "loader");
    for (uint32_t i = 0; options && i < options->length; i++) {
        const struct cp_member *option = &options->members[i];

        if (strcmp(option->key.text, "dialect") != 0)
            must(run, calpol_loader_set_option(loader, option->key.text, option->value.text),
                 option->key.text);
    }
    return loader;
}

static void show_diagnostics(struct run *run, const calpol_diagnostics *diagnostics)
{
    for (size_t i = 0; i < calpol_diagnostics_count(diagnostics); i++) {
        struct calpol_diagnostic item;

        calpol_diagnostics_get(diagnostics, i, &item, sizeof(item));
        if (item.severity == CALPOL_SEVERITY_ERROR)
            cp_buffer_format(&run->outcome.text, "#   %u:%u %s %s: %s [%s]\n", item.line,
                             item.column, item.resource, item.path, item.message, item.name);
    }
}

static bool has_diagnostic(const calpol_diagnostics *diagnostics, const struct cp_node *expected)
{
    for (size_t i = 0; i < calpol_diagnostics_count(diagnostics); i++) {
        struct calpol_diagnostic item;

        calpol_diagnostics_get(diagnostics, i, &item, sizeof(item));
        if (strcmp(item.name, text_of(member_of(expected, "code"))) == 0 &&
            strcmp(item.resource, text_of(member_of(expected, "resource"))) == 0 &&
            strcmp(item.path, text_of(member_of(expected, "path"))) == 0)
            return true;
    }
    return false;
}

/* The resources must be refused, for the reasons given. */
static void check_load_error(struct run *run, int status, const calpol_diagnostics *diagnostics)
{
    const struct cp_node *errors = member_of(member_of(run->vector, "expect"), "errors");

    if (status != CALPOL_ERROR_INVALID_INPUT)
        fail(run, "the resources were not refused");
    for (uint32_t i = 0; errors && i < errors->length; i++) {
        if (has_diagnostic(diagnostics, &errors->items[i]))
            continue;
        fail(run, text_of(member_of(&errors->items[i], "path")));
        show_diagnostics(run, diagnostics);
    }
}

/* The ruleset, or NULL: the load failed, as it should or not. */
static calpol_ruleset *load(struct run *run)
{
    const struct cp_node *resources = member_of(run->vector, "resources");
    bool expects_error = member_of(member_of(run->vector, "expect"), "load") != NULL;
    calpol_loader *loader = make_loader(run);
    calpol_diagnostics *diagnostics = NULL;
    calpol_ruleset *ruleset = NULL;
    int status;

    must(run, calpol_loader_add_text(loader, "resources", resources->text, resources->length),
         "resources");
    status = calpol_loader_finish(loader, &ruleset, &diagnostics);
    if (expects_error) {
        check_load_error(run, status, diagnostics);
    } else if (status != CALPOL_OK) {
        must(run, status, "load");
        show_diagnostics(run, diagnostics);
    }
    calpol_diagnostics_free(diagnostics);
    calpol_loader_free(loader);
    return ruleset;
}

/* The ruleset of another's bytes. */
static calpol_ruleset *reopen(struct run *run, const calpol_ruleset *ruleset)
{
    calpol_ruleset *opened = NULL;
    calpol_text *text = NULL;
    char message[200] = "";

    must(run, calpol_ruleset_write(ruleset, &text), "write");
    must(run,
         calpol_ruleset_open_bytes(calpol_text_string(text), calpol_text_length(text), NULL,
                                   &opened, message, sizeof(message)),
         message);
    calpol_text_free(text);
    return opened;
}

/* ---- Asking ---------------------------------------------------------------------------------- */

/* "relabel": {"pod:shop/web": {"app": "old", "tier": null}}, where null removes a label. */
static void relabel(struct run *run, calpol_query *query)
{
    const struct cp_node *relabels = member_of(run->vector, "relabel");

    for (uint32_t i = 0; relabels && i < relabels->length; i++) {
        const char *reference = relabels->members[i].key.text;
        const struct cp_node *labels = &relabels->members[i].value;

        for (uint32_t j = 0; j < labels->length; j++) {
            const struct cp_node *value = &labels->members[j].value;
            char change[100];

            (void)snprintf(change, sizeof(change), "%s%s%s", labels->members[j].key.text,
                           value->type == CP_NODE_NULL ? "-" : "=",
                           value->type == CP_NODE_NULL ? "" : value->text);
            must(run, calpol_query_relabel(query, reference, change), change);
        }
    }
}

/* A query with the vector's labels. */
static calpol_query *make_query(struct run *run, calpol_ruleset *ruleset)
{
    calpol_query *query = NULL;

    must(run, calpol_query_new(ruleset, &query), "query");
    relabel(run, query);
    return query;
}

/* The short way must come to what the long way says. */
static void check_verdict(struct run *run, calpol_query *query, const calpol_trace *trace)
{
    struct calpol_verdict quick, traced;

    memset(&quick, 0, sizeof(quick));
    memset(&traced, 0, sizeof(traced));
    must(run, calpol_trace_verdict(trace, &traced, sizeof(traced)), "trace");
    if (calpol_query_evaluate(query, &quick, sizeof(quick)) == CALPOL_OK &&
        memcmp(&quick, &traced, sizeof(quick)) != 0)
        fail(run, "evaluate and explain differ");
}

/* The JSON of an answer as a tree. */
static const struct cp_node *ask(struct run *run, calpol_query *query)
{
    const struct cp_node *flow = member_of(run->vector, "flow"), *answer;
    const char *text = print_node(&run->arena, flow);
    calpol_trace *trace = NULL;

    calpol_query_set_flow(query, text, strlen(text)); /* what is wrong is in the trace as well */
    calpol_query_explain(query, &trace);
    if (!trace) {
        fail(run, "no trace");
        return NULL;
    }
    answer = parse_json(&run->arena, calpol_trace_json(trace));
    if (!answer)
        fail(run, "the JSON of the trace does not parse");
    if (run->verbose)
        printf("%s\n%s\n%s\n", calpol_trace_json(trace), calpol_trace_summary(trace),
               calpol_trace_text(trace));
    check_verdict(run, query, trace);
    calpol_trace_free(trace);
    return answer;
}

/* The same with staged policies enforced (EV-180). */
static void check_pending(struct run *run, calpol_query *query, const struct cp_node *expected)
{
    const struct cp_node *answer;

    must(run, calpol_query_set_option(query, "scope", "pending"), "scope");
    must(run, calpol_query_set_option(query, "default_hit", "first"), "default_hit");
    answer = ask(run, query);
    if (answer && !compare_answer(expected, answer, "pending", &run->outcome.text))
        run->outcome.failed = true;
}

/* Everything that an explanation says. */
static const char *explain(struct run *run, calpol_ruleset *ruleset)
{
    const char *text = print_node(&run->arena, member_of(run->vector, "flow"));
    calpol_query *query = make_query(run, ruleset);
    calpol_trace *trace = NULL;
    struct cp_buffer buffer;

    cp_buffer_init(&buffer, &run->arena);
    calpol_query_set_flow(query, text, strlen(text));
    calpol_query_explain(query, &trace);
    if (trace)
        cp_buffer_format(&buffer, "%s\n%s\n%s", calpol_trace_json(trace),
                         calpol_trace_summary(trace), calpol_trace_text(trace));
    calpol_trace_free(trace);
    calpol_query_free(query);
    return cp_buffer_string(&buffer);
}

static void check_answer(struct run *run, calpol_ruleset *ruleset)
{
    const struct cp_node *expected = member_of(run->vector, "expect");
    const struct cp_node *pending = member_of(expected, "pending"), *answer;
    calpol_query *query = make_query(run, ruleset);

    answer = ask(run, query);
    if (answer && !compare_answer(expected, answer, "expect", &run->outcome.text))
        run->outcome.failed = true;
    if (pending)
        check_pending(run, query, pending);
    calpol_query_free(query);
}

/* ---- All of them ----------------------------------------------------------------------------- */

static void run_vector(struct run *run, struct totals *totals)
{
    calpol_ruleset *ruleset;

    cp_arena_init(&run->arena, NULL);
    cp_buffer_init(&run->outcome.text, &run->arena);
    run->outcome.failed = false;
    ruleset = load(run);
    if (ruleset && run->is_opened) {
        calpol_ruleset *opened = reopen(run, ruleset);

        if (opened && strcmp(explain(run, opened), explain(run, ruleset)) != 0)
            fail(run, "the opened ruleset says something else");
        calpol_ruleset_unref(ruleset);
        ruleset = opened;
    }
    if (ruleset)
        check_answer(run, ruleset);
    calpol_ruleset_unref(ruleset);
    printf("%sok %u - %s\n", run->outcome.failed ? "not " : "", totals->passed + totals->failed + 1,
           run->id);
    if (run->outcome.failed)
        fputs(cp_buffer_string(&run->outcome.text), stdout);
    *(run->outcome.failed ? &totals->failed : &totals->passed) += 1;
    cp_arena_finish(&run->arena);
}

static bool is_wanted(const char *id, char **ids, int count)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(id, ids[i]) == 0)
            return true;
    }
    return count == 0;
}

int main(int argument_count, char **arguments)
{
    bool is_opened = argument_count > 1 && strcmp(arguments[1], "--opened") == 0;
    const char *path = argument_count > 1 + is_opened ? arguments[1 + is_opened] : "";
    const char *slash = strrchr(path, '/');
    struct totals totals = {0, 0};
    const struct cp_node *vectors;
    struct cp_arena arena;

    argument_count -= is_opened;
    arguments += is_opened;
    cp_arena_init(&arena, NULL);
    vectors = parse_file(&arena, path);
    if (!vectors) {
        fprintf(stderr, "cannot read %s\n", path);
        return EXIT_FAILURE;
    }
    for (uint32_t i = 0; i < vectors->length; i++) {
        struct run run = {
            .vector = &vectors->items[i],
            .id = text_of(member_of(&vectors->items[i], "id")),
            /* Chapter 16: all of this file's vectors are, with or without a Calico object. */
            .is_calico = strcmp(slash ? slash + 1 : path, "evaluation.json") == 0,
            .verbose = argument_count > 2,
            .is_opened = is_opened,
        };

        if (is_wanted(run.id, arguments + 2, argument_count - 2))
            run_vector(&run, &totals);
    }
    printf("1..%u\n# %s: %u passed, %u failed, 0 skipped\n", totals.passed + totals.failed, path,
           totals.passed, totals.failed);
    cp_arena_finish(&arena);
    return totals.failed || totals.passed == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
