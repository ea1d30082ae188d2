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

/* K8-114: a controller wrote the slices before labels were other ones. */
static void note_backends(const struct cp_explained *explained, struct cp_notes *notes)
{
    const struct cp_judgement *judgement = explained->judgement;
    struct cp_buffer buffer;

    if (judgement->changed == CP_NONE)
        return;
    cp_buffer_init(&buffer, explained->scratch);
    cp_buffer_format(
        &buffer,
        "whether %t is a backend of the Service is not known: its labels are not those for "
        "which the Service's endpoints in the input were written; ask about the pod itself",
        cp_world_owner(explained->world, judgement->changed)->reference);
    take(explained, notes, &buffer);
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
