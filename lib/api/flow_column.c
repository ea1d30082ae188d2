/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Columns of text to plain flows: what a table of flows has as words, without a call for each.
 * Nothing here allocates.
 *
 * What cannot be read must not pass for what is not known, for the answer might then be one to
 * another question: such a flow is marked, and gets no verdict.
 */
#include "api/abi.h"
#include "api/flow_json_parts.h"
#include "net/address.h"
#include "ruleset/lookup.h"

/* Longer than any valid name, and what the lookup finds by hash. */
#define MOST_BYTES 640u

struct column {
    const struct calpol_ruleset *ruleset;
    int kind; /* enum calpol_column */
    const char *text;
    const uint64_t *offsets;
    const uint8_t *given;
    size_t count;
};

static bool arguments_are_good(const struct column *column, const void *flows)
{
    const uint64_t *offsets = column->offsets;

    if (!column->ruleset || column->kind < CALPOL_COLUMN_SOURCE ||
        column->kind > CALPOL_COLUMN_PROTOCOL)
        return false;
    if (!column->count)
        return true;
    if (!flows || !offsets || (!column->text && offsets[column->count] != offsets[0]))
        return false;
    for (size_t i = 0; i < column->count; i++) {
        if (offsets[i] > offsets[i + 1])
            return false;
    }
    return true;
}

static struct cp_text text_at(const struct column *column, size_t index)
{
    uint64_t start = column->offsets[index], length = column->offsets[index + 1] - start;

    if (!length)
        return cp_text_make("", 0);
    while (length && !column->text[start + length - 1])
        length--;
    return cp_text_make(column->text + start, (size_t)length);
}

/* The endpoint of a reference, "NS/NAME" being that of a workload; CP_NONE if there is none. */
static uint32_t find_endpoint(const struct calpol_ruleset *ruleset, struct cp_text reference)
{
    const struct cp_text pod = CP_TEXT("pod:");
    const struct cp_reference *found;
    char full[MOST_BYTES];

    if (cp_text_find_byte(reference, ':') == SIZE_MAX) {
        if (!reference.length || pod.length + reference.length > sizeof(full))
            return CP_NONE;
        memcpy(full, pod.data, pod.length);
        memcpy(full + pod.length, reference.data, reference.length);
        reference = cp_text_make(full, pod.length + reference.length);
    }
    found = cp_lookup_reference(ruleset, reference);
    return found && found->type == CP_REFERENCE_OWNER &&
                   found->id < ruleset->workload_count + ruleset->host_endpoint_count
               ? found->id
               : CP_NONE;
}

static bool read_end(const struct calpol_ruleset *ruleset,
                     struct cp_text text,
                     uint32_t *endpoint,
                     struct calpol_address *address)
{
    const struct cp_text ip = CP_TEXT("ip:");
    bool must_be_address = cp_text_starts_with(text, ip);

    *endpoint = CP_NONE;
    *address = (struct calpol_address){.family = 0};
    if (must_be_address)
        text = cp_text_from_byte(text, ip.length);
    if (cp_address_parse(text, address, NULL))
        return true;
    if (!must_be_address)
        *endpoint = find_endpoint(ruleset, text);
    return *endpoint != CP_NONE;
}

static bool read_protocol(struct cp_text text, struct calpol_flow *flow)
{
    if (!cp_flow_protocol(text, &flow->protocol))
        return false;
    flow->given |= CALPOL_GIVEN_PROTOCOL;
    return true;
}

static bool read_text(const struct column *column, struct cp_text text, struct calpol_flow *flow)
{
    switch ((enum calpol_column)column->kind) {
    case CALPOL_COLUMN_SOURCE:
        return read_end(column->ruleset, text, &flow->source_endpoint, &flow->source_address);
    case CALPOL_COLUMN_DESTINATION:
        return read_end(column->ruleset, text, &flow->destination_endpoint,
                        &flow->destination_address);
    case CALPOL_COLUMN_PROTOCOL:
        return read_protocol(text, flow);
    }
    return false;
}

static int read_column(const struct column *column, unsigned char *next, size_t flow_size)
{
    int result = CALPOL_OK;

    for (size_t i = 0; i < column->count; i++, next += flow_size) {
        struct calpol_flow flow;
        int status;

        if (column->given && !column->given[i])
            continue;
        status = cp_abi_read(CALPOL_STRUCT_FLOW, next, flow_size, &flow);
        if (status)
            return status;
        if (!read_text(column, text_at(column, i), &flow)) {
            flow.given |= CALPOL_GIVEN_ERROR;
            result = CALPOL_ERROR_INVALID_INPUT;
        }
        cp_abi_write(CALPOL_STRUCT_FLOW, &flow, next, flow_size);
    }
    return result;
}

int calpol_flows_read_column(const calpol_ruleset *ruleset,
                             int column,
                             const char *text,
                             const uint64_t *offsets,
                             const uint8_t *given,
                             size_t count,
                             void *flows,
                             size_t flow_size)
{
    const struct column texts = {
        .ruleset = ruleset,
        .kind = column,
        .text = text,
        .offsets = offsets,
        .given = given,
        .count = count,
    };

    if (!arguments_are_good(&texts, flows))
        return CALPOL_ERROR_INVALID_ARGUMENT;
    return read_column(&texts, flows, flow_size);
}
