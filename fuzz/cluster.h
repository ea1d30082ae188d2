/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small clusters from bytes.
 */
#ifndef FUZZ_CLUSTER_H
#define FUZZ_CLUSTER_H

#include "grammar.h"

/* Appends a cluster as YAML, to be loaded leniently. */
void write_cluster(struct choices *choices, struct cp_buffer *buffer);

#endif
