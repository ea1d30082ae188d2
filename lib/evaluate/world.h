/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ruleset as one question sees it: with the question's options, with endpoints relabelled for it,
 * and with workloads that only the question describes.
 *
 * Owners, policies and rules are called by number; numbers behind those of the ruleset belong to
 * the world: first its inline workloads, and their profiles. Whoever looks at labels goes through
 * here, so that relabelling is seen everywhere. A world without relabelling and inline workloads is
 * the bare ruleset and costs nothing.
 *
 * A world is a plain value that owns nothing: what it points to lives in the ruleset or in the
 * arena it was extended with. Any number of threads may read one.
 */
#ifndef CP_EVALUATE_WORLD_H
#define CP_EVALUATE_WORLD_H

#include "base/array.h"
#include "ruleset/ruleset.h"

#include "calpol/evaluate.h"

/* An owner whose labels are other ones for this question. */
struct cp_overlay {
    uint32_t owner;
    const struct cp_label_set *labels;
};

/* One change of labels: set key to value, or remove it. */
struct cp_label_change {
    struct cp_text key, value;
    bool remove;
};

#define CP_INLINE_LIMIT 2u /* source and destination */

/* Profiles that only an inline workload has are numbered behind those of the ruleset, in a stretch
   of this length for each workload. */
#define CP_EXTRA_STRIDE (1u << 20)

struct cp_world {
    const struct calpol_ruleset *ruleset;
    const struct cp_options *options; /* in force for this question */
    CP_ARRAY(struct cp_overlay) overlays;
    struct cp_owner inline_owners[CP_INLINE_LIMIT];
    const struct cp_label_set *inline_labels[CP_INLINE_LIMIT]; /* parallel */
    uint32_t inline_count;
    /* By inline workload: its profiles that the ruleset does not have, implied or missing ones. */
    CP_ARRAY(struct cp_policy) extra_policies[CP_INLINE_LIMIT];
};

/* The bare ruleset with its own options. */
void cp_world_init(struct cp_world *world, const struct calpol_ruleset *ruleset);

/*
 * Gives an owner other labels, on top of those it has in this world; profiles' labels come through
 * where an own label is removed (EV-17). CALPOL_OK;
 * CALPOL_ERROR_NO_MEMORY; CALPOL_ERROR_INVALID_INPUT for labels that workloads cannot give
 * themselves (EV-17, EV-114: keys starting with "pcns." or "pcsa.", and the three of
 * projectcalico.org that the system sets).
 */
int cp_world_relabel(struct cp_world *world,
                     struct cp_arena *arena,
                     uint32_t owner,
                     const struct cp_label_change *changes,
                     uint32_t change_count);

/* Forgets relabelling; forgets inline workloads. */
void cp_world_clear_overlays(struct cp_world *world);
void cp_world_clear_inline(struct cp_world *world);

/* Number of owners, inline ones included. */
static inline uint32_t cp_world_owner_count(const struct cp_world *world)
{
    return cp_ruleset_owner_count(world->ruleset) + world->inline_count;
}

static inline const struct cp_owner *cp_world_owner(const struct cp_world *world, uint32_t owner)
{
    uint32_t own = cp_ruleset_owner_count(world->ruleset);

    return owner < own ? &world->ruleset->owners[owner] : &world->inline_owners[owner - own];
}

/* The effective labels of an owner, in this world. */
const struct cp_label_set *cp_world_overlaid_labels(const struct cp_world *world, uint32_t owner);

static inline const struct cp_label_set *cp_world_own_labels(const struct cp_world *world,
                                                             uint32_t owner)
{
    uint32_t own = cp_ruleset_owner_count(world->ruleset);

    return owner < own ? cp_owner_labels(world->ruleset, &world->ruleset->owners[owner])
                       : world->inline_labels[owner - own];
}

static inline const struct cp_label_set *cp_world_labels(const struct cp_world *world,
                                                         uint32_t owner)
{
    return world->overlays.count ? cp_world_overlaid_labels(world, owner)
                                 : cp_world_own_labels(world, owner);
}

/* A policy or profile by number. */
static inline const struct cp_policy *cp_world_policy(const struct cp_world *world, uint32_t policy)
{
    uint32_t own = world->ruleset->policy_count + world->ruleset->profile_count;

    if (policy < own)
        return world->ruleset->policies[policy];
    return &world->extra_policies[(policy - own) / CP_EXTRA_STRIDE]
                .items[(policy - own) % CP_EXTRA_STRIDE];
}

/* Rule number index of a policy or profile in a direction. */
const struct cp_rule *cp_world_rule(const struct cp_world *world,
                                    uint32_t policy,
                                    enum cp_direction direction,
                                    uint32_t index);

/* A node by number; NULL for one that nobody declares. */
static inline const struct cp_node_entry *cp_world_node(const struct cp_world *world, uint32_t node)
{
    return node < world->ruleset->node_count ? &world->ruleset->nodes[node] : NULL;
}

/* Does a network set that holds a net match the selector? Does any owner of an address (EV-15)? */
bool cp_world_some_set(const struct cp_world *world, uint32_t selector);
bool cp_world_some_addressed(const struct cp_world *world, uint32_t selector);

/* Does an endpoint, whatever its address, declare a port of this name (EV-87)? */
bool cp_world_declares_port(const struct cp_world *world, uint32_t name);

/*
 * Network sets with domains that match the selector (EV-98), one after the other: *cursor is 0
 * before the first. NULL: no more.
 */
const struct cp_owner *cp_world_next_domain_set(const struct cp_world *world,
                                                uint32_t selector,
                                                uint32_t *cursor);

#endif
