/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding endpoints of a ruleset by reference and address.
 */
#include "api/reference.h"
#include "base/utf8.h"
#include "evaluate/resolve.h"
#include "ruleset/lookup.h"

#include "calpol/ruleset.h"

int calpol_ruleset_find_endpoint(const calpol_ruleset *ruleset,
                                 const char *reference,
                                 uint32_t *out_endpoint)
{
    struct cp_world world;
    struct cp_arena arena;
    struct cp_text full;
    uint32_t owner = CP_NONE;
    int status = CALPOL_ERROR_NO_MEMORY;

    if (!ruleset || !reference || !out_endpoint)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    cp_world_init(&world, ruleset);
    cp_arena_init(&arena, &ruleset->allocator);
    full = cp_full_reference(&arena, cp_text_from(reference));
    if (full.data)
        status = cp_resolve_owner(&world, full, &arena, &owner);
    cp_arena_finish(&arena);
    if (status)
        return status;
    if (owner >= ruleset->workload_count + ruleset->host_endpoint_count)
        return CALPOL_ERROR_NOT_FOUND;
    *out_endpoint = owner;
    return CALPOL_OK;
}

int calpol_ruleset_find_address(const calpol_ruleset *ruleset,
                                const struct calpol_address *address,
                                uint32_t *out_endpoint)
{
    struct calpol_address own;
    uint32_t workload;

    if (!ruleset || !address || !out_endpoint)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    own = *address;
    cp_address_unmap(&own);
    workload = own.family ? cp_lookup_workload(ruleset, &own) : CP_NONE;
    if (workload == CP_NONE)
        return CALPOL_ERROR_NOT_FOUND;
    *out_endpoint = workload;
    return CALPOL_OK;
}

int calpol_address_parse(const char *text, struct calpol_address *out_address)
{
    if (!text || !out_address)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    return cp_address_parse(cp_text_from(text), out_address, NULL) ? CALPOL_OK
                                                                   : CALPOL_ERROR_INVALID_INPUT;
}

int calpol_ruleset_suggest(const calpol_ruleset *ruleset,
                           const char *reference,
                           char *buffer,
                           size_t buffer_size)
{
    struct cp_buffer names;
    struct cp_arena arena;
    struct cp_text text;
    int status = CALPOL_ERROR_NO_MEMORY;

    if (!ruleset || !reference || !buffer || !buffer_size)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    cp_arena_init(&arena, &ruleset->allocator);
    cp_buffer_init(&names, &arena);
    cp_lookup_suggest(ruleset, cp_text_from(reference), &names);
    if (!names.failed) {
        text = cp_buffer_text(&names);
        text.length = cp_utf8_cut(text, buffer_size - 1);
        if (text.length)
            memcpy(buffer, text.data, text.length);
        buffer[text.length] = '\0';
        status = CALPOL_OK;
    }
    cp_arena_finish(&arena);
    return status;
}
