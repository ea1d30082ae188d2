/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a load leaves for quick updates (compile/update.h) besides the ruleset. Internal to compile/.
 *
 * It lives as long as the ruleset of the load, which is the root of all that are updated from it, and is
 * not written to but for two counters: how much is taken of the room behind code and decisions.
 */
#ifndef CP_COMPILE_BASIS_H
#define CP_COMPILE_BASIS_H

#include "compile/compiler.h"
#include "compile/program_builder.h"

/* What owners of a label set there are, as bits. */
enum cp_owners_of_set {
    CP_SET_HAS_ADDRESSES = 1u << 0, /* any owner with an address or net */
    CP_SET_HAS_NETS = 1u << 1       /* a network set with a net */
};

/* A network set with domains. */
struct cp_domain_owner {
    uint32_t owner, label_set;
};

struct cp_basis {
    struct cp_program_limits limits;
    struct cp_classes classes;  /* of which all that is lasting stays */
    struct cp_tuples decisions; /* of the root's programs, with the root's numbers of policies */
    struct cp_index selector_index; /* the root's selectors by text */
    struct cp_index policy_index;   /* the root's policies by identity (policy_order.h) */
    uint8_t *owners_of_set;         /* by label set: bits of enum cp_owners_of_set */
    uint32_t *first_workload;       /* by label set, and one more: in workloads */
    uint32_t *workloads;
    const struct cp_domain_owner *domain_owners;
    uint32_t domain_owner_count;
    unsigned char *code;                /* the root's programs, and room; in units of 64 bytes */
    struct cp_decision *decision_items; /* the root's, and room */
    struct cp_room code_room, decision_room;
};

/* Made of a frozen ruleset whose selectors have what matches.c fills in; before its programs. CALPOL_OK or
   CALPOL_ERROR_NO_MEMORY. */
int cp_basis_make(struct cp_compiler *compiler);

#endif
