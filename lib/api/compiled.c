/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiled rulesets: to files and from files.
 */
#include "api/file.h"
#include "api/loader.h"
#include "api/text.h"
#include "ruleset/image.h"

#include "calpol/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- Writing --------------------------------------------------------------------------------- */

static int write_image(const calpol_ruleset *ruleset, calpol_text **out_text)
{
    const size_t before = offsetof(struct calpol_text, string);
    struct cp_image_bytes image;
    struct calpol_text *text;
    int status = cp_image_write(ruleset, before, cp_public_text_size(0) - before, &image);

    if (status)
        return status;
    text = (struct calpol_text *)(void *)image.memory;
    text->allocator = ruleset->allocator;
    text->length = image.size;
    text->string[image.size] = '\0';
    *out_text = text;
    return CALPOL_OK;
}

/* What lies over another ruleset shares arrays with it that updates write behind, so it is made anew. */
int calpol_ruleset_write(const calpol_ruleset *ruleset, calpol_text **out_text)
{
    calpol_ruleset *anew;
    int status;

    if (!ruleset || !out_text)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    if (!ruleset->root)
        return write_image(ruleset, out_text);
    status = cp_ruleset_anew(ruleset, &anew);
    if (status)
        return status;
    status = write_image(anew, out_text);
    cp_ruleset_unref(anew);
    return status;
}

int calpol_ruleset_save(const calpol_ruleset *ruleset, const char *path)
{
    calpol_text *text;
    int status, error = 0;

    if (!ruleset || !path)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    status = calpol_ruleset_write(ruleset, &text);
    if (status)
        return status;
    status = cp_file_write(path, &ruleset->allocator, text->string, text->length, &error);
    calpol_text_free(text);
    if (status == CALPOL_ERROR_IO)
        errno = error;
    return status;
}

/* ---- Opening --------------------------------------------------------------------------------- */

/* An image being opened. */
struct opening {
    struct calpol_allocator allocator;
    struct cp_arena arena; /* of the message, and of a file that cannot be mapped */
    struct cp_buffer message;
    struct cp_mapping mapping;
};

static int refuse(struct opening *opening, int error)
{
    cp_buffer_add_string(&opening->message, cp_file_error_text(error));
    return CALPOL_ERROR_IO;
}

/* Maps a file where its pointers lead to, if there is room. */
static int map_file(struct opening *opening, int file, uint64_t size)
{
    struct cp_image_header header;
    unsigned char bytes[sizeof(header)];
    ssize_t count = pread(file, bytes, sizeof(bytes), 0);
    int status, error = errno;

    if (count < 0)
        return refuse(opening, error);
    status = cp_image_read_header(bytes, (size_t)count, &header, &opening->message);
    if (status)
        return status;
    if (size > SIZE_MAX)
        return CALPOL_ERROR_NO_MEMORY;
    status = cp_mapping_of_file(file, (size_t)size, header.base, &opening->mapping, &error);
    return status == CALPOL_ERROR_IO ? refuse(opening, error) : status;
}

/* What is no regular file is read. */
static int read_file(struct opening *opening, const char *path)
{
    struct cp_text text;
    int error = 0, status = cp_file_read(path, &opening->arena, UINT64_MAX, &text, &error);

    if (status == CALPOL_ERROR_IO)
        return refuse(opening, error);
    if (status)
        return status;
    return cp_mapping_of_bytes(text.data, text.length, &opening->allocator, &opening->mapping);
}

static int get_file(struct opening *opening, const char *path)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), result;
    struct stat status;

    if (file < 0)
        return refuse(opening, errno);
    if (fstat(file, &status))
        result = refuse(opening, errno);
    else if (S_ISDIR(status.st_mode))
        result = refuse(opening, EISDIR);
    else if (S_ISREG(status.st_mode))
        result = map_file(opening, file, (uint64_t)status.st_size);
    else
        result = read_file(opening, path);
    close(file);
    return result;
}

/* The message as far as it fits. */
static void write_message(const struct opening *opening, char *message, size_t size)
{
    struct cp_text text = cp_buffer_text(&opening->message);

    if (!size)
        return;
    if (text.length >= size)
        text.length = size - 1;
    if (text.length)
        memcpy(message, text.data, text.length);
    message[text.length] = '\0';
}

/* Opens what get() gets of a path, or the bytes if there is no path. */
static int run(const char *path,
               struct cp_text bytes,
               const struct calpol_allocator *allocator,
               struct calpol_ruleset **out_ruleset,
               char *message,
               size_t message_size)
{
    struct opening opening = {.allocator = cp_allocator_or_default(allocator)};
    int status;

    cp_arena_init(&opening.arena, &opening.allocator);
    cp_buffer_init(&opening.message, &opening.arena);
    status =
        path ? get_file(&opening, path)
             : cp_mapping_of_bytes(bytes.data, bytes.length, &opening.allocator, &opening.mapping);
    if (!status)
        status = cp_image_open(&opening.mapping, &opening.allocator, out_ruleset, &opening.message);
    if (opening.message.failed)
        status = CALPOL_ERROR_NO_MEMORY;
    if (message)
        write_message(&opening, message, message_size);
    if (status)
        cp_mapping_finish(&opening.mapping, &opening.allocator);
    cp_arena_finish(&opening.arena);
    return status;
}

int calpol_ruleset_open(const char *path,
                        const struct calpol_allocator *allocator,
                        calpol_ruleset **out_ruleset,
                        char *message,
                        size_t message_size)
{
    if (!path || !out_ruleset || (!message && message_size) || !cp_is_allocator(allocator))
        return CALPOL_ERROR_INVALID_ARGUMENT;
    return run(path, cp_text_make(NULL, 0), allocator, out_ruleset, message, message_size);
}

int calpol_ruleset_open_bytes(const void *bytes,
                              size_t size,
                              const struct calpol_allocator *allocator,
                              calpol_ruleset **out_ruleset,
                              char *message,
                              size_t message_size)
{
    if ((!bytes && size) || !out_ruleset || (!message && message_size) ||
        !cp_is_allocator(allocator))
        return CALPOL_ERROR_INVALID_ARGUMENT;
    return run(NULL, cp_text_make(bytes, size), allocator, out_ruleset, message, message_size);
}

int calpol_is_compiled(const void *bytes, size_t size)
{
    return bytes && size >= CP_IMAGE_MAGIC_BYTES &&
           memcmp(bytes, CP_IMAGE_MAGIC, CP_IMAGE_MAGIC_BYTES) == 0;
}
