/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading: any text, strictly and leniently, is a ruleset that answers or a list of errors, each at
 * a place in the text. What converting makes of it loads again, and converting that makes nothing.
 */
#include "answers.h"

#include <stdbool.h>
#include <string.h>

#define MOST_ENDPOINTS 3u
#define MOST_NODES 20000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static calpol_loader *new_loader(uint32_t flags, const char *text, size_t length)
{
    struct calpol_load_options options;
    calpol_loader *loader;

    EXPECT(!calpol_load_options_init(&options, sizeof(options)));
    options.flags = flags;
    options.max_nodes = MOST_NODES;
    options.max_diagnostics = 200;
    EXPECT(!calpol_loader_new(&options, &loader));
    EXPECT(!calpol_loader_add_text(loader, "input", text, length));
    return loader;
}

/* ---- What was found ----------------------------------------------------------------------------
 */

/* More lines than a text has by any way of counting. */
static uint32_t line_limit(const char *text, size_t length)
{
    uint32_t count = 1;

    for (size_t i = 0; i < length; i++)
        /* LF and CR; the last bytes of what YAML 1.1 takes for breaks besides. */
        count += text[i] == '\n' || text[i] == '\r' || strchr("\x85\xa8\xa9", text[i]) != NULL;
    return count;
}

static void check_diagnostic(const struct calpol_diagnostic *item, uint32_t lines, size_t length)
{
    EXPECT(item->code && strcmp(item->name, calpol_code_name(item->code)) == 0);
    EXPECT(item->severity >= CALPOL_SEVERITY_NOTE && item->severity <= CALPOL_SEVERITY_ERROR);
    EXPECT(item->message[0] && !strchr(item->message, '\n'));
    EXPECT(item->line <= lines && item->column <= length + 1);
    EXPECT(!item->column || item->line);
    EXPECT(item->excerpt_column <= strlen(item->excerpt) + 1);
}

static bool is_in_order(const struct calpol_diagnostic *first,
                        const struct calpol_diagnostic *second)
{
    if (!first->source || strcmp(first->source, second->source) != 0)
        return true;
    return first->line < second->line ||
           (first->line == second->line && first->column <= second->column);
}

/* Returns the number of errors. */
static size_t check_diagnostics(const calpol_diagnostics *list, const char *text, size_t length)
{
    uint32_t lines = line_limit(text, length);
    struct calpol_diagnostic item, before = {.source = NULL};

    for (size_t i = 0; i < calpol_diagnostics_count(list); i++) {
        EXPECT(!calpol_diagnostics_get(list, i, &item, sizeof(item)));
        check_diagnostic(&item, lines, length);
        EXPECT(is_in_order(&before, &item));
        before = item;
    }
    return calpol_diagnostics_count_severity(list, CALPOL_SEVERITY_ERROR);
}

/* ---- What came of it ---------------------------------------------------------------------------
 */

/* From and to some endpoints, and the world. */
static void ask(calpol_ruleset *ruleset, calpol_query *query, uint32_t source, uint32_t destination)
{
    struct calpol_endpoint_info from, to;
    const char *sender = "203.0.113.1", *receiver = "203.0.113.2";

    if (!calpol_ruleset_endpoint(ruleset, source, &from, sizeof(from)))
        sender = from.reference;
    if (!calpol_ruleset_endpoint(ruleset, destination, &to, sizeof(to)))
        receiver = to.reference;
    calpol_query_reset(query);
    if (calpol_query_set_source(query, sender) || calpol_query_set_destination(query, receiver))
        return;
    if (destination % 2 == 0)
        EXPECT(!calpol_query_set_protocol(query, "TCP"));
    if (source % 2 == 0)
        EXPECT(!calpol_query_set_destination_port(query, 80));
    fuzz_check_answer(query);
}

static void check_ruleset(calpol_ruleset *ruleset)
{
    struct calpol_counts counts;
    calpol_query *query;
    uint32_t limit;

    EXPECT(!calpol_ruleset_counts(ruleset, &counts, sizeof(counts)));
    limit = counts.endpoints < MOST_ENDPOINTS ? counts.endpoints : MOST_ENDPOINTS;
    EXPECT(!calpol_query_new(ruleset, &query));
    for (uint32_t source = 0; source <= limit; source++) {
        for (uint32_t destination = 0; destination <= limit; destination++)
            ask(ruleset, query, source < limit ? source : CALPOL_NONE,
                destination < limit ? destination : CALPOL_NONE);
    }
    calpol_query_free(query);
}

static void load(uint32_t flags, const char *text, size_t length)
{
    calpol_loader *loader = new_loader(flags, text, length);
    calpol_diagnostics *diagnostics = NULL;
    calpol_ruleset *ruleset = NULL;
    int status = calpol_loader_finish(loader, &ruleset, &diagnostics);
    size_t errors = check_diagnostics(diagnostics, text, length);

    EXPECT(status == CALPOL_OK || status == CALPOL_ERROR_INVALID_INPUT ||
           status == CALPOL_ERROR_LIMIT);
    EXPECT((status == CALPOL_OK) == (errors == 0) && (status == CALPOL_OK) == (ruleset != NULL));
    if (ruleset)
        check_ruleset(ruleset);
    calpol_ruleset_unref(ruleset);
    calpol_diagnostics_free(diagnostics);
    calpol_loader_free(loader);
}

/* ---- Converting --------------------------------------------------------------------------------
 */

/* NULL: the text has errors. */
static calpol_text *convert(uint32_t flags, const char *text, size_t length)
{
    calpol_loader *loader = new_loader(flags, text, length);
    calpol_diagnostics *diagnostics = NULL;
    calpol_text *converted = NULL;
    int status = calpol_loader_convert(loader, &converted, &diagnostics);
    size_t errors = check_diagnostics(diagnostics, text, length);

    EXPECT((status == CALPOL_OK) == (errors == 0) && (status == CALPOL_OK) == (converted != NULL));
    calpol_diagnostics_free(diagnostics);
    calpol_loader_free(loader);
    return converted;
}

static void convert_and_reload(uint32_t flags, const char *text, size_t length)
{
    calpol_text *converted = convert(flags, text, length), *again;

    if (!converted)
        return;
    again = convert(flags, calpol_text_string(converted), calpol_text_length(converted));
    EXPECT(again && calpol_text_length(again) == 0);
    load(flags, calpol_text_string(converted), calpol_text_length(converted));
    calpol_text_free(again);
    calpol_text_free(converted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;

    load(CALPOL_LOAD_LINT, text, size);
    load(CALPOL_LOAD_LINT | CALPOL_LOAD_LENIENT, text, size);
    convert_and_reload(CALPOL_LOAD_LENIENT, text, size);
    return 0;
}
