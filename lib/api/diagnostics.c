/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a finished list of diagnostics.
 */
#include "api/abi.h"
#include "base/diagnostic.h"

size_t calpol_diagnostics_count(const calpol_diagnostics *diagnostics)
{
    return diagnostics ? diagnostics->items.count : 0;
}

size_t calpol_diagnostics_count_severity(const calpol_diagnostics *diagnostics, int severity)
{
    if (!diagnostics)
        return 0;
    switch (severity) {
    case CALPOL_SEVERITY_ERROR:
        return diagnostics->error_count;
    case CALPOL_SEVERITY_WARNING:
        return diagnostics->warning_count;
    case CALPOL_SEVERITY_NOTE:
        return diagnostics->note_count;
    default:
        return 0;
    }
}

size_t calpol_diagnostics_source_count(const calpol_diagnostics *diagnostics)
{
    return diagnostics ? diagnostics->inputs.count : 0;
}

const char *calpol_diagnostics_source(const calpol_diagnostics *diagnostics, size_t index)
{
    return diagnostics && index < diagnostics->inputs.count ? diagnostics->inputs.items[index]
                                                            : NULL;
}

size_t calpol_diagnostics_resource_count(const calpol_diagnostics *diagnostics)
{
    return diagnostics ? diagnostics->resource_count : 0;
}

int calpol_diagnostics_get(const calpol_diagnostics *diagnostics,
                           size_t index,
                           struct calpol_diagnostic *out_diagnostic,
                           size_t diagnostic_size)
{
    struct calpol_diagnostic diagnostic;
    const struct cp_diagnostic *item;
    int status;

    if (!diagnostics || !out_diagnostic || index >= diagnostics->items.count)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    status = cp_abi_check(CALPOL_STRUCT_DIAGNOSTIC, diagnostic_size);
    if (status)
        return status;
    item = &diagnostics->items.items[index];
    diagnostic = (struct calpol_diagnostic){
        .code = item->code,
        .severity = item->severity,
        .line = item->line,
        .column = item->column,
        .name = calpol_code_name(item->code),
        .source = item->source,
        .resource = item->resource,
        .path = item->path,
        .message = item->message,
        .excerpt = item->excerpt,
        .excerpt_column = item->excerpt_column,
    };
    cp_abi_write(CALPOL_STRUCT_DIAGNOSTIC, &diagnostic, out_diagnostic, diagnostic_size);
    return CALPOL_OK;
}

void calpol_diagnostics_free(calpol_diagnostics *diagnostics)
{
    struct calpol_allocator allocator;

    if (!diagnostics)
        return;
    allocator = diagnostics->arena.allocator;
    cp_diagnostics_finish(diagnostics);
    cp_release(&allocator, diagnostics, sizeof(*diagnostics));
}
