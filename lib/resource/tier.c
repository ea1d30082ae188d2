/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tier (resources.md 6.6).
 */
#include "resource/tier.h"
#include "resource/readers.h"
#include "resource/values.h"

/* Tiers that are there whatever the input says; EV-21. */
static const struct cp_builtin_tier builtins[] = {
    {"default", CALPOL_ACTION_DENY, 1000000},
    {"kube-admin", CALPOL_ACTION_PASS, 1000},
    {"kube-baseline", CALPOL_ACTION_PASS, 10000000},
};

const struct cp_builtin_tier *cp_builtin_tier_find(struct cp_text name)
{
    for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++) {
        if (cp_text_is(name, builtins[i].name))
            return &builtins[i];
    }
    return NULL;
}

/* CALPOL_ACTION_NONE for one that is wrong. */
static uint8_t read_default_action(struct cp_resource_reader *reader, const struct cp_field *field)
{
    struct cp_text text = CP_TEXT("Deny");

    if (cp_field_present(field) && !cp_read_text(&reader->base, field, &text))
        return CALPOL_ACTION_NONE;
    if (cp_text_is(text, "Deny"))
        return CALPOL_ACTION_DENY;
    if (cp_text_is(text, "Pass"))
        return CALPOL_ACTION_PASS;
    cp_report(&reader->base, field, CP_CODE_TIER_DEFAULT_ACTION,
              "unknown default action %q, expected Deny or Pass", text);
    return CALPOL_ACTION_NONE;
}

static void check_builtin(struct cp_resource_reader *reader,
                          const struct cp_field *order,
                          const struct cp_field *action,
                          const struct cp_builtin_tier *builtin,
                          const struct cp_tier_spec *tier)
{
    if (tier->default_action != CALPOL_ACTION_NONE &&
        tier->default_action != builtin->default_action)
        cp_report(&reader->base, action, CP_CODE_TIER_BUILTIN_ACTION,
                  "the built-in tier %s has default action %s", builtin->name,
                  builtin->default_action == CALPOL_ACTION_DENY ? "Deny" : "Pass");
    if (cp_field_present(order) && !tier->has_order)
        return;
    if (!tier->has_order || tier->order < builtin->order || tier->order > builtin->order)
        cp_report(&reader->base, order, CP_CODE_TIER_BUILTIN_ORDER,
                  "the built-in tier %s has order %f", builtin->name, builtin->order);
}

static void read_spec(struct cp_resource_reader *reader,
                      const struct cp_field *spec,
                      struct cp_tier_spec *tier)
{
    struct cp_field order = cp_field_member(spec, "order");
    struct cp_field action = cp_field_member(spec, "defaultAction");
    const struct cp_builtin_tier *builtin = cp_builtin_tier_find(tier->metadata.name);

    tier->has_order = cp_read_number(&reader->base, &order, &tier->order);
    tier->default_action = read_default_action(reader, &action);
    /* Only this one is filled in; the orders of the other built-in tiers must be written. */
    if (!cp_field_present(&order) && cp_text_is(tier->metadata.name, "default")) {
        tier->has_order = true;
        tier->order = builtin->order;
    }
    if (builtin) {
        check_builtin(reader, &order, &action, builtin, tier);
    } else if (!cp_field_present(&order)) {
        cp_report(
            &reader->base, &order, CP_CODE_TIER_ORDER_MISSING,
            "a tier without order is taken as the last, and some clusters make it 1000000; write "
            "order");
    }
    /* What lenient loading takes for one that is wrong. */
    if (tier->default_action == CALPOL_ACTION_NONE)
        tier->default_action = CALPOL_ACTION_DENY;
}

void cp_tier_read(struct cp_resource_reader *reader, const struct cp_field *root)
{
    static const char *const members[] = {"order", "defaultAction", NULL};
    struct cp_tier_spec *tier = CP_NEW(reader->base.arena, struct cp_tier_spec);
    struct cp_field spec = cp_field_member(root, "spec");

    if (!tier) {
        cp_resource_no_memory(reader);
        return;
    }
    tier->metadata = reader->metadata;
    if (cp_read_mapping(&reader->base, &spec))
        cp_check_members(&reader->base, &spec, members, NULL);
    read_spec(reader, &spec, tier);
    cp_resource_add(reader, &reader->collection->tiers, tier);
}
