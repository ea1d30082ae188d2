/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks of a mapping's keys, and of all flaws below a field.
 */
#include "yaml/reader.h"

#define FARTHEST_NAME 2u

static bool is_listed(struct cp_text key, const char *const *names)
{
    for (; names && *names; names++) {
        if (cp_text_is(key, *names))
            return true;
    }
    return false;
}

/* Where a key of a mapping with such names is remembered. */
static struct cp_known_name *known_slot(struct cp_known_name *slots,
                                        const struct cp_node *key,
                                        const char *const *names)
{
    const uint32_t mixed = (key->tag ^ (uint32_t)(uintptr_t)names) * UINT32_C(0x9e3779b1);

    return &slots[mixed >> 16 & (CP_READER_KNOWN_NAMES - 1)];
}

/* Is a key among names, or ignored? Nearly all keys were met before. What remembers them has a copy
   of the key, for its text may be gone. */
static bool is_known(struct cp_reader *reader,
                     const struct cp_node *key,
                     const char *const *names,
                     const char *const *ignored)
{
    const struct cp_text text = cp_node_text(key);
    struct cp_known_name *known = NULL;

    if (reader->known_names && text.length && text.length <= sizeof(known->key)) {
        known = known_slot(reader->known_names, key, names);
        if (known->names == names && known->ignored == ignored &&
            cp_text_equal(text, cp_text_make(known->key, known->length)))
            return true;
    }
    if (!is_listed(text, names) && !is_listed(text, ignored))
        return false;
    if (known) {
        *known = (struct cp_known_name){names, ignored, (uint8_t)text.length, ""};
        memcpy(known->key, text.data, text.length);
    }
    return true;
}

const char *cp_nearest_name(struct cp_text text, const char *const *names)
{
    /* More changes than half of the text make another word of it. */
    size_t half = text.length / 2;
    unsigned limit = half < FARTHEST_NAME ? (unsigned)half : FARTHEST_NAME;
    const char *nearest = NULL;

    for (; *names; names++) {
        struct cp_text name = cp_text_from(*names);
        unsigned distance;

        if (cp_text_equal_folded(text, name))
            return *names;
        if (name.length > text.length + FARTHEST_NAME || text.length > name.length + FARTHEST_NAME)
            continue;
        distance = cp_text_distance(text, name, FARTHEST_NAME);
        if (distance <= limit && (!nearest || distance < limit)) {
            nearest = *names;
            limit = distance;
        }
    }
    return nearest;
}

static void report_unknown(struct cp_reader *reader,
                           const struct cp_field *key,
                           const char *const *names)
{
    const char *nearest = reader->diagnostics->full ? NULL : cp_nearest_name(key->name, names);

    if (nearest)
        cp_report(reader, key, CP_CODE_UNKNOWN_FIELD, "unknown field %q, did you mean %s?",
                  key->name, nearest);
    else
        cp_report(reader, key, CP_CODE_UNKNOWN_FIELD, "unknown field %q", key->name);
}

/* Reports the flaw of a member's key at the key. */
static void report_key_flaw(struct cp_reader *reader, const struct cp_field *entry)
{
    struct cp_field key = *entry;

    if (entry->place->flaw == CP_FLAW_DUPLICATE) {
        key.node = NULL;
        cp_report(reader, &key, CP_CODE_YAML_DUPLICATE_KEY, "%q is given twice in this mapping",
                  key.name);
    } else {
        key.node = entry->place;
        (void)cp_report_flaw(reader, &key);
    }
}

void cp_check_members(struct cp_reader *reader,
                      const struct cp_field *mapping,
                      const char *const *names,
                      const char *const *ignored)
{
    uint32_t count =
        mapping->node && mapping->node->type == CP_NODE_MAPPING ? mapping->node->length : 0;

    (void)cp_report_flaw(reader, mapping);
    for (uint32_t i = 0; i < count && reader->status == CALPOL_OK; i++) {
        const struct cp_node *key = &mapping->node->members[i].key;
        struct cp_field entry;

        if (!key->flaw &&
            (!names || key->type != CP_NODE_TEXT || is_known(reader, key, names, ignored)))
            continue;
        entry = cp_field_entry(mapping, i);
        /* A repeated key was looked at where it stood first. */
        if (key->flaw) {
            report_key_flaw(reader, &entry);
            continue;
        }
        entry.node = NULL;
        report_unknown(reader, &entry, names);
    }
}

/* A field on the way down, and how far its children were looked at. */
struct level {
    struct cp_field field;
    uint32_t next;
    struct level *up;
    struct level *down; /* kept for the next child */
};

/* The level for a child; NULL: no memory. */
static struct level *descend(struct level *up, struct cp_arena *arena)
{
    if (!up->down) {
        up->down = CP_NEW(arena, struct level);
        if (!up->down)
            return NULL;
        up->down->up = up;
    }
    up->down->next = 0;
    return up->down;
}

/* Takes the level's next child with flaws into a level of its own. Reports flaws of keys passed by.
 *out_down is NULL at the end. */
static int next_level(struct cp_reader *reader,
                      struct level *level,
                      struct cp_arena *arena,
                      struct level **out_down)
{
    *out_down = NULL;
    while (level->next < cp_field_count(&level->field)) {
        bool is_mapping = level->field.node->type == CP_NODE_MAPPING;
        struct cp_field child = is_mapping ? cp_field_entry(&level->field, level->next)
                                           : cp_field_item(&level->field, level->next);

        level->next++;
        if (is_mapping && child.place->flaw)
            report_key_flaw(reader, &child);
        if (!child.node->deep_flaw)
            continue;
        *out_down = descend(level, arena);
        if (!*out_down)
            return CALPOL_ERROR_NO_MEMORY;
        (*out_down)->field = child;
        return CALPOL_OK;
    }
    return CALPOL_OK;
}

static int walk_flaws(struct cp_reader *reader,
                      const struct cp_field *field,
                      struct cp_arena *arena)
{
    struct level root = {.field = *field};
    struct level *level = &root;
    uint32_t errors_before = reader->error_count;

    (void)cp_report_flaw(reader, field);
    while (level && reader->status == CALPOL_OK) {
        struct level *down;

        /* A full list has said enough, but an error there is must be counted. */
        if (reader->diagnostics->full && reader->error_count > errors_before)
            break;
        if (next_level(reader, level, arena, &down) != CALPOL_OK)
            return CALPOL_ERROR_NO_MEMORY;
        if (down)
            (void)cp_report_flaw(reader, &down->field);
        level = down ? down : level->up;
    }
    return reader->status;
}

void cp_check_flaws(struct cp_reader *reader, const struct cp_field *field)
{
    struct cp_arena scratch;

    if (!field->node || !field->node->deep_flaw || reader->status != CALPOL_OK)
        return;
    cp_arena_init(&scratch, &reader->arena->allocator);
    reader->status = walk_flaws(reader, field, &scratch);
    cp_arena_finish(&scratch);
}
