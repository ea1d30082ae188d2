/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vectors of whole evaluations once more, with memory that runs out: load, question and
 * explanation of each are made with one allocation failing, at several places.
 *
 *     run_failures FILE [PLACES [ID]]
 *
 * PLACES (default 40, 0: every one) is how many allocations of a vector fail in turn, spread over
 * all that it makes and others for each vector. The call in which one fails says so, nothing is
 * left behind, and what does not see a failure ends as it does without. With an ID only that vector
 * is run. Writes TAP, one test a vector.
 */
#include "calpol/calpol.h"
#include "support/compare.h"
#include "support/failing_allocator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USUAL_PLACES 40u

static const char *text_of(const struct cp_node *node)
{
    return node ? node->text : "";
}

static int set_options(const struct cp_node *vector, calpol_loader *loader)
{
    const struct cp_node *options = member_of(vector, "options");
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && options && i < options->length; i++) {
        const struct cp_member *option = &options->members[i];

        if (strcmp(option->key.text, "dialect") != 0)
            status = calpol_loader_set_option(loader, option->key.text, option->value.text);
    }
    return status;
}

static int load(const struct cp_node *vector,
                const struct calpol_allocator *allocator,
                calpol_ruleset **out_ruleset)
{
    const struct cp_node *resources = member_of(vector, "resources");
    struct calpol_load_options options;
    calpol_diagnostics *diagnostics = NULL;
    calpol_loader *loader = NULL;
    int status = calpol_load_options_init(&options, sizeof(options));

    options.allocator = allocator;
    options.flags |= CALPOL_LOAD_LENIENT | CALPOL_LOAD_LINT;
    if (!status)
        status = calpol_loader_new(&options, &loader);
    if (!status)
        status = set_options(vector, loader);
    if (!status)
        status = calpol_loader_add_text(loader, "resources", resources->text, resources->length);
    if (!status)
        status = calpol_loader_finish(loader, out_ruleset, &diagnostics);
    calpol_diagnostics_free(diagnostics);
    calpol_loader_free(loader);
    return status;
}

static int ask(calpol_ruleset *ruleset, const char *flow)
{
    calpol_query *query = NULL;
    calpol_trace *trace = NULL;
    struct calpol_verdict verdict;
    int status = calpol_query_new(ruleset, &query);

    if (!status)
        status = calpol_query_set_flow(query, flow, strlen(flow));
    if (!status)
        status = calpol_query_evaluate(query, &verdict, sizeof(verdict));
    if (!status)
        status = calpol_query_explain(query, &trace);
    calpol_trace_free(trace);
    calpol_query_free(query);
    return status;
}

/* What all of it comes to, from a clean start to a clean end; false: something is left. */
static bool run(const struct cp_node *vector,
                const char *flow,
                struct failing_allocator *failing,
                size_t fail_at,
                int *out_status)
{
    calpol_ruleset *ruleset = NULL;

    failing_allocator_init(failing, fail_at);
    *out_status = load(vector, &failing->allocator, &ruleset);
    if (*out_status == CALPOL_OK)
        *out_status = ask(ruleset, flow);
    calpol_ruleset_unref(ruleset);
    return failing->live_count == 0 && failing->live_bytes == 0;
}

/* A number below limit that differs from vector to vector and place to place. */
static size_t pick(uint64_t *state, size_t limit)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(*state >> 33) % limit;
}

/* What is wrong with a vector; NULL: nothing. */
static const char *try_vector(
    const struct cp_node *vector, const char *flow, size_t places, uint64_t seed, size_t *at)
{
    struct failing_allocator failing;
    size_t count;
    int expected, status;

    *at = FAIL_NEVER;
    if (!run(vector, flow, &failing, FAIL_NEVER, &expected))
        return "memory is left";
    count = failing.allocation_count;
    for (size_t i = 0; i < (places && places < count ? places : count); i++) {
        *at = places && places < count ? pick(&seed, count) : i;
        if (!run(vector, flow, &failing, *at, &status))
            return "memory is left";
        if (status != (failing.failed ? CALPOL_ERROR_NO_MEMORY : expected))
            return "the status does not say that memory ran out";
    }
    return NULL;
}

int main(int argument_count, char **arguments)
{
    size_t places = argument_count > 2 ? strtoul(arguments[2], NULL, 10) : USUAL_PLACES;
    unsigned failed = 0, count;
    const char *wanted = argument_count > 3 ? arguments[3] : NULL;
    const struct cp_node *vectors;
    struct cp_arena arena;

    cp_arena_init(&arena, NULL);
    vectors = parse_file(&arena, argument_count > 1 ? arguments[1] : "");
    count = vectors ? vectors->length : 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct cp_node *vector = &vectors->items[i];
        const struct cp_node *asked = member_of(vector, "flow");
        const char *flow = asked ? print_node(&arena, asked) : "{}";
        const char *id = text_of(member_of(vector, "id")), *wrong;
        size_t at;

        if (wanted && strcmp(wanted, id) != 0)
            continue;
        wrong = try_vector(vector, flow, places, i, &at);
        printf("%sok %u - %s\n", wrong ? "not " : "", i + 1, id);
        if (wrong)
            printf("#   allocation %zu fails: %s\n", at, wrong);
        failed += wrong != NULL;
    }
    printf("1..%u\n", count);
    cp_arena_finish(&arena);
    return failed || !count ? EXIT_FAILURE : EXIT_SUCCESS;
}
