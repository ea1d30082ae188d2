/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Converted policies, and expectations about them, as one and the same JSON text: members sorted by
 * name, empty fields left out (kubernetes.md 13).
 */
#ifndef TESTS_SUPPORT_POLICY_JSON_H
#define TESTS_SUPPORT_POLICY_JSON_H

#include "resource/policy.h"
#include "yaml/node.h"

/* A node with the members of all its mappings sorted. */
void write_sorted_json(struct cp_buffer *buffer, const struct cp_node *node);

/* A converted policy, in the form of kubernetes-conversion.json. */
void write_policy_json(struct cp_buffer *buffer,
                       const struct cp_policy_spec *policy,
                       struct cp_text legacy_name);

#endif
