/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers flows through the public interface, for the Python programs of this folder.
 *
 * Reads commands from standard input, one a line:
 *
 *     option NAME VALUE       an option of the next load
 *     load DIALECT FLAG TEXT  a cluster in JSON, or its text as a JSON string; DIALECT auto, upstream
 *                             or calico, FLAG strict or lenient. Answers "loaded", or "refused" and the first error; then
 *                             flows are answered by empty lines
 *     set NAME VALUE          an option of the next flow
 *     relabel REF CHANGE      a changed label, for the next flow
 *     flow JSON               answers what the ways of asking disagree about, a tab, and the answer
 *                             in JSON
 *     batch                   asks all plain flows since the load again, at once; answers what was
 *                             different, a tab, how many plain flows there were and how many of
 *                             them programs judged
 *
 * Each flow is asked in every way there is: as a trace, as a verdict and, if a plain struct can hold
 * it, as one, of each kernel of the fast path and in a batch as well. All must come to the same.
 */
#include "evaluate/fast.h"
#include "plain.h"
#include "support/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_OPTIONS 16u
#define MOST_PLAIN 1024u

struct option {
    char *name, *value;
};

struct session {
    struct option options[MOST_OPTIONS]; /* of the load to come */
    size_t option_count;
    calpol_ruleset *ruleset;
    calpol_query *query;
    bool is_changed;                         /* the query has options or labels of its own */
    struct calpol_flow flows[MOST_PLAIN];    /* plain ones since the load, */
    struct calpol_verdict found[MOST_PLAIN]; /* and what they came to */
    size_t plain_count;
};

static void must(int status, const char *what)
{
    if (status == CALPOL_OK)
        return;
    fprintf(stderr, "driver: %s: %s\n", what, calpol_status_text(status));
    exit(EXIT_FAILURE);
}

/* Cuts off the first word of *rest. */
static char *next_word(char **rest)
{
    char *word = *rest, *blank = strchr(word, ' ');

    *rest = blank ? blank + 1 : word + strlen(word);
    if (blank)
        *blank = '\0';
    return word;
}

static char *copy_text(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);

    must(copy ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY, "text");
    return memcpy(copy, text, size);
}

/* ---- Loading --------------------------------------------------------------------------------- */

/* The dialect comes with the load, so options wait for it. */
static void add_option(struct session *session, char *arguments)
{
    struct option *option = &session->options[session->option_count];

    must(session->option_count < MOST_OPTIONS ? CALPOL_OK : CALPOL_ERROR_LIMIT, "options");
    option->name = copy_text(next_word(&arguments));
    option->value = copy_text(arguments);
    session->option_count++;
}

static void drop(struct session *session)
{
    calpol_query_free(session->query);
    calpol_ruleset_unref(session->ruleset);
    session->query = NULL;
    session->ruleset = NULL;
    session->plain_count = 0;
}

static uint32_t dialect_of(const char *name)
{
    if (strcmp(name, "calico") == 0)
        return CALPOL_DIALECT_CALICO;
    return strcmp(name, "upstream") == 0 ? CALPOL_DIALECT_UPSTREAM : CALPOL_DIALECT_AUTO;
}

static calpol_loader *new_loader(struct session *session, const char *dialect, const char *flag)
{
    struct calpol_load_options load;
    calpol_loader *loader = NULL;

    must(calpol_load_options_init(&load, sizeof(load)), "load options");
    load.dialect = dialect_of(dialect);
    if (strcmp(flag, "lenient") == 0)
        load.flags |= CALPOL_LOAD_LENIENT;
    must(calpol_loader_new(&load, &loader), "loader");
    for (size_t i = 0; i < session->option_count; i++) {
        struct option *option = &session->options[i];

        must(calpol_loader_set_option(loader, option->name, option->value), option->name);
        free(option->name);
        free(option->value);
    }
    session->option_count = 0;
    return loader;
}

static void print_refusal(const calpol_diagnostics *diagnostics)
{
    struct calpol_diagnostic item;

    for (size_t i = 0; i < calpol_diagnostics_count(diagnostics); i++) {
        must(calpol_diagnostics_get(diagnostics, i, &item, sizeof(item)), "diagnostic");
        if (item.severity != CALPOL_SEVERITY_ERROR)
            continue;
        printf("refused %s %s %s: %s\n", item.name, item.resource, item.path, item.message);
        return;
    }
    printf("refused\n");
}

/* A text of several lines comes as a JSON string. */
static int add_cluster(calpol_loader *loader, const char *text)
{
    struct cp_arena arena;
    const struct cp_node *node;
    int status;

    if (*text != '"')
        return calpol_loader_add_text(loader, "cluster", text, strlen(text));
    cp_arena_init(&arena, NULL);
    node = parse_json(&arena, text);
    status = node ? calpol_loader_add_text(loader, "cluster", node->text, node->length)
                  : CALPOL_ERROR_INVALID_INPUT;
    cp_arena_finish(&arena);
    return status;
}

static void load(struct session *session, char *arguments)
{
    const char *dialect = next_word(&arguments), *flag = next_word(&arguments);
    calpol_loader *loader = new_loader(session, dialect, flag);
    calpol_diagnostics *diagnostics = NULL;

    drop(session);
    must(add_cluster(loader, arguments), "cluster");
    if (calpol_loader_finish(loader, &session->ruleset, &diagnostics) == CALPOL_OK) {
        must(calpol_query_new(session->ruleset, &session->query), "query");
        printf("loaded\n");
    } else {
        print_refusal(diagnostics);
    }
    calpol_diagnostics_free(diagnostics);
    calpol_loader_free(loader);
}

/* ---- Asking ---------------------------------------------------------------------------------- */

static void change_query(struct session *session, bool is_option, char *arguments)
{
    const char *name = next_word(&arguments);

    session->is_changed = true;
    if (is_option)
        must(calpol_query_set_option(session->query, name, arguments), name);
    else
        must(calpol_query_relabel(session->query, name, arguments), name);
}

/* Asks for a flow that a plain struct can hold; is it as the trace says? */
static bool plain_agrees(struct session *session,
                         const char *json,
                         const struct calpol_verdict *traced)
{
    size_t index = session->plain_count;
    struct calpol_flow *flow = &session->flows[index];
    struct calpol_verdict *found = &session->found[index];

    if (session->is_changed || index == MOST_PLAIN || !plain_flow(session->ruleset, json, flow))
        return true;
    session->plain_count++;
    memset(found, 0, sizeof(*found));
    /* A refused flow has no verdict: zero in both. */
    calpol_evaluate(session->ruleset, flow, sizeof(*flow), found, sizeof(*found));
    return memcmp(found, traced, sizeof(*found)) == 0;
}

static void ask(struct session *session, const char *json)
{
    struct calpol_verdict traced, quick;
    calpol_trace *trace = NULL;

    if (!session->query) {
        printf("\n");
        return;
    }
    memset(&quick, 0, sizeof(quick));
    calpol_query_set_flow(session->query, json, strlen(json)); /* the trace tells of errors, too */
    calpol_query_explain(session->query, &trace);
    must(trace ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY, "trace");
    must(calpol_trace_verdict(trace, &traced, sizeof(traced)), "verdict");
    calpol_query_evaluate(session->query, &quick, sizeof(quick));
    if (memcmp(&quick, &traced, sizeof(quick)) != 0)
        printf("evaluate ");
    if (!plain_agrees(session, json, &traced))
        printf("plain ");
    printf("\t%s\n", calpol_trace_json(trace));
    calpol_trace_free(trace);
    if (session->is_changed)
        calpol_query_reset(session->query);
    session->is_changed = false;
}

static bool is_same(const struct calpol_verdict *left, const struct calpol_verdict *right)
{
    return memcmp(left, right, sizeof(*left)) == 0;
}

static bool batch_agrees(const struct session *session)
{
    static struct calpol_verdict verdicts[MOST_PLAIN];

    memset(verdicts, 0, sizeof(verdicts));
    calpol_evaluate_batch(session->ruleset, session->flows, sizeof(session->flows[0]),
                          session->plain_count, verdicts, sizeof(verdicts[0]));
    for (size_t i = 0; i < session->plain_count; i++) {
        if (!is_same(&verdicts[i], &session->found[i]))
            return false;
    }
    return true;
}

/* Does a kernel of the fast path, where it answers at all, answer like the trace, alone and in a
   group? */
static bool kernel_agrees(const struct session *session,
                          const struct cp_fast_kernel *kernel,
                          size_t *out_judged)
{
    const struct cp_programs *programs = session->ruleset->programs;

    *out_judged = 0;
    for (size_t first = 0; programs && first < session->plain_count; first += CP_FAST_GROUP) {
        const struct calpol_flow *flows = &session->flows[first];
        const struct calpol_verdict *found = &session->found[first];
        size_t left = session->plain_count - first, count = left;
        struct calpol_verdict group[CP_FAST_GROUP], one;
        uint32_t judged;

        if (count > CP_FAST_GROUP)
            count = CP_FAST_GROUP;
        judged = kernel->judge_group(programs, flows, (uint32_t)count, group);
        for (size_t i = 0; i < count; i++) {
            if (judged >> i & 1 && !is_same(&group[i], &found[i]))
                return false;
            if (!kernel->judge(programs, &flows[i], &one))
                continue;
            if (!is_same(&one, &found[i]))
                return false;
            *out_judged += 1;
        }
    }
    return true;
}

static void ask_batch(const struct session *session)
{
    size_t judged = 0;

    if (!session->ruleset) {
        printf("\n");
        return;
    }
    if (!batch_agrees(session))
        printf("batch ");
    for (int simd = 0; simd < CP_SIMD_COUNT; simd++) {
        if (cp_simd_is_usable((enum cp_simd)simd) &&
            !kernel_agrees(session, cp_fast_kernel_of((enum cp_simd)simd), &judged))
            printf("kernel-%d ", simd);
    }
    printf("\t%zu %zu\n", session->plain_count, judged);
}

/* ---- Commands -------------------------------------------------------------------------------- */

static void obey(struct session *session, char *line)
{
    const char *command = next_word(&line);

    if (strcmp(command, "option") == 0)
        add_option(session, line);
    else if (strcmp(command, "load") == 0)
        load(session, line);
    else if (strcmp(command, "flow") == 0)
        ask(session, line);
    else if (strcmp(command, "batch") == 0)
        ask_batch(session);
    else if (session->query)
        change_query(session, strcmp(command, "set") == 0, line);
}

int main(void)
{
    static struct session session;
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;

    while ((length = getline(&line, &capacity, stdin)) > 0) {
        if (line[length - 1] == '\n')
            line[length - 1] = '\0';
        obey(&session, line);
    }
    drop(&session);
    free(line);
    return EXIT_SUCCESS;
}
