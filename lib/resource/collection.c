/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identity: which objects of the input are the same one (resources.md 3.4, K8-45).
 */
#include "resource/load.h"

static uint64_t hash_identity(struct cp_text identity,
                              struct cp_text namespace_name,
                              struct cp_text name)
{
    uint64_t hash = cp_hash_text(identity, 0);

    hash = cp_hash_text(namespace_name, hash);
    return cp_hash_text(name, hash);
}

static uint64_t identity_hash(const struct cp_kind *kind, const struct cp_metadata *metadata)
{
    return hash_identity(cp_text_from(kind->identity), metadata->namespace_name, metadata->name);
}

static bool is_same(const struct cp_object *object,
                    const struct cp_kind *kind,
                    const struct cp_metadata *metadata)
{
    /* Rows of different API groups may share their identity. */
    return strcmp(object->kind->identity, kind->identity) == 0 &&
           cp_text_equal(object->namespace_name, metadata->namespace_name) &&
           cp_text_equal(object->name, metadata->name);
}

/* The object that has the identity, not counting replaced ones; NULL if there is none. */
static struct cp_object *find(struct cp_collection *collection,
                              const struct cp_kind *kind,
                              const struct cp_metadata *metadata,
                              uint32_t *out_position)
{
    const struct cp_index *index = &collection->object_index;
    uint64_t hash = identity_hash(kind, metadata);

    for (uint32_t i = cp_index_first(index, hash); i != CP_INDEX_END; i = cp_index_next(index, i)) {
        struct cp_object *object = &collection->objects.items[cp_index_item(index, i)];

        if (is_same(object, kind, metadata)) {
            *out_position = i;
            return object;
        }
    }
    return NULL;
}

static void report_repeat(struct cp_resource_reader *reader,
                          const struct cp_field *name,
                          const struct cp_place *first)
{
    cp_report(&reader->base, name, CP_CODE_DUPLICATE_OBJECT,
              "replaces the one of %s, line %u; the later one counts", first->source->name,
              first->line);
}

static bool add(struct cp_resource_reader *reader, const struct cp_object *object)
{
    struct cp_object *slot = cp_array_push(reader->base.arena, &reader->collection->objects);

    if (!slot)
        return false;
    *slot = *object;
    return true;
}

bool cp_resources_take_away(struct cp_resource_reader *reader, struct cp_gone *gone, uint32_t count)
{
    reader->gone = gone;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t hash = hash_identity(gone[i].identity, gone[i].namespace_name, gone[i].name);

        if (!cp_index_add(&reader->gone_index, reader->base.arena, hash, i))
            return false;
    }
    return true;
}

/* Did an update take the object away? */
static bool is_gone(struct cp_resource_reader *reader, const struct cp_object *object)
{
    const struct cp_index *index = &reader->gone_index;
    uint64_t hash =
        hash_identity(cp_text_from(object->kind->identity), object->namespace_name, object->name);
    bool is_found = false;

    for (uint32_t i = cp_index_first(index, hash); i != CP_INDEX_END; i = cp_index_next(index, i)) {
        struct cp_gone *gone = &reader->gone[cp_index_item(index, i)];

        if (gone->round > object->place.source->round &&
            cp_text_is(gone->identity, object->kind->identity) &&
            cp_text_equal(gone->namespace_name, object->namespace_name) &&
            cp_text_equal(gone->name, object->name))
            is_found = gone->found = true;
    }
    return is_found;
}

void cp_collection_register(struct cp_resource_reader *reader, const struct cp_field *name)
{
    struct cp_collection *collection = reader->collection;
    struct cp_metadata *metadata = &reader->metadata;
    const struct cp_node *node = name->node ? name->node : name->place;
    struct cp_object object = {
        .kind = reader->kind,
        .namespace_name = metadata->namespace_name,
        .name = metadata->name,
        .place = {reader->base.source, node ? node->line : 0, node ? node->column : 0},
        .is_calico = reader->is_calico,
    };
    struct cp_object *earlier = NULL;
    uint32_t position = 0;

    metadata->object = collection->objects.count;
    if (metadata->name.length)
        earlier = find(collection, reader->kind, metadata, &position);
    if (earlier) {
        /* Updates are there to replace. */
        if (!earlier->replaced && earlier->place.source->round == reader->base.source->round)
            report_repeat(reader, name, &earlier->place);
        earlier->replaced = true;
    }
    object.replaced = reader->gone && is_gone(reader, &object);
    if (!add(reader, &object)) {
        cp_resource_no_memory(reader);
        return;
    }
    if (earlier)
        collection->object_index.entries[position].item = metadata->object;
    else if (metadata->name.length &&
             !cp_index_add(&collection->object_index, reader->base.arena,
                           identity_hash(reader->kind, metadata), metadata->object))
        cp_resource_no_memory(reader);
}

/* Each item of these arrays has its metadata, and so the number of its object. */
#define DROP_REPLACED(collection, array)                                                           \
    do {                                                                                           \
        uint32_t kept = 0;                                                                         \
                                                                                                   \
        for (uint32_t i = 0; i < (array)->count; i++) {                                            \
            if (!(collection)->objects.items[(array)->items[i]->metadata.object].replaced)         \
                (array)->items[kept++] = (array)->items[i];                                        \
        }                                                                                          \
        (array)->count = kept;                                                                     \
    } while (0)

static void sum_up(struct cp_collection *collection)
{
    for (uint32_t i = 0; i < collection->objects.count; i++) {
        const struct cp_object *object = &collection->objects.items[i];

        if (object->replaced)
            continue;
        collection->has_calico |= object->is_calico;
        collection->has_admin_v1alpha1 |= object->is_admin_v1alpha1;
    }
    if (collection->auto_host_endpoints &&
        collection->objects.items[collection->auto_host_object].replaced)
        collection->auto_host_endpoints = false;
}

void cp_collection_drop_replaced(struct cp_collection *collection)
{
    sum_up(collection);
    DROP_REPLACED(collection, &collection->policies);
    DROP_REPLACED(collection, &collection->k8s_policies);
    DROP_REPLACED(collection, &collection->tiers);
    DROP_REPLACED(collection, &collection->profiles);
    DROP_REPLACED(collection, &collection->workloads);
    DROP_REPLACED(collection, &collection->templates);
    DROP_REPLACED(collection, &collection->host_endpoints);
    DROP_REPLACED(collection, &collection->network_sets);
    DROP_REPLACED(collection, &collection->namespaces);
    DROP_REPLACED(collection, &collection->service_accounts);
    DROP_REPLACED(collection, &collection->nodes);
    DROP_REPLACED(collection, &collection->services);
    DROP_REPLACED(collection, &collection->slices);
    DROP_REPLACED(collection, &collection->felix);
}
