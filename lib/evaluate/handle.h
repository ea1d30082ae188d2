/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Workloads that are in no input, made once and used in any number of flows. Inline workloads
 * (inline.h) are the same, but belong to one question.
 */
#ifndef CP_EVALUATE_HANDLE_H
#define CP_EVALUATE_HANDLE_H

#include "evaluate/fast.h"
#include "evaluate/inline.h"

struct cp_handle {
    struct cp_owner owner;
    const struct cp_label_set *labels;
    const uint32_t *profiles[CP_INLINE_LIMIT]; /* of the owner, by its place in a world */
    const struct cp_policy *extra_policies;    /* profiles that the ruleset does not have */
    uint32_t extra_count;
    struct cp_text unknown_node;          /* a node that nobody declares; empty: none */
    bool is_fast;                         /* there is a record for some family */
    struct cp_endpoint_record records[2]; /* by family */
};

/* Fills a handle, in arena. The words describe a workload, all but its addresses. CALPOL_OK or
   CALPOL_ERROR_NO_MEMORY. */
int cp_handle_make(const struct calpol_ruleset *ruleset,
                   const struct cp_participant_words *words,
                   const struct calpol_address *addresses,
                   uint32_t address_count,
                   struct cp_arena *arena,
                   struct cp_handle *out_handle);

/*
 * Judges a flow whose ends may be handles; NULL: it is another end, which the flow tells. Allocates
 * nothing. CALPOL_OK or CALPOL_ERROR_INVALID_INPUT.
 */
int cp_handle_judge(const struct calpol_ruleset *ruleset,
                    const struct cp_fast_kernel *kernel,
                    const struct cp_handle *source,
                    const struct cp_handle *destination,
                    const struct calpol_flow *flow,
                    struct calpol_verdict *out_verdict);

#endif
