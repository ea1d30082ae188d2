/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Namespaces: declared, or only mentioned by an endpoint, a set or a policy.
 */
#include "compile/compiler.h"

static int find_or_add(struct cp_compiler *compiler,
                       struct cp_text name,
                       bool declared,
                       struct cp_namespace_entry **out_entry)
{
    const struct cp_index *index = &compiler->namespace_index;
    uint64_t hash = cp_hash_text(name, 0);
    struct cp_namespace_entry *entry;

    for (uint32_t i = cp_index_first(index, hash); i != CP_INDEX_END; i = cp_index_next(index, i)) {
        *out_entry = &compiler->namespaces.items[cp_index_item(index, i)];
        if (cp_text_equal((*out_entry)->name, name))
            return CALPOL_OK;
    }
    entry = cp_array_push(compiler->work, &compiler->namespaces);
    if (!entry || !cp_index_add(&compiler->namespace_index, compiler->work, hash,
                                compiler->namespaces.count - 1))
        return CALPOL_ERROR_NO_MEMORY;
    *entry = (struct cp_namespace_entry){.declared = declared};
    *out_entry = entry;
    return cp_keep_text(compiler, name, &entry->name);
}

/* The labels of a namespace; the name label is forced, whatever the object says (K8-40). */
static int set_labels(struct cp_compiler *compiler,
                      const struct cp_pairs *labels,
                      struct cp_namespace_entry *entry)
{
    struct cp_label_list list = {0};
    int status = cp_label_add(compiler, &list, CP_TEXT("kubernetes.io/metadata.name"), entry->name);

    for (uint32_t i = 0; !status && labels && i < labels->items.count; i++)
        status =
            cp_label_add(compiler, &list, labels->items.items[i].key, labels->items.items[i].value);
    if (!status)
        status = cp_labels_finish(compiler, &list, &entry->labels);
    if (status)
        return status;
    entry->labels.items = cp_arena_copy(compiler->arena, entry->labels.items,
                                        entry->labels.count * sizeof(*entry->labels.items));
    return entry->labels.items ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

/* K8-42: worth a note, since policies that select namespaces by other labels cannot match it. */
static int note_undeclared(struct cp_compiler *compiler, const struct cp_metadata *user)
{
    struct cp_buffer message;
    struct cp_subject subject;
    int status;

    if (!cp_metadata_subject(user, CP_TEXT("metadata.namespace"), compiler->work, &subject))
        return CALPOL_ERROR_NO_MEMORY;
    cp_buffer_init(&message, compiler->work);
    cp_buffer_format(&message,
                     "namespace %q is not in the input: it is taken to exist without labels but "
                     "for its name",
                     user->namespace_name);
    status = cp_diagnose(compiler->input->diagnostics, &subject, CP_CODE_NAMESPACE_UNDECLARED,
                         cp_buffer_text(&message));
    return status == CALPOL_ERROR_NO_MEMORY ? status : CALPOL_OK;
}

static int mention(struct cp_compiler *compiler, const struct cp_metadata *user)
{
    uint32_t known = compiler->namespaces.count;
    struct cp_namespace_entry *entry;
    int status;

    if (!user->namespace_name.length)
        return CALPOL_OK;
    status = find_or_add(compiler, user->namespace_name, false, &entry);
    if (status || compiler->namespaces.count == known)
        return status;
    status = set_labels(compiler, NULL, entry);
    return status ? status : note_undeclared(compiler, user);
}

#define MENTION_ALL(array)                                                                         \
    for (uint32_t i = 0; !status && i < collection->array.count; i++)                              \
    status = mention(compiler, &collection->array.items[i]->metadata)

int cp_compile_namespaces(struct cp_compiler *compiler)
{
    const struct cp_collection *collection = compiler->collection;
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < collection->namespaces.count; i++) {
        const struct cp_metadata *metadata = &collection->namespaces.items[i]->metadata;
        struct cp_namespace_entry *entry;

        status = find_or_add(compiler, metadata->name, true, &entry);
        if (!status)
            status = set_labels(compiler, &metadata->labels, entry);
    }
    MENTION_ALL(workloads);
    MENTION_ALL(templates);
    MENTION_ALL(network_sets);
    MENTION_ALL(policies);
    MENTION_ALL(k8s_policies);
    MENTION_ALL(service_accounts);
    return status;
}
