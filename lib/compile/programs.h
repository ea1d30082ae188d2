/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs of a ruleset: the fast path from flows to verdicts (ruleset/program.h). Internal to
 * compile/.
 */
#ifndef CP_COMPILE_PROGRAMS_H
#define CP_COMPILE_PROGRAMS_H

#include "compile/compile.h"

/* Makes the programs of a frozen ruleset, as far as the limits allow. CALPOL_OK or
   CALPOL_ERROR_NO_MEMORY. */
int cp_programs_make(struct calpol_ruleset *ruleset,
                     struct cp_arena *work,
                     const struct cp_program_limits *limits);

#endif
