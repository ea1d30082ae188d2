/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Updates: what a ruleset keeps of its load, and a load of what was kept with what changed.
 */
#include "calpol/update.h"

#include "api/loader.h"

/* ---- Keeping --------------------------------------------------------------------------------- */

/* Which inputs have objects that are still there, as bits by number. False: no memory. */
static bool find_living(struct calpol_loader *loader,
                        const struct cp_collection *collection,
                        uint64_t **out_bits)
{
    uint64_t *bits = CP_NEW_ARRAY(&loader->work, uint64_t, cp_bitset_words(loader->inputs.count));

    for (uint32_t i = 0; bits && i < collection->objects.count; i++) {
        const struct cp_object *object = &collection->objects.items[i];

        if (!object->replaced)
            cp_bitset_add(bits, object->place.source->number);
    }
    *out_bits = bits;
    return bits != NULL;
}

/* Texts of updates go when all that they said is said by later ones. */
static bool is_needed(const struct cp_input *input, const uint64_t *living)
{
    return !input->source.round || input->has_others || cp_bitset_has(living, input->source.number);
}

static int keep_inputs(struct calpol_loader *loader,
                       const struct cp_collection *collection,
                       struct calpol_ruleset *ruleset,
                       struct cp_kept *kept)
{
    struct cp_kept_input *inputs =
        CP_NEW_ARRAY(&ruleset->arena, struct cp_kept_input, loader->inputs.count);
    uint64_t *living;

    if (!inputs || !find_living(loader, collection, &living))
        return CALPOL_ERROR_NO_MEMORY;
    kept->inputs = inputs;
    for (uint32_t i = 0; i < loader->inputs.count; i++) {
        const struct cp_input *input = loader->inputs.items[i];
        struct cp_kept_text *text;

        if (!is_needed(input, living))
            continue;
        text = input->kept
                   ? cp_kept_text_ref(input->kept)
                   : cp_kept_text_new(&loader->allocator, input->source.name, input->source.text);
        if (!text)
            return CALPOL_ERROR_NO_MEMORY;
        inputs[kept->input_count++] = (struct cp_kept_input){text, input->source.round};
    }
    return CALPOL_OK;
}

/* Removals go when no text has their object any more. */
static int keep_removals(const struct calpol_loader *loader,
                         struct cp_arena *arena,
                         struct cp_kept *kept)
{
    struct cp_removal *removals = CP_NEW_ARRAY(arena, struct cp_removal, loader->gone_count);

    if (!removals)
        return CALPOL_ERROR_NO_MEMORY;
    kept->removals = removals;
    for (uint32_t i = 0; i < loader->gone_count; i++) {
        const struct cp_gone *gone = &loader->gone[i];
        const struct cp_removal removal = {gone->identity, gone->namespace_name, gone->name,
                                           gone->round};

        if (!gone->found)
            continue;
        if (!cp_removal_copy(arena, &removal, &removals[kept->removal_count]))
            return CALPOL_ERROR_NO_MEMORY;
        kept->removal_count++;
    }
    return CALPOL_OK;
}

static bool keep_failsafes(struct cp_arena *arena, struct cp_failsafe_ports *ports)
{
    ports->items = cp_arena_copy(arena, ports->items, ports->count * sizeof(*ports->items));
    return ports->items != NULL;
}

int cp_loader_keep(struct calpol_loader *loader,
                   const struct cp_collection *collection,
                   struct calpol_ruleset *ruleset)
{
    struct cp_arena *arena = &ruleset->arena;
    struct cp_kept *kept;
    int status;

    if (!(loader->options.flags & CALPOL_LOAD_UPDATABLE))
        return CALPOL_OK;
    kept = CP_NEW(arena, struct cp_kept);
    if (!kept)
        return CALPOL_ERROR_NO_MEMORY;
    kept->load = loader->options;
    kept->options = loader->evaluation;
    kept->round = loader->round;
    memcpy(kept->disabled, loader->disabled, sizeof(kept->disabled));
    ruleset->kept = kept; /* whatever is in it from now on is released with the ruleset */
    if (!keep_failsafes(arena, &kept->options.failsafe_inbound) ||
        !keep_failsafes(arena, &kept->options.failsafe_outbound))
        return CALPOL_ERROR_NO_MEMORY;
    status = keep_inputs(loader, collection, ruleset, kept);
    return status ? status : keep_removals(loader, arena, kept);
}

/* ---- Names of what was removed --------------------------------------------------------------- */

/* "KIND NAMESPACE/NAME" or "KIND NAME". */
bool cp_read_removed(const char *string, struct cp_gone *out_gone)
{
    struct cp_text text = cp_text_from(string);
    size_t blank = cp_text_find_byte(text, ' '), slash;

    if (blank == SIZE_MAX || !blank)
        return false;
    out_gone->identity = cp_text_first(text, blank);
    out_gone->name = cp_text_from_byte(text, blank + 1);
    out_gone->namespace_name = cp_text_first(out_gone->name, 0);
    slash = cp_text_find_byte(out_gone->name, '/');
    if (slash != SIZE_MAX) {
        out_gone->namespace_name = cp_text_first(out_gone->name, slash);
        out_gone->name = cp_text_from_byte(out_gone->name, slash + 1);
    }
    return out_gone->name.length > 0 && slash != 0;
}

static int set_gone(struct calpol_loader *loader,
                    const struct cp_kept *kept,
                    const char *const *removed,
                    size_t removed_count)
{
    uint32_t count = kept->removal_count;
    struct cp_gone *gone;

    if (removed_count > UINT32_MAX - count)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    gone = CP_NEW_ARRAY(&loader->work, struct cp_gone, count + removed_count);
    if (!gone)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        const struct cp_removal *removal = &kept->removals[i];

        gone[i] = (struct cp_gone){removal->identity, removal->namespace_name, removal->name,
                                   removal->round, false};
    }
    for (size_t i = 0; i < removed_count; i++) {
        gone[count + i].round = loader->round;
        if (!removed[i] || !cp_read_removed(removed[i], &gone[count + i]))
            return CALPOL_ERROR_INVALID_ARGUMENT;
    }
    loader->gone = gone;
    loader->gone_count = count + (uint32_t)removed_count;
    return CALPOL_OK;
}

/* ---- Inputs ---------------------------------------------------------------------------------- */

int cp_loader_add_input(struct calpol_loader *loader, const struct cp_input *input)
{
    struct cp_input *copy = cp_arena_copy(&loader->work, input, sizeof(*input));
    struct cp_input **slot = copy ? cp_array_push(&loader->work, &loader->inputs) : NULL;

    if (!slot)
        return CALPOL_ERROR_NO_MEMORY;
    copy->source.number = loader->inputs.count - 1;
    *slot = copy;
    return CALPOL_OK;
}

static int add_inputs(struct calpol_loader *loader,
                      const struct cp_kept *kept,
                      const struct calpol_loader *changes)
{
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < kept->input_count; i++) {
        const struct cp_kept_input *known = &kept->inputs[i];
        const struct cp_input input = {
            .source = {.name = known->text->name, .text = known->text->text, .round = known->round},
            .kept = known->text,
        };

        status = cp_loader_add_input(loader, &input);
    }
    for (uint32_t i = 0; changes && !status && i < changes->inputs.count; i++) {
        struct cp_input input = *changes->inputs.items[i];

        input.source.round = loader->round;
        status = cp_loader_add_input(loader, &input);
    }
    return status;
}

/* ---- The update ------------------------------------------------------------------------------ */

static int update(struct calpol_loader *loader,
                  const struct cp_kept *kept,
                  const struct calpol_loader *changes,
                  const char *const *removed,
                  size_t removed_count,
                  calpol_ruleset **out_ruleset,
                  calpol_diagnostics **out_diagnostics)
{
    int status = set_gone(loader, kept, removed, removed_count);

    if (!status)
        status = add_inputs(loader, kept, changes);
    /* What exceeds a limit of memory already is told by the load. */
    if (!status || loader->limit.exceeded)
        return cp_loader_run(loader, cp_loader_make_ruleset, out_ruleset, out_diagnostics);
    cp_loader_empty(loader);
    return status;
}

void cp_loader_of_update(struct calpol_loader *loader, const calpol_ruleset *old)
{
    const struct cp_kept *kept = old->kept;
    struct calpol_allocator allocator;

    *loader = (struct calpol_loader){
        .allocator = old->allocator,
        .options = kept->load,
        .evaluation = kept->options,
        .round = kept->round + 1,
    };
    memcpy(loader->disabled, kept->disabled, sizeof(loader->disabled));
    cp_loader_reset_limit(loader);
    allocator = cp_loader_allocator(loader);
    cp_arena_init(&loader->work, &allocator);
}

int cp_ruleset_anew(const calpol_ruleset *ruleset, calpol_ruleset **out_ruleset)
{
    struct calpol_loader loader;

    *out_ruleset = NULL;
    cp_loader_of_update(&loader, ruleset);
    return update(&loader, ruleset->kept, NULL, NULL, 0, out_ruleset, NULL);
}

int calpol_ruleset_update(calpol_ruleset *old,
                          calpol_loader *changes,
                          const char *const *removed,
                          size_t removed_count,
                          calpol_ruleset **out_ruleset,
                          calpol_diagnostics **out_diagnostics)
{
    const struct cp_kept *kept = old ? old->kept : NULL;
    struct calpol_loader loader;
    int status;

    if (!kept || !out_ruleset || (!removed && removed_count) || kept->round == UINT32_MAX)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    *out_ruleset = NULL;
    if (out_diagnostics)
        *out_diagnostics = NULL;
    status = cp_quick_update(old, changes, removed, removed_count, out_ruleset, out_diagnostics);
    if (status == CALPOL_ERROR_LIMIT) {
        cp_loader_of_update(&loader, old);
        status =
            update(&loader, kept, changes, removed, removed_count, out_ruleset, out_diagnostics);
    }
    if (changes)
        cp_loader_empty(changes);
    return status;
}
