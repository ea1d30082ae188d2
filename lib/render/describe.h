/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Things of a ruleset and a flow in words: policies, places in files, ends, flows.
 */
#ifndef CP_RENDER_DESCRIBE_H
#define CP_RENDER_DESCRIBE_H

#include "render/explained.h"

/* "default"; "__PROFILE__" for CP_NONE. */
struct cp_text cp_tier_text(const struct cp_world *world, uint32_t tier);

/* The policy of a hit in short, "np:shop/web" (EV-163); "pro:__NO_MATCH__". */
struct cp_text cp_policy_text(const struct cp_world *world, uint32_t policy);

/* The rule of a hit; NULL for an end of tier and where no profile matched. */
const struct cp_rule *cp_hit_rule(const struct cp_world *world,
                                  const struct cp_hit *hit,
                                  enum cp_direction direction);

/* Was the policy converted from a Kubernetes object, so that rules have two numbers (K8-140)? */
bool cp_policy_is_kubernetes(const struct cp_policy *policy);

/* "CalicoNetworkPolicy" + separator + "shop/web". */
void cp_describe_policy(const struct cp_policy *policy, char separator, struct cp_buffer *buffer);

/* Is a selector one that was converted from a pod selector (K8-73)? Then *out_text is it without
   the part that says so, which whoever writes Kubernetes policies never sees; empty: any pod. */
bool cp_pod_selector_text(struct cp_text text, struct cp_text *out_text);

/* " (policies.yaml:12)"; nothing if the place is not known. */
void cp_describe_place(struct cp_text source, uint32_t line, struct cp_buffer *buffer);

/* "ingress", "egress". */
const char *cp_direction_name(enum cp_direction direction);

/* "pod:shop/web", "hostendpoint:h", or what a workload that only the question describes is called.
 */
void cp_describe_owner(const struct cp_world *world, uint32_t owner, struct cp_buffer *buffer);

/* An end of a flow: "pod:shop/web (10.0.0.1)", "203.0.113.9", "node:n1". */
void cp_describe_party(const struct cp_explained *explained,
                       const struct cp_flow *flow,
                       enum cp_end end,
                       struct cp_buffer *buffer);

/* A flow on one line: "pod:shop/web (10.0.0.1) -> 203.0.113.9 TCP/443". */
void cp_describe_flow(const struct cp_explained *explained,
                      const struct cp_flow *flow,
                      struct cp_buffer *buffer);

/* "TCP", "protocol 47". */
void cp_describe_protocol(uint8_t protocol, struct cp_buffer *buffer);

/* Names of dependencies: "destination_port, protocol". */
void cp_describe_depends(uint32_t depends, struct cp_buffer *buffer);

#endif
