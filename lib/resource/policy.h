/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy as read, in Calico's terms.
 */
#ifndef CP_RESOURCE_POLICY_H
#define CP_RESOURCE_POLICY_H

#include "net/policy_kind.h"
#include "resource/rule.h"

enum cp_staged_action { CP_STAGED_SET, CP_STAGED_DELETE, CP_STAGED_LEARN, CP_STAGED_IGNORE };

/* Directions as bits. */
enum { CP_TYPE_INGRESS = 1u << 0, CP_TYPE_EGRESS = 1u << 1 };

struct cp_policy_spec {
    struct cp_metadata metadata;
    enum cp_policy_kind kind;
    struct cp_text tier;
    bool has_order;
    double order;
    struct cp_selector_field selector;
    struct cp_selector_field namespace_selector;
    struct cp_selector_field service_account_selector;
    uint8_t types;     /* CP_TYPE_..., defaults filled in */
    bool egress_first; /* types were written [Egress, Ingress]: for printing */
    bool types_given;  /* the text had types */
    bool do_not_track, pre_dnat, apply_on_forward;
    enum cp_staged_action staged_action; /* staged kinds only */
    struct cp_texts performance_hints;
    struct cp_rules_spec ingress;
    struct cp_rules_spec egress;
    uint32_t written_ingress, written_egress; /* rules as written, before conversion */
    struct cp_place tier_place;               /* of spec.tier, if it was written */
};

#endif
