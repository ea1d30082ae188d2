/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The load: everything that was added is read, judged and compiled.
 */
#include "resource/load.h"
#include "api/loader.h"
#include "compile/compile.h"
#include "lint/lint.h"

/* A new, empty list; NULL: no memory. */
static struct calpol_diagnostics *new_diagnostics(const struct calpol_loader *loader)
{
    struct calpol_diagnostics *list = cp_allocate(&loader->allocator, sizeof(*list));

    if (!list)
        return NULL;
    cp_diagnostics_init(list, &loader->allocator, loader->options.max_diagnostics,
                        (loader->options.flags & CALPOL_LOAD_LENIENT) != 0);
    memcpy(list->disabled, loader->disabled, sizeof(list->disabled));
    return list;
}

/* The list outlives the inputs, and says what they were. */
static int list_inputs(const struct calpol_loader *loader, struct calpol_diagnostics *list)
{
    for (uint32_t i = 0; i < loader->inputs.count; i++) {
        const struct cp_source *source = &loader->inputs.items[i]->source;
        const char *name, **item;

        if (source->round < loader->round)
            continue;
        item = cp_array_push(&list->arena, &list->inputs);
        name = cp_arena_text(&list->arena, source->name, strlen(source->name));
        if (!item || !name)
            return CALPOL_ERROR_NO_MEMORY;
        *item = name;
    }
    return CALPOL_OK;
}

/* Reports why an input has no text. */
static int report_input(struct calpol_diagnostics *list,
                        const struct cp_input *input,
                        enum cp_code code,
                        const char *message)
{
    const struct cp_subject subject = {.place.source = &input->source};
    int status = cp_diagnose(list, &subject, code, cp_text_from(message));

    return status == CALPOL_ERROR_LIMIT ? CALPOL_OK : status;
}

static int read_input(struct cp_resource_reader *reader,
                      const struct calpol_load_options *options,
                      struct cp_input *input)
{
    const struct cp_yaml_limits limits = {
        .max_bytes = input->is_file || input->kept ? 0 : options->max_bytes,
        .max_depth = options->max_depth,
        .max_nodes = options->max_nodes,
    };
    uint32_t error_count;
    int status;

    if (input->code != CP_CODE_NONE)
        return report_input(reader->base.diagnostics, input, input->code, input->message);
    error_count = reader->base.diagnostics->error_count;
    status = cp_resources_read(reader, &input->source, &limits);
    input->has_others = reader->other_count > 0;
    /* What a failed command left behind looks like this, and so does a policy that is not there. */
    if (!status && input->is_file && !reader->document_count &&
        reader->base.diagnostics->error_count == error_count)
        status = report_input(reader->base.diagnostics, input, CP_CODE_SOURCE_EMPTY,
                              "holds no document: nothing of it plays a part");
    return status;
}

/* What a load comes to by what was reported. */
static int status_of(const struct calpol_diagnostics *list)
{
    int status = list->error_count ? CALPOL_ERROR_INVALID_INPUT : CALPOL_OK;

    for (uint32_t i = 0; i < list->items.count; i++) {
        const struct cp_diagnostic *item = &list->items.items[i];

        if (item->code == CP_CODE_FILE_UNREADABLE)
            return CALPOL_ERROR_IO;
        if (item->code == CP_CODE_YAML_LIMIT)
            status = CALPOL_ERROR_LIMIT;
    }
    return status;
}

static int read_inputs(struct calpol_loader *loader, struct cp_resource_reader *reader)
{
    int status = CALPOL_OK;

    for (uint32_t i = 0; i < loader->inputs.count && !status; i++)
        status = read_input(reader, &loader->options, loader->inputs.items[i]);
    return status ? status : cp_resources_link(reader);
}

static uint32_t count_objects(const struct calpol_loader *loader,
                              const struct cp_collection *collection)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < collection->objects.count; i++)
        count += collection->objects.items[i].place.source->round == loader->round;
    return count;
}

int cp_loader_read(struct calpol_loader *loader,
                   struct calpol_diagnostics *list,
                   struct cp_intern *names,
                   struct cp_collection **out_collection)
{
    struct cp_collection *collection = CP_NEW(&loader->work, struct cp_collection);
    struct cp_resource_reader reader;
    int status;

    if (!collection)
        return CALPOL_ERROR_NO_MEMORY;
    status = cp_resource_reader_init(&reader, &loader->work, names, list, collection,
                                     loader->options.flags);
    if (status)
        return status;
    list->round = loader->round;
    reader.known_tiers = loader->known_tiers;
    reader.known_tier_count = loader->known_tier_count;
    if (!cp_resources_take_away(&reader, loader->gone, loader->gone_count))
        status = CALPOL_ERROR_NO_MEMORY;
    if (!status)
        status = read_inputs(loader, &reader);
    cp_resource_reader_finish(&reader);
    list->resource_count = count_objects(loader, collection);
    if (status)
        return status;
    *out_collection = collection;
    return status_of(list);
}

int cp_loader_end(struct calpol_diagnostics *list, int status)
{
    if (!status)
        status = status_of(list);
    if (status != CALPOL_ERROR_NO_MEMORY && cp_diagnostics_sort(list))
        status = CALPOL_ERROR_NO_MEMORY;
    return status;
}

/* Programs take seconds at most, whatever the policies. */
#define MOST_PROGRAM_WORK ((uint64_t)1 << 28)

static struct cp_program_limits program_limits(const struct calpol_load_options *options)
{
    struct cp_program_limits limits = cp_program_no_limits;

    limits.max_work = MOST_PROGRAM_WORK;
    if (options->max_program_megabytes)
        limits.max_bytes = (uint64_t)options->max_program_megabytes << 20;
    return limits;
}

static int compile(struct calpol_loader *loader,
                   struct calpol_diagnostics *list,
                   struct cp_collection *collection,
                   struct calpol_ruleset *ruleset,
                   struct cp_policy_spec *const **out_policies)
{
    const struct cp_program_limits limits = program_limits(&loader->options);
    const struct cp_compile_input input = {
        .collection = collection,
        .work = &loader->work,
        .diagnostics = list,
        .programs = loader->options.flags & CALPOL_LOAD_NO_PROGRAMS ? NULL : &limits,
        .updatable = (loader->options.flags & CALPOL_LOAD_UPDATABLE) != 0,
        .dialect = (enum calpol_dialect)loader->options.dialect,
        .lenient = (loader->options.flags & CALPOL_LOAD_LENIENT) != 0,
        .options = loader->evaluation,
        .out_policies = out_policies,
    };

    return cp_compile(&input, ruleset);
}

/* Advice on what was compiled, if asked for. */
static int lint(struct calpol_loader *loader,
                struct calpol_diagnostics *list,
                const struct cp_collection *collection,
                const struct calpol_ruleset *ruleset,
                struct cp_policy_spec *const *policies)
{
    const struct cp_lint_input input = {
        .ruleset = ruleset,
        .collection = collection,
        .policies = policies,
        .diagnostics = list,
        .work = &loader->work,
    };

    return loader->options.flags & CALPOL_LOAD_LINT ? cp_lint(&input) : CALPOL_OK;
}

/* Was everything there that an update takes away? */
static bool is_all_found(const struct calpol_loader *loader)
{
    for (uint32_t i = 0; i < loader->gone_count; i++) {
        if (loader->gone[i].round == loader->round && !loader->gone[i].found)
            return false;
    }
    return true;
}

/* Fills a new and empty ruleset. */
static int load(struct calpol_loader *loader,
                struct calpol_diagnostics *list,
                struct calpol_ruleset *ruleset)
{
    struct cp_collection *collection;
    struct cp_policy_spec *const *policies;
    int status = cp_loader_read(loader, list, &ruleset->names, &collection);

    if (!status && !is_all_found(loader))
        status = CALPOL_ERROR_NOT_FOUND;
    if (!status)
        status = compile(loader, list, collection, ruleset, &policies);
    if (!status)
        status = cp_loader_keep(loader, collection, ruleset);
    if (!status)
        status = lint(loader, list, collection, ruleset, policies);
    return cp_loader_end(list, status);
}

int cp_loader_make_ruleset(struct calpol_loader *loader,
                           struct calpol_diagnostics *list,
                           void *result)
{
    const struct calpol_allocator allocator = cp_loader_allocator(loader);
    struct calpol_ruleset *ruleset = cp_ruleset_new(&allocator);
    int status = ruleset ? load(loader, list, ruleset) : CALPOL_ERROR_NO_MEMORY;

    if (status) {
        cp_ruleset_unref(ruleset);
        return status;
    }
    cp_ruleset_set_allocator(ruleset, &loader->allocator);
    *(calpol_ruleset **)result = ruleset;
    return status;
}

void cp_loader_empty(struct calpol_loader *loader)
{
    cp_arena_finish(&loader->work);
    memset(&loader->inputs, 0, sizeof(loader->inputs));
    loader->total_bytes = 0;
    cp_loader_reset_limit(loader);
}

/* A load that exceeded max_memory_megabytes: says so in place of all the rest, which is half of it. */
static int report_memory(struct calpol_loader *loader, struct calpol_diagnostics **list)
{
    const struct cp_subject none = {.place.source = NULL};
    struct cp_arena scratch;
    struct cp_buffer message;
    int status;

    calpol_diagnostics_free(*list);
    *list = new_diagnostics(loader);
    if (!*list || list_inputs(loader, *list))
        return CALPOL_ERROR_NO_MEMORY;
    cp_arena_init(&scratch, &loader->allocator);
    cp_buffer_init(&message, &scratch);
    cp_buffer_format(&message, "the load exceeds max_memory_megabytes, which is %u",
                     loader->options.max_memory_megabytes);
    status = cp_diagnose(*list, &none, CP_CODE_YAML_LIMIT, cp_buffer_text(&message));
    cp_arena_finish(&scratch);
    return status == CALPOL_ERROR_NO_MEMORY ? status : CALPOL_ERROR_LIMIT;
}

int cp_loader_run(struct calpol_loader *loader,
                  cp_load_work *work,
                  void *result,
                  calpol_diagnostics **out_diagnostics)
{
    struct calpol_diagnostics *list = new_diagnostics(loader);
    int status = list ? list_inputs(loader, list) : CALPOL_ERROR_NO_MEMORY;

    if (!status)
        status = loader->limit.exceeded ? CALPOL_ERROR_NO_MEMORY : work(loader, list, result);
    if (status == CALPOL_ERROR_NO_MEMORY && loader->limit.exceeded)
        status = report_memory(loader, &list);

    cp_loader_empty(loader);
    if (out_diagnostics && status != CALPOL_ERROR_NO_MEMORY)
        *out_diagnostics = list;
    else
        calpol_diagnostics_free(list);
    return status;
}

int calpol_loader_finish(calpol_loader *loader,
                         calpol_ruleset **out_ruleset,
                         calpol_diagnostics **out_diagnostics)
{
    if (!loader || !out_ruleset)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    *out_ruleset = NULL;
    if (out_diagnostics)
        *out_diagnostics = NULL;
    return cp_loader_run(loader, cp_loader_make_ruleset, out_ruleset, out_diagnostics);
}
