/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks that say something about addresses, being gathered; then in order. Internal to compile/.
 */
#ifndef CP_COMPILE_REGIONS_H
#define CP_COMPILE_REGIONS_H

#include "compile/classes.h"

struct cp_region_entry;

struct cp_region_list {
    struct cp_arena *work;
    CP_ARRAY(struct cp_region_entry) entries;
};

void cp_regions_init(struct cp_region_list *list, struct cp_arena *work);

/* The networks of owners: their tags, and whose addresses are workloads' or hosts'. */
int cp_regions_add_owners(struct cp_region_list *list, const struct cp_label_classes *labels);

/* Addresses of nodes and of Services. */
int cp_regions_add_special(struct cp_region_list *list, const struct calpol_ruleset *ruleset);

/* Networks, or one address, with a tag. False: no memory. */
bool cp_regions_add_nets(struct cp_region_list *list, const struct cp_prefixes *nets, uint32_t tag);
bool cp_regions_add_address(struct cp_region_list *list,
                            const struct calpol_address *address,
                            uint32_t tag);

/* Fills in the regions with their keys, and the keys of workloads' first addresses in place of their
   classes. */
int cp_regions_finish(struct cp_region_list *list, struct cp_classes *classes);

#endif
