/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting labels.
 */
#include "render/census.h"

/* How far a label may be from the one that is wanted to be called near. */
#define NEAR 3u

struct cp_label_name cp_label_name_of(struct cp_text key)
{
    if (cp_text_starts_with(key, CP_TEXT("pcns.")))
        return (struct cp_label_name){CP_HOLDER_NAMESPACE, cp_text_from_byte(key, 5)};
    if (cp_text_starts_with(key, CP_TEXT("pcsa.")))
        return (struct cp_label_name){CP_HOLDER_SERVICE_ACCOUNT, cp_text_from_byte(key, 5)};
    /* K8-46: reserved keys of pods' own are kept apart behind a byte 1. */
    if (cp_text_starts_with(key, CP_TEXT("\x01")))
        key = cp_text_from_byte(key, 1);
    return (struct cp_label_name){CP_HOLDER_ENDPOINT, key};
}

/* What is looked for. */
struct search {
    struct cp_label_name wanted;
    struct cp_text value;
    struct cp_census census;
};

static void consider_key(struct cp_census *census, struct cp_text wanted, struct cp_text name)
{
    unsigned distance = cp_text_distance(name, wanted, NEAR);

    if (distance >= census->near_key_distance)
        return;
    census->near_key_distance = distance;
    census->near_key = name;
}

static void consider_value(struct cp_census *census, struct cp_text wanted, struct cp_text value)
{
    unsigned distance = cp_text_distance(value, wanted, NEAR);

    if (distance >= census->near_value_distance)
        return;
    census->near_value_distance = distance;
    census->near_value = value;
}

/* A label of an endpoint or network set. */
static void count_label(struct search *search, struct cp_text key, struct cp_text value)
{
    struct cp_label_name name = cp_label_name_of(key);

    if (name.holder != search->wanted.holder)
        return;
    if (!cp_text_equal(name.name, search->wanted.name)) {
        consider_key(&search->census, search->wanted.name, name.name);
        return;
    }
    search->census.has_key = true;
    search->census.has_value = search->census.has_value || cp_text_equal(value, search->value);
    consider_value(&search->census, search->value, value);
}

/* A label of a namespace, be there anybody in it or not. */
static void count_namespace_label(struct search *search, struct cp_text name, struct cp_text value)
{
    bool counts = search->wanted.holder == CP_HOLDER_NAMESPACE;

    if (cp_text_equal(name, search->wanted.name)) {
        search->census.namespace_has_key = true;
        if (cp_text_equal(value, search->value))
            search->census.namespace_has_value = true;
        if (counts)
            consider_value(&search->census, search->value, value);
    } else if (counts) {
        consider_key(&search->census, search->wanted.name, name);
    }
}

static void count_namespaces(struct search *search, const struct calpol_ruleset *ruleset)
{
    for (uint32_t n = 0; n < ruleset->namespace_count; n++) {
        const struct cp_namespace_entry *entry = &ruleset->namespaces[n];

        count_namespace_label(search, CP_TEXT("projectcalico.org/name"), entry->name);
        for (uint32_t i = 0; i < entry->labels.count; i++)
            count_namespace_label(search,
                                  cp_intern_text(&ruleset->names, entry->labels.items[i].key),
                                  entry->labels.items[i].text);
    }
}

struct cp_census cp_take_census(const struct cp_world *world,
                                struct cp_text key,
                                struct cp_text value)
{
    const struct calpol_ruleset *ruleset = world->ruleset;
    struct search search = {
        .wanted = cp_label_name_of(key),
        .value = value,
        .census = {.near_key_distance = NEAR + 1, .near_value_distance = NEAR + 1},
    };

    for (uint32_t s = 0; s < ruleset->label_set_count; s++) {
        const struct cp_labels *labels = &ruleset->label_sets[s].labels;

        for (uint32_t i = 0; i < labels->count; i++)
            count_label(&search, cp_intern_text(&ruleset->names, labels->items[i].key),
                        labels->items[i].text);
    }
    count_namespaces(&search, ruleset);
    return search.census;
}
