/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names and addresses to numbers, and names near one that was not found.
 */
#include "ruleset/lookup.h"

#include <assert.h>

/* References that fit are found by hash; longer ones, which no valid name gives, one by one. */
#define HASHED_BYTES 640u

#define MOST_SUGGESTIONS 3u
#define FARTHEST 3u /* changes of a letter that a suggestion may be away */

/* ---- References ---------------------------------------------------------------------------- */

/* A reference in two pieces: canonical type with colon, and name. */
struct reference_parts {
    struct cp_text type, name;
};

static struct reference_parts split(struct cp_text reference)
{
    const struct cp_text other = CP_TEXT("workloadendpoint:");
    size_t colon = cp_text_find_byte(reference, ':');
    size_t length = colon == SIZE_MAX ? 0 : colon + 1;
    struct reference_parts parts = {
        cp_text_first(reference, length),
        cp_text_from_byte(reference, length),
    };

    if (cp_text_equal(parts.type, other))
        parts.type = CP_TEXT("pod:");
    return parts;
}

static bool is_reference(const struct cp_reference *item, const struct reference_parts *parts)
{
    return item->text.length == parts->type.length + parts->name.length &&
           cp_text_starts_with(item->text, parts->type) &&
           cp_text_ends_with(item->text, parts->name);
}

static const struct cp_reference *search_all(const struct calpol_ruleset *ruleset,
                                             const struct reference_parts *parts)
{
    for (uint32_t i = 0; i < ruleset->reference_count; i++) {
        if (is_reference(&ruleset->reference_items[i], parts))
            return &ruleset->reference_items[i];
    }
    return NULL;
}

/* A reference being looked up. */
struct search {
    struct reference_parts parts;
    uint64_t hash;
    uint32_t position; /* of what may be it */
};

/* False: it is none, or too long to be found by hash. */
static bool begin_search(struct cp_text reference, struct search *search)
{
    char canonical[HASHED_BYTES];
    size_t type, name;

    search->parts = split(reference);
    search->position = CP_INDEX_END;
    type = search->parts.type.length;
    name = search->parts.name.length;
    if (!type || type + name > HASHED_BYTES)
        return false;
    memcpy(canonical, search->parts.type.data, type);
    if (name)
        memcpy(canonical + type, search->parts.name.data, name);
    search->hash = cp_hash_bytes(canonical, type + name, 0);
    return true;
}

static const struct cp_reference *finish_search(const struct calpol_ruleset *ruleset,
                                                const struct search *search)
{
    const struct cp_index *index = &ruleset->reference_index;

    for (uint32_t i = search->position; i != CP_INDEX_END; i = cp_index_next(index, i)) {
        const struct cp_reference *item = &ruleset->reference_items[cp_index_item(index, i)];

        if (is_reference(item, &search->parts))
            return item;
    }
    return NULL;
}

const struct cp_reference *cp_lookup_reference(const struct calpol_ruleset *ruleset,
                                               struct cp_text reference)
{
    struct search search;

    if (!begin_search(reference, &search))
        return search.parts.type.length ? search_all(ruleset, &search.parts) : NULL;
    search.position = cp_index_first(&ruleset->reference_index, search.hash);
    return finish_search(ruleset, &search);
}

/* Each step asks memory for what the next one wants, for all of them. */
void cp_lookup_references(const struct calpol_ruleset *ruleset,
                          const struct cp_text *references,
                          uint32_t count,
                          const struct cp_reference **out_found)
{
    const struct cp_index *index = &ruleset->reference_index;
    struct search searches[CP_LOOKUP_GROUP];
    bool is_hashed[CP_LOOKUP_GROUP];

    assert(count <= CP_LOOKUP_GROUP);
    for (uint32_t i = 0; i < count; i++) {
        is_hashed[i] = begin_search(references[i], &searches[i]);
        if (is_hashed[i])
            cp_index_prefetch(index, searches[i].hash);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (is_hashed[i])
            searches[i].position = cp_index_first(index, searches[i].hash);
        if (searches[i].position != CP_INDEX_END)
            __builtin_prefetch(
                &ruleset->reference_items[cp_index_item(index, searches[i].position)]);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (searches[i].position != CP_INDEX_END)
            __builtin_prefetch(
                ruleset->reference_items[cp_index_item(index, searches[i].position)].text.data);
    }
    for (uint32_t i = 0; i < count; i++)
        out_found[i] = is_hashed[i] ? finish_search(ruleset, &searches[i])
                                    : cp_lookup_reference(ruleset, references[i]);
}

/* ---- Other names, and addresses ------------------------------------------------------------ */

uint32_t cp_lookup_node(const struct calpol_ruleset *ruleset, struct cp_text name)
{
    for (uint32_t i = ruleset->node_count; i > 0; i--) {
        if (cp_text_equal(ruleset->nodes[i - 1].name, name))
            return i - 1;
    }
    return CP_NONE;
}

uint32_t cp_lookup_profile(const struct calpol_ruleset *ruleset, struct cp_text name)
{
    const struct cp_index *index = &ruleset->profile_index;
    uint64_t hash = cp_hash_text(name, 0);

    for (uint32_t i = cp_index_first(index, hash); i != CP_INDEX_END; i = cp_index_next(index, i)) {
        uint32_t policy = ruleset->policy_count + cp_index_item(index, i);

        if (cp_text_equal(ruleset->policies[policy]->name, name))
            return policy;
    }
    return CP_NONE;
}

const struct cp_namespace_entry *cp_lookup_namespace(const struct calpol_ruleset *ruleset,
                                                     struct cp_text name)
{
    const struct cp_index *index = &ruleset->namespace_index;
    uint64_t hash = cp_hash_text(name, 0);

    for (uint32_t i = cp_index_first(index, hash); i != CP_INDEX_END; i = cp_index_next(index, i)) {
        const struct cp_namespace_entry *entry = &ruleset->namespaces[cp_index_item(index, i)];

        if (cp_text_equal(entry->name, name))
            return entry;
    }
    return NULL;
}

uint32_t cp_lookup_workload(const struct calpol_ruleset *ruleset,
                            const struct calpol_address *address)
{
    struct cp_trie_walk walk;
    uint32_t owner, first = CP_NONE;

    for (bool more = cp_prefix_trie_first(&ruleset->owner_trie, address, &walk, &owner); more;
         more = cp_prefix_trie_next(&ruleset->owner_trie, &walk, &owner)) {
        if (owner < ruleset->workload_count && owner < first)
            first = owner;
    }
    return first;
}

/* ---- Label sets ----------------------------------------------------------------------------- */

uint64_t cp_labels_hash(const struct cp_labels *labels)
{
    uint64_t hash = labels->count;

    for (uint32_t i = 0; i < labels->count; i++) {
        uint32_t pair[2] = {labels->items[i].key, labels->items[i].value};

        hash = cp_hash_bytes(pair, sizeof(pair), hash);
    }
    return hash;
}

bool cp_labels_are_equal(const struct cp_labels *a, const struct cp_labels *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++) {
        if (a->items[i].key != b->items[i].key || a->items[i].value != b->items[i].value)
            return false;
    }
    return true;
}

uint32_t cp_lookup_label_set(const struct calpol_ruleset *ruleset, const struct cp_labels *labels)
{
    const struct cp_index *index = &ruleset->label_set_index;
    uint64_t hash = cp_labels_hash(labels);

    for (uint32_t i = cp_index_first(index, hash); i != CP_INDEX_END; i = cp_index_next(index, i)) {
        uint32_t set = cp_index_item(index, i);

        if (cp_labels_are_equal(&ruleset->label_sets[set].labels, labels))
            return set;
    }
    return CP_NONE;
}

/* ---- Suggestions --------------------------------------------------------------------------- */

struct suggestion {
    struct cp_text text;
    unsigned distance;
};

static struct cp_text behind_slash(struct cp_text name)
{
    size_t slash = cp_text_find_byte(name, '/');

    return cp_text_from_byte(name, slash == SIZE_MAX ? 0 : slash + 1);
}

/* Is it a pod of the workload that was named: "web-5d4f9-x2x" for "web"? */
static bool is_of_workload(struct cp_text workload, struct cp_text name)
{
    return workload.length && workload.length < name.length &&
           cp_text_starts_with(name, workload) && name.data[workload.length] == '-';
}

/* The right name in another namespace is as near as one wrong letter, and so are the pods of a
   workload; those of one in another namespace are as near as two. Else half of a reference must be
   right. */
static unsigned distance_of(struct cp_text wanted, struct cp_text name)
{
    struct cp_text tail = behind_slash(wanted), name_tail = behind_slash(name);
    unsigned distance = cp_text_distance(wanted, name, FARTHEST);
    unsigned most = FARTHEST + 1;

    if ((tail.length && cp_text_equal(tail, name_tail)) || is_of_workload(wanted, name))
        most = 1;
    else if (is_of_workload(tail, name_tail))
        most = 2;
    if (distance > wanted.length / 2 || distance > most)
        distance = most;
    return distance;
}

/* Takes a suggestion into the list, nearest first; the first of equals stays in front. */
static void suggest(struct suggestion *list, const struct suggestion *suggestion)
{
    uint32_t i = MOST_SUGGESTIONS - 1;

    if (suggestion->distance >= list[i].distance)
        return;
    for (; i > 0 && list[i - 1].distance > suggestion->distance; i--)
        list[i] = list[i - 1];
    list[i] = *suggestion;
}

void cp_lookup_suggest(const struct calpol_ruleset *ruleset,
                       struct cp_text reference,
                       struct cp_buffer *buffer)
{
    struct reference_parts wanted = split(reference);
    struct suggestion list[MOST_SUGGESTIONS];
    struct cp_text type = wanted.type.length ? wanted.type : CP_TEXT("pod:");

    for (uint32_t i = 0; i < MOST_SUGGESTIONS; i++)
        list[i].distance = FARTHEST + 1;
    for (uint32_t i = 0; i < ruleset->reference_count; i++) {
        struct suggestion suggestion = {.text = ruleset->reference_items[i].text};

        if (!cp_text_starts_with(suggestion.text, type))
            continue;
        suggestion.distance =
            distance_of(wanted.name, cp_text_from_byte(suggestion.text, type.length));
        suggest(list, &suggestion);
    }
    for (uint32_t i = 0; i < MOST_SUGGESTIONS && list[i].distance <= FARTHEST; i++) {
        cp_buffer_add_string(buffer, i ? ", " : "");
        cp_buffer_add(buffer, list[i].text);
    }
}
