/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers flows through the public interface, for the Python programs of this folder.
 *
 * Reads commands from standard input, one a line:
 *
 *     option NAME VALUE       an option of the next load
 *     load DIALECT FLAG TEXTS a cluster in JSON, or its text as a JSON string; DIALECT auto, upstream
 *                             or calico, FLAG strict or lenient. Answers "loaded", or "refused" and the first error; then
 *                             flows are answered by empty lines. TEXTS are one text or, with tabs between them:
 *                             the first half of the cluster, what there was before, the second half,
 *                             and names of objects that are gone
 *     set NAME VALUE          an option of the next flow
 *     relabel REF CHANGE      a changed label, for the next flow
 *     flow JSON               answers what the ways of asking disagree about, a tab, and the answer
 *                             in JSON
 *     batch                   asks all plain flows since the load again, at once; answers what was
 *                             different, a tab, how many plain flows there were and how many of
 *                             them programs judged
 *
 * Each flow is asked in every way there is: as a trace, as a verdict and, if a plain struct can hold
 * it, as one, of each kernel of the fast path and in a batch as well. So it is of the ruleset that is
 * loaded, of the same written and opened again, and of one made by an update: the first half and what
 * there was before is loaded, then the second half is put in and what is gone taken out. All must come
 * to the same.
 */
#include "evaluate/fast.h"
#include "plain.h"
#include "support/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_OPTIONS 16u
#define MOST_PLAIN 1024u
#define MOST_GONE 16u

/* The ruleset as it came, and what must be the same. */
enum form { LOADED, OPENED, UPDATED, FORM_COUNT };

static const char *const form_names[FORM_COUNT] = {"", "opened-", "updated-"};

struct option {
    char *name, *value;
};

struct session {
    struct option options[MOST_OPTIONS]; /* of the load to come */
    size_t option_count;
    calpol_ruleset *rulesets[FORM_COUNT]; /* NULL: none; the others only if there is a loaded one */
    calpol_query *queries[FORM_COUNT];
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

static void drop_options(struct session *session)
{
    for (size_t i = 0; i < session->option_count; i++) {
        free(session->options[i].name);
        free(session->options[i].value);
    }
    session->option_count = 0;
}

static void drop(struct session *session)
{
    for (int form = 0; form < FORM_COUNT; form++) {
        calpol_query_free(session->queries[form]);
        calpol_ruleset_unref(session->rulesets[form]);
        session->queries[form] = NULL;
        session->rulesets[form] = NULL;
    }
    session->plain_count = 0;
}

static uint32_t dialect_of(const char *name)
{
    if (strcmp(name, "calico") == 0)
        return CALPOL_DIALECT_CALICO;
    return strcmp(name, "upstream") == 0 ? CALPOL_DIALECT_UPSTREAM : CALPOL_DIALECT_AUTO;
}

/* How a cluster is to be loaded, and its texts; NULL where there is none. */
struct cluster {
    const char *dialect, *flag;
    const char *first, *before, *second, *gone;
};

static calpol_loader *new_loader(const struct session *session,
                                 const struct cluster *cluster,
                                 uint32_t flags)
{
    struct calpol_load_options load;
    calpol_loader *loader = NULL;

    must(calpol_load_options_init(&load, sizeof(load)), "load options");
    load.dialect = dialect_of(cluster->dialect);
    load.flags |= flags;
    if (strcmp(cluster->flag, "lenient") == 0)
        load.flags |= CALPOL_LOAD_LENIENT;
    must(calpol_loader_new(&load, &loader), "loader");
    for (size_t i = 0; i < session->option_count; i++) {
        const struct option *option = &session->options[i];

        must(calpol_loader_set_option(loader, option->name, option->value), option->name);
    }
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
static void add_text(calpol_loader *loader, const char *name, const char *text)
{
    struct cp_arena arena;
    const struct cp_node *node;

    if (!text)
        return;
    if (*text != '"') {
        must(calpol_loader_add_text(loader, name, text, strlen(text)), name);
        return;
    }
    cp_arena_init(&arena, NULL);
    node = parse_json(&arena, text);
    must(node ? calpol_loader_add_text(loader, name, node->text, node->length)
              : CALPOL_ERROR_INVALID_INPUT,
         name);
    cp_arena_finish(&arena);
}

/* Cuts off what stands before the next tab; NULL if nothing is left. */
static char *next_text(char **rest)
{
    char *text = *rest, *tab = text ? strchr(text, '\t') : NULL;

    *rest = tab ? tab + 1 : NULL;
    if (tab)
        *tab = '\0';
    return text;
}

static void open_again(struct session *session)
{
    calpol_text *file = NULL;
    char message[200];

    must(calpol_ruleset_write(session->rulesets[LOADED], &file), "write");
    must(calpol_ruleset_open_bytes(calpol_text_string(file), calpol_text_length(file), NULL,
                                   &session->rulesets[OPENED], message, sizeof(message)),
         "open");
    calpol_text_free(file);
}

/* NULL: what there was before may have errors of its own. */
static calpol_ruleset *load_before(const struct session *session, const struct cluster *cluster)
{
    calpol_loader *loader = new_loader(session, cluster, CALPOL_LOAD_UPDATABLE);
    calpol_ruleset *old = NULL;

    add_text(loader, "first", cluster->first);
    add_text(loader, "before", cluster->before);
    (void)calpol_loader_finish(loader, &old, NULL);
    calpol_loader_free(loader);
    return old;
}

static void update(struct session *session, const struct cluster *cluster)
{
    calpol_ruleset *old = load_before(session, cluster);
    calpol_loader *loader = new_loader(session, cluster, 0);
    char *gone = copy_text(cluster->gone), *rest = gone;
    const char *names[MOST_GONE];
    size_t count = 0;

    while (rest && *rest && count < MOST_GONE) {
        char *comma = strchr(rest, ',');

        names[count++] = rest;
        if (comma)
            *comma = '\0';
        rest = comma ? comma + 1 : NULL;
    }
    add_text(loader, "second", cluster->second);
    if (old)
        must(calpol_ruleset_update(old, loader, names, count, &session->rulesets[UPDATED], NULL),
             "update");
    free(gone);
    calpol_loader_free(loader);
    calpol_ruleset_unref(old);
}

static void load(struct session *session, char *arguments)
{
    const char *dialect = next_word(&arguments), *flag = next_word(&arguments);
    char *rest = arguments;
    const char *first = next_text(&rest), *before = next_text(&rest), *second = next_text(&rest);
    const struct cluster cluster = {dialect, flag, first, before, second, rest};
    calpol_loader *loader = new_loader(session, &cluster, 0);
    calpol_diagnostics *diagnostics = NULL;

    drop(session);
    add_text(loader, "first", cluster.first);
    add_text(loader, "second", cluster.second);
    if (calpol_loader_finish(loader, &session->rulesets[LOADED], &diagnostics) == CALPOL_OK) {
        open_again(session);
        if (cluster.gone)
            update(session, &cluster);
        for (int form = 0; form < FORM_COUNT; form++) {
            if (session->rulesets[form])
                must(calpol_query_new(session->rulesets[form], &session->queries[form]), "query");
        }
        printf("loaded\n");
    } else {
        print_refusal(diagnostics);
    }
    drop_options(session);
    calpol_diagnostics_free(diagnostics);
    calpol_loader_free(loader);
}

/* ---- Asking ---------------------------------------------------------------------------------- */

static void change_query(struct session *session, bool is_option, char *arguments)
{
    const char *name = next_word(&arguments);

    session->is_changed = true;
    for (int form = 0; form < FORM_COUNT; form++) {
        calpol_query *query = session->queries[form];

        if (query)
            must(is_option ? calpol_query_set_option(query, name, arguments)
                           : calpol_query_relabel(query, name, arguments),
                 name);
    }
}

/* Asks for a flow that a plain struct can hold; is it as the trace says? */
static bool plain_agrees(struct session *session,
                         const char *json,
                         const struct calpol_verdict *traced)
{
    size_t index = session->plain_count;
    struct calpol_flow *flow = &session->flows[index];
    struct calpol_verdict *found = &session->found[index];

    if (session->is_changed || index == MOST_PLAIN ||
        !plain_flow(session->rulesets[LOADED], json, flow))
        return true;
    session->plain_count++;
    memset(found, 0, sizeof(*found));
    /* A refused flow has no verdict: zero in both. */
    calpol_evaluate(session->rulesets[LOADED], flow, sizeof(*flow), found, sizeof(*found));
    return memcmp(found, traced, sizeof(*found)) == 0;
}

static bool is_same(const struct calpol_verdict *left, const struct calpol_verdict *right)
{
    return memcmp(left, right, sizeof(*left)) == 0;
}

/* Asks for a trace, and without one; the trace is freed by the caller. */
static calpol_trace *trace_of(calpol_query *query,
                              const char *json,
                              struct calpol_verdict *out_verdict,
                              bool *out_agrees)
{
    struct calpol_verdict quick;
    calpol_trace *trace = NULL;

    memset(&quick, 0, sizeof(quick));
    calpol_query_set_flow(query, json, strlen(json)); /* the trace tells of errors, too */
    calpol_query_explain(query, &trace);
    must(trace ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY, "trace");
    must(calpol_trace_verdict(trace, out_verdict, sizeof(*out_verdict)), "verdict");
    calpol_query_evaluate(query, &quick, sizeof(quick));
    *out_agrees = is_same(&quick, out_verdict);
    return trace;
}

/* Does a ruleset in another form say the same, to the letter? */
static bool form_agrees(struct session *session,
                        enum form form,
                        const char *json,
                        const char *expected,
                        const struct calpol_verdict *expected_verdict)
{
    struct calpol_verdict verdict;
    calpol_trace *trace;
    bool agrees;

    if (!session->queries[form])
        return true;
    trace = trace_of(session->queries[form], json, &verdict, &agrees);
    agrees = agrees && is_same(&verdict, expected_verdict) &&
             strcmp(calpol_trace_json(trace), expected) == 0;
    calpol_trace_free(trace);
    return agrees;
}

static void reset_queries(struct session *session)
{
    for (int form = 0; form < FORM_COUNT && session->is_changed; form++) {
        if (session->queries[form])
            calpol_query_reset(session->queries[form]);
    }
    session->is_changed = false;
}

static void ask(struct session *session, const char *json)
{
    struct calpol_verdict traced;
    calpol_trace *trace;
    bool agrees;

    if (!session->queries[LOADED]) {
        printf("\n");
        return;
    }
    trace = trace_of(session->queries[LOADED], json, &traced, &agrees);
    if (!agrees)
        printf("evaluate ");
    if (!plain_agrees(session, json, &traced))
        printf("plain ");
    for (int form = OPENED; form < FORM_COUNT; form++) {
        if (!form_agrees(session, (enum form)form, json, calpol_trace_json(trace), &traced))
            printf("%strace ", form_names[form]);
    }
    printf("\t%s\n", calpol_trace_json(trace));
    calpol_trace_free(trace);
    reset_queries(session);
}

static bool batch_agrees(const struct session *session, const calpol_ruleset *ruleset)
{
    static struct calpol_verdict verdicts[MOST_PLAIN];

    memset(verdicts, 0, sizeof(verdicts));
    calpol_evaluate_batch(ruleset, session->flows, sizeof(session->flows[0]), session->plain_count,
                          verdicts, sizeof(verdicts[0]));
    for (size_t i = 0; i < session->plain_count; i++) {
        if (!is_same(&verdicts[i], &session->found[i]))
            return false;
    }
    return true;
}

/* Does a kernel of the fast path, where it answers at all, answer like the trace, alone and in a
   group? */
static bool kernel_agrees(const struct session *session,
                          const calpol_ruleset *ruleset,
                          const struct cp_fast_kernel *kernel,
                          size_t *out_judged)
{
    const struct cp_programs *programs = ruleset->programs;

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

static void ask_form(const struct session *session, enum form form, size_t *out_judged)
{
    const calpol_ruleset *ruleset = session->rulesets[form];

    if (!batch_agrees(session, ruleset))
        printf("%sbatch ", form_names[form]);
    for (int simd = 0; simd < CP_SIMD_COUNT; simd++) {
        if (cp_simd_is_usable((enum cp_simd)simd) &&
            !kernel_agrees(session, ruleset, cp_fast_kernel_of((enum cp_simd)simd), out_judged))
            printf("%skernel-%d ", form_names[form], simd);
    }
}

static void ask_batch(const struct session *session)
{
    size_t judged[FORM_COUNT] = {0};

    if (!session->rulesets[LOADED]) {
        printf("\n");
        return;
    }
    for (int form = 0; form < FORM_COUNT; form++) {
        if (session->rulesets[form])
            ask_form(session, (enum form)form, &judged[form]);
    }
    printf("\t%zu %zu %d\n", session->plain_count, judged[LOADED],
           session->rulesets[UPDATED] != NULL);
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
    else if (session->queries[LOADED])
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
    drop_options(&session);
    free(line);
    return EXIT_SUCCESS;
}
