/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Updates of policies.
 *
 * Policies are compiled as in a load, take the places in the order of evaluation that they would have
 * there, and change what label sets know. Whatever else a policy can have a say in (tiers, namespaces, the
 * dialect, what is forwarded, services) is not looked into: such policies are left to a load.
 */
#include "compile/update.h"

#include "compile/convert_k8s.h"
#include "compile/policy_order.h"
#include "compile/program_update.h"
#include "ruleset/lookup.h"

/* So much of the root's memory may pieces have before a load makes one of everything again. */
#define ROOT_TO_PIECES 2u
#define LEAST_PIECES ((size_t)4 << 20)
#define MOST_PIECES 1000u

/* A policy that is new, with where it goes. */
struct added {
    const struct cp_policy *policy;
    uint32_t place; /* before this policy of old */
};

struct changing {
    const struct cp_update_input *input;
    const struct calpol_ruleset *old, *root;
    struct calpol_ruleset *ruleset;
    struct cp_basis *basis;
    struct cp_piece *piece;
    struct cp_compiler compiler;
    struct cp_arena *work;

    CP_ARRAY(struct cp_policy_spec *) specs; /* of what changed, converted */
    CP_ARRAY(struct added) added;
    CP_ARRAY(uint32_t) gone; /* numbers in old */
    bool *is_gone;           /* by number in old */
    uint32_t *new_numbers;   /* by number of a policy or profile in old; CP_NONE: gone */
    bool is_renumbered;      /* some of them are not the same */
    bool owns_lists;         /* lists of policies are copied for each ruleset of this lineage */
    uint32_t *root_numbers;  /* by number in the new ruleset; CP_NONE: not of the root */
    uint32_t *own_numbers;   /* by number in the root, the other way; CP_NONE: gone */
    CP_ARRAY(uint32_t) governed, changed; /* label sets */
    CP_ARRAY(uint32_t) held;              /* late selectors that hold for the label set at hand */
    struct cp_label_set *label_sets;
};

/* ---- What is left to a load ------------------------------------------------------------------ */

static bool is_usual_kind(enum cp_policy_kind kind)
{
    return kind <= CP_KIND_KUBERNETES_NETWORK_POLICY;
}

/* Undeclared namespaces are there only as long as something names them. */
static bool is_in_known_namespace(const struct changing *changing, struct cp_text name)
{
    const struct cp_namespace_entry *entry;

    if (!name.length)
        return true;
    entry = cp_lookup_namespace(changing->root, name);
    return entry && entry->declared;
}

static bool asks_service(const struct cp_rules_spec *rules)
{
    for (uint32_t i = 0; i < rules->items.count; i++) {
        const struct cp_rule_spec *rule = &rules->items.items[i];

        if (rule->source.service.given || rule->destination.service.given)
            return true;
    }
    return false;
}

/* May a policy be added in this way? */
static bool is_usual_spec(const struct changing *changing, const struct cp_policy_spec *spec)
{
    return is_usual_kind(spec->kind) && !spec->do_not_track && !spec->pre_dnat &&
           !spec->apply_on_forward &&
           !(cp_policy_kind_info(spec->kind)->staged && spec->staged_action == CP_STAGED_DELETE) &&
           is_in_known_namespace(changing, spec->metadata.namespace_name) &&
           !asks_service(&spec->ingress) && !asks_service(&spec->egress);
}

/* May one that is there be taken away? */
static bool is_usual_policy(const struct changing *changing, const struct cp_policy *policy)
{
    return is_usual_kind(policy->kind) && policy->set == CP_SET_NORMAL &&
           is_in_known_namespace(changing, policy->namespace_name) &&
           changing->old->tiers[policy->tier].exists;
}

/* Is everything that changed a policy? Objects of other kinds are in no list of policies. */
static bool has_only_policies(const struct cp_collection *collection)
{
    return collection->objects.count == collection->policies.count + collection->k8s_policies.count;
}

static bool is_of_calico(enum cp_policy_kind kind)
{
    return kind <= CP_KIND_STAGED_KUBERNETES_NETWORK_POLICY;
}

/* K8-3: the first object of Calico makes another cluster of it, and so may the last one that goes. */
static bool keeps_dialect(const struct changing *changing)
{
    const struct calpol_ruleset *ruleset = changing->ruleset;

    if (ruleset->dialect != CALPOL_DIALECT_CALICO)
        return !changing->input->collection->has_calico;
    for (uint32_t i = 0; changing->gone.count && i < ruleset->policy_count; i++) {
        if (is_of_calico(ruleset->policies[i]->kind))
            return true;
    }
    return !changing->gone.count;
}

/* ---- Compiling what changed ------------------------------------------------------------------ */

static int add_spec(struct changing *changing, struct cp_policy_spec *spec)
{
    struct cp_policy_spec **slot;
    bool combines;
    int status;

    if (!is_usual_spec(changing, spec))
        return CALPOL_ERROR_LIMIT;
    status = cp_policy_combines(&changing->compiler, spec, &combines);
    if (status || !combines)
        return status ? status : CALPOL_ERROR_LIMIT;
    slot = cp_array_push(changing->work, &changing->specs);
    if (!slot)
        return CALPOL_ERROR_NO_MEMORY;
    *slot = spec;
    return CALPOL_OK;
}

static int convert_all(struct changing *changing)
{
    const struct cp_collection *collection = changing->input->collection;
    struct cp_k8s_converter converter = {
        .arena = changing->work,
        .names = changing->compiler.names,
        .dialect = changing->ruleset->dialect,
        .collection = collection,
        .diagnostics = changing->input->diagnostics,
    };
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < collection->policies.count; i++)
        status = add_spec(changing, collection->policies.items[i]);
    for (uint32_t i = 0; !status && i < collection->k8s_policies.count; i++) {
        struct cp_policy_spec *spec = CP_NEW(changing->work, struct cp_policy_spec);

        /* Admin policies ask for nodes. */
        if (!is_usual_kind(collection->k8s_policies.items[i]->kind))
            return CALPOL_ERROR_LIMIT;
        if (!spec)
            return CALPOL_ERROR_NO_MEMORY;
        status = cp_convert_k8s_policy(&converter, collection->k8s_policies.items[i], spec);
        if (!status)
            status = add_spec(changing, spec);
    }
    return status;
}

static uint32_t find_tier(const struct calpol_ruleset *ruleset, struct cp_text name)
{
    for (uint32_t i = 0; i < ruleset->tier_count; i++) {
        if (ruleset->tiers[i].exists && cp_text_equal(ruleset->tiers[i].name, name))
            return i;
    }
    return CP_NONE;
}

/* The policy with its rules in the piece. */
static int add_policy(struct changing *changing, const struct cp_policy_spec *spec)
{
    struct cp_compiler *compiler = &changing->compiler;
    struct cp_policy *policy = CP_NEW(&changing->piece->arena, struct cp_policy);
    struct added *slot = cp_array_push(changing->work, &changing->added);
    uint32_t tier = find_tier(changing->old, spec->tier);
    int status;

    if (!policy || !slot)
        return CALPOL_ERROR_NO_MEMORY;
    if (tier == CP_NONE)
        return CALPOL_ERROR_LIMIT;
    compiler->rules.count = 0;
    status = cp_compile_policy(compiler, spec, tier, policy);
    for (int direction = CP_INGRESS; !status && direction <= CP_EGRESS; direction++) {
        uint32_t count = policy->rule_count[direction];
        const struct cp_rule *compiled =
            count ? compiler->rules.items + policy->first_rule[direction] : NULL;
        struct cp_rule *rules =
            cp_arena_copy(&changing->piece->arena, compiled, count * sizeof(*rules));

        if (!rules || count > UINT32_MAX - changing->piece->rule_numbers)
            return CALPOL_ERROR_NO_MEMORY;
        policy->rules[direction] = rules;
        policy->first_rule[direction] = changing->piece->rule_numbers;
        changing->piece->rule_numbers += count;
    }
    *slot = (struct added){.policy = policy};
    return status;
}

static int compile_all(struct changing *changing)
{
    int status = convert_all(changing);

    for (uint32_t i = 0; !status && i < changing->specs.count; i++)
        status = add_policy(changing, changing->specs.items[i]);
    return status;
}

/* ---- What goes ------------------------------------------------------------------------------- */

static bool is_of_root(const struct changing *changing, const struct cp_policy *policy)
{
    const struct cp_policy *first = changing->root->policies[0];

    return policy >= first &&
           policy < first + changing->root->policy_count + changing->root->profile_count;
}

static bool has_identity(const struct cp_policy *policy,
                         enum cp_policy_kind kind,
                         struct cp_text namespace_name,
                         struct cp_text name)
{
    return policy->kind == kind && cp_text_equal(policy->name, name) &&
           cp_text_equal(policy->namespace_name, namespace_name);
}

/* The number in old of a policy, or CP_NONE. Those of the root are known by a hash. */
static uint32_t find_policy(const struct changing *changing,
                            enum cp_policy_kind kind,
                            struct cp_text namespace_name,
                            struct cp_text name)
{
    const struct cp_index *index = &changing->basis->policy_index;
    uint64_t hash = cp_policy_identity_hash(kind, namespace_name, name);
    const struct calpol_ruleset *old = changing->old;
    const struct cp_policy *of_root = NULL;

    for (uint32_t i = cp_index_first(index, hash); !of_root && i != CP_INDEX_END;
         i = cp_index_next(index, i)) {
        of_root = changing->root->policies[cp_index_item(index, i)];
        if (!has_identity(of_root, kind, namespace_name, name))
            of_root = NULL;
    }
    for (uint32_t i = 0; i < old->policy_count; i++) {
        const struct cp_policy *policy = old->policies[i];

        if (policy == of_root ||
            (!is_of_root(changing, policy) && has_identity(policy, kind, namespace_name, name)))
            return i;
    }
    return CP_NONE;
}

static int take_away(struct changing *changing, uint32_t number)
{
    uint32_t *slot;

    if (!is_usual_policy(changing, changing->old->policies[number]))
        return CALPOL_ERROR_LIMIT;
    if (changing->is_gone[number])
        return CALPOL_OK;
    slot = cp_array_push(changing->work, &changing->gone);
    if (!slot)
        return CALPOL_ERROR_NO_MEMORY;
    *slot = number;
    changing->is_gone[number] = true;
    return CALPOL_OK;
}

/* What a name of something that was removed stands for. */
static int take_away_named(struct changing *changing, const struct cp_gone_policy *gone)
{
    for (int kind = 0; is_usual_kind((enum cp_policy_kind)kind); kind++) {
        uint32_t number;

        if (!cp_text_is(gone->identity, cp_policy_kind_info((enum cp_policy_kind)kind)->goldmane))
            continue;
        number = find_policy(changing, (enum cp_policy_kind)kind, gone->namespace_name, gone->name);
        return number == CP_NONE ? CALPOL_ERROR_LIMIT : take_away(changing, number);
    }
    return CALPOL_ERROR_LIMIT;
}

static int find_gone(struct changing *changing)
{
    int status = CALPOL_OK;

    changing->is_gone = CP_NEW_ARRAY(changing->work, bool, changing->old->policy_count);
    if (!changing->is_gone)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; !status && i < changing->input->gone_count; i++)
        status = take_away_named(changing, &changing->input->gone[i]);
    for (uint32_t i = 0; !status && i < changing->added.count; i++) {
        const struct cp_policy *policy = changing->added.items[i].policy;
        uint32_t number = find_policy(changing, policy->kind, policy->namespace_name, policy->name);

        if (number != CP_NONE)
            status = take_away(changing, number);
    }
    return status;
}

/* ---- The order of evaluation ----------------------------------------------------------------- */

/* The first policy of old that does not come before a new one. CP_NONE: no memory. */
static uint32_t find_place(const struct changing *changing, const struct cp_policy *policy)
{
    uint32_t low = 0, high = changing->old->policy_count;
    int order;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (!cp_policy_compare(changing->old->policies[middle], policy, changing->work, &order))
            return CP_NONE;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Insertion sort: updates are of few policies, and a load sorts many. */
static int sort_added(struct changing *changing)
{
    struct added *items = changing->added.items;

    for (uint32_t i = 0; i < changing->added.count; i++) {
        struct added added = items[i];
        uint32_t at = i;
        int order = -1;

        added.place = find_place(changing, added.policy);
        if (added.place == CP_NONE)
            return CALPOL_ERROR_NO_MEMORY;
        for (; at > 0; at--) {
            if (!cp_policy_compare(items[at - 1].policy, added.policy, changing->work, &order))
                return CALPOL_ERROR_NO_MEMORY;
            if (order < 0)
                break;
            items[at] = items[at - 1];
        }
        items[at] = added;
    }
    return CALPOL_OK;
}

/* The new list, and who has which number. Profiles keep their order behind the policies. */
static void merge_policies(struct changing *changing, const struct cp_policy **policies)
{
    const struct calpol_ruleset *old = changing->old;
    uint32_t count = 0, next = 0, total = old->policy_count + old->profile_count;

    for (uint32_t i = 0; i <= old->policy_count; i++) {
        while (next < changing->added.count && changing->added.items[next].place == i)
            policies[count++] = changing->added.items[next++].policy;
        if (i == old->policy_count)
            break;
        changing->new_numbers[i] = changing->is_gone[i] ? CP_NONE : count;
        changing->is_renumbered |= !changing->is_gone[i] && count != i;
        if (!changing->is_gone[i])
            policies[count++] = old->policies[i];
    }
    changing->ruleset->policy_count = count;
    changing->is_renumbered |= count != old->policy_count;
    for (uint32_t i = old->policy_count; i < total; i++) {
        changing->new_numbers[i] = count;
        policies[count++] = old->policies[i];
    }
}

/* Which policies are the root's, and which of the root's are there. */
static int relate_to_root(struct changing *changing)
{
    const struct calpol_ruleset *ruleset = changing->ruleset, *root = changing->root;
    uint32_t count = ruleset->policy_count + ruleset->profile_count;
    uint32_t root_count = root->policy_count + root->profile_count;

    changing->root_numbers = CP_NEW_ARRAY(changing->work, uint32_t, count);
    changing->own_numbers = CP_NEW_ARRAY(changing->work, uint32_t, root_count);
    if (!changing->root_numbers || !changing->own_numbers)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < root_count; i++)
        changing->own_numbers[i] = CP_NONE;
    for (uint32_t i = 0; i < count; i++) {
        const struct cp_policy *policy = ruleset->policies[i];
        bool of_root = is_of_root(changing, policy);

        changing->root_numbers[i] = of_root ? (uint32_t)(policy - root->policies[0]) : CP_NONE;
        if (of_root)
            changing->own_numbers[changing->root_numbers[i]] = i;
    }
    return CALPOL_OK;
}

static void count_rules(struct changing *changing)
{
    uint32_t count = changing->old->rule_count;

    for (uint32_t i = 0; i < changing->gone.count; i++) {
        const struct cp_policy *policy = changing->old->policies[changing->gone.items[i]];

        count -= policy->rule_count[CP_INGRESS] + policy->rule_count[CP_EGRESS];
    }
    for (uint32_t i = 0; i < changing->added.count; i++) {
        const struct cp_policy *policy = changing->added.items[i].policy;

        count += policy->rule_count[CP_INGRESS] + policy->rule_count[CP_EGRESS];
    }
    changing->ruleset->rule_count = count;
}

/* How many policies each tier has, and where they begin. */
static int order_tiers(struct changing *changing)
{
    struct calpol_ruleset *ruleset = changing->ruleset;
    struct cp_tier *tiers =
        cp_arena_copy(&ruleset->arena, changing->old->tiers, ruleset->tier_count * sizeof(*tiers));

    if (!tiers)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < ruleset->tier_count; i++)
        tiers[i].first_policy = tiers[i].policy_count = 0;
    for (uint32_t i = 0; i < ruleset->policy_count; i++) {
        struct cp_tier *tier = &tiers[ruleset->policies[i]->tier];

        if (!tier->policy_count++)
            tier->first_policy = i;
    }
    ruleset->tiers = tiers;
    return CALPOL_OK;
}

static int order_policies(struct changing *changing)
{
    const struct calpol_ruleset *old = changing->old;
    size_t total = (size_t)old->policy_count + old->profile_count;
    size_t most = total + changing->added.count;
    const struct cp_policy **policies =
        CP_NEW_ARRAY(&changing->ruleset->arena, const struct cp_policy *, most);
    int status = sort_added(changing);

    changing->new_numbers = CP_NEW_ARRAY(changing->work, uint32_t, total);
    if (status || !policies || !changing->new_numbers || most >= CP_NONE)
        return CALPOL_ERROR_NO_MEMORY;
    merge_policies(changing, policies);
    changing->ruleset->policies = policies;
    changing->owns_lists =
        changing->is_renumbered || old->programs->decisions != changing->basis->decision_items;
    count_rules(changing);
    status = order_tiers(changing);
    return status ? status : relate_to_root(changing);
}

/* ---- Label sets ------------------------------------------------------------------------------ */

static bool push(struct changing *changing, uint32_t number)
{
    uint32_t *slot = cp_array_push(changing->work, &changing->held);

    if (slot)
        *slot = number;
    return slot != NULL;
}

/* Which new selectors hold for a label set. */
static bool find_held(struct changing *changing, const struct cp_label_set *set)
{
    const struct cp_compiler *compiler = &changing->compiler;

    changing->held.count = 0;
    for (uint32_t i = 0; i < compiler->selectors.count; i++) {
        const struct cp_selector_entry *entry = &compiler->selectors.items[i];

        if (cp_program_matches(&entry->program, compiler->names, &set->labels) &&
            !push(changing, compiler->known_selector_count + i))
            return false;
    }
    return true;
}

/* What is known of the new selectors without an address, as matches.c does it. */
static void mark_held(struct changing *changing, uint32_t set)
{
    uint8_t owners = changing->basis->owners_of_set[set];

    for (uint32_t i = 0; i < changing->held.count; i++) {
        uint32_t late = changing->held.items[i] - changing->compiler.known_selector_count;
        struct cp_selector_entry *entry = &changing->compiler.selectors.items[late];

        entry->some_addressed |= (owners & CP_SET_HAS_ADDRESSES) != 0;
        entry->some_set_with_nets |= (owners & CP_SET_HAS_NETS) != 0;
    }
}

/* The selectors of a label set with the new ones, which come last. */
static bool extend_selectors(struct changing *changing, struct cp_label_set *set)
{
    struct cp_arena *arena = &changing->piece->arena;
    size_t words = cp_bitset_words(changing->root->selector_count + CP_LATE_SELECTORS);
    uint32_t count = set->selector_count, more = changing->held.count;
    uint32_t *selectors = CP_NEW_ARRAY(arena, uint32_t, (size_t)count + more);
    uint64_t *bits = NULL;

    if (!selectors)
        return false;
    if (count)
        memcpy(selectors, set->selectors, count * sizeof(*selectors));
    memcpy(selectors + count, changing->held.items, more * sizeof(*selectors));
    set->selectors = selectors;
    set->selector_count = count + more;
    if (!set->matches)
        return true;
    bits = cp_arena_copy(arena, set->matches, words * sizeof(*bits));
    if (!bits)
        return false;
    for (uint32_t i = 0; i < more; i++)
        cp_bitset_add(bits, changing->held.items[i]);
    set->matches = bits;
    return true;
}

/* Does a policy that comes or goes govern those who have a label set? */
static bool is_governed(const struct changing *changing, const struct cp_label_set *set)
{
    for (uint32_t i = 0; i < changing->gone.count; i++) {
        const struct cp_policy *policy = changing->old->policies[changing->gone.items[i]];

        if (cp_label_set_matches(set, policy->selector))
            return true;
    }
    for (uint32_t i = 0; i < changing->added.count; i++) {
        if (cp_label_set_matches(set, changing->added.items[i].policy->selector))
            return true;
    }
    return false;
}

/* The policies of a label set by their new numbers, with those that are new. */
static bool renew_policies(struct changing *changing, struct cp_label_set *set)
{
    struct cp_arena *arena =
        changing->owns_lists ? &changing->ruleset->arena : &changing->piece->arena;
    uint32_t *policies =
        CP_NEW_ARRAY(arena, uint32_t, (size_t)set->policy_count + changing->added.count);
    uint32_t count = 0;

    if (!policies)
        return false;
    for (uint32_t i = 0; i < set->policy_count; i++) {
        policies[count] = changing->new_numbers[set->policies[i]];
        count += policies[count] != CP_NONE;
    }
    for (uint32_t i = 0; i < changing->added.count; i++) {
        const struct added *added = &changing->added.items[i];

        if (cp_label_set_matches(set, added->policy->selector))
            policies[count++] = added->place; /* for now its number */
    }
    cp_sort_numbers(policies, count, NULL, NULL);
    set->policies = policies;
    set->policy_count = count;
    return true;
}

static bool list(struct changing *changing, bool is_governed, bool is_changed, uint32_t set)
{
    uint32_t *slot;

    if (is_governed) {
        slot = cp_array_push(changing->work, &changing->governed);
        if (!slot)
            return false;
        *slot = set;
    }
    if (is_changed) {
        slot = cp_array_push(changing->work, &changing->changed);
        if (!slot)
            return false;
        *slot = set;
    }
    return true;
}

static bool renew_label_set(struct changing *changing, uint32_t number)
{
    struct cp_label_set *set = &changing->label_sets[number];
    bool governed;

    if (!find_held(changing, set))
        return false;
    if (changing->held.count) {
        mark_held(changing, number);
        if (!extend_selectors(changing, set))
            return false;
    }
    governed = is_governed(changing, set);
    if ((governed || changing->owns_lists) && !renew_policies(changing, set))
        return false;
    return list(changing, governed, governed || changing->held.count, number);
}

/* From here on place is the number of a new policy. */
static void number_added(struct changing *changing)
{
    uint32_t next = 0;

    for (uint32_t i = 0; next < changing->added.count; i++) {
        if (changing->ruleset->policies[i] == changing->added.items[next].policy)
            changing->added.items[next++].place = i;
    }
}

static int renew_label_sets(struct changing *changing)
{
    struct calpol_ruleset *ruleset = changing->ruleset;

    changing->label_sets = cp_arena_copy(&ruleset->arena, changing->old->label_sets,
                                         ruleset->label_set_count * sizeof(*ruleset->label_sets));
    if (!changing->label_sets)
        return CALPOL_ERROR_NO_MEMORY;
    ruleset->label_sets = changing->label_sets;
    number_added(changing);
    for (uint32_t i = 0; i < ruleset->label_set_count; i++) {
        if (!renew_label_set(changing, i))
            return CALPOL_ERROR_NO_MEMORY;
    }
    return CALPOL_OK;
}

/* ---- Selectors ------------------------------------------------------------------------------- */

/* EV-98: the network sets with domains for which a new selector holds. */
static int list_domain_sets(struct changing *changing, uint32_t late)
{
    const struct cp_basis *basis = changing->basis;
    uint32_t selector = changing->compiler.known_selector_count + late, count = 0;
    struct cp_selector_entry *entry = &changing->compiler.selectors.items[late];
    uint32_t *sets = CP_NEW_ARRAY(&changing->piece->arena, uint32_t, basis->domain_owner_count);

    if (!sets)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < basis->domain_owner_count; i++) {
        const struct cp_domain_owner *owner = &basis->domain_owners[i];

        if (cp_label_set_matches(&changing->label_sets[owner->label_set], selector))
            sets[count++] = owner->owner;
    }
    entry->domain_sets = sets;
    entry->domain_set_count = count;
    return CALPOL_OK;
}

/* The old selectors and the new ones: the root's array as long as there are none. */
static int keep_selectors(struct changing *changing)
{
    const struct cp_compiler *compiler = &changing->compiler;
    struct calpol_ruleset *ruleset = changing->ruleset;
    uint32_t count = compiler->known_selector_count + compiler->selectors.count;
    struct cp_selector_entry *entries;
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < compiler->selectors.count; i++)
        status = list_domain_sets(changing, i);
    if (status || count == changing->root->selector_count)
        return status;
    entries = CP_NEW_ARRAY(&ruleset->arena, struct cp_selector_entry, count);
    if (!entries)
        return CALPOL_ERROR_NO_MEMORY;
    memcpy(entries, compiler->known_selectors, compiler->known_selector_count * sizeof(*entries));
    if (compiler->selectors.count)
        memcpy(entries + compiler->known_selector_count, compiler->selectors.items,
               compiler->selectors.count * sizeof(*entries));
    ruleset->selectors = entries;
    ruleset->selector_count = count;
    return CALPOL_OK;
}

/* ---- The whole ------------------------------------------------------------------------------- */

static bool has_room(const struct changing *changing)
{
    size_t pieces = changing->piece->before ? changing->piece->before->total : 0;

    return changing->root->policy_count + changing->root->profile_count > 0 &&
           changing->piece->number < MOST_PIECES &&
           pieces / ROOT_TO_PIECES <= changing->root->arena.total + LEAST_PIECES;
}

static void init(struct changing *changing,
                 const struct cp_update_input *input,
                 const struct cp_compile_input *compile_input,
                 struct calpol_ruleset *ruleset)
{
    *changing = (struct changing){
        .input = input,
        .old = input->old,
        .root = ruleset->root,
        .ruleset = ruleset,
        .basis = ruleset->basis,
        .piece = ruleset->piece,
        .work = input->work,
    };
    changing->compiler = (struct cp_compiler){
        .input = compile_input,
        .ruleset = ruleset,
        .arena = &ruleset->piece->arena,
        .work = input->work,
        .names = &ruleset->names,
        .known_selectors = input->old->selectors,
        .known_selector_count = input->old->selector_count,
        .known_selector_index = &ruleset->basis->selector_index,
        .indexed_selector_count = ruleset->root->selector_count,
    };
}

static int update_policies(struct changing *changing)
{
    int status = compile_all(changing);

    if (!status)
        status = find_gone(changing);
    if (!status)
        status = order_policies(changing);
    if (!status && !keeps_dialect(changing))
        status = CALPOL_ERROR_LIMIT;
    if (!status && changing->compiler.known_selector_count + changing->compiler.selectors.count >
                       changing->root->selector_count + CP_LATE_SELECTORS)
        status = CALPOL_ERROR_LIMIT;
    if (!status)
        status = renew_label_sets(changing);
    return status ? status : keep_selectors(changing);
}

static int update_programs(struct changing *changing)
{
    const struct cp_program_update update = {
        .old = changing->old,
        .ruleset = changing->ruleset,
        .piece = &changing->piece->arena,
        .work = changing->work,
        .governed_sets = changing->governed.items,
        .governed_count = changing->governed.count,
        .changed_sets = changing->changed.items,
        .changed_count = changing->changed.count,
        .new_policies = changing->is_renumbered ? changing->new_numbers : NULL,
        .root_policies = changing->root_numbers,
        .own_policies = changing->own_numbers,
        .rule_count = changing->piece->rule_numbers,
    };

    return cp_programs_update(&update);
}

int cp_compile_update(const struct cp_update_input *input, struct calpol_ruleset *ruleset)
{
    const struct cp_compile_input compile_input = {
        .diagnostics = input->diagnostics,
        .lenient = input->lenient,
    };
    struct changing changing;
    int status = CALPOL_ERROR_LIMIT;

    init(&changing, input, &compile_input, ruleset);
    if (has_only_policies(input->collection) && has_room(&changing))
        status = update_policies(&changing);
    if (status)
        return status;
    cp_set_keys(&changing.compiler);
    status = update_programs(&changing);
    ruleset->piece->total =
        ruleset->piece->arena.total + (ruleset->piece->before ? ruleset->piece->before->total : 0);
    return status;
}
