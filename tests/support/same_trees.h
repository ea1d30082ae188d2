/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a text by the quick reader and by libyaml alone: what comes of it must be the same.
 */
#ifndef TESTS_SUPPORT_SAME_TREES_H
#define TESTS_SUPPORT_SAME_TREES_H

#include "yaml/document.h"

/* Are two nodes the same in all they have, with everything below? */
bool same_trees(const struct cp_node *one, const struct cp_node *other);

/* Reads both ways. NULL if documents, errors and all nodes are equal, else the first thing that
   differs. out_quick (may be NULL): the documents that libyaml was not needed for. Ends the process
   if memory runs out. */
const char *read_both_ways(struct cp_text text,
                           const struct cp_yaml_limits *limits,
                           uint32_t *out_quick);

#endif
