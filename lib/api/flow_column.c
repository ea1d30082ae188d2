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

/* ---- Ends ------------------------------------------------------------------------------------ */

/* Some flows, and those of them whose end is a reference: these are looked up together. */
struct group {
    struct calpol_flow flows[CP_LOOKUP_GROUP];
    bool is_read[CP_LOOKUP_GROUP]; /* its column says something */
    uint32_t reference_count;
    uint32_t flow_of[CP_LOOKUP_GROUP]; /* by reference */
    struct cp_text references[CP_LOOKUP_GROUP];
    char full[CP_LOOKUP_GROUP][MOST_BYTES];
};

/* "NS/NAME" is the reference of a workload. False: of none. */
static bool add_reference(struct group *group, uint32_t flow, struct cp_text reference)
{
    const struct cp_text pod = CP_TEXT("pod:");
    char *full = group->full[group->reference_count];

    if (cp_text_find_byte(reference, ':') == SIZE_MAX) {
        if (!reference.length || pod.length + reference.length > MOST_BYTES)
            return false;
        memcpy(full, pod.data, pod.length);
        memcpy(full + pod.length, reference.data, reference.length);
        reference = cp_text_make(full, pod.length + reference.length);
    }
    group->flow_of[group->reference_count] = flow;
    group->references[group->reference_count++] = reference;
    return true;
}

static void set_end(const struct column *column,
                    struct calpol_flow *flow,
                    uint32_t endpoint,
                    struct calpol_address address)
{
    if (column->kind == CALPOL_COLUMN_SOURCE) {
        flow->source_endpoint = endpoint;
        flow->source_address = address;
    } else {
        flow->destination_endpoint = endpoint;
        flow->destination_address = address;
    }
}

/* An address is read at once, a reference is put with the others. False: it is neither. */
static bool read_end(const struct column *column, struct group *group, uint32_t i, size_t index)
{
    const struct cp_text ip = CP_TEXT("ip:");
    struct cp_text text = text_at(column, index);
    struct calpol_address address = {.family = 0};
    bool must_be_address = cp_text_starts_with(text, ip);

    if (must_be_address)
        text = cp_text_from_byte(text, ip.length);
    if (!cp_address_parse(text, &address, NULL))
        address = (struct calpol_address){.family = 0};
    set_end(column, &group->flows[i], CP_NONE, address);
    return address.family || (!must_be_address && add_reference(group, i, text));
}

/* Returns whether all are references of endpoints. */
static bool find_endpoints(const struct column *column, struct group *group)
{
    const struct calpol_ruleset *ruleset = column->ruleset;
    const struct cp_reference *found[CP_LOOKUP_GROUP];
    const struct calpol_address none = {.family = 0};
    bool are_good = true;

    cp_lookup_references(ruleset, group->references, group->reference_count, found);
    for (uint32_t i = 0; i < group->reference_count; i++) {
        struct calpol_flow *flow = &group->flows[group->flow_of[i]];

        if (found[i] && found[i]->type == CP_REFERENCE_OWNER &&
            found[i]->id < ruleset->workload_count + ruleset->host_endpoint_count) {
            set_end(column, flow, found[i]->id, none);
            continue;
        }
        flow->given |= CALPOL_GIVEN_ERROR;
        are_good = false;
    }
    return are_good;
}

/* The ends of count flows from first on; next are those flows. */
static int read_group(const struct column *column,
                      size_t first,
                      uint32_t count,
                      unsigned char *next,
                      size_t flow_size)
{
    int result = CALPOL_OK;
    struct group group;

    group.reference_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        int status;

        group.is_read[i] = !column->given || column->given[first + i];
        if (!group.is_read[i])
            continue;
        status = cp_abi_read(CALPOL_STRUCT_FLOW, next + i * flow_size, flow_size, &group.flows[i]);
        if (status)
            return status;
        if (!read_end(column, &group, i, first + i)) {
            group.flows[i].given |= CALPOL_GIVEN_ERROR;
            result = CALPOL_ERROR_INVALID_INPUT;
        }
    }
    if (!find_endpoints(column, &group))
        result = CALPOL_ERROR_INVALID_INPUT;
    for (uint32_t i = 0; i < count; i++) {
        if (group.is_read[i])
            cp_abi_write(CALPOL_STRUCT_FLOW, &group.flows[i], next + i * flow_size, flow_size);
    }
    return result;
}

static int read_ends(const struct column *column, unsigned char *flows, size_t flow_size)
{
    int result = CALPOL_OK;

    for (size_t first = 0; first < column->count; first += CP_LOOKUP_GROUP) {
        size_t left = column->count - first;
        uint32_t count = left < CP_LOOKUP_GROUP ? (uint32_t)left : CP_LOOKUP_GROUP;
        int status = read_group(column, first, count, flows + first * flow_size, flow_size);

        if (status == CALPOL_ERROR_INVALID_INPUT)
            result = status;
        else if (status)
            return status;
    }
    return result;
}

/* ---- Protocols ------------------------------------------------------------------------------- */

static bool read_protocol(struct cp_text text, struct calpol_flow *flow)
{
    if (!cp_flow_protocol(text, &flow->protocol))
        return false;
    flow->given |= CALPOL_GIVEN_PROTOCOL;
    return true;
}

static int read_protocols(const struct column *column, unsigned char *next, size_t flow_size)
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
        if (!read_protocol(text_at(column, i), &flow)) {
            flow.given |= CALPOL_GIVEN_ERROR;
            result = CALPOL_ERROR_INVALID_INPUT;
        }
        cp_abi_write(CALPOL_STRUCT_FLOW, &flow, next, flow_size);
    }
    return result;
}

/* ---- The whole ------------------------------------------------------------------------------- */

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
    return column == CALPOL_COLUMN_PROTOCOL ? read_protocols(&texts, flows, flow_size)
                                            : read_ends(&texts, flows, flow_size);
}
