/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver: takes documents apart into objects and has each read by the reader of its kind
 * (resources.md 3).
 */
#include "resource/load.h"

#include "resource/values.h"

/* Lists of lists are opened one inside the other this far; nobody nests them. */
#define DEEPEST_LIST 100u

#define LIST CP_TEXT("List")

/* What an item of a list takes from it when it has neither kind nor apiVersion. */
struct inherited {
    struct cp_text api_version, kind;
    unsigned depth; /* lists around the item */
};

int cp_resource_reader_init(struct cp_resource_reader *reader,
                            struct cp_arena *work,
                            struct cp_intern *names,
                            struct calpol_diagnostics *diagnostics,
                            struct cp_collection *collection,
                            uint32_t flags)
{
    *reader = (struct cp_resource_reader){
        .base = {.arena = work, .diagnostics = diagnostics},
        .collection = collection,
        .names = names,
        .tier_prefix_required = (flags & CALPOL_LOAD_TIER_PREFIX_REQUIRED) != 0,
        .tiers_required = (flags & CALPOL_LOAD_TIERS_REQUIRED) != 0,
        .raw_defaults = (flags & CALPOL_LOAD_RAW_DEFAULTS) != 0,
    };
    reader->base.lenient = diagnostics->lenient = (flags & CALPOL_LOAD_LENIENT) != 0;
    reader->base.strict_oss = (flags & CALPOL_LOAD_STRICT_OSS) != 0;
    reader->base.known_names = CP_NEW_ARRAY(work, struct cp_known_name, CP_READER_KNOWN_NAMES);
    if (!reader->base.known_names)
        return CALPOL_ERROR_NO_MEMORY;
    reader->patterns = cp_patterns_new(&work->allocator);
    return reader->patterns ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

void cp_resource_reader_finish(struct cp_resource_reader *reader)
{
    cp_patterns_free(reader->patterns);
    reader->patterns = NULL;
}

/* ---- one object ---- */

static void read_object(struct cp_resource_reader *reader,
                        const struct cp_field *root,
                        struct cp_text api_version,
                        struct cp_text kind)
{
    static const char *const fields[] = {"apiVersion", "kind", "metadata", "spec", NULL};
    static const char *const ignored[] = {"status", NULL};
    const bool is_strict = (reader->kind->flags & CP_KIND_STRICT) != 0;

    reader->errors_before = reader->base.error_count;
    reader->left_out = reader->deletion = false;
    reader->door =
        cp_api_is_calico(api_version) && (reader->raw_defaults || cp_api_is_raw(api_version))
            ? CP_DOOR_RAW
            : CP_DOOR_API;
    cp_read_metadata(reader, root, api_version, kind);
    if (cp_kind_is_k8s_policy(reader->kind))
        reader->base.leniency = CP_LENIENCY_NONE;
    cp_check_members(&reader->base, root, is_strict ? fields : NULL, ignored);
    reader->base.leniency = CP_LENIENCY_BY_CODE;
    reader->kind->read(reader, root);
}

/* Has this kind been noted in this source? Remembers it if not. */
static bool is_noted(struct cp_resource_reader *reader,
                     struct cp_text api_version,
                     struct cp_text kind)
{
    const struct cp_index *index = &reader->ignored_index;
    uint64_t hash = cp_hash_text(kind, cp_hash_text(api_version, 0));
    struct cp_ignored_kind *slot;

    for (uint32_t i = cp_index_first(index, hash); i != CP_INDEX_END; i = cp_index_next(index, i)) {
        const struct cp_ignored_kind *known = &reader->ignored_kinds.items[cp_index_item(index, i)];

        if (known->source == reader->base.source && cp_text_equal(known->kind, kind) &&
            cp_text_equal(known->api_version, api_version))
            return true;
    }
    slot = cp_resource_push(reader, &reader->ignored_kinds);
    if (!slot)
        return true;
    *slot = (struct cp_ignored_kind){reader->base.source, api_version, kind};
    if (!cp_index_add(&reader->ignored_index, reader->base.arena, hash,
                      reader->ignored_kinds.count - 1))
        cp_resource_no_memory(reader);
    return false;
}

/* Somebody's network policy, or ours in a group or spelling that is not ours: leaving it out in
   silence would look like an answer. */
static bool is_like_policy(struct cp_text kind)
{
    const struct cp_text word = CP_TEXT("networkpolicy");

    return kind.length >= word.length &&
           cp_text_equal_folded(cp_text_from_byte(kind, kind.length - word.length), word);
}

static void note_ignored(struct cp_resource_reader *reader,
                         const struct cp_field *root,
                         struct cp_text api_version,
                         struct cp_text kind)
{
    struct cp_field field = cp_field_member(root, "kind");

    if (is_noted(reader, api_version, kind))
        return;
    if (is_like_policy(kind))
        cp_report_as(&reader->base, &field, CP_CODE_KIND_IGNORED, CALPOL_SEVERITY_WARNING,
                     "%t of %t is not read: whatever it allows or denies plays no part", kind,
                     api_version);
    else
        cp_report(&reader->base, &field, CP_CODE_KIND_IGNORED,
                  "%t of %t is not read, here and further on in this text", kind, api_version);
}

static void report_unknown_kind(struct cp_resource_reader *reader,
                                const struct cp_field *root,
                                struct cp_text kind)
{
    struct cp_field field = cp_field_member(root, "kind");
    const char *nearest = cp_kind_nearest(kind);

    if (nearest) {
        cp_report(&reader->base, &field, CP_CODE_KIND_UNKNOWN,
                  "unknown Calico kind %q, did you mean %s?", kind, nearest);
    } else {
        cp_report(&reader->base, &field, CP_CODE_KIND_UNKNOWN, "unknown Calico kind %q", kind);
    }
}

/* Of a Calico group, or of a Kubernetes kind that is read (K8-43): an API server would refuse the
   object, and leaving it out would open what it closes (K8-130). */
static void report_version(struct cp_resource_reader *reader,
                           const struct cp_field *root,
                           struct cp_text api_version)
{
    struct cp_field field = cp_field_member(root, "apiVersion");
    const struct cp_kind *kind = reader->kind;
    bool is_split = kind && *kind->group && !strchr(kind->version, '/');

    if (kind)
        cp_report(&reader->base, &field, CP_CODE_API_VERSION_UNKNOWN,
                  "unknown version %q of %s, expected %s%s%s", api_version, kind->kind,
                  is_split ? kind->group : "", is_split ? "/" : "", kind->version);
    else
        cp_report(&reader->base, &field, CP_CODE_API_VERSION_UNKNOWN,
                  "unknown version %q, expected %s", api_version,
                  cp_api_is_raw(api_version) ? "crd.projectcalico.org/v1" : "projectcalico.org/v3");
}

static void read_by_kind(struct cp_resource_reader *reader,
                         const struct cp_field *root,
                         struct cp_text api_version,
                         struct cp_text kind)
{
    struct cp_field version_field = cp_field_member(root, "apiVersion");
    enum cp_kind_status status;

    reader->kind = NULL;
    status = cp_kind_find(api_version, kind, &reader->kind);
    reader->is_calico = cp_api_is_calico(api_version);
    /* Objects count only if they stay. */
    if (reader->is_calico && status != CP_KIND_READ && status != CP_KIND_READ_OLD)
        reader->collection->has_calico = true;
    reader->other_count += status != CP_KIND_READ && status != CP_KIND_READ_OLD;
    switch (status) {
    case CP_KIND_READ_OLD:
        cp_report(&reader->base, &version_field, CP_CODE_REMOVED_API_VERSION,
                  "%t is no longer served for %t, current is %s", api_version, kind,
                  reader->kind->version);
        read_object(reader, root, api_version, kind);
        break;
    case CP_KIND_READ:
        read_object(reader, root, api_version, kind);
        break;
    case CP_KIND_IGNORED:
        note_ignored(reader, root, api_version, kind);
        break;
    case CP_KIND_UNKNOWN:
        report_unknown_kind(reader, root, kind);
        break;
    case CP_KIND_UNKNOWN_VERSION:
        report_version(reader, root, api_version);
        break;
    case CP_KIND_LEGACY:
        cp_report(&reader->base, &version_field, CP_CODE_LEGACY_API,
                  "%t of v1 is the file format of Calico v2, convert it to projectcalico.org/v3",
                  kind);
        break;
    }
}

/* ---- lists ---- */

static void read_root(struct cp_resource_reader *reader,
                      const struct cp_field *root,
                      const struct inherited *inherited);

static bool is_list(struct cp_text api_version, struct cp_text kind, struct cp_text *out_item_kind)
{
    const struct cp_kind *row;
    struct cp_text item_kind;

    if (!cp_text_ends_with(kind, LIST))
        return false;
    item_kind = cp_text_first(kind, kind.length - LIST.length);
    *out_item_kind = item_kind;
    if (!cp_api_is_calico(api_version))
        return true;
    switch (cp_kind_find(api_version, item_kind, &row)) {
    case CP_KIND_READ:
    case CP_KIND_READ_OLD:
    case CP_KIND_IGNORED:
        return true;
    case CP_KIND_UNKNOWN:
    case CP_KIND_UNKNOWN_VERSION:
    case CP_KIND_LEGACY:
        break;
    }
    return false;
}

static void read_items(struct cp_resource_reader *reader,
                       const struct cp_field *items,
                       const struct inherited *inherited)
{
    if (!cp_read_sequence(&reader->base, items))
        return;
    if (inherited->depth > DEEPEST_LIST) {
        cp_report(&reader->base, items, CP_CODE_YAML_LIMIT, "lists nested deeper than %u",
                  DEEPEST_LIST);
        return;
    }
    for (uint32_t i = 0; i < cp_field_count(items) && reader->base.status == CALPOL_OK; i++) {
        struct cp_field item = cp_field_item(items, i);

        read_root(reader, &item, inherited);
    }
}

/* ---- documents ---- */

/* Reads kind or apiVersion: a text that is not empty. */
static bool read_type_text(struct cp_resource_reader *reader,
                           const struct cp_field *field,
                           enum cp_code missing,
                           struct cp_text *out_text)
{
    struct cp_text text = {0};

    if (cp_field_present(field) && !cp_read_text(&reader->base, field, &text))
        return false;
    if (!text.length) {
        cp_report(&reader->base, field, missing, "a resource needs %t", field->name);
        return false;
    }
    *out_text = text;
    return true;
}

/* kind and apiVersion, its own or the list's. */
static bool read_type(struct cp_resource_reader *reader,
                      const struct cp_field *root,
                      const struct inherited *inherited,
                      struct cp_text *out_api_version,
                      struct cp_text *out_kind)
{
    struct cp_field kind = cp_field_member(root, "kind");
    struct cp_field api_version = cp_field_member(root, "apiVersion");
    bool has_kind;

    if (inherited->kind.length && !cp_field_present(&kind) && !cp_field_present(&api_version)) {
        *out_kind = inherited->kind;
        *out_api_version = inherited->api_version;
        return true;
    }
    has_kind = read_type_text(reader, &kind, CP_CODE_KIND_MISSING, out_kind);
    return read_type_text(reader, &api_version, CP_CODE_API_VERSION_MISSING, out_api_version) &&
           has_kind;
}

/* A document, or an item of a list. */
static void read_root(struct cp_resource_reader *reader,
                      const struct cp_field *root,
                      const struct inherited *inherited)
{
    struct inherited below = {.depth = inherited->depth + 1};
    struct cp_field items = cp_field_member(root, "items");
    struct cp_text kind;

    reader->base.resource = reader->base.ignored = CP_TEXT("");
    if (root->node->type != CP_NODE_MAPPING) {
        cp_report(&reader->base, root, CP_CODE_DOCUMENT_TYPE, "a resource is a mapping, found %s",
                  cp_node_type_text(root->node));
        return;
    }
    if (!read_type(reader, root, inherited, &below.api_version, &kind))
        return;
    if (!is_list(below.api_version, kind, &below.kind)) {
        read_by_kind(reader, root, below.api_version, kind);
        return;
    }
    cp_check_members(&reader->base, root, NULL, NULL);
    read_items(reader, &items, &below);
}

static void read_document(struct cp_resource_reader *reader, const struct cp_document *document)
{
    const struct inherited none = {.kind = CP_TEXT("")};
    struct cp_field root = cp_field_root(&document->root);

    if (document->failed)
        return;
    reader->at = document;
    reader->base.document = document->number;
    if (document->root.type == CP_NODE_SEQUENCE)
        read_items(reader, &root, &none);
    else
        read_root(reader, &root, &none);
}

static int visit_document(void *context, const struct cp_document *document)
{
    struct cp_resource_reader *reader = context;

    read_document(reader, document);
    return reader->base.status;
}

int cp_resources_read(struct cp_resource_reader *reader,
                      const struct cp_source *source,
                      const struct cp_yaml_limits *limits)
{
    const struct cp_document_visitor visitor = {visit_document, reader};
    int status;

    reader->base.source = source;
    reader->other_count = 0;
    status = cp_documents_visit(source, limits, reader->base.arena, reader->base.diagnostics,
                                &visitor, &reader->document_count);
    reader->base.resource = CP_TEXT("");
    if (cp_patterns_failed(reader->patterns))
        cp_resource_no_memory(reader);
    return status ? status : reader->base.status;
}
