/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the children of a mapping to its members.
 *
 * In large mappings keys are compared by hash, for a hostile file may have a million of them. The
 * seed is an address, which its author does not know.
 */
#include "yaml/members.h"

#include "base/hash.h"

/* Mappings up to this size are searched, not hashed. */
#define SMALL_MAPPING 24u

_Static_assert(sizeof(struct cp_member) == 2 * sizeof(struct cp_node), "a member is two nodes");

uint32_t cp_members_find(const struct cp_index *index,
                         const struct cp_member *members,
                         struct cp_text key,
                         uint64_t hash)
{
    for (uint32_t i = cp_index_first(index, hash); i != CP_INDEX_END; i = cp_index_next(index, i)) {
        if (cp_text_equal(cp_node_text(&members[cp_index_item(index, i)].key), key))
            return i;
    }
    return CP_INDEX_END;
}

void cp_members_mark_repeated(struct cp_node *key)
{
    if (key->flaw == CP_FLAW_NONE)
        key->flaw = CP_FLAW_DUPLICATE;
    key->deep_flaw = true;
}

/* One bit of 64 for a key: keys with different bits differ. */
static uint64_t key_bit(const struct cp_node *key)
{
    return (uint64_t)1 << (key->tag * UINT32_C(0x9e3779b1) >> 26);
}

static bool stands_before(const struct cp_member *members, uint32_t index)
{
    const struct cp_node *key = &members[index].key;

    for (uint32_t i = 0; i < index; i++) {
        if (members[i].key.tag == key->tag && members[i].key.type == CP_NODE_TEXT &&
            cp_text_equal(cp_node_text(&members[i].key), cp_node_text(key)))
            return true;
    }
    return false;
}

static void tag_keys(struct cp_member *members, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (members[i].key.type == CP_NODE_TEXT)
            members[i].key.tag = cp_key_tag(cp_node_text(&members[i].key));
    }
}

static void mark_few(struct cp_member *members, uint32_t count)
{
    uint64_t seen = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint64_t bit;

        if (members[i].key.type != CP_NODE_TEXT)
            continue;
        bit = key_bit(&members[i].key);
        if ((seen & bit) && stands_before(members, i))
            cp_members_mark_repeated(&members[i].key);
        seen |= bit;
    }
}

static bool mark_many(struct cp_member *members, uint32_t count, struct cp_arena *scratch)
{
    struct cp_index index = {0};

    for (uint32_t i = 0; i < count; i++) {
        struct cp_text key = cp_node_text(&members[i].key);
        uint64_t hash;

        if (members[i].key.type != CP_NODE_TEXT)
            continue;
        hash = cp_hash_text(key, (uint64_t)(uintptr_t)members);
        if (cp_members_find(&index, members, key, hash) != CP_INDEX_END)
            cp_members_mark_repeated(&members[i].key);
        else if (!cp_index_add(&index, scratch, hash, i))
            return false;
    }
    return true;
}

static bool mark_repeats(struct cp_tree *tree, struct cp_member *members, uint32_t count)
{
    struct cp_arena scratch;
    bool done;

    if (count <= SMALL_MAPPING) {
        mark_few(members, count);
        return true;
    }
    cp_arena_init(&scratch, &tree->arena->allocator);
    done = mark_many(members, count, &scratch);
    cp_arena_finish(&scratch);
    return done;
}

void cp_members_set(struct cp_node *mapping, struct cp_member *members, uint32_t count)
{
    mapping->members = members;
    mapping->length = count;
    for (uint32_t i = 0; i < count; i++) {
        mapping->deep_flaw |= members[i].key.deep_flaw | members[i].value.deep_flaw;
        if (members[i].key.type != CP_NODE_TEXT && mapping->flaw == CP_FLAW_NONE)
            mapping->flaw = CP_FLAW_KEY;
    }
    mapping->deep_flaw |= mapping->flaw != CP_FLAW_NONE;
}

int cp_members_make(struct cp_tree *tree,
                    struct cp_node *mapping,
                    const struct cp_node *pairs,
                    uint32_t count)
{
    struct cp_member *members = NULL;

    if (count) {
        members = cp_arena_copy(tree->collections, pairs, count * sizeof(*members));
        if (!members)
            return CALPOL_ERROR_NO_MEMORY;
        tag_keys(members, count);
        if (!mark_repeats(tree, members, count))
            return CALPOL_ERROR_NO_MEMORY;
    }
    cp_members_set(mapping, members, count);
    return CALPOL_OK;
}
