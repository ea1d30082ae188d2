/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a query changes about the ruleset for its own question: labels and options.
 */
#include "api/query.h"
#include "api/reference.h"
#include "ruleset/lookup.h"
#include "yaml/reader.h"

/* ---- Labels ---------------------------------------------------------------------------------- */

/* "KEY=VALUE" or "KEY-". False: neither. */
static bool parse_change(struct cp_text text, struct cp_label_change *out_change)
{
    size_t equals = cp_text_find_byte(text, '=');
    bool remove = equals == SIZE_MAX && cp_text_ends_with(text, CP_TEXT("-"));

    if (equals == SIZE_MAX && !remove)
        return false;
    out_change->remove = remove;
    out_change->key = cp_text_first(text, remove ? text.length - 1 : equals);
    out_change->value = remove ? cp_text_make("", 0) : cp_text_from_byte(text, equals + 1);
    return out_change->key.length > 0;
}

static int refuse_owner(struct calpol_query *query, struct cp_text reference)
{
    struct cp_buffer text, near;
    int status;

    cp_query_begin_error(query, &text);
    cp_buffer_init(&near, &query->error_arena);
    cp_lookup_suggest(query->ruleset, reference, &near);
    cp_buffer_format(&text, "there is no endpoint or network set %q", reference);
    if (near.length)
        cp_buffer_format(&text, ", near it: %t", cp_buffer_text(&near));
    text.failed = text.failed || near.failed;
    status = cp_query_fail(query, CALPOL_FLOW_UNKNOWN_REF, &text);
    return status == CALPOL_ERROR_INVALID_INPUT ? CALPOL_ERROR_NOT_FOUND : status;
}

static int refuse_change(struct calpol_query *query, struct cp_text change, const char *why)
{
    struct cp_buffer text;

    cp_query_begin_error(query, &text);
    cp_buffer_format(&text, "%q %s", change, why);
    return cp_query_fail(query, CALPOL_FLOW_BAD_FIELD, &text);
}

static int relabel(struct calpol_query *query, struct cp_text reference, struct cp_text text)
{
    struct cp_arena *arena = &query->arenas[CP_SETTING_RELABEL];
    struct cp_label_change change;
    struct cp_buffer no_error;
    struct cp_text full;
    uint32_t owner;
    int status;

    if (!parse_change(text, &change))
        return refuse_change(query, text, "is no change of a label, expected KEY=VALUE or KEY-");
    full = cp_full_reference(arena, reference);
    if (!full.data)
        return CALPOL_ERROR_NO_MEMORY;
    status = cp_resolve_owner(&query->world, full, arena, &owner);
    if (status)
        return status;
    if (owner == CP_NONE)
        return refuse_owner(query, reference);
    change.key.data = cp_arena_text(arena, change.key.data, change.key.length);
    change.value.data = cp_arena_text(arena, change.value.data, change.value.length);
    if (!change.key.data || !change.value.data)
        return CALPOL_ERROR_NO_MEMORY;
    cp_query_begin_error(query, &no_error);
    status = cp_world_relabel(&query->world, arena, owner, &change, 1);
    if (status == CALPOL_ERROR_INVALID_INPUT)
        return refuse_change(query, text, "changes a label that the system sets");
    return status;
}

int calpol_query_relabel(calpol_query *query, const char *reference, const char *change)
{
    int status;

    if (!query || !reference || !change)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    status = relabel(query, cp_text_from(reference), cp_text_from(change));
    if (status == CALPOL_ERROR_INVALID_INPUT || status == CALPOL_ERROR_NOT_FOUND)
        query->refused |= 1u << CP_SETTING_RELABEL;
    return status;
}

/* ---- Options --------------------------------------------------------------------------------- */

static int refuse_option(struct calpol_query *query, struct cp_text name)
{
    const char *names[CP_OPTION_COUNT + 2], *nearest;
    struct cp_buffer text;
    int status;

    for (int i = 0; i < CP_OPTION_COUNT; i++)
        names[i] = cp_option_name((enum cp_option)i);
    names[CP_OPTION_COUNT] = "preset";
    names[CP_OPTION_COUNT + 1] = NULL;
    nearest = cp_nearest_name(name, names);
    cp_query_begin_error(query, &text);
    cp_buffer_format(&text, "there is no option %q of a query", name);
    if (nearest && !cp_text_is(name, nearest))
        cp_buffer_format(&text, ", near it: %s", nearest);
    status = cp_query_fail(query, CALPOL_FLOW_BAD_OPTION, &text);
    return status == CALPOL_ERROR_INVALID_INPUT ? CALPOL_ERROR_NOT_FOUND : status;
}

static int set_option(struct calpol_query *query, struct cp_text name, struct cp_text value)
{
    struct cp_buffer text;
    int status = CALPOL_ERROR_NOT_FOUND;

    /* Tiers were sorted by it when the ruleset was made. */
    if (!cp_text_is(name, cp_option_name(CP_OPTION_TIER_ORDER_DEFAULT)))
        status = cp_options_set(&query->options, &query->arenas[CP_SETTING_OPTIONS], name, value);
    if (status == CALPOL_ERROR_NOT_FOUND)
        return refuse_option(query, name);
    cp_query_begin_error(query, &text);
    if (status != CALPOL_ERROR_INVALID_INPUT)
        return status;
    cp_buffer_format(&text, "%q is no value of option %t", value, name);
    return cp_query_fail(query, CALPOL_FLOW_BAD_OPTION, &text);
}

int calpol_query_set_option(calpol_query *query, const char *name, const char *value)
{
    int status;

    if (!query || !name || !value)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    status = set_option(query, cp_text_from(name), cp_text_from(value));
    if (status == CALPOL_ERROR_INVALID_INPUT || status == CALPOL_ERROR_NOT_FOUND)
        query->refused |= 1u << CP_SETTING_OPTIONS;
    return status;
}
