/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pods by the labels that Services ask for.
 */
#include "compile/service_pods.h"

static uint64_t hash_label(struct cp_text namespace_name, const struct cp_pair *pair)
{
    return cp_hash_text(pair->value, cp_hash_text(pair->key, cp_hash_text(namespace_name, 0)));
}

static struct cp_wanted_label *find(const struct cp_service_pods *pods,
                                    uint64_t hash,
                                    struct cp_text namespace_name,
                                    const struct cp_pair *pair)
{
    for (uint32_t i = cp_index_first(&pods->index, hash); i != CP_INDEX_END;
         i = cp_index_next(&pods->index, i)) {
        struct cp_wanted_label *label = &pods->labels.items[cp_index_item(&pods->index, i)];

        if (cp_text_equal(label->value, pair->value) && cp_text_equal(label->key, pair->key) &&
            cp_text_equal(label->namespace_name, namespace_name))
            return label;
    }
    return NULL;
}

static int want(struct cp_compiler *compiler,
                struct cp_service_pods *pods,
                const struct cp_service_object *service)
{
    const struct cp_text namespace_name = service->metadata.namespace_name;

    for (uint32_t i = 0; i < service->selector.items.count; i++) {
        const struct cp_pair *pair = &service->selector.items.items[i];
        uint64_t hash = hash_label(namespace_name, pair);
        struct cp_wanted_label *label = find(pods, hash, namespace_name, pair);

        if (label)
            continue;
        label = cp_array_push(compiler->work, &pods->labels);
        if (!label || !cp_index_add(&pods->index, compiler->work, hash, pods->labels.count - 1))
            return CALPOL_ERROR_NO_MEMORY;
        *label = (struct cp_wanted_label){
            .namespace_name = namespace_name,
            .key = pair->key,
            .value = pair->value,
        };
    }
    return CALPOL_OK;
}

static int add_pod(struct cp_compiler *compiler, struct cp_service_pods *pods, uint32_t number)
{
    const struct cp_metadata *metadata = &compiler->collection->workloads.items[number]->metadata;

    for (uint32_t i = 0; i < metadata->labels.items.count; i++) {
        const struct cp_pair *pair = &metadata->labels.items.items[i];
        struct cp_wanted_label *label =
            find(pods, hash_label(metadata->namespace_name, pair), metadata->namespace_name, pair);
        uint32_t *slot;

        if (!label)
            continue;
        slot = cp_array_push(compiler->work, &label->pods);
        if (!slot)
            return CALPOL_ERROR_NO_MEMORY;
        *slot = number;
    }
    return CALPOL_OK;
}

int cp_service_pods_make(struct cp_compiler *compiler, struct cp_service_pods *out_pods)
{
    const struct cp_collection *collection = compiler->collection;
    int status = CALPOL_OK;

    *out_pods = (struct cp_service_pods){.labels.count = 0};
    for (uint32_t i = 0; !status && i < collection->services.count; i++)
        status = want(compiler, out_pods, collection->services.items[i]);
    for (uint32_t i = 0; !status && out_pods->labels.count && i < collection->workloads.count; i++)
        status = add_pod(compiler, out_pods, compiler->sorted_workloads[i]);
    return status;
}

const struct cp_wanted_label *cp_service_pods_find(const struct cp_service_pods *pods,
                                                   const struct cp_service_object *service)
{
    const struct cp_wanted_label *rarest = NULL;

    for (uint32_t i = 0; i < service->selector.items.count; i++) {
        const struct cp_pair *pair = &service->selector.items.items[i];
        const struct cp_text namespace_name = service->metadata.namespace_name;
        const struct cp_wanted_label *label =
            find(pods, hash_label(namespace_name, pair), namespace_name, pair);

        if (!rarest || label->pods.count < rarest->pods.count)
            rarest = label;
    }
    return rarest;
}
