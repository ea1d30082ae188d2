/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking a ruleset everything, to see whether it holds. For tests and fuzzers.
 */
#ifndef TESTS_SUPPORT_ASKING_H
#define TESTS_SUPPORT_ASKING_H

#include "calpol/calpol.h"

/*
 * Flows between all endpoints, some addresses and the outside, by programs, one by one and in a batch;
 * the same in words, explained; names of everything. Whether the answers make sense is not looked at:
 * the ruleset may be of hostile bytes. Returns a number that hangs on all of the answers.
 */
uint64_t ask_everything(calpol_ruleset *ruleset);

#endif
