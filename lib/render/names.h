/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of what verdicts are made of, as in the JSON form (EV-160).
 */
#ifndef CP_RENDER_NAMES_H
#define CP_RENDER_NAMES_H

#include "calpol/evaluate.h"

/* "unknown" for other numbers; "" for a stage or reason NONE. */
const char *cp_action_name(int action);
const char *cp_stage_name(int stage);
const char *cp_reason_name(int reason);

/* "unknown-ref"; "" for CALPOL_FLOW_OK. */
const char *cp_flow_error_name(int error);

/*
 * The names of EV-150 in byte order, which is how sets of them are printed; number index of them
 * with its bit, NULL behind the last.
 */
const char *cp_dependency_name(unsigned index, uint32_t *out_bit);

#endif
