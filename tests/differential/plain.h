/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Flows in JSON as plain structs.
 */
#ifndef TESTS_DIFFERENTIAL_PLAIN_H
#define TESTS_DIFFERENTIAL_PLAIN_H

#include "calpol/calpol.h"

#include <stdbool.h>

/* Fills *out_flow with what a well-formed flow says; false if a struct cannot hold it (inline
   workloads, nodes, network sets, Services, interfaces, names, pre-DNAT). */
bool plain_flow(const calpol_ruleset *ruleset, const char *json, struct calpol_flow *out_flow);

#endif
