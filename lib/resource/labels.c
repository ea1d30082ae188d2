/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Maps of labels and annotations (resources.md 4.1, 7.6).
 */
#include "resource/context.h"
#include "resource/metadata.h"
#include "resource/values.h"

#define LARGEST_ANNOTATIONS 262144u
#define LONGEST_QUALIFIED_NAME (253u + 1u + 63u)

/* ---- labels ---- */

void cp_check_label(struct cp_resource_reader *reader,
                    const struct cp_field *field,
                    struct cp_text key,
                    struct cp_text value)
{
    if (!cp_is_qualified_name(reader, key)) {
        struct cp_field at_key = *field;

        at_key.node = NULL;
        cp_report(
            &reader->base, &at_key, CP_CODE_LABEL_KEY,
            "%q is no label key, expected letters, digits, \"-\", \"_\" and \".\", at most 63 "
            "of them, perhaps behind a domain and \"/\"",
            key);
    }
    if (!cp_is_label_value(reader, value)) {
        cp_report(&reader->base, field, CP_CODE_LABEL_VALUE,
                  "%q is no label value, expected at most 63 letters, digits, \"-\", \"_\" and "
                  "\".\", the first and last a letter or digit",
                  value);
    }
}

/* The value of a label; one that is no text is reported, and false if it is no scalar. */
static bool read_value(struct cp_resource_reader *reader,
                       const struct cp_field *entry,
                       const struct cp_field *blamed,
                       struct cp_text *out_value)
{
    const struct cp_node *node = entry->node;

    if (node->type == CP_NODE_TEXT || node->type == CP_NODE_NULL)
        return cp_read_text(&reader->base, entry, out_value);
    if (cp_report_flaw(&reader->base, entry))
        return false;
    if (!cp_node_is_scalar(node)) {
        cp_report(&reader->base, blamed, CP_CODE_LABEL_VALUE,
                  "the value of %q is %s, expected text", entry->name, cp_node_type_text(node));
        return false;
    }
    *out_value = cp_node_text(node);
    /* K8-124: it is used, so this is no problem of a rule that has it in a selector. */
    cp_report_as(&reader->base, blamed, CP_CODE_LABEL_VALUE, cp_soft(reader),
                 "the value of %q is %s, put %q in quotes to make it text%s", entry->name,
                 cp_node_type_text(node), *out_value,
                 reader->base.lenient ? "; taken as written" : "");
    return true;
}

static void read_entry(struct cp_resource_reader *reader,
                       const struct cp_field *entry,
                       const struct cp_field *blamed,
                       struct cp_pairs *labels)
{
    struct cp_text value;

    if (!read_value(reader, entry, blamed, &value))
        return;
    cp_check_label(reader, blamed, entry->name, value);
    if (!cp_pairs_set(labels, reader->base.arena, entry->name, value))
        cp_resource_no_memory(reader);
}

/* Is the key of a map's entry a text? What is wrong with keys has been reported. */
static bool has_text_key(const struct cp_field *map, uint32_t index)
{
    const struct cp_node *key = &map->node->members[index].key;

    return key->type == CP_NODE_TEXT && key->flaw != CP_FLAW_TAG;
}

/* Is it a map to go through? Keys given twice and the like are reported. */
static bool begin_map(struct cp_resource_reader *reader, const struct cp_field *field)
{
    if (!cp_read_mapping(&reader->base, field) || field->node->type != CP_NODE_MAPPING)
        return false;
    cp_check_members(&reader->base, field, NULL, NULL);
    return true;
}

static void read_labels(struct cp_resource_reader *reader,
                        const struct cp_field *field,
                        bool blames_map,
                        struct cp_pairs *out_labels)
{
    if (!begin_map(reader, field))
        return;
    for (uint32_t i = 0; i < cp_field_count(field) && reader->base.status == CALPOL_OK; i++) {
        struct cp_field entry = cp_field_entry(field, i);

        if (has_text_key(field, i))
            read_entry(reader, &entry, blames_map ? field : &entry, out_labels);
    }
}

void cp_read_labels(struct cp_resource_reader *reader,
                    const struct cp_field *field,
                    struct cp_pairs *out_labels)
{
    read_labels(reader, field, false, out_labels);
}

void cp_read_match_labels(struct cp_resource_reader *reader,
                          const struct cp_field *field,
                          struct cp_pairs *out_labels)
{
    read_labels(reader, field, true, out_labels);
}

/* ---- annotations ---- */

/* The form holds for the key in lower case. */
static bool is_annotation_key(struct cp_resource_reader *reader, struct cp_text key)
{
    char lower[LONGEST_QUALIFIED_NAME];

    if (key.length > sizeof(lower))
        return false;
    for (size_t i = 0; i < key.length; i++)
        lower[i] = cp_lower(key.data[i]);
    return cp_is_qualified_name(reader, cp_text_make(lower, key.length));
}

void cp_check_annotation_key(struct cp_resource_reader *reader,
                             const struct cp_field *field,
                             struct cp_text key)
{
    struct cp_field at_key = *field;

    if (is_annotation_key(reader, key))
        return;
    at_key.node = NULL;
    cp_report(
        &reader->base, &at_key, CP_CODE_ANNOTATION_KEY,
        "%q is no annotation key, expected a name of at most 63 letters, digits, \"-\", \"_\" "
        "and \".\", perhaps behind a domain and \"/\"",
        key);
}

void cp_check_annotation_size(struct cp_resource_reader *reader,
                              const struct cp_field *field,
                              const struct cp_pairs *annotations)
{
    uint64_t size = 0;

    for (uint32_t i = 0; i < annotations->items.count; i++)
        size += annotations->items.items[i].key.length + annotations->items.items[i].value.length;
    if (size > LARGEST_ANNOTATIONS) {
        cp_report(&reader->base, field, CP_CODE_ANNOTATION_SIZE,
                  "annotations of %U bytes, at most %u are allowed", size, LARGEST_ANNOTATIONS);
    }
}

void cp_read_annotations(struct cp_resource_reader *reader,
                         const struct cp_field *field,
                         bool strict,
                         struct cp_pairs *out_annotations)
{
    if (!begin_map(reader, field))
        return;
    for (uint32_t i = 0; i < cp_field_count(field) && reader->base.status == CALPOL_OK; i++) {
        struct cp_field entry = cp_field_entry(field, i);
        struct cp_text value;

        if (!has_text_key(field, i))
            continue;
        if (strict)
            cp_check_annotation_key(reader, &entry, entry.name);
        if (!cp_read_text(&reader->base, &entry, &value))
            continue;
        if (!cp_pairs_set(out_annotations, reader->base.arena, entry.name, value))
            cp_resource_no_memory(reader);
    }
}
