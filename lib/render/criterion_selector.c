/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Criteria in words: selectors.
 */
#include "render/criterion.h"
#include "render/describe.h"
#include "render/list.h"
#include "render/selector_hints.h"

/* Owners whose labels are shown; an address has rarely more than one. */
#define MOST_OWNERS 2u

/* ---- What is wanted -------------------------------------------------------------------------- */

/* A selector as its author knows it. */
static void print_selector(struct cp_text text, struct cp_buffer *buffer)
{
    struct cp_text pods;

    if (!cp_pod_selector_text(text, &pods))
        cp_buffer_format(buffer, " matching %t", text);
    else if (pods.length)
        cp_buffer_format(buffer, " pod matching %t", pods);
    else
        cp_buffer_add_string(buffer, " any pod");
}

/* Which namespaces, by selector, or the policy's own (EV-81, EV-82). */
static void print_namespaces(const struct cp_spot *spot,
                             const struct cp_entity_words *words,
                             struct cp_buffer *buffer)
{
    struct cp_text text = words->namespace_selector;

    if (cp_text_is(text, "all()"))
        cp_buffer_add_string(buffer, " in any namespace");
    else if (cp_text_is(text, "global()"))
        cp_buffer_add_string(buffer, " in no namespace");
    else if (text.length)
        cp_buffer_format(buffer, " in namespaces matching %t", text);
    else if (spot->policy->namespace_name.length)
        cp_buffer_format(buffer, " in namespace %t", spot->policy->namespace_name);
}

static void print_accounts(const struct cp_entity_words *words, struct cp_buffer *buffer)
{
    if (words->service_account_names.count) {
        cp_buffer_add_string(buffer, " of service account ");
        cp_list_texts(buffer, &words->service_account_names);
    }
    if (words->service_account_selector.length)
        cp_buffer_format(buffer, " of service accounts matching %t",
                         words->service_account_selector);
}

void cp_want_selector(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    const struct cp_entity_words *words = cp_spot_entity(spot, end)->words;

    cp_buffer_add_string(buffer, cp_end_name(end));
    if (words->selector.length)
        print_selector(words->selector, buffer);
    print_accounts(words, buffer);
    if (words->not_selector.length)
        cp_buffer_format(buffer, " not matching %t", words->not_selector);
    print_namespaces(spot, words, buffer);
}

void cp_want_not_selector(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    cp_buffer_format(buffer, "%s not matching %t", cp_end_name(end),
                     cp_spot_entity(spot, end)->words->not_selector);
}

/* ---- What there is --------------------------------------------------------------------------- */

/* An address that nobody owns (EV-80), or that of a node. */
static void print_ownerless(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    const struct cp_flow *flow = spot->view->flow;
    const struct cp_party *party = end == CP_SOURCE ? &flow->source : &flow->destination;

    if (!spot->view->sides[end].has_address) {
        cp_buffer_add_string(buffer, "but who it is was not told");
        return;
    }
    cp_buffer_add_string(buffer, "but ");
    cp_describe_party(spot->explained, flow, end, buffer);
    if (party->kind == CP_PARTY_HOST)
        cp_buffer_add_string(buffer,
                             " is a node, and no selector matches a node without host endpoint");
    else
        cp_buffer_add_string(buffer, " belongs to no endpoint and no network set, and no selector, "
                                     "not even all(), matches such an address");
}

/* K8-53: whoever looks for a pod on the host network finds a node. */
static void remark_host_network(const struct cp_spot *spot,
                                enum cp_end end,
                                struct cp_buffer *buffer)
{
    const struct cp_flow *flow = spot->view->flow;
    const struct cp_party *party = end == CP_SOURCE ? &flow->source : &flow->destination;

    if (party->kind == CP_PARTY_HOST)
        cp_buffer_add_string(buffer,
                             "; pods on the host network are their node, and have no labels "
                             "of their own");
}

/* In an ingress rule the destination is who is policed, whatever the author had in mind. */
static void remark_own_side(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    bool is_own = spot->stage->direction == CP_INGRESS ? end == CP_DESTINATION : end == CP_SOURCE;

    if (!is_own)
        return;
    cp_buffer_format(buffer, "; the %s of an %s rule is the policed endpoint itself, ",
                     cp_end_name(end), cp_direction_name(spot->stage->direction));
    cp_describe_owner(spot->explained->world, spot->owner, buffer);
}

void cp_miss_selector(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    uint32_t selector = cp_spot_entity(spot, end)->selector, count = 0;
    const struct cp_side *side = &spot->view->sides[end];
    struct cp_owner_walk walk;

    for (bool more = cp_side_first(spot->view, side, &walk); more; more = cp_side_next(&walk)) {
        if (++count > MOST_OWNERS)
            continue;
        cp_buffer_add_string(buffer, count == 1 ? "but " : " and ");
        cp_describe_owner(spot->explained->world, walk.owner, buffer);
        cp_print_relevant_labels(spot->explained->world, selector, walk.labels, buffer);
    }
    if (count > MOST_OWNERS)
        cp_buffer_format(buffer, " and %u more owners of the address do not fit either",
                         count - MOST_OWNERS);
    if (!count)
        print_ownerless(spot, end, buffer);
    remark_host_network(spot, end, buffer);
    remark_own_side(spot, end, buffer);
    cp_print_selector_hints(spot, end, selector, buffer);
}

void cp_miss_not_selector(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    uint32_t selector = cp_spot_entity(spot, end)->not_selector;
    const struct cp_side *side = &spot->view->sides[end];
    struct cp_owner_walk walk;

    cp_buffer_add_string(buffer, "but it matches");
    for (bool more = cp_side_first(spot->view, side, &walk); more; more = cp_side_next(&walk)) {
        if (!cp_label_set_matches(walk.labels, selector))
            continue;
        cp_buffer_add_string(buffer, ": ");
        cp_describe_owner(spot->explained->world, walk.owner, buffer);
        cp_print_relevant_labels(spot->explained->world, selector, walk.labels, buffer);
        break;
    }
}
