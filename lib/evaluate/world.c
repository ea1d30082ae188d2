/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking through relabelling: what the ruleset has computed once for all holds for the bare
 * ruleset; where owners have other labels it is found out again by looking at each owner.
 */
#include "evaluate/world.h"

#include "evaluate/labels.h"
#include "ruleset/lookup.h"
#include "ruleset/own_label.h"

/* The rules of implied and of missing profiles (EV-112, EV-114). */
static const struct cp_rule allow_rule = {
    .action = CALPOL_ACTION_ALLOW, .source = &cp_entity_any, .destination = &cp_entity_any};
static const struct cp_rule deny_rule = {
    .action = CALPOL_ACTION_DENY, .source = &cp_entity_any, .destination = &cp_entity_any};

void cp_world_init(struct cp_world *world, const struct calpol_ruleset *ruleset)
{
    *world = (struct cp_world){.ruleset = ruleset, .options = &ruleset->options};
}

void cp_world_clear_overlays(struct cp_world *world)
{
    world->overlays.items = NULL;
    world->overlays.count = 0;
    world->overlays.capacity = 0;
}

void cp_world_clear_inline(struct cp_world *world)
{
    world->inline_count = 0;
    memset(world->extra_policies, 0, sizeof(world->extra_policies));
}

const struct cp_label_set *cp_world_overlaid_labels(const struct cp_world *world, uint32_t owner)
{
    for (uint32_t i = 0; i < world->overlays.count; i++) {
        if (world->overlays.items[i].owner == owner)
            return world->overlays.items[i].labels;
    }
    return cp_world_own_labels(world, owner);
}

const struct cp_rule *cp_world_rule(const struct cp_world *world,
                                    uint32_t policy,
                                    enum cp_direction direction,
                                    uint32_t index)
{
    const struct cp_policy *entry = cp_world_policy(world, policy);

    if (policy < world->ruleset->policy_count + world->ruleset->profile_count)
        return &entry->rules[direction][index];
    return entry->missing ? &deny_rule : &allow_rule;
}

/* ---- Questions about all owners ------------------------------------------------------------ */

static bool is_addressed_match(const struct cp_world *world, uint32_t owner, uint32_t selector)
{
    return cp_world_owner(world, owner)->nets.count > 0 &&
           cp_label_set_matches(cp_world_labels(world, owner), selector);
}

static bool some_owner_from(const struct cp_world *world, uint32_t first, uint32_t selector)
{
    for (uint32_t i = first; i < cp_world_owner_count(world); i++) {
        if (is_addressed_match(world, i, selector))
            return true;
    }
    return false;
}

bool cp_world_some_set(const struct cp_world *world, uint32_t selector)
{
    const struct calpol_ruleset *ruleset = world->ruleset;
    uint32_t first = ruleset->workload_count + ruleset->host_endpoint_count;

    if (!world->overlays.count)
        return ruleset->selectors[selector].some_set_with_nets;
    for (uint32_t i = 0; i < ruleset->network_set_count; i++) {
        if (is_addressed_match(world, first + i, selector))
            return true;
    }
    return false;
}

bool cp_world_some_addressed(const struct cp_world *world, uint32_t selector)
{
    const struct calpol_ruleset *ruleset = world->ruleset;

    if (world->overlays.count)
        return some_owner_from(world, 0, selector);
    return ruleset->selectors[selector].some_addressed ||
           some_owner_from(world, cp_ruleset_owner_count(ruleset), selector);
}

static bool declares_port(const struct cp_owner *owner, uint32_t name)
{
    for (uint32_t i = 0; i < owner->port_count; i++) {
        if (owner->ports[i].name == name)
            return true;
    }
    return false;
}

bool cp_world_declares_port(const struct cp_world *world, uint32_t name)
{
    for (uint32_t i = 0; i < cp_world_owner_count(world); i++) {
        if (declares_port(cp_world_owner(world, i), name))
            return true;
    }
    return false;
}

static const struct cp_owner *next_listed(const struct cp_world *world,
                                          const struct cp_selector_entry *entry,
                                          uint32_t *cursor)
{
    if (*cursor >= entry->domain_set_count)
        return NULL;
    return cp_world_owner(world, entry->domain_sets[(*cursor)++]);
}

const struct cp_owner *cp_world_next_domain_set(const struct cp_world *world,
                                                uint32_t selector,
                                                uint32_t *cursor)
{
    const struct calpol_ruleset *ruleset = world->ruleset;
    uint32_t first = ruleset->workload_count + ruleset->host_endpoint_count;

    if (!world->overlays.count)
        return next_listed(world, &ruleset->selectors[selector], cursor);
    while (*cursor < ruleset->network_set_count) {
        uint32_t owner = first + (*cursor)++;

        if (ruleset->owners[owner].domains.count &&
            cp_label_set_matches(cp_world_labels(world, owner), selector))
            return &ruleset->owners[owner];
    }
    return NULL;
}

/* ---- Relabelling --------------------------------------------------------------------------- */

static bool is_changed(const struct cp_world *world,
                       const struct cp_label *label,
                       const struct cp_label_change *changes,
                       uint32_t change_count)
{
    struct cp_text key = cp_intern_text(&world->ruleset->names, label->key);

    for (uint32_t i = 0; i < change_count; i++) {
        if (cp_text_equal(changes[i].key, key))
            return true;
    }
    return false;
}

/* What is set; of several changes of a key the last counts, so they go in from the back. */
static bool add_changes(struct cp_label_draft *draft,
                        const struct cp_label_change *changes,
                        uint32_t change_count)
{
    for (uint32_t i = change_count; i > 0; i--) {
        const struct cp_label_change *change = &changes[i - 1];
        bool is_overruled = false;

        for (uint32_t later = i; later < change_count; later++)
            is_overruled |= cp_text_equal(changes[later].key, change->key);
        if (!change->remove && !is_overruled && !cp_draft_add(draft, change->key, change->value))
            return false;
    }
    return true;
}

static bool add_unchanged(const struct cp_world *world,
                          struct cp_label_draft *draft,
                          const struct cp_labels *labels,
                          const struct cp_label_change *changes,
                          uint32_t change_count)
{
    for (uint32_t i = 0; i < labels->count; i++) {
        const struct cp_labels one = {&labels->items[i], 1};

        if (!is_changed(world, &labels->items[i], changes, change_count) &&
            !cp_draft_add_labels(draft, &one))
            return false;
    }
    return true;
}

/* What shows where an own label is gone: the labels of the profiles (EV-17). Network sets list
   none, but have their namespace's. */
static bool add_profile_labels(const struct cp_world *world,
                               struct cp_label_draft *draft,
                               const struct cp_owner *owner)
{
    const struct calpol_ruleset *ruleset = world->ruleset;
    struct cp_buffer name;
    uint32_t profile;

    for (uint32_t i = 0; i < owner->profile_count; i++) {
        if (!cp_draft_add_labels(draft, &ruleset->profile_labels[owner->profiles[i]]))
            return false;
    }
    if (owner->kind != CP_OWNER_NETWORK_SET || !owner->namespace_name.length)
        return true;
    cp_buffer_init(&name, draft->arena);
    cp_buffer_format(&name, "kns.%t", owner->namespace_name);
    if (name.failed)
        return false;
    profile = cp_lookup_profile(ruleset, cp_buffer_text(&name));
    return profile == CP_NONE ||
           cp_draft_add_labels(draft, &ruleset->profile_labels[profile - ruleset->policy_count]);
}

static bool is_allowed(const struct cp_owner *owner,
                       const struct cp_label_change *changes,
                       uint32_t change_count)
{
    bool is_set = owner->kind == CP_OWNER_NETWORK_SET && owner->namespace_name.length > 0;

    for (uint32_t i = 0; i < change_count; i++) {
        if (owner->kind == CP_OWNER_WORKLOAD && cp_label_is_system(changes[i].key))
            return false;
        if (is_set && cp_text_is(changes[i].key, "projectcalico.org/namespace"))
            return false;
    }
    return true;
}

static int set_overlay(struct cp_world *world,
                       struct cp_arena *arena,
                       uint32_t owner,
                       const struct cp_label_set *labels)
{
    struct cp_overlay *slot;

    for (uint32_t i = 0; i < world->overlays.count; i++) {
        if (world->overlays.items[i].owner == owner) {
            world->overlays.items[i].labels = labels;
            return CALPOL_OK;
        }
    }
    slot = cp_array_push(arena, &world->overlays);
    if (!slot)
        return CALPOL_ERROR_NO_MEMORY;
    *slot = (struct cp_overlay){owner, labels};
    return CALPOL_OK;
}

int cp_world_relabel(struct cp_world *world,
                     struct cp_arena *arena,
                     uint32_t owner,
                     const struct cp_label_change *changes,
                     uint32_t change_count)
{
    const struct cp_owner *subject = cp_world_owner(world, owner);
    const struct cp_labels *labels = &cp_world_labels(world, owner)->labels;
    const struct cp_label_set *set;
    struct cp_label_draft draft;

    if (!is_allowed(subject, changes, change_count))
        return CALPOL_ERROR_INVALID_INPUT;
    cp_draft_init(&draft, world->ruleset, arena);
    if (!add_changes(&draft, changes, change_count) ||
        !add_unchanged(world, &draft, labels, changes, change_count) ||
        !add_profile_labels(world, &draft, subject))
        return CALPOL_ERROR_NO_MEMORY;
    set = cp_draft_finish(&draft);
    return set ? set_overlay(world, arena, owner, set) : CALPOL_ERROR_NO_MEMORY;
}
