/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a load is kept for quick updates.
 */
#include "compile/basis.h"

#include "compile/policy_order.h"

static void mark_owners(struct cp_basis *basis, const struct calpol_ruleset *ruleset)
{
    uint32_t count = cp_ruleset_owner_count(ruleset);

    for (uint32_t i = 0; i < count; i++) {
        const struct cp_owner *owner = &ruleset->owners[i];

        if (!owner->nets.count)
            continue;
        basis->owners_of_set[owner->label_set] |= CP_SET_HAS_ADDRESSES;
        if (owner->kind == CP_OWNER_NETWORK_SET)
            basis->owners_of_set[owner->label_set] |= CP_SET_HAS_NETS;
    }
}

/* The workloads of each label set. */
static void group_workloads(struct cp_basis *basis, const struct calpol_ruleset *ruleset)
{
    uint32_t *first = basis->first_workload;

    for (uint32_t i = 0; i < ruleset->workload_count; i++)
        first[ruleset->owners[i].label_set + 2]++;
    for (uint32_t i = 2; i <= ruleset->label_set_count; i++)
        first[i] += first[i - 1];
    for (uint32_t i = 0; i < ruleset->workload_count; i++)
        basis->workloads[first[ruleset->owners[i].label_set + 1]++] = i;
}

static int list_domain_owners(struct cp_compiler *compiler, struct cp_basis *basis)
{
    uint32_t count = compiler->domain_owners.count;
    struct cp_domain_owner *owners = CP_NEW_ARRAY(compiler->arena, struct cp_domain_owner, count);

    for (uint32_t i = 0; owners && i < count; i++) {
        owners[i].owner = compiler->domain_owners.items[i];
        owners[i].label_set = compiler->owner_sets.items[owners[i].owner];
    }
    basis->domain_owners = owners;
    basis->domain_owner_count = count;
    return owners ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

static int index_policies(struct cp_compiler *compiler, struct cp_basis *basis)
{
    const struct calpol_ruleset *ruleset = compiler->ruleset;
    struct cp_index index = {NULL, 0, 0};

    for (uint32_t i = 0; i < ruleset->policy_count; i++) {
        const struct cp_policy *policy = ruleset->policies[i];
        uint64_t hash = cp_policy_identity_hash(policy->kind, policy->namespace_name, policy->name);

        if (!cp_index_add(&index, compiler->work, hash, i))
            return CALPOL_ERROR_NO_MEMORY;
    }
    return cp_freeze_index(compiler, &index, &basis->policy_index);
}

int cp_basis_make(struct cp_compiler *compiler)
{
    struct calpol_ruleset *ruleset = compiler->ruleset;
    struct cp_arena *arena = compiler->arena;
    struct cp_basis *basis = CP_NEW(arena, struct cp_basis);
    int status;

    if (!basis)
        return CALPOL_ERROR_NO_MEMORY;
    basis->limits = *compiler->input->programs;
    basis->owners_of_set = CP_NEW_ARRAY(arena, uint8_t, ruleset->label_set_count);
    basis->first_workload = CP_NEW_ARRAY(arena, uint32_t, (size_t)ruleset->label_set_count + 2);
    basis->workloads = CP_NEW_ARRAY(arena, uint32_t, ruleset->workload_count);
    if (!basis->owners_of_set || !basis->first_workload || !basis->workloads)
        return CALPOL_ERROR_NO_MEMORY;
    atomic_init(&basis->code_room.taken, 0);
    atomic_init(&basis->decision_room.taken, 0);
    status = list_domain_owners(compiler, basis);
    if (!status)
        status = cp_freeze_index(compiler, &compiler->selector_index, &basis->selector_index);
    if (!status)
        status = index_policies(compiler, basis);
    if (status)
        return status;
    mark_owners(basis, ruleset);
    group_workloads(basis, ruleset);
    ruleset->basis = basis;
    return CALPOL_OK;
}

bool cp_room_take(struct cp_room *room, uint32_t size, uint32_t *out_place)
{
    uint_fast32_t taken = atomic_load_explicit(&room->taken, memory_order_relaxed);

    do {
        if (size > room->size - taken)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&room->taken, &taken, taken + size,
                                                    memory_order_relaxed, memory_order_relaxed));
    *out_place = (uint32_t)taken;
    return true;
}
