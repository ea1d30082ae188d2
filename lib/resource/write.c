/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing of documents: the parts that kinds share, policies and the smaller kinds. Rules,
 * endpoints and the terms of Kubernetes have files of their own.
 */
#include "resource/write.h"

#include "resource/staged.h"

#define API_VERSION "projectcalico.org/v3"

void cp_writer_init(struct cp_writer *writer,
                    enum cp_emit_form form,
                    const struct cp_intern *names,
                    struct cp_arena *scratch,
                    struct cp_buffer *buffer)
{
    *writer = (struct cp_writer){.names = names, .scratch = scratch};
    cp_emitter_init(&writer->emitter, form, buffer);
}

/* ---- parts ---- */

void cp_write_pairs(struct cp_writer *writer, const char *key, const struct cp_pairs *pairs)
{
    if (pairs->items.count == 0)
        return;
    cp_emit_map(&writer->emitter, key);
    for (uint32_t i = 0; i < pairs->items.count; i++)
        cp_emit_pair(&writer->emitter, pairs->items.items[i].key, pairs->items.items[i].value);
    cp_emit_end(&writer->emitter);
}

void cp_write_texts(struct cp_writer *writer, const char *key, const struct cp_texts *texts)
{
    if (texts->items.count == 0)
        return;
    cp_emit_list(&writer->emitter, key);
    for (uint32_t i = 0; i < texts->items.count; i++)
        cp_emit_text(&writer->emitter, NULL, texts->items.items[i]);
    cp_emit_end(&writer->emitter);
}

/* A number and a name are what they are, a text is emitted through a buffer of its own. */
static void write_built(struct cp_writer *writer, const char *key, const struct cp_buffer *built)
{
    if (built->failed)
        writer->status = CALPOL_ERROR_NO_MEMORY;
    else
        cp_emit_text(&writer->emitter, key, cp_buffer_text(built));
}

void cp_write_net(struct cp_writer *writer, const char *key, const struct cp_prefix *net)
{
    struct cp_buffer text;

    cp_buffer_init(&text, writer->scratch);
    cp_prefix_print(net, &text);
    write_built(writer, key, &text);
}

void cp_write_address(struct cp_writer *writer,
                      const char *key,
                      const struct calpol_address *address)
{
    struct cp_buffer text;

    cp_buffer_init(&text, writer->scratch);
    cp_address_print(address, &text);
    write_built(writer, key, &text);
}

/* Writes a text of a list that is a set, unless it was written before. */
static void write_new(struct cp_writer *writer,
                      struct cp_intern *seen,
                      const struct cp_buffer *built)
{
    uint32_t number, count = seen->texts.count;

    if (built->failed || !cp_intern_add(seen, cp_buffer_text(built), &number))
        writer->status = CALPOL_ERROR_NO_MEMORY;
    else if (number == count)
        cp_emit_text(&writer->emitter, NULL, cp_buffer_text(built));
}

void cp_write_nets(struct cp_writer *writer,
                   const char *key,
                   const struct cp_prefix *nets,
                   uint32_t net_count)
{
    struct cp_intern seen;

    if (net_count == 0)
        return;
    cp_intern_init(&seen, writer->scratch);
    cp_emit_list(&writer->emitter, key);
    for (uint32_t i = 0; i < net_count; i++) {
        struct cp_buffer text;

        cp_buffer_init(&text, writer->scratch);
        cp_prefix_print(&nets[i], &text);
        write_new(writer, &seen, &text);
    }
    cp_emit_end(&writer->emitter);
}

void cp_write_addresses(struct cp_writer *writer,
                        const char *key,
                        const struct calpol_address *addresses,
                        uint32_t address_count)
{
    struct cp_intern seen;

    if (address_count == 0)
        return;
    cp_intern_init(&seen, writer->scratch);
    cp_emit_list(&writer->emitter, key);
    for (uint32_t i = 0; i < address_count; i++) {
        struct cp_buffer text;

        cp_buffer_init(&text, writer->scratch);
        cp_address_print(&addresses[i], &text);
        write_new(writer, &seen, &text);
    }
    cp_emit_end(&writer->emitter);
}

void cp_write_port(struct cp_writer *writer, const char *key, const struct cp_port_spec *port)
{
    struct cp_buffer text;

    if (port->named) {
        cp_emit_text(&writer->emitter, key, port->name);
    } else if (port->first == port->last) {
        cp_emit_integer(&writer->emitter, key, port->first);
    } else {
        cp_buffer_init(&text, writer->scratch);
        cp_buffer_format(&text, "%u:%u", (uint32_t)port->first, (uint32_t)port->last);
        write_built(writer, key, &text);
    }
}

/* As written, an empty one as well; converted ones may have no text and are printed from their
 * tree. */
void cp_write_selector(struct cp_writer *writer,
                       const char *key,
                       const struct cp_selector_field *selector)
{
    struct cp_buffer text;
    int status;

    if (selector->text.data) {
        cp_emit_text(&writer->emitter, key, selector->text);
        return;
    }
    if (!selector->given)
        return;
    cp_buffer_init(&text, writer->scratch);
    status = cp_selector_print(selector->tree, writer->names, writer->scratch, &text);
    if (status != CALPOL_OK)
        writer->status = status;
    else
        write_built(writer, key, &text);
}

/* ---- documents ---- */

void cp_write_begin(struct cp_writer *writer,
                    const struct cp_metadata *metadata,
                    struct cp_text kind)
{
    struct cp_emitter *emitter = &writer->emitter;

    cp_emit_map(emitter, NULL);
    cp_emit_string(emitter, "apiVersion", API_VERSION);
    cp_emit_text(emitter, "kind", kind);
    cp_emit_map(emitter, "metadata");
    cp_emit_text(emitter, "name", metadata->name);
    if (metadata->namespace_name.length)
        cp_emit_text(emitter, "namespace", metadata->namespace_name);
    cp_write_pairs(writer, "labels", &metadata->labels);
    cp_write_pairs(writer, "annotations", &metadata->annotations);
    cp_emit_end(emitter);
    cp_emit_map(emitter, "spec");
}

int cp_write_end(struct cp_writer *writer)
{
    cp_emit_end(&writer->emitter);
    cp_emit_end(&writer->emitter);
    if (writer->emitter.buffer->failed)
        writer->status = CALPOL_ERROR_NO_MEMORY;
    return writer->status;
}

void cp_write_types(struct cp_writer *writer, const char *key, unsigned types, bool egress_first)
{
    struct cp_emitter *emitter = &writer->emitter;

    if (!types)
        return;
    cp_emit_list(emitter, key);
    if (egress_first)
        cp_emit_string(emitter, NULL, "Egress");
    if (types & CP_TYPE_INGRESS)
        cp_emit_string(emitter, NULL, "Ingress");
    if ((types & CP_TYPE_EGRESS) && !egress_first)
        cp_emit_string(emitter, NULL, "Egress");
    cp_emit_end(emitter);
}

/* Fields that are false are left out. */
static void write_flag(struct cp_writer *writer, const char *key, bool value)
{
    if (value)
        cp_emit_boolean(&writer->emitter, key, true);
}

/* The kind of Calico's that has the effect of a policy; its own for those of Calico's. */
static const char *calico_kind(enum cp_policy_kind kind)
{
    const struct cp_policy_kind_info *info = cp_policy_kind_info(kind);

    if (info->staged)
        return info->namespaced ? "StagedNetworkPolicy" : "StagedGlobalNetworkPolicy";
    return info->namespaced ? "NetworkPolicy" : "GlobalNetworkPolicy";
}

int cp_write_policy(struct cp_writer *writer, const struct cp_policy_spec *policy)
{
    struct cp_emitter *emitter = &writer->emitter;

    cp_write_begin(writer, &policy->metadata, cp_text_from(calico_kind(policy->kind)));
    cp_emit_text(emitter, "tier", policy->tier);
    if (cp_policy_kind_info(policy->kind)->staged)
        cp_emit_string(emitter, "stagedAction", cp_staged_action_name(policy->staged_action));
    if (policy->has_order)
        cp_emit_number(emitter, "order", policy->order);
    cp_write_selector(writer, "selector", &policy->selector);
    cp_write_selector(writer, "namespaceSelector", &policy->namespace_selector);
    cp_write_selector(writer, "serviceAccountSelector", &policy->service_account_selector);
    write_flag(writer, "doNotTrack", policy->do_not_track);
    write_flag(writer, "preDNAT", policy->pre_dnat);
    write_flag(writer, "applyOnForward", policy->apply_on_forward);
    cp_write_texts(writer, "performanceHints", &policy->performance_hints);
    cp_write_types(writer, "types", policy->types, policy->egress_first);
    cp_write_rules(writer, "ingress", &policy->ingress);
    cp_write_rules(writer, "egress", &policy->egress);
    return cp_write_end(writer);
}

int cp_write_tier(struct cp_writer *writer, const struct cp_tier_spec *tier)
{
    struct cp_emitter *emitter = &writer->emitter;

    cp_write_begin(writer, &tier->metadata, tier->metadata.kind);
    if (tier->has_order)
        cp_emit_number(emitter, "order", tier->order);
    cp_emit_string(emitter, "defaultAction",
                   tier->default_action == CALPOL_ACTION_PASS ? "Pass" : "Deny");
    return cp_write_end(writer);
}

int cp_write_profile(struct cp_writer *writer, const struct cp_profile_spec *profile)
{
    cp_write_begin(writer, &profile->metadata, profile->metadata.kind);
    cp_write_pairs(writer, "labelsToApply", &profile->labels_to_apply);
    cp_write_rules(writer, "ingress", &profile->ingress);
    cp_write_rules(writer, "egress", &profile->egress);
    return cp_write_end(writer);
}

int cp_write_network_set(struct cp_writer *writer, const struct cp_network_set_spec *set)
{
    cp_write_begin(writer, &set->metadata, set->metadata.kind);
    cp_write_nets(writer, "nets", set->nets.items, set->nets.count);
    cp_write_texts(writer, "allowedEgressDomains", &set->domains);
    return cp_write_end(writer);
}
