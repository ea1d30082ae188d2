/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Classes of addresses as a tree of keys. Internal to compile/.
 *
 * What rules can ask about an address is a set of tags: owners (by label class and ports), lists of
 * nets that hold it, services that it is a backend of. The networks that bring the tags lie in each
 * other, so a set is that of the network around it and what the network itself adds:
 *
 *     key = (key of the network around, tags added), interned
 *
 * Keys become classes, numbered so that those below a key follow it. Then all addresses that have a
 * tag are ranges of classes: the keys that add it, each with all that is below.
 */
#ifndef CP_COMPILE_CLASS_TREE_H
#define CP_COMPILE_CLASS_TREE_H

#include "base/ranges.h"

struct cp_class_tree {
    struct cp_arena *work;
    struct cp_tuples keys; /* parent, then tags ascending; key 0 has no tags */
    CP_ARRAY(uint32_t) scratch;

    /* Once finished: */
    uint32_t *classes; /* by key */
    uint32_t *ends;    /* by key: one behind the last class below it */
    uint32_t *ordered; /* keys by class */
    uint32_t *first;   /* by tag, and one more: in ranges */
    struct cp_range *ranges;
};

/* The key of addresses without tags. */
#define CP_CLASS_ROOT 0u

int cp_class_tree_init(struct cp_class_tree *tree, struct cp_arena *work);

/* The key of a network within another: tags ascending; those that the other has already are left
   out. */
int cp_class_tree_add(struct cp_class_tree *tree,
                      uint32_t parent,
                      const uint32_t *tags,
                      uint32_t tag_count,
                      uint32_t *out_key);

/* Numbers the classes and lists those of each tag. */
int cp_class_tree_finish(struct cp_class_tree *tree, uint32_t tag_count);

static inline uint32_t cp_class_tree_count(const struct cp_class_tree *tree)
{
    return tree->keys.items.count;
}

/* The classes of addresses with a tag; ascending. */
static inline struct cp_ranges cp_class_tree_of_tag(const struct cp_class_tree *tree, uint32_t tag)
{
    return (struct cp_ranges){tree->ranges + tree->first[tag],
                              tree->first[tag + 1] - tree->first[tag]};
}

#endif
