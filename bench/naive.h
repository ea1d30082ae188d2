/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rival at hand: for each endpoint the rules that govern it behind each other, scanned one by
 * one.
 *
 * It knows just what the generated clusters have (bench/cluster.h), which is enough to judge them:
 * protocol, one range of ports on each side, one selector and one IPv4 net on each side. Labels are
 * matched beforehand, so a selector is one bit of the peer's.
 */
#ifndef BENCH_NAIVE_H
#define BENCH_NAIVE_H

#include "calpol/calpol.h"

struct naive;

struct naive *naive_new(const calpol_ruleset *ruleset);
void naive_free(struct naive *naive);

/* The action of a flow between endpoints, or of one whose addresses are given. */
uint32_t naive_judge(const void *naive, const struct calpol_flow *flow);

#endif
