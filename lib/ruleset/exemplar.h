/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exemplars: for all workloads that programs treat alike, one of them. A workload that is in no
 * input takes over the record of its exemplar.
 */
#ifndef CP_RULESET_EXEMPLAR_H
#define CP_RULESET_EXEMPLAR_H

#include "ruleset/ruleset.h"

/* What programs can ask of a workload, in one family. */
struct cp_likeness {
    const struct cp_label_set *labels; /* with the list of its selectors */
    const uint32_t *profiles;          /* as of an owner */
    uint32_t profile_count;
    const struct cp_named_port *ports;
    uint32_t port_count;
    bool is_quiet;        /* no host endpoint of its node has a say */
    int family;           /* index */
    uint32_t outer_class; /* the class of its address but for the workload itself */
};

/* The number of an exemplar in the programs' list that is like this, or CP_NONE. */
uint32_t cp_exemplar_find(const struct calpol_ruleset *ruleset,
                          const struct cp_exemplars *exemplars,
                          const struct cp_likeness *likeness);

/* What exemplars of equal selectors are found under. */
uint64_t cp_exemplar_hash(const struct cp_likeness *likeness);

#endif
