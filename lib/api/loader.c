/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loader's functions but for the load itself: options, and texts to read.
 */
#include "api/loader.h"

#include "api/abi.h"
#include "api/file.h"

#define KNOWN_FLAGS                                                                                \
    (CALPOL_LOAD_LENIENT | CALPOL_LOAD_STRICT_OSS | CALPOL_LOAD_RAW_DEFAULTS |                     \
     CALPOL_LOAD_TIERS_REQUIRED | CALPOL_LOAD_TIER_PREFIX_REQUIRED | CALPOL_LOAD_LINT |            \
     CALPOL_LOAD_NO_PROGRAMS | CALPOL_LOAD_UPDATABLE)

static const struct calpol_load_options default_options = {
    .struct_size = sizeof(struct calpol_load_options),
    .max_bytes = (uint64_t)64 << 20,
    .max_depth = 100,
    .max_diagnostics = 1000,
    .max_program_megabytes = 1024,
};

int calpol_load_options_init(struct calpol_load_options *options, size_t struct_size)
{
    int status;

    if (!options)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    status = cp_abi_check(CALPOL_STRUCT_LOAD_OPTIONS, struct_size);
    if (status)
        return status;
    cp_abi_write(CALPOL_STRUCT_LOAD_OPTIONS, &default_options, options, struct_size);
    options->struct_size = struct_size;
    return CALPOL_OK;
}

/* The caller's options, checked. */
static int read_options(const struct calpol_load_options *options,
                        struct calpol_load_options *out_options)
{
    int status;

    *out_options = default_options;
    if (!options)
        return CALPOL_OK;
    status = cp_abi_read(CALPOL_STRUCT_LOAD_OPTIONS, options, options->struct_size, out_options);
    if (status)
        return status;
    if (out_options->flags & ~(uint32_t)KNOWN_FLAGS || out_options->dialect > CALPOL_DIALECT_CALICO)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    for (size_t i = 0; i < sizeof(options->reserved) / sizeof(options->reserved[0]); i++) {
        if (out_options->reserved[i])
            return CALPOL_ERROR_INVALID_ARGUMENT;
    }
    return CALPOL_OK;
}

struct calpol_allocator cp_loader_allocator(struct calpol_loader *loader)
{
    return loader->options.max_memory_megabytes ? cp_limited_allocator(&loader->limit)
                                                : loader->allocator;
}

void cp_loader_reset_limit(struct calpol_loader *loader)
{
    loader->limit = (struct cp_memory_limit){
        .inner = loader->allocator,
        .left = (uint64_t)loader->options.max_memory_megabytes << 20,
    };
}

int calpol_loader_new(const struct calpol_load_options *options, calpol_loader **out_loader)
{
    struct calpol_load_options checked;
    struct calpol_allocator allocator;
    struct calpol_loader *loader;
    int status;

    if (!out_loader)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    status = read_options(options, &checked);
    if (status)
        return status;
    if (!cp_is_allocator(checked.allocator))
        return CALPOL_ERROR_INVALID_ARGUMENT;
    allocator = cp_allocator_or_default(checked.allocator);
    loader = cp_allocate(&allocator, sizeof(*loader));
    if (!loader)
        return CALPOL_ERROR_NO_MEMORY;
    *loader = (struct calpol_loader){.allocator = allocator, .options = checked};
    loader->options.allocator = NULL;
    if (!checked.max_depth)
        loader->options.max_depth = default_options.max_depth;
    cp_arena_init(&loader->kept, &allocator);
    cp_loader_reset_limit(loader);
    allocator = cp_loader_allocator(loader);
    cp_arena_init(&loader->work, &allocator);
    cp_options_init(&loader->evaluation);
    *out_loader = loader;
    return CALPOL_OK;
}

void calpol_loader_free(calpol_loader *loader)
{
    struct calpol_allocator allocator;

    if (!loader)
        return;
    allocator = loader->allocator;
    cp_arena_finish(&loader->work);
    cp_arena_finish(&loader->kept);
    cp_release(&allocator, loader, sizeof(*loader));
}

int calpol_loader_set_option(calpol_loader *loader, const char *name, const char *value)
{
    if (!loader || !name || !value)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    return cp_options_set(&loader->evaluation, &loader->kept, cp_text_from(name),
                          cp_text_from(value));
}

int calpol_loader_disable(calpol_loader *loader, const char *code)
{
    const struct cp_code_info *info;

    if (!loader || !code)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    info = cp_code_find(cp_text_from(code));
    if (!info)
        return CALPOL_ERROR_NOT_FOUND;
    cp_bitset_add(loader->disabled, info->code);
    return CALPOL_OK;
}

static struct cp_input *add_input(struct calpol_loader *loader, const char *name)
{
    struct cp_input *input = CP_NEW(&loader->work, struct cp_input);
    struct cp_input **item;

    if (!input)
        return NULL;
    input->source.number = loader->inputs.count;
    input->source.name = cp_arena_text(&loader->work, name, strlen(name));
    input->source.text = cp_text_make("", 0);
    item = input->source.name ? cp_array_push(&loader->work, &loader->inputs) : NULL;
    if (!item)
        return NULL;
    *item = input;
    return input;
}

/* How many bytes more max_total_bytes allows. */
static uint64_t room(const struct calpol_loader *loader)
{
    uint64_t limit = loader->options.max_total_bytes;

    if (!limit)
        return UINT64_MAX;
    return limit > loader->total_bytes ? limit - loader->total_bytes : 0;
}

/* Says that an input exceeds a limit: the load will tell. */
static int refuse(struct calpol_loader *loader,
                  struct cp_input *input,
                  const char *name,
                  uint64_t limit)
{
    struct cp_buffer buffer;

    cp_buffer_init(&buffer, &loader->work);
    cp_buffer_format(&buffer, "the text exceeds %s, which is %U", name, limit);
    input->code = CP_CODE_YAML_LIMIT;
    input->message = cp_buffer_string(&buffer);
    return input->message ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

static int add_text(struct calpol_loader *loader, const char *name, struct cp_text text)
{
    const struct calpol_load_options *options = &loader->options;
    struct cp_input *input = add_input(loader, name);

    if (!input)
        return CALPOL_ERROR_NO_MEMORY;
    if (options->max_bytes && text.length > options->max_bytes)
        return refuse(loader, input, "max_bytes", options->max_bytes);
    if (text.length > room(loader))
        return refuse(loader, input, "max_total_bytes", options->max_total_bytes);
    text.data = cp_arena_text(&loader->work, text.data, text.length);
    if (!text.data)
        return CALPOL_ERROR_NO_MEMORY;
    input->source.text = text;
    loader->total_bytes += text.length;
    return CALPOL_OK;
}

/* Notes that a file cannot be read, and why. */
static int note_unreadable(struct calpol_loader *loader, struct cp_input *input, const char *reason)
{
    input->code = CP_CODE_FILE_UNREADABLE;
    input->message = cp_arena_text(&loader->work, reason, strlen(reason));
    return input->message ? CALPOL_ERROR_IO : CALPOL_ERROR_NO_MEMORY;
}

static int add_file(struct calpol_loader *loader, const struct cp_found_file *file)
{
    struct cp_input *input = add_input(loader, file->path);
    int error = file->error, status = CALPOL_ERROR_IO;

    if (!input)
        return CALPOL_ERROR_NO_MEMORY;
    input->is_file = true;
    if (!error)
        status = cp_file_read(file->path, &loader->work, room(loader), &input->source.text, &error);
    if (status == CALPOL_ERROR_IO)
        return note_unreadable(loader, input, cp_file_error_text(error));
    if (status == CALPOL_ERROR_LIMIT)
        return refuse(loader, input, "max_total_bytes", loader->options.max_total_bytes);
    if (!status)
        loader->total_bytes += input->source.text.length;
    return status;
}

/* Adds all files found, also behind one that cannot be read. */
static int add_files(struct calpol_loader *loader, const struct cp_found_files *files)
{
    int result = CALPOL_OK;

    for (uint32_t i = 0; i < files->items.count; i++) {
        int status = add_file(loader, &files->items.items[i]);

        if (status == CALPOL_ERROR_NO_MEMORY)
            return status;
        if (status)
            result = status;
    }
    return result;
}

static int add_path(struct calpol_loader *loader, const char *path)
{
    struct cp_found_files files;
    struct cp_input *input;
    int status = cp_files_find(path, &loader->work, &files);

    if (status)
        return status;
    if (files.items.count)
        return add_files(loader, &files);
    /* Most likely the wrong folder, and a load of nothing allows everything. */
    input = add_input(loader, path);
    return input ? note_unreadable(loader, input, "no file below it ends in .yaml, .yml or .json")
                 : CALPOL_ERROR_NO_MEMORY;
}

/* Takes back what was added when memory ran out. If max_memory_megabytes is why, the load will tell. */
static int undo(struct calpol_loader *loader, int status, uint32_t count, uint64_t bytes)
{
    if (status != CALPOL_ERROR_NO_MEMORY)
        return status;
    loader->inputs.count = count;
    loader->total_bytes = bytes;
    return loader->limit.exceeded ? CALPOL_OK : status;
}

int calpol_loader_add_text(calpol_loader *loader, const char *name, const char *text, size_t length)
{
    uint32_t count;
    uint64_t bytes;

    if (!loader || !name || (!text && length))
        return CALPOL_ERROR_INVALID_ARGUMENT;
    count = loader->inputs.count;
    bytes = loader->total_bytes;
    return undo(loader, add_text(loader, name, cp_text_make(text, length)), count, bytes);
}

int calpol_loader_add_path(calpol_loader *loader, const char *path)
{
    uint32_t count;
    uint64_t bytes;

    if (!loader || !path)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    count = loader->inputs.count;
    bytes = loader->total_bytes;
    return undo(loader, add_path(loader, path), count, bytes);
}
