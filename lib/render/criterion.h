/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One criterion of a rule in words: what the rule wants, and what the flow has.
 */
#ifndef CP_RENDER_CRITERION_H
#define CP_RENDER_CRITERION_H

#include "render/explained.h"

/* A rule in the stage where it is looked at. */
struct cp_spot {
    const struct cp_explained *explained;
    const struct cp_view *view; /* of the flow, as the stage sees it (EV-8) */
    const struct cp_stage *stage;
    const struct cp_policy *policy;
    const struct cp_rule *rule;
    uint32_t owner; /* the policed endpoint */
};

/* "destination port 443", "source in 10.0.0.0/8", "protocol other than TCP". */
void cp_describe_want(const struct cp_spot *spot,
                      enum cp_criterion criterion,
                      struct cp_buffer *buffer);

/* Why it does not hold: "wants destination port 443, but it is 80". */
void cp_describe_miss(const struct cp_spot *spot,
                      enum cp_criterion criterion,
                      struct cp_buffer *buffer);

/* Everything that a rule wants: "protocol TCP, destination port 443"; "everything". */
void cp_describe_rule_wants(const struct cp_spot *spot, struct cp_buffer *buffer);

static inline const struct cp_entity *cp_spot_entity(const struct cp_spot *spot, enum cp_end end)
{
    return end == CP_SOURCE ? spot->rule->source : spot->rule->destination;
}

/* "source", "destination". */
static inline const char *cp_end_name(enum cp_end end)
{
    return end == CP_SOURCE ? "source" : "destination";
}

/* Parts of their own: selectors, and ports, in criterion_selector.c, criterion_ports.c. */
void cp_want_selector(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer);
void cp_miss_selector(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer);
void cp_want_not_selector(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer);
void cp_miss_not_selector(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer);
void cp_want_ports(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer);
void cp_miss_ports(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer);
void cp_want_not_ports(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer);
void cp_miss_not_ports(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer);
void cp_want_service(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer);
void cp_miss_service(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer);

/* The address of a side, or that it is not told. */
void cp_describe_side_address(const struct cp_side *side, struct cp_buffer *buffer);

#endif
