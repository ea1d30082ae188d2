/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of effective labels that only one question knows (EV-17): made for inline workloads and for
 * relabelled endpoints.
 */
#ifndef CP_EVALUATE_LABELS_H
#define CP_EVALUATE_LABELS_H

#include "base/array.h"
#include "ruleset/ruleset.h"

/* Labels being gathered, strongest first: a key that is there stays. */
struct cp_label_draft {
    const struct calpol_ruleset *ruleset;
    struct cp_arena *arena;
    CP_ARRAY(struct cp_label) items;
};

void cp_draft_init(struct cp_label_draft *draft,
                   const struct calpol_ruleset *ruleset,
                   struct cp_arena *arena);

/* Adds a label; one that no selector can name is left out. The value's text is not copied. False:
   no memory. */
bool cp_draft_add(struct cp_label_draft *draft, struct cp_text key, struct cp_text value);

/* Adds "prefix" + key. */
bool cp_draft_add_prefixed(struct cp_label_draft *draft,
                           const char *prefix,
                           struct cp_text key,
                           struct cp_text value);

/* Adds an own label of a workload (EV-17, K8-46): dropped if it could forge what the system sets;
   in dialect upstream kept apart from that, see ruleset/own_label.h. */
bool cp_draft_add_own(struct cp_label_draft *draft, struct cp_text key, struct cp_text value);

/* Adds labels of the ruleset's. */
bool cp_draft_add_labels(struct cp_label_draft *draft, const struct cp_labels *labels);

/* The finished set, with what it matches. NULL: no memory. */
const struct cp_label_set *cp_draft_finish(struct cp_label_draft *draft);

#endif
