/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Flows in words: any text is a flow or an error with a name and a line about it, and the answer is
 * sound. The ruleset is always that of flow.yaml, which has something for each field of a flow.
 */
#include "answers.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static calpol_ruleset *load(void)
{
    calpol_ruleset *ruleset = NULL;
    calpol_loader *loader;

    EXPECT(!calpol_loader_new(NULL, &loader));
    EXPECT(!calpol_loader_add_path(loader, FUZZ_FOLDER "/flow.yaml"));
    EXPECT(!calpol_loader_finish(loader, &ruleset, NULL));
    calpol_loader_free(loader);
    return ruleset;
}

/* Loaded by the first call and kept. */
static calpol_ruleset *the_ruleset(void)
{
    static calpol_ruleset *ruleset;

    if (!ruleset)
        ruleset = load();
    return ruleset;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    calpol_query *query;
    int status;

    EXPECT(!calpol_query_new(the_ruleset(), &query));
    status = calpol_query_set_flow(query, (const char *)data, size);
    EXPECT(status == CALPOL_OK || status == CALPOL_ERROR_INVALID_INPUT);
    EXPECT((status == CALPOL_OK) == (calpol_query_error(query) == CALPOL_FLOW_OK));
    EXPECT((status == CALPOL_OK) == !calpol_query_error_text(query)[0]);
    fuzz_check_answer(query);
    calpol_query_free(query);
    return 0;
}
