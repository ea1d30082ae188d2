/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making an owner of an inline workload: labels, profiles, address and named ports.
 */
#include "evaluate/inline.h"

#include "evaluate/labels.h"
#include "ruleset/lookup.h"

/* An inline workload under construction. */
struct draft {
    struct cp_world *world;
    const struct cp_participant_words *words;
    struct cp_arena *arena;
    struct cp_text namespace_name, account;
    struct cp_label_draft labels;
    struct cp_owner owner;
};

static bool join(struct draft *draft, const char *format, struct cp_text *out_text, ...)
{
    struct cp_buffer buffer;
    va_list arguments;

    cp_buffer_init(&buffer, draft->arena);
    va_start(arguments, out_text);
    cp_buffer_format_list(&buffer, format, &arguments);
    va_end(arguments);
    *out_text = cp_buffer_text(&buffer);
    return !buffer.failed;
}

/* ---- Profiles ------------------------------------------------------------------------------ */

static struct cp_text account_of(struct cp_text profile)
{
    struct cp_text rest = cp_text_from_byte(profile, strlen("ksa."));
    size_t dot = cp_text_find_byte(rest, '.');

    return cp_text_from_byte(rest, dot == SIZE_MAX ? rest.length : dot + 1);
}

/* The labels of a profile that the ruleset does not have: those that its name implies (EV-114). */
static bool add_implied_labels(struct draft *draft, struct cp_text profile)
{
    const struct cp_text name = CP_TEXT("projectcalico.org/name");
    struct cp_text namespace_name = cp_text_from_byte(profile, strlen("kns."));

    if (cp_text_starts_with(profile, CP_TEXT("kns.")))
        return cp_draft_add_prefixed(&draft->labels, "pcns.", name, namespace_name) &&
               cp_draft_add_prefixed(&draft->labels, "pcns.",
                                     CP_TEXT("kubernetes.io/metadata.name"), namespace_name);
    if (cp_text_starts_with(profile, CP_TEXT("ksa.")))
        return cp_draft_add_prefixed(&draft->labels, "pcsa.", name, account_of(profile));
    return true;
}

/* A profile for this question alone: implied, or missing (EV-112). */
static bool add_extra_profile(struct draft *draft, struct cp_text name, uint32_t *out_profile)
{
    struct cp_world *world = draft->world;
    uint32_t place = world->inline_count, number = world->extra_policies[place].count;
    struct cp_policy *policy = cp_array_push(draft->arena, &world->extra_policies[place]);
    bool is_account = cp_text_starts_with(name, CP_TEXT("ksa."));
    bool is_namespace = cp_text_starts_with(name, CP_TEXT("kns."));

    if (!policy || number == CP_EXTRA_STRIDE)
        return false;
    *policy = (struct cp_policy){
        .kind = CP_KIND_PROFILE,
        .missing = !is_account && !is_namespace,
        .types = 1u << CP_INGRESS | 1u << CP_EGRESS,
        .tier = CP_NONE,
        .selector = CP_NONE,
        .name = name,
    };
    for (int direction = CP_INGRESS; direction <= CP_EGRESS; direction++)
        policy->rule_count[direction] = policy->written_rule_count[direction] = is_account ? 0 : 1;
    *out_profile = world->ruleset->profile_count + place * CP_EXTRA_STRIDE + number;
    return join(draft, "pro:%t", &policy->label, name);
}

static bool add_profile(struct draft *draft, struct cp_text name, uint32_t *out_profile)
{
    const struct calpol_ruleset *ruleset = draft->world->ruleset;
    uint32_t policy = cp_lookup_profile(ruleset, name);

    if (policy == CP_NONE)
        return add_implied_labels(draft, name) && add_extra_profile(draft, name, out_profile);
    *out_profile = policy - ruleset->policy_count;
    return cp_draft_add_labels(&draft->labels, &ruleset->profile_labels[*out_profile]);
}

static bool add_profiles(struct draft *draft)
{
    const struct cp_participant_words *words = draft->words;
    const struct cp_text *names = words->profiles;
    uint32_t count = words->profile_count, *profiles;
    struct cp_text defaults[2];

    if (!words->has_profiles) {
        if (!join(draft, "kns.%t", &defaults[0], draft->namespace_name) ||
            !join(draft, "ksa.%t.%t", &defaults[1], draft->namespace_name, draft->account))
            return false;
        names = defaults;
        count = 2;
    }
    profiles = CP_NEW_ARRAY(draft->arena, uint32_t, count);
    if (!profiles)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!add_profile(draft, names[i], &profiles[i]))
            return false;
    }
    draft->owner.profiles = profiles;
    draft->owner.profile_count = count;
    return true;
}

/* ---- Labels, address, ports ---------------------------------------------------------------- */

/* What the system sets is stronger than what the workload says. */
static bool add_labels(struct draft *draft)
{
    const struct cp_participant_words *words = draft->words;
    struct cp_label_draft *labels = &draft->labels;

    cp_draft_init(labels, draft->world->ruleset, draft->arena);
    if (!cp_draft_add(labels, CP_TEXT("projectcalico.org/namespace"), draft->namespace_name) ||
        !cp_draft_add(labels, CP_TEXT("projectcalico.org/orchestrator"), CP_TEXT("k8s")) ||
        !cp_draft_add(labels, CP_TEXT("projectcalico.org/serviceaccount"), draft->account))
        return false;
    for (uint32_t i = 0; i < words->label_count; i++) {
        if (!cp_draft_add_own(labels, words->labels[i].key, words->labels[i].value))
            return false;
    }
    return true;
}

static bool add_addresses(struct draft *draft,
                          const struct calpol_address *addresses,
                          uint32_t count)
{
    struct cp_prefix *nets = CP_NEW_ARRAY(draft->arena, struct cp_prefix, count);

    if (!nets)
        return false;
    for (uint32_t i = 0; i < count; i++)
        nets[i] = cp_prefix_of_address(&addresses[i]);
    draft->owner.nets = (struct cp_prefixes){nets, count};
    return true;
}

/* A name that no rule knows is left out. */
static bool add_ports(struct draft *draft)
{
    const struct cp_participant_words *words = draft->words;
    struct cp_named_port *ports =
        CP_NEW_ARRAY(draft->arena, struct cp_named_port, words->port_count);

    if (!ports)
        return false;
    for (uint32_t i = 0; i < words->port_count; i++) {
        const struct cp_port_words *port = &words->ports[i];
        uint32_t name = cp_intern_find(&draft->world->ruleset->names, port->name);

        if (name != CP_INTERN_NONE)
            ports[draft->owner.port_count++] =
                (struct cp_named_port){name, port->protocol, true, port->port};
    }
    draft->owner.ports = ports;
    return true;
}

int cp_world_add_described(struct cp_world *world,
                           const struct cp_participant_words *words,
                           const struct calpol_address *addresses,
                           uint32_t address_count,
                           struct cp_arena *arena)
{
    struct draft draft = {
        .world = world,
        .words = words,
        .arena = arena,
        .namespace_name = words->has_namespace ? words->namespace_name : CP_TEXT("default"),
        .account = words->service_account.length ? words->service_account : CP_TEXT("default"),
    };
    const struct cp_label_set *labels;

    draft.owner = (struct cp_owner){
        .kind = CP_OWNER_WORKLOAD,
        .node = CP_NONE,
        .namespace_name = draft.namespace_name,
        .name = CP_TEXT("<inline>"),
        .reference = CP_TEXT("<inline>"),
        .serving = CP_SERVING_READY,
        .rank = UINT32_MAX,
    };
    if (!add_labels(&draft) || !add_profiles(&draft) ||
        !add_addresses(&draft, addresses, address_count) || !add_ports(&draft))
        return CALPOL_ERROR_NO_MEMORY;
    labels = cp_draft_finish(&draft.labels);
    if (!labels)
        return CALPOL_ERROR_NO_MEMORY;
    world->inline_labels[world->inline_count] = labels;
    world->inline_owners[world->inline_count++] = draft.owner;
    return CALPOL_OK;
}

int cp_world_add_inline(struct cp_world *world,
                        const struct cp_participant_words *words,
                        struct cp_arena *arena)
{
    return cp_world_add_described(world, words, &words->address, words->has_address, arena);
}
