/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Metadata stored in an annotation.
 */
#include "resource/raw_metadata.h"

#include "resource/values.h"
#include "yaml/json.h"

#define ANNOTATION "projectcalico.org/metadata"
#define DEEPEST 100u
#define TIER_PREFIX CP_TEXT("default.")

static struct cp_field annotation_of(const struct cp_field *annotations)
{
    return cp_field_member(annotations, ANNOTATION);
}

/* Parses the text; its problems are told by the one report that the annotation is bad. */
static int parse(struct cp_resource_reader *reader, struct cp_text text, struct cp_node *out_tree)
{
    const struct cp_yaml_limits limits = {.max_depth = DEEPEST};
    struct cp_documents documents = {0};
    struct cp_yaml_error error = {0};
    struct cp_tree tree;
    int status;

    cp_tree_init(&tree, reader->base.arena, &limits, &documents);
    status = cp_json_read(&tree, text, &error);
    cp_tree_finish(&tree);
    if (status != CALPOL_OK)
        return status;
    if (error.code != CP_CODE_NONE || documents.items.count != 1 ||
        documents.items.items[0].failed || documents.items.items[0].root.type != CP_NODE_MAPPING)
        return CALPOL_ERROR_INVALID_INPUT;
    *out_tree = documents.items.items[0].root;
    return CALPOL_OK;
}

void cp_raw_metadata_find(struct cp_resource_reader *reader,
                          const struct cp_field *annotations,
                          struct cp_raw_metadata *out_raw)
{
    struct cp_field field = annotation_of(annotations);

    /* One of another type is reported when the annotations are read. */
    if (!field.node || field.node->type != CP_NODE_TEXT)
        return;
    switch (parse(reader, cp_node_text(field.node), &out_raw->tree)) {
    case CALPOL_OK:
        out_raw->given = true;
        break;
    case CALPOL_ERROR_NO_MEMORY:
        cp_resource_no_memory(reader);
        break;
    default:
        cp_report(&reader->base, &field, CP_CODE_CRD_METADATA,
                  "the stored metadata is no JSON object");
        break;
    }
}

struct cp_text cp_raw_name(struct cp_resource_reader *reader,
                           const struct cp_field *root,
                           const struct cp_raw_metadata *raw,
                           struct cp_text raw_name)
{
    const struct cp_node *stored = cp_node_member(&raw->tree, CP_TEXT("name"));
    struct cp_field spec, tier;

    if (stored && stored->type == CP_NODE_TEXT && stored->length)
        return cp_node_text(stored);
    if (!(reader->kind->flags & CP_KIND_TIERED) || !cp_text_starts_with(raw_name, TIER_PREFIX))
        return raw_name;
    spec = cp_field_member(root, "spec");
    tier = cp_field_member(&spec, "tier");
    if (tier.node && tier.node->length && !cp_text_is(cp_node_text(tier.node), "default"))
        return raw_name;
    return cp_text_from_byte(raw_name, TIER_PREFIX.length);
}

/* One stored label or annotation over those that were read. */
static void overlay(struct cp_resource_reader *reader,
                    const struct cp_field *field,
                    const struct cp_member *member,
                    bool is_label,
                    struct cp_pairs *pairs)
{
    struct cp_text key = cp_node_text(&member->key);
    struct cp_text value = CP_TEXT("");

    if (!cp_node_is_scalar(&member->value)) {
        cp_report(&reader->base, field, CP_CODE_CRD_METADATA,
                  "the stored value of %q is %s, expected text", key,
                  cp_node_type_text(&member->value));
        return;
    }
    if (member->value.type != CP_NODE_NULL)
        value = cp_node_text(&member->value);
    if (is_label)
        cp_check_label(reader, field, key, value);
    else
        cp_check_annotation_key(reader, field, key);
    if (!cp_pairs_set(pairs, reader->base.arena, key, value))
        cp_resource_no_memory(reader);
}

static void overlay_all(struct cp_resource_reader *reader,
                        const struct cp_field *field,
                        const struct cp_raw_metadata *raw,
                        const char *name,
                        struct cp_pairs *pairs)
{
    const struct cp_node *stored = cp_node_member(&raw->tree, cp_text_from(name));

    if (!stored || stored->type == CP_NODE_NULL)
        return;
    if (stored->type != CP_NODE_MAPPING) {
        cp_report(&reader->base, field, CP_CODE_CRD_METADATA,
                  "%s of the stored metadata are %s, expected a mapping", name,
                  cp_node_type_text(stored));
        return;
    }
    for (uint32_t i = 0; i < stored->length; i++)
        overlay(reader, field, &stored->members[i], strcmp(name, "labels") == 0, pairs);
}

void cp_raw_metadata_apply(struct cp_resource_reader *reader,
                           const struct cp_field *annotations,
                           const struct cp_raw_metadata *raw)
{
    struct cp_field field = annotation_of(annotations);
    struct cp_metadata *metadata = &reader->metadata;

    if (!cp_pairs_remove(&metadata->annotations, reader->base.arena, CP_TEXT(ANNOTATION)))
        cp_resource_no_memory(reader);
    overlay_all(reader, &field, raw, "labels", &metadata->labels);
    overlay_all(reader, &field, raw, "annotations", &metadata->annotations);
}
