/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Updates of policies (compile/update.h): only what changed is read. What is refused is told by a load of
 * all texts.
 */
#include "api/loader.h"
#include "compile/update.h"

struct quick {
    calpol_ruleset *old, *made;
    const struct cp_gone *gone;
    uint32_t gone_count;
};

/* ---- What the new ruleset keeps -------------------------------------------------------------- */

/* Texts of the old ruleset are shared, new ones copied. */
static int keep_inputs(const struct calpol_loader *loader,
                       const struct cp_kept *old,
                       struct calpol_ruleset *ruleset,
                       struct cp_kept *kept)
{
    size_t count = (size_t)old->input_count + loader->inputs.count;
    struct cp_kept_input *inputs = CP_NEW_ARRAY(&ruleset->arena, struct cp_kept_input, count);

    if (!inputs)
        return CALPOL_ERROR_NO_MEMORY;
    kept->inputs = inputs;
    for (uint32_t i = 0; i < old->input_count; i++) {
        inputs[i] = old->inputs[i];
        cp_kept_text_ref(inputs[i].text);
    }
    kept->input_count = old->input_count;
    for (uint32_t i = 0; i < loader->inputs.count; i++) {
        const struct cp_source *source = &loader->inputs.items[i]->source;
        struct cp_kept_text *text =
            cp_kept_text_new(&loader->allocator, source->name, source->text);

        if (!text)
            return CALPOL_ERROR_NO_MEMORY;
        inputs[kept->input_count++] = (struct cp_kept_input){text, loader->round};
    }
    return CALPOL_OK;
}

static int keep_removals(const struct quick *quick,
                         const struct cp_kept *old,
                         struct cp_arena *arena,
                         struct cp_kept *kept)
{
    size_t count = (size_t)old->removal_count + quick->gone_count;
    struct cp_removal *removals = CP_NEW_ARRAY(arena, struct cp_removal, count);

    if (!removals)
        return CALPOL_ERROR_NO_MEMORY;
    kept->removals = removals;
    kept->removal_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct cp_removal removal;

        if (i < old->removal_count) {
            removal = old->removals[i];
        } else {
            const struct cp_gone *gone = &quick->gone[i - old->removal_count];

            removal =
                (struct cp_removal){gone->identity, gone->namespace_name, gone->name, gone->round};
        }
        if (!cp_removal_copy(arena, &removal, &removals[kept->removal_count++]))
            return CALPOL_ERROR_NO_MEMORY;
    }
    return CALPOL_OK;
}

static int keep(const struct quick *quick,
                const struct calpol_loader *loader,
                struct calpol_ruleset *ruleset)
{
    const struct cp_kept *old = quick->old->kept;
    struct cp_kept *kept = cp_arena_copy(&ruleset->arena, old, sizeof(*kept));
    int status;

    if (!kept)
        return CALPOL_ERROR_NO_MEMORY;
    kept->inputs = NULL;
    kept->input_count = 0;
    kept->round = loader->round;
    ruleset->kept = kept; /* whatever is in it from now on is released with the ruleset */
    status = keep_inputs(loader, old, ruleset, kept);
    return status ? status : keep_removals(quick, old, &ruleset->arena, kept);
}

/* ---- The update ------------------------------------------------------------------------------ */

/* Tiers that policies may name. */
static int list_tiers(struct calpol_loader *loader, const struct calpol_ruleset *old)
{
    struct cp_text *names = CP_NEW_ARRAY(&loader->work, struct cp_text, old->tier_count);

    for (uint32_t i = 0; names && i < old->tier_count; i++) {
        if (old->tiers[i].exists)
            names[loader->known_tier_count++] = old->tiers[i].name;
    }
    loader->known_tiers = names;
    return names ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

static int compile(const struct quick *quick,
                   struct calpol_loader *loader,
                   struct calpol_diagnostics *list,
                   const struct cp_collection *collection,
                   struct calpol_ruleset *ruleset)
{
    struct cp_gone_policy *gone =
        CP_NEW_ARRAY(&loader->work, struct cp_gone_policy, quick->gone_count);
    const struct cp_update_input input = {
        .old = quick->old,
        .collection = collection,
        .gone = gone,
        .gone_count = quick->gone_count,
        .work = &loader->work,
        .diagnostics = list,
        .lenient = (loader->options.flags & CALPOL_LOAD_LENIENT) != 0,
    };

    if (!gone)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < quick->gone_count; i++)
        gone[i] = (struct cp_gone_policy){quick->gone[i].identity, quick->gone[i].namespace_name,
                                          quick->gone[i].name};
    return cp_compile_update(&input, ruleset);
}

static int fill(const struct quick *quick,
                struct calpol_loader *loader,
                struct calpol_diagnostics *list,
                struct calpol_ruleset *ruleset)
{
    struct cp_collection *collection;
    int status = list_tiers(loader, quick->old);

    if (!status)
        status = cp_loader_read(loader, list, &ruleset->names, &collection);
    for (uint32_t i = 0; !status && i < loader->inputs.count; i++) {
        if (loader->inputs.items[i]->has_others)
            status = CALPOL_ERROR_LIMIT;
    }
    if (!status)
        status = compile(quick, loader, list, collection, ruleset);
    status = cp_loader_end(list, status);
    return status ? status : keep(quick, loader, ruleset);
}

static int make(struct calpol_loader *loader, struct calpol_diagnostics *list, void *context)
{
    const struct calpol_allocator allocator = cp_loader_allocator(loader);
    struct quick *quick = context;
    struct calpol_ruleset *ruleset = cp_ruleset_over(&allocator, quick->old);
    int status = ruleset ? fill(quick, loader, list, ruleset) : CALPOL_ERROR_NO_MEMORY;

    if (status) {
        cp_ruleset_unref(ruleset);
        return status == CALPOL_ERROR_NO_MEMORY && !loader->limit.exceeded ? status
                                                                           : CALPOL_ERROR_LIMIT;
    }
    cp_ruleset_set_allocator(ruleset, &loader->allocator);
    quick->made = ruleset;
    return status;
}

static int add_changes(struct calpol_loader *loader, const struct calpol_loader *changes)
{
    int status = CALPOL_OK;

    for (uint32_t i = 0; changes && !status && i < changes->inputs.count; i++) {
        struct cp_input input = *changes->inputs.items[i];

        if (input.code != CP_CODE_NONE)
            return CALPOL_ERROR_LIMIT;
        input.source.round = loader->round;
        status = cp_loader_add_input(loader, &input);
    }
    return status;
}

static int name_gone(struct calpol_loader *loader,
                     const char *const *removed,
                     size_t removed_count,
                     struct quick *quick)
{
    struct cp_gone *gone = CP_NEW_ARRAY(&loader->work, struct cp_gone, removed_count);

    if (!gone)
        return CALPOL_ERROR_NO_MEMORY;
    for (size_t i = 0; i < removed_count; i++) {
        if (!removed[i] || !cp_read_removed(removed[i], &gone[i]))
            return CALPOL_ERROR_LIMIT;
        gone[i].round = loader->round;
    }
    quick->gone = gone;
    quick->gone_count = (uint32_t)removed_count;
    return CALPOL_OK;
}

/* Nothing to do is asking for everything anew. */
static bool may_be_quick(const calpol_ruleset *old,
                         const struct calpol_loader *changes,
                         size_t removed_count)
{
    bool is_change = removed_count || (changes && changes->inputs.count);

    return is_change && removed_count < UINT32_MAX && old->basis &&
           !(old->kept->load.flags & CALPOL_LOAD_LINT);
}

int cp_quick_update(calpol_ruleset *old,
                    const struct calpol_loader *changes,
                    const char *const *removed,
                    size_t removed_count,
                    calpol_ruleset **out_ruleset,
                    calpol_diagnostics **out_diagnostics)
{
    struct quick quick = {.old = old};
    calpol_diagnostics *list = NULL;
    struct calpol_loader loader;
    int status;

    if (!may_be_quick(old, changes, removed_count))
        return CALPOL_ERROR_LIMIT;
    cp_loader_of_update(&loader, old);
    status = add_changes(&loader, changes);
    if (!status)
        status = name_gone(&loader, removed, removed_count, &quick);
    if (!status)
        status = cp_loader_run(&loader, make, &quick, &list);
    else
        cp_loader_empty(&loader);
    *out_ruleset = quick.made;
    if (!status && out_diagnostics)
        *out_diagnostics = list;
    else
        calpol_diagnostics_free(list);
    return status == CALPOL_OK || status == CALPOL_ERROR_NO_MEMORY ? status : CALPOL_ERROR_LIMIT;
}
