/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plain flows, judged many at a time.
 */
#include "batch.h"

#include <string.h>

void cli_batch_free(struct cli_batch *batch)
{
    cli_bytes_free(&batch->source.text);
    cli_bytes_free(&batch->destination.text);
    cli_bytes_free(&batch->source_ip.text);
    cli_bytes_free(&batch->destination_ip.text);
    cli_bytes_free(&batch->protocol.text);
}

static void clear_texts(struct cli_texts *texts)
{
    texts->text.length = 0;
    texts->given_count = 0;
}

void cli_batch_clear(struct cli_batch *batch)
{
    batch->count = 0;
    clear_texts(&batch->source);
    clear_texts(&batch->destination);
    clear_texts(&batch->source_ip);
    clear_texts(&batch->destination_ip);
    clear_texts(&batch->protocol);
}

static void add_text(struct cli_texts *texts,
                     size_t index,
                     const char *prefix,
                     struct cli_span span)
{
    texts->offsets[index] = texts->text.length;
    texts->given[index] = span.text != NULL;
    texts->given_count += span.text != NULL;
    if (span.text) {
        cli_bytes_add_text(&texts->text, prefix);
        cli_bytes_add(&texts->text, span.text, span.length);
    }
    texts->offsets[index + 1] = texts->text.length;
}

static void set_port(struct calpol_flow *flow, int32_t port, uint32_t given, uint16_t *out_port)
{
    if (port < 0)
        return;
    flow->given |= given;
    *out_port = (uint16_t)port;
}

void cli_batch_add(struct cli_batch *batch, const struct cli_plain *plain)
{
    static const struct cli_plain not_plain = {.source_port = -1, .destination_port = -1};
    size_t index = batch->count++;
    struct calpol_flow *flow = &batch->flows[index];

    memset(flow, 0, sizeof(*flow));
    flow->source_endpoint = flow->destination_endpoint = CALPOL_NONE;
    if (!plain->is_plain) {
        flow->given = CALPOL_GIVEN_ERROR;
        plain = &not_plain;
    }
    flow->state = plain->state;
    set_port(flow, plain->source_port, CALPOL_GIVEN_SOURCE_PORT, &flow->source_port);
    set_port(flow, plain->destination_port, CALPOL_GIVEN_DESTINATION_PORT, &flow->destination_port);
    add_text(&batch->source, index, "", plain->source);
    add_text(&batch->destination, index, "", plain->destination);
    add_text(&batch->source_ip, index, "ip:", plain->source_ip);
    add_text(&batch->destination_ip, index, "ip:", plain->destination_ip);
    add_text(&batch->protocol, index, "", plain->protocol);
}

/* CALPOL_OK, or what is wrong but with a text: that is marked in the flow. */
static int read_column(const struct cli_batch *batch,
                       const calpol_ruleset *ruleset,
                       int column,
                       const struct cli_texts *texts,
                       struct calpol_flow *flows)
{
    int status = CALPOL_OK;

    if (texts->text.failed)
        return CALPOL_ERROR_NO_MEMORY;
    if (texts->given_count)
        status = calpol_flows_read_column(ruleset, column, texts->text.text, texts->offsets,
                                          texts->given, batch->count, flows, sizeof(*flows));
    return status == CALPOL_ERROR_INVALID_INPUT ? CALPOL_OK : status;
}

/* Addresses are read elsewhere, for reading one into a flow would make it forget its endpoint. */
static int read_addresses(struct cli_batch *batch,
                          const calpol_ruleset *ruleset,
                          int column,
                          const struct cli_texts *texts)
{
    int status;

    if (!texts->given_count)
        return texts->text.failed ? CALPOL_ERROR_NO_MEMORY : CALPOL_OK;
    memset(batch->addresses, 0, batch->count * sizeof(batch->addresses[0]));
    status = read_column(batch, ruleset, column, texts, batch->addresses);
    for (size_t i = 0; i < batch->count && status == CALPOL_OK; i++) {
        if (!texts->given[i])
            continue;
        if (column == CALPOL_COLUMN_SOURCE)
            batch->flows[i].source_address = batch->addresses[i].source_address;
        else
            batch->flows[i].destination_address = batch->addresses[i].destination_address;
        batch->flows[i].given |= batch->addresses[i].given & CALPOL_GIVEN_ERROR;
    }
    return status;
}

int cli_batch_judge(struct cli_batch *batch, const calpol_ruleset *ruleset)
{
    int status = read_column(batch, ruleset, CALPOL_COLUMN_SOURCE, &batch->source, batch->flows);

    if (status == CALPOL_OK)
        status = read_column(batch, ruleset, CALPOL_COLUMN_DESTINATION, &batch->destination,
                             batch->flows);
    if (status == CALPOL_OK)
        status =
            read_column(batch, ruleset, CALPOL_COLUMN_PROTOCOL, &batch->protocol, batch->flows);
    if (status == CALPOL_OK)
        status = read_addresses(batch, ruleset, CALPOL_COLUMN_SOURCE, &batch->source_ip);
    if (status == CALPOL_OK)
        status = read_addresses(batch, ruleset, CALPOL_COLUMN_DESTINATION, &batch->destination_ip);
    if (status != CALPOL_OK)
        return status;
    status = calpol_evaluate_batch(ruleset, batch->flows, sizeof(batch->flows[0]), batch->count,
                                   batch->verdicts, sizeof(batch->verdicts[0]));
    return status == CALPOL_ERROR_INVALID_INPUT ? CALPOL_OK : status;
}
