/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handles: as inline workloads for the plain walk, and as records for programs where some workload
 * of the ruleset is like them.
 */
#include "evaluate/handle.h"

#include "evaluate/evaluate.h"
#include "evaluate/resolve.h"
#include "ruleset/exemplar.h"
#include "ruleset/lookup.h"

/* ---- Making one ------------------------------------------------------------------------------ */

/* The lists of profiles for each place: those that the ruleset does not have are numbered by it. */
static bool copy_profiles(struct cp_arena *arena, uint32_t profile_count, struct cp_handle *handle)
{
    uint32_t count = handle->owner.profile_count;

    handle->profiles[0] = handle->owner.profiles;
    for (uint32_t place = 1; place < CP_INLINE_LIMIT; place++) {
        uint32_t *profiles =
            cp_arena_copy(arena, handle->owner.profiles, count * sizeof(*profiles));

        if (!profiles)
            return false;
        for (uint32_t i = 0; i < count; i++) {
            if (profiles[i] >= profile_count)
                profiles[i] += place * CP_EXTRA_STRIDE;
        }
        handle->profiles[place] = profiles;
    }
    return true;
}

/* Finds the node, or notes that there is none of the name. */
static bool find_node(const struct calpol_ruleset *ruleset,
                      struct cp_text name,
                      struct cp_arena *arena,
                      struct cp_handle *handle)
{
    const struct cp_reference *reference;
    struct cp_buffer full;

    if (!name.length)
        return true;
    cp_buffer_init(&full, arena);
    cp_buffer_format(&full, "node:%t", name);
    if (full.failed)
        return false;
    reference = cp_lookup_reference(ruleset, cp_buffer_text(&full));
    if (reference && reference->type == CP_REFERENCE_NODE) {
        handle->owner.node = reference->id;
        return true;
    }
    handle->owner.node = cp_lookup_node(ruleset, name);
    if (handle->owner.node != CP_NONE)
        return true;
    handle->unknown_node = cp_text_make(cp_arena_text(arena, name.data, name.length), name.length);
    return handle->unknown_node.data != NULL;
}

/* ---- Records --------------------------------------------------------------------------------- */

static uint32_t flags_of(const struct cp_prefixes *nets)
{
    uint32_t flags = 0;

    for (uint32_t i = 0; i < nets->count; i++) {
        bool is_ipv6 = nets->items[i].address.family == 6;

        if (i == 0 && is_ipv6)
            flags |= CP_RECORD_IPV6_FIRST;
        flags |= is_ipv6 ? CP_RECORD_HAS_IPV6 : CP_RECORD_HAS_IPV4;
    }
    return flags;
}

/* The first address of a family (EV-14), or NULL. */
static const struct calpol_address *own_address(const struct cp_handle *handle, uint8_t family)
{
    const struct cp_prefixes *nets = &handle->owner.nets;

    for (uint32_t i = 0; i < nets->count; i++) {
        if (nets->items[i].address.family == family)
            return &nets->items[i].address;
    }
    return NULL;
}

/* The record of a workload that is like the handle in a family. False: there is none. */
static bool find_record(const struct calpol_ruleset *ruleset,
                        const struct cp_handle *handle,
                        int family,
                        struct cp_endpoint_record *out_record)
{
    const struct cp_programs *programs = ruleset->programs;
    const struct cp_exemplars *exemplars = &ruleset->exemplars;
    const struct calpol_address *address = own_address(handle, family ? 6 : 4);
    const struct cp_owner *owner = &handle->owner;
    struct cp_likeness likeness = {
        .labels = handle->labels,
        .profiles = owner->profiles,
        .profile_count = owner->profile_count,
        .ports = owner->ports,
        .port_count = owner->port_count,
        .family = family,
    };
    uint32_t value, exemplar;

    /* A ruleset that was opened from a file has no exemplars. */
    if (!address || !programs->records[family] || !exemplars->items)
        return false;
    likeness.is_quiet = owner->node == CP_NONE || exemplars->is_quiet[owner->node];
    value = cp_fast_kernel_best()->find_address(programs, address, family);
    if (value >> CP_ADDRESS_BITS != CP_ADDRESS_OUTSIDE)
        return false;
    likeness.outer_class = value & CP_ADDRESS_MASK;
    exemplar = cp_exemplar_find(ruleset, exemplars, &likeness);
    if (exemplar == CP_NONE)
        return false;
    *out_record = programs->records[family][exemplars->items[exemplar].workload];
    return true;
}

/* Programs judge a handle only if they can in each family that it has: which one a flow is of hangs
   on the addresses of both ends. */
static void find_records(const struct calpol_ruleset *ruleset, struct cp_handle *handle)
{
    uint32_t flags = flags_of(&handle->owner.nets);

    handle->is_fast = ruleset->programs && flags;
    for (int family = 0; handle->is_fast && family < 2; family++) {
        struct cp_endpoint_record *record = &handle->records[family];
        uint32_t flag = family ? CP_RECORD_HAS_IPV6 : CP_RECORD_HAS_IPV4;

        if (flags & flag)
            handle->is_fast = find_record(ruleset, handle, family, record);
        record->flags = flags;
    }
}

int cp_handle_make(const struct calpol_ruleset *ruleset,
                   const struct cp_participant_words *words,
                   const struct calpol_address *addresses,
                   uint32_t address_count,
                   struct cp_arena *arena,
                   struct cp_handle *out_handle)
{
    struct cp_world world;
    int status;

    cp_world_init(&world, ruleset);
    status = cp_world_add_described(&world, words, addresses, address_count, arena);
    if (status)
        return status;
    *out_handle = (struct cp_handle){
        .owner = world.inline_owners[0],
        .labels = world.inline_labels[0],
        .extra_policies = world.extra_policies[0].items,
        .extra_count = world.extra_policies[0].count,
    };
    if (!copy_profiles(arena, ruleset->profile_count, out_handle) ||
        !find_node(ruleset, words->node, arena, out_handle))
        return CALPOL_ERROR_NO_MEMORY;
    find_records(ruleset, out_handle);
    return CALPOL_OK;
}

/* ---- Judging --------------------------------------------------------------------------------- */

static bool is_same_address(const struct calpol_address *own, const struct calpol_address *given)
{
    struct calpol_address address = cp_plain_address(given);

    return cp_address_compare(own, &address) == 0;
}

static bool has_address(const struct cp_handle *handle, const struct calpol_address *address)
{
    const struct cp_prefixes *nets = &handle->owner.nets;

    for (uint32_t i = 0; i < nets->count; i++) {
        if (is_same_address(&nets->items[i].address, address))
            return true;
    }
    return false;
}

/* May programs judge an end? A handle must have no address but its own in the flow; another end
   none that is a handle's. */
static bool is_plain_end(const struct cp_handle *handle,
                         const struct cp_handle *other,
                         const struct calpol_address *given)
{
    const struct calpol_address *own;

    if (handle && !handle->is_fast)
        return false;
    if (!given->family)
        return true;
    if (!handle)
        return !has_address(other, given);
    own = own_address(handle, given->family);
    return own && is_same_address(own, given);
}

/* Adds a handle to the owners of a world; its number there. */
static uint32_t add_to_world(struct cp_world *world, const struct cp_handle *handle)
{
    uint32_t place = world->inline_count++;
    struct cp_owner *owner = &world->inline_owners[place];

    *owner = handle->owner;
    owner->profiles = handle->profiles[place];
    world->inline_labels[place] = handle->labels;
    world->extra_policies[place].memory = (void *)(uintptr_t)handle->extra_policies;
    world->extra_policies[place].count = handle->extra_count;
    return cp_ruleset_owner_count(world->ruleset) + place;
}

/* Nodes that nobody declares have numbers behind the declared ones, equal ones of equal name. */
static void number_nodes(struct cp_world *world,
                         const struct cp_handle *source,
                         const struct cp_handle *destination)
{
    uint32_t last = world->inline_count - 1, next = world->ruleset->node_count;

    if (source && source->unknown_node.length)
        world->inline_owners[0].node = next;
    if (!destination || destination == source || !destination->unknown_node.length)
        return;
    if (source && source->unknown_node.length &&
        !cp_text_equal(source->unknown_node, destination->unknown_node))
        next++;
    world->inline_owners[last].node = next;
}

/* The numbers of inline workloads are not for callers. */
static bool is_end(const struct calpol_ruleset *ruleset,
                   const struct cp_handle *handle,
                   uint32_t endpoint)
{
    return handle || endpoint == CALPOL_NONE ||
           endpoint < ruleset->workload_count + ruleset->host_endpoint_count;
}

static int judge_plainly(const struct calpol_ruleset *ruleset,
                         const struct cp_handle *source,
                         const struct cp_handle *destination,
                         const struct calpol_flow *given,
                         struct calpol_verdict *out_verdict)
{
    struct calpol_flow plain = *given;
    struct cp_world world;
    struct cp_flow flow;

    if (!is_end(ruleset, source, given->source_endpoint) ||
        !is_end(ruleset, destination, given->destination_endpoint))
        return CALPOL_ERROR_INVALID_INPUT;
    cp_world_init(&world, ruleset);
    if (source)
        plain.source_endpoint = add_to_world(&world, source);
    if (destination == source)
        plain.destination_endpoint = plain.source_endpoint;
    else if (destination)
        plain.destination_endpoint = add_to_world(&world, destination);
    number_nodes(&world, source, destination);
    if (cp_resolve_plain(&world, &plain, &flow) != CALPOL_FLOW_OK)
        return CALPOL_ERROR_INVALID_INPUT;
    cp_judge(&world, &flow, out_verdict);
    return CALPOL_OK;
}

int cp_handle_judge(const struct calpol_ruleset *ruleset,
                    const struct cp_fast_kernel *kernel,
                    const struct cp_handle *source,
                    const struct cp_handle *destination,
                    const struct calpol_flow *flow,
                    struct calpol_verdict *out_verdict)
{
    const struct cp_fast_ends ends = {
        source ? source->records : NULL,
        destination ? destination->records : NULL,
    };
    struct calpol_flow same = *flow;

    /* One workload may stand in several places of a table. */
    if (source == destination)
        same.destination_endpoint = same.source_endpoint;
    if (ruleset->programs && is_plain_end(source, destination, &flow->source_address) &&
        is_plain_end(destination, source, &flow->destination_address) &&
        kernel->judge_with(ruleset->programs, &same, &ends, out_verdict))
        return CALPOL_OK;
    return judge_plainly(ruleset, source, destination, &same, out_verdict);
}
