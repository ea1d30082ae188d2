/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of handles, as flows name their places.
 */
#ifndef CP_API_ENDPOINT_H
#define CP_API_ENDPOINT_H

#include "evaluate/handle.h"

#include "calpol/endpoint.h"

struct cp_handle_table {
    const struct calpol_ruleset *ruleset;
    const calpol_endpoint *const *endpoints;
    size_t count;
};

bool cp_flow_has_handle(const struct calpol_flow *flow);

/* Judges a flow of our own size that has a handle. CALPOL_OK or CALPOL_ERROR_INVALID_INPUT. */
int cp_judge_with_handles(const struct cp_handle_table *table,
                          const struct cp_fast_kernel *kernel,
                          const struct calpol_flow *flow,
                          struct calpol_verdict *out_verdict);

#endif
