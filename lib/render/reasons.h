/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why an answer came about without a rule, in words.
 */
#ifndef CP_RENDER_REASONS_H
#define CP_RENDER_REASONS_H

#include "calpol/evaluate.h"

/* "a failsafe port: ..."; "" for CALPOL_REASON_NONE. */
const char *cp_reason_text(enum calpol_reason reason);

#endif
