/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What holds for every answer, whatever the ruleset and the flow. Shared by targets.
 */
#ifndef FUZZ_ANSWERS_H
#define FUZZ_ANSWERS_H

#include "calpol/calpol.h"

#include <stdlib.h>

#define EXPECT(condition) ((condition) ? (void)0 : abort())

/* Asks a query by evaluating and by explaining: both say the same, the JSON is JSON with the same
   verdict in it, and summary and text say something. */
void fuzz_check_answer(calpol_query *query);

#endif
