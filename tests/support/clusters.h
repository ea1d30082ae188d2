/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random clusters, as YAML: small, and crowded with everything that a rule can ask for, so that most
 * pairs of features meet. A seed makes a cluster.
 */
#ifndef TESTS_SUPPORT_CLUSTERS_H
#define TESTS_SUPPORT_CLUSTERS_H

#include "base/buffer.h"

#include "calpol/evaluate.h"

/* The next random number below limit; the seed is changed. */
uint32_t random_below(uint64_t *seed, uint32_t limit);

/* Appends a cluster, to be loaded leniently. */
void write_random_cluster(struct cp_buffer *buffer, uint64_t *seed);

/* Another kind: many pods, nets, ports and rules of few kinds, so that tables grow out of one form into
   the next. */
void write_crowded_cluster(struct cp_buffer *buffer, uint64_t *seed);

/* An option of evaluation and one of its values; "" for none. */
void random_option(uint64_t *seed, const char **out_name, const char **out_value);

/* A flow between endpoints 0 ... endpoint_count - 1 (a few ids are none), addresses of such clusters
   and others; any field may be missing. */
struct calpol_flow random_flow(uint64_t *seed, uint32_t endpoint_count);

/* The same for crowded clusters. */
struct calpol_flow random_crowded_flow(uint64_t *seed, uint32_t endpoint_count);

#endif
