/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Merge keys (resources.md 2.4): a mapping is put together from its own pairs and those of the
 * mappings that it merges, in the order in which they are written.
 */
#include "yaml/members.h"

struct merge {
    struct cp_tree *tree;
    struct cp_arena scratch;
    CP_ARRAY(struct cp_member) members;
    CP_ARRAY(bool) is_merged;  /* of each member: it came by the merge */
    struct cp_index index;     /* last member of each key that is text */
    const struct cp_node *key; /* the merge key; NULL before it */
    uint32_t first_of_source;  /* first member that came from the mapping being merged */
    bool bad;                  /* merges what cannot be merged, or twice */
};

/* Appends a member whose key is not indexed. */
static int append(struct merge *merge, const struct cp_member *member, bool is_merged)
{
    struct cp_member *added = cp_array_push(&merge->scratch, &merge->members);
    bool *flag = cp_array_push(&merge->scratch, &merge->is_merged);

    if (!added || !flag)
        return CALPOL_ERROR_NO_MEMORY;
    *added = *member;
    *flag = is_merged;
    return CALPOL_OK;
}

/* Appends a member; position is where its key stands in the index, or CP_INDEX_END. */
static int append_indexed(struct merge *merge,
                          const struct cp_member *member,
                          bool is_merged,
                          uint32_t position,
                          uint64_t hash)
{
    uint32_t number = merge->members.count;

    if (position != CP_INDEX_END)
        merge->index.entries[position].item = number;
    else if (!cp_index_add(&merge->index, &merge->scratch, hash, number))
        return CALPOL_ERROR_NO_MEMORY;
    return append(merge, member, is_merged);
}

/* Finds the member that a key has so far; NULL: none. */
static struct cp_member *find(struct merge *merge,
                              const struct cp_node *key,
                              uint64_t *out_hash,
                              uint32_t *out_position)
{
    *out_hash = cp_hash_text(cp_node_text(key), (uint64_t)(uintptr_t)merge);
    *out_position =
        cp_members_find(&merge->index, merge->members.items, cp_node_text(key), *out_hash);
    if (*out_position == CP_INDEX_END)
        return NULL;
    return &merge->members.items[cp_index_item(&merge->index, *out_position)];
}

/* A pair of the mapping's own: behind the merge it overrides what was merged, though not what makes
   a repeated key of it. */
static int add_own(struct merge *merge, const struct cp_member *member)
{
    struct cp_member copy = *member;
    struct cp_member *known;
    uint64_t hash;
    uint32_t position;
    bool overrides;

    if (member->key.type != CP_NODE_TEXT)
        return append(merge, member, false);
    known = find(merge, &member->key, &hash, &position);
    overrides = known && merge->is_merged.items[known - merge->members.items];
    if (known && (!overrides || known->key.flaw))
        cp_members_mark_repeated(&copy.key);
    if (!overrides)
        return append_indexed(merge, &copy, false, position, hash);
    merge->is_merged.items[known - merge->members.items] = false;
    *known = copy;
    return CALPOL_OK;
}

/* A member of a mapping that is merged: the first counts, but one that the mapping itself has
   before the merge makes it a repeated key. */
static int add_merged(struct merge *merge, const struct cp_member *member)
{
    struct cp_member copy = *member;
    struct cp_member *known;
    uint64_t hash;
    uint32_t position, number;

    if (member->key.type != CP_NODE_TEXT)
        return append(merge, member, true);
    known = find(merge, &member->key, &hash, &position);
    if (!known)
        return append_indexed(merge, member, true, position, hash);
    number = (uint32_t)(known - merge->members.items);
    if (!merge->is_merged.items[number]) {
        cp_members_mark_repeated(&copy.key);
        copy.key.line = merge->key->line;
        copy.key.column = merge->key->column;
    } else if (number < merge->first_of_source || !member->key.flaw) {
        return CALPOL_OK;
    }
    return append_indexed(merge, &copy, true, position, hash);
}

static int merge_mapping(struct merge *merge, const struct cp_node *source)
{
    struct cp_tree *tree = merge->tree;
    int status = CALPOL_OK;

    /* Members are copied, not shared, so they are counted against the limit of aliases at once. */
    tree->merged += source->length;
    if (cp_tree_is_expansion(tree, tree->merged))
        cp_tree_spoil(tree, CP_LIMIT_ALIASES, merge->key->line, merge->key->column);
    if (source->flaw)
        merge->bad = true;
    merge->first_of_source = merge->members.count;
    for (uint32_t i = 0; i < source->length && status == CALPOL_OK && !tree->limit; i++)
        status = add_merged(merge, &source->members[i]);
    return status;
}

static int merge_value(struct merge *merge, const struct cp_node *key, const struct cp_node *value)
{
    const struct cp_node *sources = value;
    uint32_t count = 1;
    int status = CALPOL_OK;

    merge->bad |= merge->key != NULL || value->flaw;
    if (merge->key)
        return CALPOL_OK;
    merge->key = key;
    if (value->type == CP_NODE_SEQUENCE) {
        sources = value->items;
        count = value->length;
    }
    for (uint32_t i = 0; i < count && status == CALPOL_OK; i++) {
        if (sources[i].type == CP_NODE_MAPPING)
            status = merge_mapping(merge, &sources[i]);
        else
            merge->bad = true;
    }
    return status;
}

static int merge_pairs(struct merge *merge, const struct cp_node *pairs, uint32_t count)
{
    int status = CALPOL_OK;

    for (uint32_t i = 0; i < count && status == CALPOL_OK; i++) {
        struct cp_member member = {pairs[2 * (size_t)i], pairs[2 * (size_t)i + 1]};

        if (member.key.type == CP_NODE_TEXT)
            member.key.tag = cp_key_tag(cp_node_text(&member.key));
        /* The reader marks a merge key as a text that is true. */
        if (member.key.type == CP_NODE_TEXT && member.key.boolean)
            status = merge_value(merge, &pairs[2 * (size_t)i], &member.value);
        else
            status = add_own(merge, &member);
    }
    return status;
}

static int finish(struct merge *merge, struct cp_node *mapping)
{
    uint32_t count = merge->members.count;
    struct cp_member *members = NULL;

    if (count) {
        members =
            cp_arena_copy(merge->tree->collections, merge->members.items, count * sizeof(*members));
        if (!members)
            return CALPOL_ERROR_NO_MEMORY;
    }
    if (merge->bad && mapping->flaw == CP_FLAW_NONE)
        mapping->flaw = CP_FLAW_KEY;
    cp_members_set(mapping, members, count);
    return CALPOL_OK;
}

int cp_members_merge(struct cp_tree *tree,
                     struct cp_node *mapping,
                     const struct cp_node *pairs,
                     uint32_t count)
{
    struct merge merge = {.tree = tree};
    int status;

    cp_arena_init(&merge.scratch, &tree->arena->allocator);
    status = merge_pairs(&merge, pairs, count);
    if (status == CALPOL_OK && !tree->limit)
        status = finish(&merge, mapping);
    cp_arena_finish(&merge.scratch);
    return status;
}
