/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The programs of all workloads: each distinct list of policies and profiles once, each distinct
 * list of lines once.
 */
#include "compile/making.h"

#include "compile/basis.h"

const struct cp_program_limits cp_program_no_limits = {
    .max_bytes = UINT64_MAX,
    .max_work = UINT64_MAX,
    .max_cells = 65536,
    .max_dense_classes = 4096,
    .max_narrow_classes = 65536,
    .max_narrow_decisions = 65536,
};

/* Line lists up to this long are compared with each other; longer ones only by their policies. */
#define MOST_COMPARED_LINES 4096u

/* ---- Decisions ------------------------------------------------------------------------------- */

#define DECISION_NUMBERS 4u

/* The number of a decision that the root's programs have, or CP_INDEX_END. */
static uint32_t find_known(const struct cp_known_decisions *known, const uint32_t *numbers)
{
    uint32_t key[DECISION_NUMBERS];

    memcpy(key, numbers, sizeof(key));
    if (key[1] != CP_NONE) {
        key[1] = known->root_policies[key[1]];
        if (key[1] == CP_NONE)
            return CP_INDEX_END;
    }
    return cp_tuples_find(known->tuples, key, DECISION_NUMBERS);
}

/* The number of a decision that an update adds. */
static int late_number(struct cp_program_builder *builder,
                       const uint32_t *numbers,
                       uint32_t *out_number)
{
    struct cp_known_decisions *known = builder->known;
    uint32_t place, number, *slot;
    bool is_new;

    if (!cp_tuples_add(&builder->decisions, numbers, DECISION_NUMBERS, &number, &is_new))
        return CALPOL_ERROR_NO_MEMORY;
    if (is_new) {
        if (!cp_room_take(known->room, 1, &place))
            return CALPOL_ERROR_LIMIT;
        slot = cp_array_push(builder->work, &known->late);
        if (!slot)
            return CALPOL_ERROR_NO_MEMORY;
        *slot = known->tuples->items.count + place;
    }
    *out_number = known->late.items[number];
    return CALPOL_OK;
}

int cp_decision_number(struct cp_program_builder *builder,
                       const struct cp_decision *decision,
                       uint32_t *out_number)
{
    const uint32_t numbers[DECISION_NUMBERS] = {
        decision->tier, decision->policy, (uint32_t)decision->rule,
        decision->action | (uint32_t)decision->needs << 8 | (uint32_t)decision->stage << 16};

    if (builder->known) {
        *out_number = find_known(builder->known, numbers);
        return *out_number == CP_INDEX_END ? late_number(builder, numbers, out_number) : CALPOL_OK;
    }
    return cp_tuples_add(&builder->decisions, numbers, DECISION_NUMBERS, out_number, NULL)
               ? CALPOL_OK
               : CALPOL_ERROR_NO_MEMORY;
}

struct cp_decision cp_decision_at(const struct cp_program_builder *builder, uint32_t number)
{
    const struct cp_known_decisions *known = builder->known;
    struct cp_decision decision;
    uint32_t late = 0;

    if (!known)
        return cp_decision_of(&builder->decisions.items.items[number]);
    if (number < known->tuples->items.count) {
        decision = cp_decision_of(&known->tuples->items.items[number]);
        if (decision.policy != CP_NONE)
            decision.policy = known->own_policies[decision.policy];
        return decision;
    }
    while (known->late.items[late] != number)
        late++;
    return cp_decision_of(&builder->decisions.items.items[late]);
}

struct cp_decision cp_decision_of(const struct cp_tuple *tuple)
{
    const uint32_t *numbers = tuple->numbers;

    return (struct cp_decision){
        .action = (uint8_t)numbers[3],
        .needs = (uint8_t)(numbers[3] >> 8),
        .stage = (uint16_t)(numbers[3] >> 16),
        .tier = numbers[0],
        .policy = numbers[1],
        .rule = (int32_t)numbers[2],
    };
}

static bool push(struct cp_making *making, uint32_t number)
{
    uint32_t *slot = cp_array_push(making->builder->work, &making->numbers);

    if (slot)
        *slot = number;
    return slot != NULL;
}

/* ---- Nodes ----------------------------------------------------------------------------------- */

/* Does a host endpoint leave forwarded traffic alone? Without a policy of these sets its stages for
   it allow (EV-69), or are not there. */
static bool leaves_forwarding_alone(const struct calpol_ruleset *ruleset, uint32_t owner)
{
    const struct cp_label_set *labels = cp_owner_labels(ruleset, &ruleset->owners[owner]);

    for (uint32_t i = 0; i < labels->policy_count; i++) {
        const struct cp_policy *policy = ruleset->policies[labels->policies[i]];

        if (policy->set != CP_SET_NORMAL && (!policy->staged || ruleset->options.pending))
            return false;
    }
    return true;
}

static bool find_quiet_nodes(struct cp_making *making)
{
    const struct calpol_ruleset *ruleset = making->builder->ruleset;
    bool *quiet = CP_NEW_ARRAY(making->builder->arena, bool, ruleset->node_count);

    making->is_quiet = quiet;
    if (!quiet)
        return false;
    for (uint32_t i = 0; i < ruleset->node_count; i++) {
        const struct cp_node_entry *node = &ruleset->nodes[i];
        bool is_quiet =
            node->wildcard == CP_NONE || leaves_forwarding_alone(ruleset, node->wildcard);

        for (uint32_t h = 0; is_quiet && h < node->host_endpoint_count; h++)
            is_quiet = leaves_forwarding_alone(ruleset, node->host_endpoints[h]);
        quiet[i] = is_quiet;
    }
    return true;
}

/* ---- Drafts ---------------------------------------------------------------------------------- */

static bool is_within_limits(const struct cp_program_builder *builder)
{
    return builder->bytes <= builder->limits.max_bytes &&
           builder->steps <= builder->limits.max_work;
}

/* A program that only points to its vectors. */
static int draft_of_vectors(struct cp_program_builder *builder,
                            const struct cp_program_lines *lines,
                            uint32_t *out_draft)
{
    struct cp_program_head head = {.form = CP_FORM_VECTORS};
    struct cp_draft *draft;
    int status = cp_vectors_make(builder, lines, &head.vectors);

    if (status)
        return status;
    draft = cp_array_push(builder->work, &builder->drafts);
    if (!draft)
        return CALPOL_ERROR_NO_MEMORY;
    *draft = (struct cp_draft){.size = sizeof(head)};
    draft->bytes = cp_arena_copy(builder->work, &head, sizeof(head));
    *out_draft = builder->drafts.count - 1;
    return draft->bytes ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

/* Makes a program in the form that suits, or as a table only. Beyond the limits it is left to the
   plain walk. */
static int make_draft(struct cp_program_builder *builder,
                      const struct cp_program_lines *lines,
                      bool table_only,
                      uint32_t *out_draft)
{
    int status = CALPOL_ERROR_LIMIT;

    builder->steps += lines->items.count;
    if (is_within_limits(builder)) {
        status = cp_table_make(builder, lines, out_draft);
        cp_arena_rewind(&builder->scratch);
        if (status == CALPOL_ERROR_LIMIT && !table_only)
            status = draft_of_vectors(builder, lines, out_draft);
        cp_arena_rewind(&builder->scratch);
    }
    if (!status)
        builder->bytes += builder->drafts.items[*out_draft].size;
    if (status != CALPOL_ERROR_LIMIT)
        return status;
    *out_draft = CP_NO_DRAFT;
    builder->left_out += !table_only;
    return CALPOL_OK;
}

/* The same, unless there is one of equal lines. */
static int find_draft(struct cp_program_builder *builder,
                      const struct cp_program_lines *lines,
                      bool table_only,
                      uint32_t *out_draft)
{
    const uint32_t *numbers = (const uint32_t *)(const void *)lines->items.items;
    uint32_t list, key[2], *slot;
    bool is_new;
    int status;

    if (lines->items.count > MOST_COMPARED_LINES)
        return make_draft(builder, lines, table_only, out_draft);
    if (!cp_tuples_add(&builder->line_lists, numbers, lines->items.count * CP_LINE_NUMBERS, &key[0],
                       NULL))
        return CALPOL_ERROR_NO_MEMORY;
    key[1] = lines->asks;
    if (!cp_tuples_add(&builder->asked_lists, key, 2, &list, &is_new))
        return CALPOL_ERROR_NO_MEMORY;
    if (!is_new) {
        *out_draft = builder->list_drafts.items[list];
        return CALPOL_OK;
    }
    status = make_draft(builder, lines, table_only, out_draft);
    slot = cp_array_push(builder->work, &builder->list_drafts);
    if (status || !slot)
        return CALPOL_ERROR_NO_MEMORY;
    *slot = *out_draft;
    return CALPOL_OK;
}

/* ---- Chains ---------------------------------------------------------------------------------- */

static bool is_own_free(const struct cp_program_lines *lines)
{
    for (uint32_t i = 0; i < lines->items.count; i++) {
        if (lines->items.items[i].own != CP_RANGES_ALL)
            return false;
    }
    return true;
}

static int copy_lines(struct cp_program_builder *builder,
                      const struct cp_program_lines *lines,
                      struct cp_program_lines *out_lines)
{
    if (!cp_array_reserve(builder->work, &out_lines->items, lines->items.count))
        return CALPOL_ERROR_NO_MEMORY;
    memcpy(out_lines->items.items, lines->items.items,
           lines->items.count * sizeof(*lines->items.items));
    out_lines->items.count = lines->items.count;
    out_lines->asks = lines->asks;
    return CALPOL_OK;
}

/* VECTORS in which the endpoint's own address is a question like the others. Beyond the limits
   flows that give the endpoint another address go to the plain walk. */
static int draft_for_any_own(struct cp_program_builder *builder,
                             const struct cp_program_lines *lines,
                             uint32_t *out_draft)
{
    int status = CALPOL_ERROR_LIMIT;

    if (is_within_limits(builder))
        status = draft_of_vectors(builder, lines, out_draft);
    cp_arena_finish(&builder->scratch);
    if (status == CALPOL_ERROR_LIMIT) {
        *out_draft = CP_NO_DRAFT;
        status = CALPOL_OK;
    }
    return status;
}

static int make_chain(struct cp_making *making,
                      const struct cp_chain *chain,
                      struct cp_chain_entry *entry)
{
    struct cp_program_builder *builder = making->builder;
    int status = cp_chain_lines(builder, chain, &making->lines);

    *entry = (struct cp_chain_entry){.is_made = true, .is_own_free = true, .draft = CP_NO_DRAFT};
    if (status == CALPOL_ERROR_LIMIT) {
        builder->left_out++;
        return CALPOL_OK;
    }
    if (status)
        return status;
    entry->is_own_free = is_own_free(&making->lines);
    if (entry->is_own_free)
        return find_draft(builder, &making->lines, false, &entry->draft);
    status = copy_lines(builder, &making->lines, &entry->lines);
    return status ? status : draft_for_any_own(builder, &entry->lines, &entry->draft);
}

/* Puts a chain together: what governs in the direction, and profiles that have rules in it. */
static bool list_chain(struct cp_making *making,
                       const struct cp_owner *owner,
                       enum cp_direction direction,
                       int family,
                       uint32_t *out_policy_count)
{
    const struct calpol_ruleset *ruleset = making->builder->ruleset;
    const struct cp_label_set *labels = cp_owner_labels(ruleset, owner);

    making->numbers.count = 0;
    if (!push(making, (uint32_t)direction << 1 | (uint32_t)family))
        return false;
    for (uint32_t i = 0; i < labels->policy_count; i++) {
        uint32_t policy = labels->policies[i];

        if (cp_policy_governs(ruleset, policy, direction) && !push(making, policy))
            return false;
    }
    *out_policy_count = making->numbers.count - 1;
    if (!push(making, CP_NONE))
        return false;
    for (uint32_t i = 0; i < owner->profile_count; i++) {
        uint32_t profile = cp_profile_policy(ruleset, owner->profiles[i]);

        if (ruleset->policies[profile]->rule_count[direction] && !push(making, profile))
            return false;
    }
    return true;
}

static int find_chain(struct cp_making *making,
                      const struct cp_owner *owner,
                      enum cp_direction direction,
                      int family,
                      uint32_t *out_chain)
{
    uint32_t policy_count, count;
    const uint32_t *numbers;
    struct cp_chain_entry *entry;
    struct cp_chain chain;
    bool is_new;

    if (!list_chain(making, owner, direction, family, &policy_count))
        return CALPOL_ERROR_NO_MEMORY;
    count = making->numbers.count;
    if (!cp_tuples_add(&making->chains, making->numbers.items, count, out_chain, &is_new))
        return CALPOL_ERROR_NO_MEMORY;
    if (!is_new)
        return CALPOL_OK;
    entry = cp_array_push(making->builder->work, &making->entries);
    if (!entry)
        return CALPOL_ERROR_NO_MEMORY;
    numbers = making->chains.items.items[*out_chain].numbers;
    chain = (struct cp_chain){
        .policies = numbers + 1,
        .policy_count = policy_count,
        .profiles = numbers + policy_count + 2,
        .profile_count = count - policy_count - 2,
        .direction = direction,
        .family = family,
    };
    return make_chain(making, &chain, entry);
}

/* Endpoints of equal labels and profiles have equal chains. */
static int chain_of(struct cp_making *making,
                    const struct cp_owner *owner,
                    uint32_t profile_list,
                    enum cp_direction direction,
                    int family,
                    uint32_t *out_chain)
{
    const uint32_t key[3] = {owner->label_set, profile_list,
                             (uint32_t)direction << 1 | (uint32_t)family};
    uint32_t kind, *slot;
    bool is_new;
    int status;

    if (!cp_tuples_add(&making->kinds, key, 3, &kind, &is_new))
        return CALPOL_ERROR_NO_MEMORY;
    if (!is_new) {
        *out_chain = making->kind_chains.items[kind];
        return CALPOL_OK;
    }
    status = find_chain(making, owner, direction, family, out_chain);
    slot = cp_array_push(making->builder->work, &making->kind_chains);
    if (status || !slot)
        return CALPOL_ERROR_NO_MEMORY;
    *slot = *out_chain;
    return CALPOL_OK;
}

/* A copy of a table that knows the vectors for any class of the endpoint's own address. */
static int copy_with_vectors(struct cp_program_builder *builder,
                             uint32_t table,
                             uint32_t any_own,
                             uint32_t *out_draft)
{
    struct cp_draft *copy = cp_array_push(builder->work, &builder->drafts);
    const struct cp_draft *drafts = builder->drafts.items;
    struct cp_program_head head, other;

    if (!copy)
        return CALPOL_ERROR_NO_MEMORY;
    memcpy(&head, drafts[table].bytes, sizeof(head));
    memcpy(&other, drafts[any_own].bytes, sizeof(other));
    head.own_is_fixed = true;
    if (any_own != CP_NO_DRAFT)
        head.vectors = other.vectors;
    copy->size = drafts[table].size;
    copy->bytes = cp_arena_copy(builder->work, drafts[table].bytes, drafts[table].size);
    if (!copy->bytes)
        return CALPOL_ERROR_NO_MEMORY;
    memcpy(copy->bytes, &head, sizeof(head));
    builder->bytes += copy->size;
    *out_draft = builder->drafts.count - 1;
    return CALPOL_OK;
}

/* A program for one class of the endpoint's own address: a table, else the vectors for any. */
static int vary(struct cp_making *making, uint32_t table, uint32_t any_own, uint32_t *out_draft)
{
    const uint32_t key[2] = {table, any_own};
    uint32_t number, *slot;
    bool is_new;
    int status;

    *out_draft = any_own;
    if (table == CP_NO_DRAFT)
        return CALPOL_OK;
    if (!cp_tuples_add(&making->variants, key, 2, &number, &is_new))
        return CALPOL_ERROR_NO_MEMORY;
    if (!is_new) {
        *out_draft = making->variant_drafts.items[number];
        return CALPOL_OK;
    }
    status = copy_with_vectors(making->builder, table, any_own, out_draft);
    slot = cp_array_push(making->builder->work, &making->variant_drafts);
    if (status || !slot)
        return CALPOL_ERROR_NO_MEMORY;
    *slot = *out_draft;
    return CALPOL_OK;
}

static int make_folded(struct cp_making *making,
                       uint32_t chain,
                       uint32_t own_class,
                       uint32_t *out_draft)
{
    struct cp_program_builder *builder = making->builder;
    const struct cp_chain_entry *entry = &making->entries.items[chain];
    uint32_t table;
    int status;

    builder->steps += entry->lines.items.count;
    if (!is_within_limits(builder)) {
        *out_draft = entry->draft;
        builder->left_out += entry->draft == CP_NO_DRAFT;
        return CALPOL_OK;
    }
    if (!cp_lines_fold(builder, &entry->lines, own_class, &making->folded_lines))
        return CALPOL_ERROR_NO_MEMORY;
    status = find_draft(builder, &making->folded_lines, true, &table);
    return status ? status : vary(making, table, entry->draft, out_draft);
}

/* The program of a chain for one class of the endpoint's own address. */
static int fold(struct cp_making *making, uint32_t chain, uint32_t own_class, uint32_t *out_draft)
{
    const uint32_t key[2] = {chain, own_class};
    uint32_t number, *slot;
    bool is_new;
    int status;

    if (!cp_tuples_add(&making->folded, key, 2, &number, &is_new))
        return CALPOL_ERROR_NO_MEMORY;
    if (!is_new) {
        *out_draft = making->folded_drafts.items[number];
        return CALPOL_OK;
    }
    status = make_folded(making, chain, own_class, out_draft);
    slot = cp_array_push(making->builder->work, &making->folded_drafts);
    if (status || !slot)
        return CALPOL_ERROR_NO_MEMORY;
    *slot = *out_draft;
    return CALPOL_OK;
}

/* ---- Endpoints ------------------------------------------------------------------------------- */

static uint32_t flags_of(const struct cp_owner *owner)
{
    uint32_t flags = 0;

    for (uint32_t i = 0; i < owner->nets.count; i++) {
        bool is_ipv6 = owner->nets.items[i].address.family == 6;

        if (i == 0 && is_ipv6)
            flags |= CP_RECORD_IPV6_FIRST;
        flags |= is_ipv6 ? CP_RECORD_HAS_IPV6 : CP_RECORD_HAS_IPV4;
    }
    return flags;
}

int cp_making_record(struct cp_making *making,
                     uint32_t workload,
                     int family,
                     struct cp_endpoint_record *record)
{
    const struct cp_owner *owner = &making->builder->ruleset->owners[workload];
    uint32_t profile_list;
    uint32_t own_class = making->builder->classes.workload_classes[family][workload];
    bool is_quiet = owner->node == CP_NONE || making->is_quiet[owner->node];
    int status = CALPOL_OK;

    *record = (struct cp_endpoint_record){.flags = flags_of(owner)};
    if (!cp_tuples_add(&making->profile_lists, owner->profiles, owner->profile_count, &profile_list,
                       NULL))
        return CALPOL_ERROR_NO_MEMORY;
    if (own_class == CP_NONE)
        return CALPOL_OK;
    record->address_class = own_class;
    for (int direction = CP_INGRESS; !status && is_quiet && direction <= CP_EGRESS; direction++) {
        const struct cp_chain_entry *entry;
        uint32_t chain;

        status =
            chain_of(making, owner, profile_list, (enum cp_direction)direction, family, &chain);
        if (status)
            break;
        entry = &making->entries.items[chain];
        if (entry->is_own_free)
            record->programs[direction] = entry->draft;
        else
            status = fold(making, chain, own_class, &record->programs[direction]);
    }
    return status;
}

static bool has_family(const struct cp_classes *classes, int family)
{
    for (uint32_t i = 0; i < classes->ruleset->workload_count; i++) {
        if (classes->workload_classes[family][i] != CP_NONE)
            return true;
    }
    return false;
}

static int make_records(struct cp_making *making, int family)
{
    struct cp_program_builder *builder = making->builder;
    const struct calpol_ruleset *ruleset = builder->ruleset;
    struct cp_endpoint_record *records;
    int status = CALPOL_OK;

    builder->programs->records[family] = NULL;
    if (!has_family(&builder->classes, family))
        return CALPOL_OK;
    records = cp_arena_zeroed_large(builder->arena, ruleset->workload_count, sizeof(*records));
    if (!records)
        return CALPOL_ERROR_NO_MEMORY;
    builder->programs->records[family] = making->records[family] = records;
    builder->bytes += ruleset->workload_count * sizeof(*records);
    for (uint32_t i = 0; !status && i < ruleset->workload_count; i++)
        status = cp_making_record(making, i, family, &records[i]);
    return status;
}

/* ---- Exemplars ------------------------------------------------------------------------------- */

int cp_making_exemplar(struct cp_making *making,
                       struct cp_arena *arena,
                       uint32_t workload,
                       int family)
{
    struct cp_program_builder *builder = making->builder;
    const struct cp_owner *owner = &builder->ruleset->owners[workload];
    const struct cp_exemplars known = {making->exemplars.items, making->exemplar_index, NULL};
    const struct cp_likeness likeness = {
        .labels = cp_owner_labels(builder->ruleset, owner),
        .profiles = owner->profiles,
        .profile_count = owner->profile_count,
        .ports = owner->ports,
        .port_count = owner->port_count,
        .is_quiet = owner->node == CP_NONE || making->is_quiet[owner->node],
        .family = family,
        .outer_class = builder->classes.outer_classes[family][workload],
    };
    struct cp_exemplar *slot;

    if (likeness.outer_class == CP_NONE ||
        cp_exemplar_find(builder->ruleset, &known, &likeness) != CP_NONE)
        return CALPOL_OK;
    slot = cp_array_push(arena, &making->exemplars);
    if (!slot || !cp_index_add(&making->exemplar_index, arena, cp_exemplar_hash(&likeness),
                               making->exemplars.count - 1))
        return CALPOL_ERROR_NO_MEMORY;
    *slot = (struct cp_exemplar){
        .workload = workload,
        .outer_class = likeness.outer_class,
        .family = (uint8_t)family,
        .is_quiet = likeness.is_quiet,
    };
    return CALPOL_OK;
}

static int make_exemplars(struct cp_making *making)
{
    struct cp_program_builder *builder = making->builder;
    struct cp_exemplars *exemplars = &builder->exemplars;
    struct cp_index *index = &exemplars->index;
    uint32_t count = builder->ruleset->workload_count;
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < count * 2; i++)
        status = cp_making_exemplar(making, builder->work, i / 2, i % 2);
    if (status)
        return status;
    exemplars->is_quiet = making->is_quiet;
    exemplars->items = cp_arena_copy(builder->arena, making->exemplars.items,
                                     making->exemplars.count * sizeof(*making->exemplars.items));
    *index = making->exemplar_index;
    if (index->entries)
        index->entries = cp_arena_copy(builder->arena, index->entries,
                                       ((size_t)index->mask + 1) * sizeof(*index->entries));
    return exemplars->items && (index->entries || !making->exemplars.count)
               ? CALPOL_OK
               : CALPOL_ERROR_NO_MEMORY;
}

/* ---- The end --------------------------------------------------------------------------------- */

static size_t round_up(size_t size)
{
    return (size + 63) / 64 * 64;
}

/* Size of a draft with cells of the width that decisions need. */
size_t cp_draft_size(const struct cp_draft *draft, unsigned cell_shift)
{
    struct cp_program_head head;

    memcpy(&head, draft->bytes, sizeof(head));
    if (head.form != CP_FORM_TABLE)
        return draft->size;
    return head.cells + ((draft->size - head.cells) / sizeof(uint32_t) << cell_shift);
}

void cp_draft_write(const struct cp_draft *draft, unsigned cell_shift, unsigned char *target)
{
    struct cp_program_head head;
    const uint32_t *cells;
    uint16_t *narrow;
    size_t count;

    memcpy(&head, draft->bytes, sizeof(head));
    if (head.form != CP_FORM_TABLE || cell_shift == 2) {
        memcpy(target, draft->bytes, draft->size);
        return;
    }
    memcpy(target, draft->bytes, head.cells);
    cells = (const uint32_t *)(const void *)(draft->bytes + head.cells);
    narrow = (uint16_t *)(void *)(target + head.cells);
    count = (draft->size - head.cells) / sizeof(*cells);
    for (size_t i = 0; i < count; i++)
        narrow[i] = (uint16_t)cells[i];
}

/* How much of the code comes so much room for updates. */
#define CODE_TO_ROOM 4u
#define LEAST_ROOM ((size_t)1 << 20)

static size_t room_behind(struct cp_program_builder *builder, size_t total)
{
    struct cp_basis *basis = builder->ruleset->basis;
    size_t room = round_up(total / CODE_TO_ROOM + LEAST_ROOM);

    if (!basis || (total + room) / 64 > UINT32_MAX)
        return 0;
    basis->code_room.size = (uint32_t)(room / 64);
    return room;
}

/* All drafts behind each other; records point to their places. */
static int keep_code(struct cp_program_builder *builder)
{
    struct cp_programs *programs = builder->programs;
    size_t total = 0, room;
    unsigned char *code;

    for (uint32_t i = 0; i < builder->drafts.count; i++) {
        struct cp_draft *draft = &builder->drafts.items[i];
        size_t size = cp_draft_size(draft, programs->cell_shift);

        draft->place = (uint32_t)(total / 64);
        total += round_up(size);
        builder->bytes -= draft->size - size;
        if (total / 64 > UINT32_MAX)
            return CALPOL_ERROR_LIMIT;
    }
    room = room_behind(builder, total);
    code = cp_arena_zeroed_large(builder->arena, total + 64 + CP_BEHIND_CODE + room, 1);
    if (!code)
        return CALPOL_ERROR_NO_MEMORY;
    code += (64 - (uintptr_t)code % 64) % 64;
    if (builder->ruleset->basis)
        builder->ruleset->basis->code = code;
    for (uint32_t i = 0; i < builder->drafts.count; i++)
        cp_draft_write(&builder->drafts.items[i], programs->cell_shift,
                       code + (size_t)builder->drafts.items[i].place * 64);
    programs->code = code;
    programs->code_count = (uint32_t)((total + CP_BEHIND_CODE) / 64);
    return CALPOL_OK;
}

static void set_places(struct cp_program_builder *builder, struct cp_endpoint_record *records)
{
    for (uint32_t i = 0; records && i < builder->ruleset->workload_count; i++) {
        for (int direction = CP_INGRESS; direction <= CP_EGRESS; direction++) {
            uint32_t *program = &records[i].programs[direction];

            *program = builder->drafts.items[*program].place;
        }
    }
}

/* Room for the decisions of so many rules is enough for hundreds of updates. */
#define DECISIONS_OF_UPDATES 65536u
#define LEAST_DECISIONS_OF_UPDATES 2048u

/* Narrow cells stay narrow if that leaves room at all. */
static uint32_t room_for_decisions(struct cp_program_builder *builder, uint32_t count)
{
    uint32_t narrow = builder->limits.max_narrow_decisions, room = DECISIONS_OF_UPDATES;

    if (!builder->ruleset->basis || count > UINT32_MAX - room)
        return 0;
    if (count <= narrow && narrow - count >= LEAST_DECISIONS_OF_UPDATES && narrow - count < room)
        room = narrow - count;
    builder->ruleset->basis->decision_room.size = room;
    return room;
}

static int keep_decisions(struct cp_program_builder *builder)
{
    uint32_t count = builder->decisions.items.count;
    uint32_t total = count + room_for_decisions(builder, count);
    struct cp_decision *decisions =
        cp_arena_zeroed_large(builder->arena, total, sizeof(*decisions));

    if (!decisions)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++)
        decisions[i] = cp_decision_of(&builder->decisions.items.items[i]);
    if (builder->ruleset->basis)
        builder->ruleset->basis->decision_items = decisions;
    builder->programs->decisions = decisions;
    builder->programs->decision_count = count;
    builder->programs->cell_shift = total > builder->limits.max_narrow_decisions ? 2 : 1;
    builder->bytes += count * sizeof(*decisions);
    return CALPOL_OK;
}

static int finish(struct cp_making *making)
{
    struct cp_program_builder *builder = making->builder;
    struct cp_programs *programs = builder->programs;
    int status = keep_decisions(builder);

    if (!status)
        status = keep_code(builder);
    if (status)
        return status;
    set_places(builder, making->records[0]);
    set_places(builder, making->records[1]);
    programs->vectors = cp_arena_copy(builder->arena, builder->vectors.items,
                                      builder->vectors.count * sizeof(*builder->vectors.items));
    if (!programs->vectors)
        return CALPOL_ERROR_NO_MEMORY;
    memcpy(programs->slots, builder->clauses.slots, sizeof(programs->slots));
    programs->any_family = programs->records[0] ? 0 : 1;
    programs->any_records = programs->records[programs->any_family];
    programs->workload_count = programs->any_records ? builder->ruleset->workload_count : 0;
    programs->wide_classes = builder->classes.count > builder->limits.max_narrow_classes;
    programs->slots_place = CP_DENSE_PLACE;
    if (builder->classes.count <= builder->limits.max_dense_classes)
        programs->slots_place += (uint32_t)round_up(builder->classes.count);
    programs->program_count = builder->drafts.count - 1;
    programs->vectors_count = builder->vectors.count;
    programs->class_count = builder->classes.count;
    programs->left_out = builder->left_out;
    programs->bytes = builder->bytes;
    return CALPOL_OK;
}

static void init_tuples(struct cp_making *making)
{
    struct cp_program_builder *builder = making->builder;
    bool is_lasting = !builder->known && builder->ruleset->basis;

    cp_tuples_init(&builder->decisions, is_lasting ? builder->arena : builder->work);
    cp_tuples_init(&builder->line_lists, builder->work);
    cp_tuples_init(&builder->asked_lists, builder->work);
    cp_tuples_init(&making->chains, builder->work);
    cp_tuples_init(&making->profile_lists, builder->work);
    cp_tuples_init(&making->kinds, builder->work);
    cp_tuples_init(&making->folded, builder->work);
    cp_tuples_init(&making->variants, builder->work);
}

/* Decision 0 and draft 0: the plain walk is asked. */
static int make_first(struct cp_program_builder *builder)
{
    static const struct cp_decision ask_walk = {
        .action = CP_ASK_WALK,
        .tier = CP_NONE,
        .policy = CP_NONE,
        .rule = -1,
    };
    static const struct cp_program_head none = {.form = CP_FORM_NONE};
    struct cp_draft *draft = cp_array_push(builder->work, &builder->drafts);
    uint32_t number;

    if (!draft || cp_decision_number(builder, &ask_walk, &number))
        return CALPOL_ERROR_NO_MEMORY;
    *draft = (struct cp_draft){.size = sizeof(none)};
    draft->bytes = cp_arena_copy(builder->work, &none, sizeof(none));
    return draft->bytes ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

/* Transports are more numbers than ports; classes may be more or fewer. */
bool cp_making_marks(struct cp_program_builder *builder)
{
    uint32_t classes = builder->classes.count, transports = builder->clauses.transports.size;

    return cp_marks_init(&builder->marks, builder->work,
                         classes > transports ? classes : transports);
}

int cp_making_init(struct cp_making *making, struct cp_program_builder *builder)
{
    *making = (struct cp_making){.builder = builder};
    init_tuples(making);
    return make_first(builder);
}

/* What updates need of what was made. */
static void keep_basis(const struct cp_program_builder *builder)
{
    struct cp_basis *basis = builder->ruleset->basis;

    if (basis) {
        basis->classes = builder->classes;
        basis->decisions = builder->decisions;
    }
}

static int make_all(struct cp_program_builder *builder)
{
    struct cp_arena *lasting = builder->ruleset->basis ? builder->arena : NULL;
    struct cp_making making;
    int status = cp_making_init(&making, builder);

    if (!status)
        status = cp_classes_make(&builder->classes, builder->ruleset, lasting, builder->work);
    if (!status)
        status = cp_clauses_init(&builder->clauses, &builder->classes, builder->ruleset->rule_count,
                                 NULL, builder->work);
    if (!status && !cp_making_marks(builder))
        status = CALPOL_ERROR_NO_MEMORY;
    if (!status && !find_quiet_nodes(&making))
        status = CALPOL_ERROR_NO_MEMORY;
    if (!status)
        status = cp_address_maps_make(builder);
    for (int family = 0; !status && family < 2; family++)
        status = make_records(&making, family);
    if (!status)
        status = make_exemplars(&making);
    if (!status)
        status = finish(&making);
    if (!status)
        keep_basis(builder);
    return status;
}

int cp_programs_make(struct calpol_ruleset *ruleset,
                     struct cp_arena *work,
                     const struct cp_program_limits *limits)
{
    struct cp_program_builder builder = {
        .ruleset = ruleset,
        .arena = &ruleset->arena,
        .work = work,
        .limits = *limits,
        .programs = CP_NEW(&ruleset->arena, struct cp_programs),
    };
    int status = CALPOL_ERROR_NO_MEMORY;

    cp_arena_init(&builder.scratch, &work->allocator);
    if (builder.programs)
        status = make_all(&builder);
    cp_arena_finish(&builder.scratch);
    if (!status)
        ruleset->programs = builder.programs;
    if (!status)
        ruleset->exemplars = builder.exemplars;
    return status;
}
