/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding remarks.
 */
#include "render/notes.h"

#include "render/describe.h"
#include "render/names.h"

static void take(const struct cp_explained *explained,
                 struct cp_notes *notes,
                 const struct cp_buffer *buffer)
{
    /* A text that failed takes no place in the list: who reads it sees only what is written. */
    struct cp_text *item = buffer->failed ? NULL : cp_array_push(explained->scratch, &notes->items);

    if (item)
        *item = cp_buffer_text(buffer);
    else
        notes->failed = true;
}

/* The stage where the option has the last word although nobody set it; NULL: none (EV-195). */
static const struct cp_stage *unset_to_host(const struct cp_explained *explained,
                                            const struct cp_leg_result *leg)
{
    const struct cp_options *options = explained->world->options;
    const uint32_t bit = 1u << CP_OPTION_ENDPOINT_TO_HOST_ACTION;
    const struct cp_node_entry *node =
        cp_world_node(explained->world, leg->leg.flow.destination.node);

    if ((options->set_by_caller | options->set_by_resource) & bit)
        return NULL;
    if (node && node->options.has_to_host)
        return NULL;
    for (uint32_t i = 0; i < leg->result.stage_count; i++) {
        if (leg->result.stages[i].name == CALPOL_STAGE_TO_HOST &&
            leg->result.stages[i].reason == CALPOL_REASON_ENDPOINT_TO_HOST_DROP)
            return &leg->result.stages[i];
    }
    return NULL;
}

/* The verdict of a leg with the option set to Accept. */
static uint8_t verdict_with_accept(const struct cp_explained *explained, const struct cp_flow *flow)
{
    struct cp_options options = *explained->world->options;
    struct cp_world world = *explained->world;
    struct cp_result result;

    options.to_host = CP_TO_HOST_ACCEPT;
    options.set_by_caller |= 1u << CP_OPTION_ENDPOINT_TO_HOST_ACTION;
    world.options = &options;
    cp_evaluate(&world, flow, NULL, &result);
    return result.verdict;
}

static void note_to_host(const struct cp_explained *explained, struct cp_notes *notes)
{
    const struct cp_judgement *judgement = explained->judgement;

    for (uint32_t i = 0; i < judgement->leg_count; i++) {
        const struct cp_leg_result *leg = &judgement->legs[i];
        struct cp_buffer buffer;

        if (!unset_to_host(explained, leg))
            continue;
        cp_buffer_init(&buffer, explained->scratch);
        cp_buffer_format(
            &buffer,
            "nobody set option endpoint_to_host_action: Felix's own default is Drop, but "
            "installations of Calico on Kubernetes set Accept; with Accept the verdict is %s",
            cp_action_name(verdict_with_accept(explained, &leg->leg.flow)));
        take(explained, notes, &buffer);
        return;
    }
}

/* K8-112 */
static void note_missing_port(const struct cp_explained *explained, struct cp_notes *notes)
{
    struct cp_buffer buffer;

    if (!explained->judgement->port_is_missing)
        return;
    cp_buffer_init(&buffer, explained->scratch);
    cp_buffer_add_string(&buffer,
                         "the destination is the address of a Service, but this is none of "
                         "its ports: nobody answers there");
    take(explained, notes, &buffer);
}

/* A relabelled workload which the Service could select, or cease to; CP_NONE: none. */
static uint32_t relabelled_beside(const struct cp_world *world, const struct cp_service *service)
{
    for (uint32_t i = 0; i < world->overlays.count; i++) {
        uint32_t number = world->overlays.items[i].owner;
        const struct cp_owner *owner = cp_world_owner(world, number);

        if (owner->kind == CP_OWNER_WORKLOAD &&
            cp_text_equal(owner->namespace_name, service->namespace_name))
            return number;
    }
    return CP_NONE;
}

/* K8-113: other labels could make other backends. */
static void note_backends(const struct cp_explained *explained, struct cp_notes *notes)
{
    const struct cp_judgement *judgement = explained->judgement;
    const struct cp_world *world = explained->world;

    for (uint32_t i = 0; i < judgement->leg_count; i++) {
        const struct cp_leg *leg = &judgement->legs[i].leg;
        const struct cp_service *service;
        struct cp_buffer buffer;
        uint32_t owner;

        if (leg->via != CP_VIA_SERVICE)
            continue;
        service = &world->ruleset->services[leg->service];
        owner = relabelled_beside(world, service);
        if (owner == CP_NONE)
            continue;
        cp_buffer_init(&buffer, explained->scratch);
        cp_buffer_format(&buffer,
                         "the backends of Service %t/%t are those of the input: with other labels "
                         "%t may be one no more, or become one; ask about the pod itself",
                         service->namespace_name, service->name,
                         cp_world_owner(world, owner)->reference);
        take(explained, notes, &buffer);
        return;
    }
}

/* EV-22: a policy governs in a tier that nobody declared. */
static void note_undefined_tiers(const struct cp_explained *explained, struct cp_notes *notes)
{
    const struct cp_judgement *judgement = explained->judgement;
    const struct calpol_ruleset *ruleset = explained->world->ruleset;

    for (uint32_t i = 0; i < judgement->leg_count; i++) {
        const struct cp_result *result = &judgement->legs[i].result;

        for (uint32_t s = 0; s < result->stage_count; s++) {
            const struct cp_stage *stage = &result->stages[s];
            struct cp_buffer buffer;

            if (!stage->decided || stage->hit.tier == CP_NONE ||
                ruleset->tiers[stage->hit.tier].exists)
                continue;
            cp_buffer_init(&buffer, explained->scratch);
            cp_buffer_format(&buffer,
                             "tier %t is not in the input: it comes after all others and ends in "
                             "deny",
                             ruleset->tiers[stage->hit.tier].name);
            take(explained, notes, &buffer);
            return;
        }
    }
}

void cp_find_notes(const struct cp_explained *explained, struct cp_notes *out_notes)
{
    note_to_host(explained, out_notes);
    note_missing_port(explained, out_notes);
    note_backends(explained, out_notes);
    note_undefined_tiers(explained, out_notes);
}
