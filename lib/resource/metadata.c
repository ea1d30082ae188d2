/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Metadata of any resource: name, namespace, labels, annotations (resources.md 4.1, 9.1).
 */
#include "resource/metadata.h"

#include "resource/raw_metadata.h"
#include "resource/values.h"

#define LONGEST_NAME 253u
#define LONGEST_LABEL_NAME 63u

static const char *const fields[] = {"name", "namespace", "labels", "annotations", NULL};

static const char *const ignored_fields[] = {
    "generateName",
    "selfLink",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "ownerReferences",
    "finalizers",
    "managedFields",
    "clusterName",
    "initializers",
    NULL,
};

/* ---- what reports call the object ---- */

/* "CalicoNetworkPolicy/ns/name", "Tier/name"; the kind alone if there is no name. */
static void set_resource_text(struct cp_resource_reader *reader)
{
    const struct cp_metadata *metadata = &reader->metadata;
    struct cp_buffer buffer;

    cp_buffer_init(&buffer, reader->base.arena);
    cp_buffer_add_string(&buffer, reader->kind->identity);
    if (metadata->name.length) {
        if (metadata->namespace_name.length) {
            cp_buffer_add_byte(&buffer, '/');
            cp_buffer_add(&buffer, metadata->namespace_name);
        }
        cp_buffer_add_byte(&buffer, '/');
        cp_buffer_add(&buffer, metadata->name);
    }
    reader->base.resource = reader->metadata.resource = cp_buffer_text(&buffer);
    if (buffer.failed)
        cp_resource_no_memory(reader);
}

/* A text that is looked at before anything is reported; empty if it is none. */
static struct cp_text peek_text(const struct cp_field *field)
{
    return field->node && field->node->type == CP_NODE_TEXT ? cp_node_text(field->node)
                                                            : CP_TEXT("");
}

/* Name and namespace as written, so that the first report already tells which object it is about.
 */
static void set_early_resource_text(struct cp_resource_reader *reader,
                                    const struct cp_field *metadata)
{
    struct cp_field name = cp_field_member(metadata, "name");
    struct cp_field namespace_name = cp_field_member(metadata, "namespace");
    struct cp_field annotations = cp_field_member(metadata, "annotations");
    struct cp_field ignore = cp_field_member(&annotations, CP_IGNORE_ANNOTATION);

    reader->base.ignored = peek_text(&ignore);
    reader->metadata.name = peek_text(&name);
    if (reader->kind->flags & CP_KIND_NAMESPACED) {
        reader->metadata.namespace_name = peek_text(&namespace_name);
        if (!reader->metadata.namespace_name.length)
            reader->metadata.namespace_name = CP_TEXT("default");
    }
    set_resource_text(reader);
}

/* ---- name and namespace ---- */

static const char *name_form_text(enum cp_name_form form)
{
    switch (form) {
    case CP_NAME_LABEL:
        return "expected lower-case letters, digits and \"-\", beginning and ending with a letter "
               "or "
               "digit";
    case CP_NAME_POLICY:
    case CP_NAME_NAMESPACED_POLICY:
        return "expected lower-case letters, digits and \"-\", and at most one \".\"";
    case CP_NAME_SUBDOMAIN:
    case CP_NAME_ANY:
        break;
    }
    return "expected lower-case letters, digits, \"-\" and \".\"";
}

/* resources.md 9.1: names of Kubernetes policies, as Calico stores them, and of OpenStack's. */
static bool is_converted_name(struct cp_resource_reader *reader, struct cp_text name)
{
    static const char *const prefixes[] = {"knp.default.", "ossg.default."};

    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        struct cp_text prefix = cp_text_from(prefixes[i]);

        if (cp_text_starts_with(name, prefix))
            return cp_is_dns_subdomain(reader, cp_text_from_byte(name, prefix.length));
    }
    return false;
}

static bool has_name_form(struct cp_resource_reader *reader, struct cp_text name)
{
    switch (reader->kind->name_form) {
    case CP_NAME_SUBDOMAIN:
        return cp_patterns_match(reader->patterns, CP_PATTERN_DNS_SUBDOMAIN, name);
    case CP_NAME_LABEL:
        return cp_patterns_match(reader->patterns, CP_PATTERN_DNS_LABEL, name);
    case CP_NAME_POLICY:
        return cp_patterns_match(reader->patterns, CP_PATTERN_POLICY_NAME, name);
    case CP_NAME_NAMESPACED_POLICY:
        return cp_patterns_match(reader->patterns, CP_PATTERN_POLICY_NAME, name) ||
               is_converted_name(reader, name);
    case CP_NAME_ANY:
        break;
    }
    return true;
}

static void check_name(struct cp_resource_reader *reader,
                       const struct cp_field *field,
                       struct cp_text name)
{
    enum cp_name_form form = reader->kind->name_form;
    uint32_t limit = form == CP_NAME_LABEL ? LONGEST_LABEL_NAME : LONGEST_NAME;

    if (form != CP_NAME_ANY && name.length > limit) {
        cp_report(&reader->base, field, CP_CODE_NAME,
                  "a name of %U characters, at most %u are allowed for a %s", (uint64_t)name.length,
                  limit, reader->kind->kind);
    } else if (!has_name_form(reader, name)) {
        cp_report(&reader->base, field, CP_CODE_NAME, "%q is no name for a %s, %s", name,
                  reader->kind->kind, name_form_text(form));
    }
}

static void read_name(struct cp_resource_reader *reader,
                      const struct cp_field *root,
                      const struct cp_field *metadata,
                      const struct cp_raw_metadata *raw)
{
    struct cp_field field = cp_field_member(metadata, "name");
    struct cp_text name = {0};
    bool is_wrong = cp_field_present(&field) && !cp_read_text(&reader->base, &field, &name);

    if (raw->given)
        name = cp_raw_name(reader, root, raw, name);
    reader->metadata.name = name;
    if (is_wrong)
        return;
    if (name.length) {
        check_name(reader, &field, name);
    } else if (reader->kind->derive_name &&
               reader->kind->derive_name(reader, root, &reader->metadata.name)) {
        check_name(reader, &field, reader->metadata.name);
    } else if (reader->kind->name_form != CP_NAME_ANY) {
        cp_report(&reader->base, &field, CP_CODE_NAME_REQUIRED, "the %s has no name",
                  reader->kind->kind);
    }
}

static void read_namespace(struct cp_resource_reader *reader, const struct cp_field *metadata)
{
    struct cp_field field = cp_field_member(metadata, "namespace");
    struct cp_text text;

    reader->metadata.namespace_name = CP_TEXT("");
    if (reader->kind->flags & CP_KIND_NAMESPACED)
        reader->metadata.namespace_name = CP_TEXT("default");
    if (!cp_read_given_text(reader, &field, &text))
        return;
    if (!(reader->kind->flags & CP_KIND_NAMESPACED)) {
        cp_report(&reader->base, &field, CP_CODE_NAMESPACE_IGNORED,
                  "a %s has no namespace, %q is ignored", reader->kind->kind, text);
        return;
    }
    reader->metadata.namespace_name = text;
    if (!cp_is_dns_label(reader, text)) {
        cp_report(&reader->base, &field, CP_CODE_NAMESPACE,
                  "%q is no namespace, expected at most 63 lower-case letters, digits and \"-\"",
                  text);
    }
}

/* ---- all of it ---- */

/* The path of the object itself, for reports that are made when its tree is no longer at hand. */
static void set_origin(struct cp_resource_reader *reader, const struct cp_field *root)
{
    struct cp_metadata *metadata = &reader->metadata;
    struct cp_buffer path;

    metadata->origin.place =
        (struct cp_place){reader->base.source, root->node->line, root->node->column};
    metadata->origin.document = reader->base.document;
    if (reader->at->again.length) {
        metadata->again = reader->at->again.data;
        metadata->again_length = (uint32_t)reader->at->again.length;
        metadata->again_line = reader->at->line;
    } else {
        metadata->node = root->node;
    }
    if (!root->up) {
        /* The root of a document lies where the root of the next one will. */
        if (metadata->node)
            metadata->node = cp_arena_copy(reader->base.arena, root->node, sizeof(*root->node));
        if (!metadata->node && !metadata->again)
            cp_resource_no_memory(reader);
        return;
    }
    cp_buffer_init(&path, reader->base.arena);
    cp_field_path(root, &path);
    metadata->path = cp_buffer_text(&path);
    if (path.failed)
        cp_resource_no_memory(reader);
}

/* Where a field of the object stands, whose path within its document is given. */
static bool find_place(const struct cp_metadata *metadata,
                       struct cp_text field,
                       struct cp_text path,
                       struct cp_arena *scratch,
                       struct cp_place *place)
{
    const struct cp_node *node;
    struct cp_node root;

    if (metadata->node) {
        node = cp_node_at(metadata->node, field);
    } else {
        if (!cp_document_read_again(cp_text_make(metadata->again, metadata->again_length),
                                    metadata->again_line, scratch, &root))
            return false;
        node = cp_node_at(&root, path);
    }
    place->line = node->line;
    place->column = node->column;
    return true;
}

bool cp_metadata_subject(const struct cp_metadata *metadata,
                         struct cp_text field,
                         struct cp_arena *arena,
                         struct cp_subject *out_subject)
{
    const struct cp_text *ignored =
        cp_pairs_find(&metadata->annotations, cp_text_from(CP_IGNORE_ANNOTATION));
    struct cp_arena scratch;
    struct cp_buffer path;
    bool is_found;

    cp_buffer_init(&path, arena);
    cp_buffer_add(&path, metadata->path);
    if (metadata->path.length && field.length)
        cp_buffer_add_byte(&path, '.');
    cp_buffer_add(&path, field);
    *out_subject = (struct cp_subject){.place = metadata->origin.place,
                                       .resource = metadata->resource,
                                       .path = cp_buffer_text(&path),
                                       .document = metadata->origin.document};
    if (ignored)
        out_subject->ignored = *ignored;
    if (path.failed)
        return false;
    if (!metadata->node && !metadata->again)
        return true;
    cp_arena_init(&scratch, &arena->allocator);
    is_found = find_place(metadata, field, out_subject->path, &scratch, &out_subject->place);
    cp_arena_finish(&scratch);
    return is_found;
}

/* What a raw object stores counts as if it had been written. */
static void apply_raw(struct cp_resource_reader *reader,
                      const struct cp_field *annotations,
                      const struct cp_raw_metadata *raw)
{
    const struct cp_text *ignore;

    cp_raw_metadata_apply(reader, annotations, raw);
    ignore = cp_pairs_find(&reader->metadata.annotations, cp_text_from(CP_IGNORE_ANNOTATION));
    if (ignore)
        reader->base.ignored = *ignore;
}

void cp_read_metadata(struct cp_resource_reader *reader,
                      const struct cp_field *root,
                      struct cp_text api_version,
                      struct cp_text kind)
{
    const bool is_strict = (reader->kind->flags & CP_KIND_STRICT_METADATA) != 0;
    struct cp_field metadata = cp_field_member(root, "metadata");
    struct cp_field labels = cp_field_member(&metadata, "labels");
    struct cp_field annotations = cp_field_member(&metadata, "annotations");
    struct cp_field name = cp_field_member(&metadata, "name");
    struct cp_raw_metadata raw = {0};

    reader->metadata = (struct cp_metadata){.api_version = api_version, .kind = kind};
    set_origin(reader, root);
    set_early_resource_text(reader, &metadata);
    if (cp_read_mapping(&reader->base, &metadata))
        cp_check_members(&reader->base, &metadata, is_strict ? fields : NULL, ignored_fields);
    if (cp_api_is_raw(api_version))
        cp_raw_metadata_find(reader, &annotations, &raw);
    /* K8-130: lenient loading does not tolerate a bad name or namespace of a Kubernetes policy. */
    if (cp_kind_is_k8s_policy(reader->kind))
        reader->base.leniency = CP_LENIENCY_NONE;
    read_namespace(reader, &metadata);
    read_name(reader, root, &metadata, &raw);
    reader->base.leniency = CP_LENIENCY_BY_CODE;
    set_resource_text(reader);
    cp_read_labels(reader, &labels, &reader->metadata.labels);
    cp_read_annotations(reader, &annotations, is_strict, &reader->metadata.annotations);
    if (raw.given)
        apply_raw(reader, &annotations, &raw);
    if (is_strict)
        cp_check_annotation_size(reader, &annotations, &reader->metadata.annotations);
    cp_collection_register(reader, &name);
}
