/* SPDX-License-Identifier: Apache-2.0 */
/*
 * New programs go to the room behind the root's code, and so do new decisions. Arrays that evaluation
 * indexes are copied, with what changed.
 */
#include "compile/program_update.h"

#include "compile/making.h"

struct renewal {
    const struct cp_program_update *update;
    struct cp_basis *basis;
    struct cp_program_builder builder;
    struct cp_known_decisions known;
    struct cp_making making;
};

/* ---- Beginning ------------------------------------------------------------------------------- */

static int copy_vectors(struct renewal *renewal)
{
    const struct cp_programs *old = renewal->update->old->programs;
    struct cp_program_builder *builder = &renewal->builder;

    if (!cp_array_reserve(builder->work, &builder->vectors, old->vectors_count))
        return CALPOL_ERROR_NO_MEMORY;
    if (old->vectors_count)
        memcpy(builder->vectors.items, old->vectors, old->vectors_count * sizeof(*old->vectors));
    builder->vectors.count = old->vectors_count;
    return CALPOL_OK;
}

static int copy_exemplars(struct renewal *renewal)
{
    const struct cp_exemplars *old = &renewal->update->old->exemplars;
    struct cp_arena *arena = &renewal->update->ruleset->arena;
    struct cp_index *index = &renewal->making.exemplar_index;
    uint32_t count = old->index.count;

    if (!cp_array_reserve(arena, &renewal->making.exemplars, count))
        return CALPOL_ERROR_NO_MEMORY;
    *index = old->index;
    if (!index->entries)
        return CALPOL_OK;
    memcpy(renewal->making.exemplars.items, old->items, count * sizeof(*old->items));
    renewal->making.exemplars.count = count;
    index->entries =
        cp_arena_copy(arena, index->entries, ((size_t)index->mask + 1) * sizeof(*index->entries));
    return index->entries ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

static int begin(struct renewal *renewal)
{
    const struct cp_program_update *update = renewal->update;
    struct cp_program_builder *builder = &renewal->builder;
    int status = cp_making_init(&renewal->making, builder);

    renewal->making.is_quiet = update->old->exemplars.is_quiet;
    if (!status)
        status = cp_classes_reuse(&builder->classes, &renewal->basis->classes, update->ruleset,
                                  builder->work);
    if (!status)
        status = cp_clauses_init(&builder->clauses, &builder->classes, update->rule_count,
                                 update->old->programs->slots, builder->work);
    if (!status && !cp_making_marks(builder))
        status = CALPOL_ERROR_NO_MEMORY;
    if (!status)
        status = copy_vectors(renewal);
    return status ? status : copy_exemplars(renewal);
}

/* ---- Records --------------------------------------------------------------------------------- */

/* Calls for all workloads of label sets. */
typedef int workload_function(struct renewal *renewal, uint32_t workload, int family);

static int for_workloads(struct renewal *renewal,
                         const uint32_t *sets,
                         uint32_t set_count,
                         int family,
                         workload_function *function)
{
    const struct cp_basis *basis = renewal->basis;
    int status = CALPOL_OK;

    for (uint32_t s = 0; !status && s < set_count; s++) {
        uint32_t end = basis->first_workload[sets[s] + 1];

        for (uint32_t i = basis->first_workload[sets[s]]; !status && i < end; i++)
            status = function(renewal, basis->workloads[i], family);
    }
    return status;
}

static int make_record(struct renewal *renewal, uint32_t workload, int family)
{
    struct cp_making *making = &renewal->making;

    return cp_making_record(making, workload, family, &making->records[family][workload]);
}

static int make_exemplar(struct renewal *renewal, uint32_t workload, int family)
{
    return cp_making_exemplar(&renewal->making, &renewal->update->ruleset->arena, workload, family);
}

static int make_records(struct renewal *renewal, int family)
{
    const struct cp_program_update *update = renewal->update;
    const struct cp_programs *old = update->old->programs;
    struct cp_endpoint_record *records;
    int status;

    if (!old->records[family])
        return CALPOL_OK;
    records = cp_arena_copy(&update->ruleset->arena, old->records[family],
                            old->workload_count * sizeof(*records));
    if (!records)
        return CALPOL_ERROR_NO_MEMORY;
    renewal->making.records[family] = records;
    status =
        for_workloads(renewal, update->governed_sets, update->governed_count, family, make_record);
    return status ? status
                  : for_workloads(renewal, update->changed_sets, update->changed_count, family,
                                  make_exemplar);
}

/* ---- The end --------------------------------------------------------------------------------- */

/* Others may be writing behind what is written here, so what kernels read behind a map is room of its
   own. */
#define UNITS_BEHIND (CP_BEHIND_CODE / 64)

_Static_assert(CP_BEHIND_CODE % 64 == 0, "whole units");

static int keep_code(struct renewal *renewal, struct cp_programs *programs)
{
    struct cp_basis *basis = renewal->basis;
    struct cp_program_builder *builder = &renewal->builder;
    struct cp_draft *drafts = builder->drafts.items;
    uint32_t root_units = renewal->update->ruleset->root->programs->code_count, units = 0, place;

    /* Draft 0 is the root's program 0. */
    for (uint32_t i = 1; i < builder->drafts.count; i++) {
        drafts[i].place = units;
        units += (uint32_t)((cp_draft_size(&drafts[i], programs->cell_shift) + 63) / 64);
    }
    if (!cp_room_take(&basis->code_room, units + UNITS_BEHIND, &place))
        return CALPOL_ERROR_LIMIT;
    for (uint32_t i = 1; i < builder->drafts.count; i++) {
        drafts[i].place += root_units + place;
        cp_draft_write(&drafts[i], programs->cell_shift,
                       basis->code + (size_t)drafts[i].place * 64);
    }
    programs->code_count = root_units + place + units + UNITS_BEHIND;
    return CALPOL_OK;
}

static void set_places(struct renewal *renewal, int family)
{
    const struct cp_program_update *update = renewal->update;
    const struct cp_basis *basis = renewal->basis;
    struct cp_endpoint_record *records = renewal->making.records[family];

    for (uint32_t s = 0; records && s < update->governed_count; s++) {
        uint32_t set = update->governed_sets[s];

        for (uint32_t i = basis->first_workload[set]; i < basis->first_workload[set + 1]; i++) {
            uint32_t *programs = records[basis->workloads[i]].programs;

            for (int direction = CP_INGRESS; direction <= CP_EGRESS; direction++)
                programs[direction] = renewal->builder.drafts.items[programs[direction]].place;
        }
    }
}

/* All decisions so far, with other numbers of policies. */
static struct cp_decision *renumber_decisions(const struct cp_program_update *update,
                                              uint32_t count)
{
    const struct cp_programs *old = update->old->programs;
    struct cp_decision *decisions =
        CP_NEW_ARRAY(&update->ruleset->arena, struct cp_decision, count);

    for (uint32_t i = 0; decisions && i < old->decision_count; i++) {
        decisions[i] = old->decisions[i];
        if (update->new_policies && decisions[i].policy != CP_NONE)
            decisions[i].policy = update->new_policies[decisions[i].policy];
    }
    return decisions;
}

/* New decisions go to the root's, if policies still have the root's numbers. */
static int keep_decisions(struct renewal *renewal, struct cp_programs *programs)
{
    const struct cp_program_update *update = renewal->update;
    const struct cp_program_builder *builder = &renewal->builder;
    struct cp_decision *decisions = renewal->basis->decision_items;
    uint32_t count = renewal->basis->decisions.items.count, place;

    /* Whatever this lineage has is below what is taken by now. */
    if (!cp_room_take(&renewal->basis->decision_room, 0, &place) ||
        place >= renewal->basis->decision_room.size)
        return CALPOL_ERROR_LIMIT;
    programs->decision_count = count + place;
    if (update->new_policies || programs->decisions != decisions)
        decisions = renumber_decisions(update, programs->decision_count);
    if (!decisions)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < builder->decisions.items.count; i++)
        decisions[renewal->known.late.items[i]] =
            cp_decision_of(&builder->decisions.items.items[i]);
    programs->decisions = decisions;
    return CALPOL_OK;
}

static int finish(struct renewal *renewal)
{
    const struct cp_program_update *update = renewal->update;
    const struct cp_programs *old = update->old->programs;
    const struct cp_making *making = &renewal->making;
    struct cp_program_builder *builder = &renewal->builder;
    struct cp_programs *programs = cp_arena_copy(&update->ruleset->arena, old, sizeof(*programs));
    int status = programs ? keep_decisions(renewal, programs) : CALPOL_ERROR_NO_MEMORY;

    if (!status)
        status = keep_code(renewal, programs);
    if (status)
        return status;
    for (int family = 0; family < 2; family++) {
        set_places(renewal, family);
        programs->records[family] = making->records[family];
    }
    programs->any_records = programs->records[programs->any_family];
    programs->vectors = cp_arena_copy(&update->ruleset->arena, builder->vectors.items,
                                      builder->vectors.count * sizeof(*builder->vectors.items));
    programs->vectors_count = builder->vectors.count;
    programs->program_count += builder->drafts.count - 1;
    programs->left_out += builder->left_out;
    programs->bytes = builder->bytes;
    update->ruleset->programs = programs;
    update->ruleset->exemplars = (struct cp_exemplars){
        .items = making->exemplars.items,
        .index = making->exemplar_index,
        .is_quiet = making->is_quiet,
    };
    return programs->vectors ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

/* Is there room for as much code as the root has for so many label sets? Else a load is made sooner. */
static bool may_have_room(const struct cp_program_update *update)
{
    struct cp_room *room = &update->ruleset->basis->code_room;
    uint64_t code = update->ruleset->root->programs->code_count;
    uint32_t taken, set_count = update->ruleset->label_set_count;

    return !set_count || (cp_room_take(room, 0, &taken) &&
                          code * update->governed_count / set_count <= room->size - taken);
}

int cp_programs_update(const struct cp_program_update *update)
{
    struct cp_basis *basis = update->ruleset->basis;
    struct renewal renewal = {
        .update = update,
        .basis = basis,
        .known =
            {
                .tuples = &basis->decisions,
                .root_policies = update->root_policies,
                .own_policies = update->own_policies,
                .room = &basis->decision_room,
            },
    };
    int status;

    if (!may_have_room(update))
        return CALPOL_ERROR_LIMIT;
    renewal.builder = (struct cp_program_builder){
        .ruleset = update->ruleset,
        .arena = update->piece,
        .work = update->work,
        .limits = basis->limits,
        .bytes = update->old->programs->bytes,
        .known = &renewal.known,
    };
    cp_arena_init(&renewal.builder.scratch, &update->work->allocator);
    status = begin(&renewal);
    for (int family = 0; !status && family < 2; family++)
        status = make_records(&renewal, family);
    if (!status)
        status = finish(&renewal);
    cp_arena_finish(&renewal.builder.scratch);
    return status;
}
