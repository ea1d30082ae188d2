/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding addresses that several workloads have.
 *
 * A pod and the workload endpoint that was made for it share an address and labels, and nothing hangs on
 * which of them is taken.
 */
#include "compile/shared_addresses.h"

struct addresses {
    struct cp_compiler *compiler;
    struct cp_index index; /* numbers of workloads by their addresses */
};

static uint64_t hash_of(const struct calpol_address *address)
{
    return cp_hash_bytes(address->bytes, sizeof(address->bytes), address->family);
}

static bool has_address(const struct cp_workload_spec *workload,
                        const struct calpol_address *address)
{
    for (uint32_t i = 0; i < workload->addresses.count; i++) {
        if (cp_address_equal(&workload->addresses.items[i], address))
            return true;
    }
    return false;
}

/* The first workload that has the address; CP_NONE: none yet. */
static uint32_t find(const struct addresses *addresses, const struct calpol_address *address)
{
    const struct cp_collection *collection = addresses->compiler->collection;
    uint32_t first = CP_NONE;

    for (uint32_t i = cp_index_first(&addresses->index, hash_of(address)); i != CP_INDEX_END;
         i = cp_index_next(&addresses->index, i)) {
        uint32_t number = cp_index_item(&addresses->index, i);

        if (number < first && has_address(collection->workloads.items[number], address))
            first = number;
    }
    return first;
}

static int warn(struct cp_compiler *compiler,
                const struct cp_workload_spec *workload,
                const struct calpol_address *address,
                uint32_t first_owner)
{
    struct cp_buffer message;
    struct cp_subject subject;
    int status;

    cp_buffer_init(&message, compiler->work);
    cp_buffer_format(&message, "%t has address ", compiler->owners.items[first_owner].reference);
    cp_address_print(address, &message);
    cp_buffer_add_string(&message, ", too, with other labels: flows that name the address are "
                                   "judged by the policies of that one");
    if (message.failed || !cp_metadata_subject(&workload->metadata, CP_TEXT("metadata.name"),
                                               compiler->work, &subject))
        return CALPOL_ERROR_NO_MEMORY;
    status = cp_diagnose(compiler->input->diagnostics, &subject, CP_CODE_SHARED_ADDRESS,
                         cp_buffer_text(&message));
    return status == CALPOL_ERROR_NO_MEMORY ? status : CALPOL_OK;
}

/* One warning for a workload is enough. */
static int look_at(struct addresses *addresses, uint32_t number)
{
    struct cp_compiler *compiler = addresses->compiler;
    const struct cp_workload_spec *workload = compiler->collection->workloads.items[number];
    const uint32_t *owners = compiler->workload_owners, *sets = compiler->owner_sets.items;
    bool is_warned = false;
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < workload->addresses.count; i++) {
        const struct calpol_address *address = &workload->addresses.items[i];
        uint32_t first = find(addresses, address);

        if (first == CP_NONE) {
            if (!cp_index_add(&addresses->index, compiler->work, hash_of(address), number))
                return CALPOL_ERROR_NO_MEMORY;
        } else if (!is_warned && sets[owners[first]] != sets[owners[number]]) {
            is_warned = true;
            status = warn(compiler, workload, address, owners[first]);
        }
    }
    return status;
}

int cp_warn_of_shared_addresses(struct cp_compiler *compiler)
{
    struct addresses addresses = {.compiler = compiler};
    int status = CALPOL_OK;

    if (!compiler->input->diagnostics)
        return CALPOL_OK;
    for (uint32_t i = 0; !status && i < compiler->collection->workloads.count; i++) {
        if (compiler->workload_owners[i] != CP_NONE)
            status = look_at(&addresses, i);
    }
    return status;
}
