/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding things in a ruleset by name.
 */
#ifndef CP_RULESET_LOOKUP_H
#define CP_RULESET_LOOKUP_H

#include "ruleset/ruleset.h"

/*
 * The entry of a reference in full form, "pod:NS/NAME", "hostendpoint:NAME", "node:NAME",
 * "networkset:NS/NAME", "globalnetworkset:NAME", "service:NS/NAME"; "workloadendpoint:" is the same
 * as "pod:". NULL if there is none.
 */
const struct cp_reference *cp_lookup_reference(const struct calpol_ruleset *ruleset,
                                               struct cp_text reference);

/* The same of up to so many at once, which takes about as long as one where memory is what they wait
   for. */
#define CP_LOOKUP_GROUP 16u
void cp_lookup_references(const struct calpol_ruleset *ruleset,
                          const struct cp_text *references,
                          uint32_t count,
                          const struct cp_reference **out_found);

/* The node of a name, or CP_NONE. No reference names one that only a FelixConfiguration is about
   (EV-195). */
uint32_t cp_lookup_node(const struct calpol_ruleset *ruleset, struct cp_text name);

/* The profile (a number in policies) of a name, or CP_NONE. */
uint32_t cp_lookup_profile(const struct calpol_ruleset *ruleset, struct cp_text name);

/* The namespace of a name, or NULL. */
const struct cp_namespace_entry *cp_lookup_namespace(const struct calpol_ruleset *ruleset,
                                                     struct cp_text name);

/* The workload with the smallest number that owns an address, or CP_NONE (EV-11). */
uint32_t cp_lookup_workload(const struct calpol_ruleset *ruleset,
                            const struct calpol_address *address);

/* What sets of equal labels are found under, and the number of the set that has just these, or
   CP_NONE. */
uint64_t cp_labels_hash(const struct cp_labels *labels);
bool cp_labels_are_equal(const struct cp_labels *a, const struct cp_labels *b);
uint32_t cp_lookup_label_set(const struct calpol_ruleset *ruleset, const struct cp_labels *labels);

/* Appends up to three references near one that was not found, nearest first, as "a, b, c"; nothing
   if none is near. The right name in another namespace is near. */
void cp_lookup_suggest(const struct calpol_ruleset *ruleset,
                       struct cp_text reference,
                       struct cp_buffer *buffer);

#endif
