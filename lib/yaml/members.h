/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the children of a mapping to its members: repeated keys, keys that are no text, merges.
 */
#ifndef CP_YAML_MEMBERS_H
#define CP_YAML_MEMBERS_H

#include "base/hash.h"
#include "yaml/tree.h"

/* Gives mapping its members: count pairs of key and value. Marks flaws of the keys and of the
   mapping. CALPOL_OK, CALPOL_ERROR_NO_MEMORY. */
int cp_members_make(struct cp_tree *tree,
                    struct cp_node *mapping,
                    const struct cp_node *pairs,
                    uint32_t count);

/* The same for pairs of which some are merges (merge.c). Spoils the document if they merge too
   much; mapping is not written then. */
int cp_members_merge(struct cp_tree *tree,
                     struct cp_node *mapping,
                     const struct cp_node *pairs,
                     uint32_t count);

/* For these two: sets the members of a mapping, whose repeated keys are marked already. */
void cp_members_set(struct cp_node *mapping, struct cp_member *members, uint32_t count);

/* Marks a key that was given before. */
void cp_members_mark_repeated(struct cp_node *key);

/* Where in an index a member with the key is noted; CP_INDEX_END: nowhere. */
uint32_t cp_members_find(const struct cp_index *index,
                         const struct cp_member *members,
                         struct cp_text key,
                         uint64_t hash);

#endif
