/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What decides a stage, as a phrase of one line.
 */
#ifndef CP_RENDER_DECISION_H
#define CP_RENDER_DECISION_H

#include "render/explained.h"

/* Who is policed and how: "egress of pod:shop/web", "forwarding in through hostendpoint:h". */
void cp_describe_stage(const struct cp_explained *explained,
                       const struct cp_stage *stage,
                       struct cp_buffer *buffer);

/* "rule 3"; where a written rule became several, "rule 1 (index 3 in flow logs)" (K8-140). */
void cp_describe_rule(const struct cp_policy *policy,
                      const struct cp_rule *rule,
                      enum cp_direction direction,
                      int32_t index,
                      struct cp_buffer *buffer);

/* "GlobalNetworkPolicy deny rule 0 in tier security (a.yaml:12)", "end of tier default: ...". */
void cp_describe_decision(const struct cp_explained *explained,
                          const struct cp_stage *stage,
                          struct cp_buffer *buffer);

#endif
