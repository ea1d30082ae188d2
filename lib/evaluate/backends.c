/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walking through backends: the ruleset's and those that joined are both in the order of pods, and are
 * merged.
 */
#include "evaluate/backends.h"

#include "evaluate/tri.h"
#include "ruleset/lookup.h"
#include "ruleset/own_label.h"

/* ---- Does a Service select a workload? ----------------------------------------------------- */

/* Services look at a pod's own labels, of which effective ones are all that is at hand: a label that a
   profile has, too, may be either's, and what the system sets need not be what the pod says (EV-17). */
static bool is_ambiguous(const struct cp_world *world, const struct cp_owner *owner, uint32_t key)
{
    const struct calpol_ruleset *ruleset = world->ruleset;

    if (cp_label_is_system(cp_intern_text(&ruleset->names, key)))
        return true;
    for (uint32_t i = 0; i < owner->profile_count; i++) {
        if (owner->profiles[i] < ruleset->profile_count &&
            cp_labels_find(&ruleset->profile_labels[owner->profiles[i]], key))
            return true;
    }
    return false;
}

static enum cp_answer selects(const struct cp_world *world,
                              const struct cp_service *service,
                              const struct cp_owner *owner,
                              const struct cp_label_set *labels)
{
    enum cp_answer answer = service->selector.count ? CP_ANSWER_YES : CP_ANSWER_NO;

    if (owner->kind != CP_OWNER_WORKLOAD ||
        !cp_text_equal(owner->namespace_name, service->namespace_name))
        return CP_ANSWER_NO;
    for (uint32_t i = 0; i < service->selector.count; i++) {
        const struct cp_label *wanted = &service->selector.items[i];
        const struct cp_label *label = cp_labels_find(&labels->labels, wanted->key);

        if (is_ambiguous(world, owner, wanted->key))
            answer = answer == CP_ANSWER_NO ? answer : CP_ANSWER_MAYBE;
        else if (!label || label->value != wanted->value)
            return CP_ANSWER_NO;
    }
    return answer;
}

/* Is a workload selected with the labels of this world, and was it with those of the ruleset? Inline ones
   were not. */
static enum cp_answer is_selected(const struct cp_world *world,
                                  const struct cp_service *service,
                                  uint32_t owner)
{
    return selects(world, service, cp_world_owner(world, owner), cp_world_labels(world, owner));
}

static enum cp_answer was_selected(const struct cp_world *world,
                                   const struct cp_service *service,
                                   uint32_t owner)
{
    return owner < cp_ruleset_owner_count(world->ruleset)
               ? selects(world, service, cp_world_owner(world, owner),
                         cp_world_own_labels(world, owner))
               : CP_ANSWER_NO;
}

/* Did it certainly stay in the Service, or out of it? */
static bool stayed(const struct cp_world *world, const struct cp_service *service, uint32_t owner)
{
    enum cp_answer is = is_selected(world, service, owner);

    return is != CP_ANSWER_MAYBE && is == was_selected(world, service, owner);
}

/* ---- The ruleset's backends ---------------------------------------------------------------- */

static bool owns(const struct cp_owner *owner, const struct calpol_address *address)
{
    for (uint32_t i = 0; i < owner->nets.count; i++) {
        if (cp_address_equal(&owner->nets.items[i].address, address))
            return true;
    }
    return false;
}

/* From a selector: is it a backend in this world? */
static enum cp_answer keeps_pod(const struct cp_world *world,
                                const struct cp_service *service,
                                const struct cp_backend *backend,
                                uint32_t *out_changed)
{
    enum cp_answer answer = CP_ANSWER_YES;

    for (uint32_t i = 0; i < world->overlays.count; i++) {
        if (world->overlays.items[i].owner == backend->owner)
            answer = is_selected(world, service, backend->owner);
    }
    if (answer == CP_ANSWER_MAYBE)
        *out_changed = backend->owner;
    return answer;
}

/* From slices: the pod that has the address may be one no more. */
static enum cp_answer keeps_address(const struct cp_world *world,
                                    const struct cp_service *service,
                                    const struct cp_backend *backend,
                                    uint32_t *out_changed)
{
    for (uint32_t i = 0; i < world->overlays.count; i++) {
        uint32_t owner = world->overlays.items[i].owner;

        if (owns(cp_world_owner(world, owner), &backend->address) &&
            is_selected(world, service, owner) != CP_ANSWER_YES && !stayed(world, service, owner))
            *out_changed = owner;
    }
    return CP_ANSWER_YES;
}

static bool keeps(const struct cp_world *world,
                  const struct cp_service *service,
                  const struct cp_backend *backend,
                  uint32_t *out_changed)
{
    enum cp_answer answer = service->has_slices
                                ? keeps_address(world, service, backend, out_changed)
                                : keeps_pod(world, service, backend, out_changed);

    return answer != CP_ANSWER_NO;
}

/* ---- Those that joined --------------------------------------------------------------------- */

/* K8-111 */
static bool find_target(const struct cp_service_port_entry *port,
                        const struct cp_owner *owner,
                        uint16_t *out_port)
{
    *out_port = port->target_port;
    for (uint32_t i = 0; port->target_name != CP_NONE && i < owner->port_count; i++) {
        const struct cp_named_port *candidate = &owner->ports[i];

        if (candidate->serves && candidate->protocol == port->protocol &&
            candidate->name == port->target_name) {
            *out_port = candidate->port;
            return true;
        }
    }
    return port->target_name == CP_NONE;
}

/* K8-113. A workload endpoint is no pod, but slices may have its address. */
static bool is_live(const struct cp_service *service, const struct cp_owner *owner)
{
    switch (owner->serving) {
    case CP_SERVING_READY:
        return true;
    case CP_SERVING_NOT_READY:
        return service->publish_not_ready;
    case CP_SERVING_NO_POD:
        return service->has_slices;
    case CP_SERVING_NO:
        break;
    }
    return false;
}

static bool is_listed(const struct cp_service *service,
                      const struct cp_service_port_entry *port,
                      uint32_t number,
                      const struct cp_owner *owner)
{
    for (uint32_t i = 0; i < port->backend_count; i++) {
        const struct cp_backend *backend = &port->backends[i];

        if (service->has_slices ? owns(owner, &backend->address) : backend->owner == number)
            return true;
    }
    return false;
}

/* Is it a backend that the ruleset does not have? */
static bool joins(const struct cp_world *world,
                  const struct cp_service *service,
                  const struct cp_service_port_entry *port,
                  uint32_t number,
                  struct cp_backend *out_backend)
{
    const struct cp_owner *owner = cp_world_owner(world, number);

    *out_backend = (struct cp_backend){.owner = number, .node = CP_NONE, .rank = owner->rank};
    return is_live(service, owner) && is_selected(world, service, number) != CP_ANSWER_NO &&
           !(service->has_slices && stayed(world, service, number)) &&
           find_target(port, owner, &out_backend->port) && !is_listed(service, port, number, owner);
}

/* The place of one that joins among all such: pods by name, then inline workloads. Never 0. */
static uint64_t place_of(const struct cp_backend *backend)
{
    return (((uint64_t)backend->rank << 32) | backend->owner) + 1;
}

static void try_to_join(const struct cp_world *world,
                        const struct cp_service *service,
                        const struct cp_service_port_entry *port,
                        uint32_t number,
                        uint64_t after,
                        struct cp_backend *first)
{
    struct cp_backend candidate;

    if (joins(world, service, port, number, &candidate) && place_of(&candidate) > after &&
        (first->owner == CP_NONE || place_of(&candidate) < place_of(first)))
        *first = candidate;
}

/* The first one behind a place; its owner is CP_NONE if there is none. */
static struct cp_backend first_joined(const struct cp_world *world,
                                      const struct cp_service *service,
                                      const struct cp_service_port_entry *port,
                                      uint64_t after)
{
    struct cp_backend first = {.owner = CP_NONE};

    for (uint32_t i = 0; i < world->overlays.count; i++)
        try_to_join(world, service, port, world->overlays.items[i].owner, after, &first);
    for (uint32_t i = 0; i < world->inline_count; i++)
        try_to_join(world, service, port, cp_ruleset_owner_count(world->ruleset) + i, after,
                    &first);
    return first;
}

/* ---- Both ---------------------------------------------------------------------------------- */

bool cp_next_backend(const struct cp_world *world,
                     const struct cp_service *service,
                     const struct cp_service_port_entry *port,
                     struct cp_backend_walk *walk,
                     struct cp_backend *out_backend,
                     uint32_t *out_changed)
{
    struct cp_backend joined = first_joined(world, service, port, walk->joined);

    *out_changed = CP_NONE;
    while (walk->position < port->backend_count) {
        const struct cp_backend *backend = &port->backends[walk->position];

        if (joined.owner != CP_NONE && !service->has_slices && joined.rank < backend->rank)
            break;
        walk->position++;
        *out_backend = *backend;
        if (keeps(world, service, backend, out_changed))
            return true;
    }
    if (joined.owner == CP_NONE)
        return false;
    walk->joined = place_of(&joined);
    *out_backend = joined;
    if (service->has_slices || is_selected(world, service, joined.owner) == CP_ANSWER_MAYBE)
        *out_changed = joined.owner;
    return true;
}

/* ---- Services of rules --------------------------------------------------------------------- */

static const struct cp_service *find_service(const struct calpol_ruleset *ruleset,
                                             const struct cp_rule_service *wanted)
{
    struct cp_text namespace_name = cp_intern_text(&ruleset->names, wanted->namespace_name);
    struct cp_text name = cp_intern_text(&ruleset->names, wanted->name);

    for (uint32_t i = 0; i < ruleset->service_count; i++) {
        if (cp_text_equal(ruleset->services[i].name, name) &&
            cp_text_equal(ruleset->services[i].namespace_name, namespace_name))
            return &ruleset->services[i];
    }
    return NULL;
}

/* Is the owner one of a Service's endpoints, or not, only by what labels it had? */
static bool may_have_moved(const struct cp_world *world,
                           const struct cp_rule_service *service,
                           uint32_t number)
{
    const struct cp_service *known = find_service(world->ruleset, service);

    return !known || !stayed(world, known, number);
}

bool cp_rule_service_in_doubt(const struct cp_world *world,
                              const struct cp_rule_service *service,
                              const struct calpol_address *address)
{
    struct cp_text namespace_name = cp_intern_text(&world->ruleset->names, service->namespace_name);

    for (uint32_t i = 0; service->entry_count && i < world->overlays.count; i++) {
        uint32_t number = world->overlays.items[i].owner;
        const struct cp_owner *owner = cp_world_owner(world, number);

        if (owner->kind == CP_OWNER_WORKLOAD && owns(owner, address) &&
            cp_text_equal(owner->namespace_name, namespace_name) &&
            may_have_moved(world, service, number))
            return true;
    }
    return false;
}
