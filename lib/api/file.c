/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a file whole.
 */
#include "api/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where the size is not known beforehand. */
#define FIRST_BYTES ((size_t)64 << 10)

const char *cp_file_error_text(int error)
{
    /* strerror speaks the user's language and is not for several threads. */
    static const struct {
        int error;
        const char *text;
    } texts[] = {
        {ENOENT, "no such file or directory"},
        {EACCES, "permission denied"},
        {EPERM, "operation not permitted"},
        {EISDIR, "it is a directory"},
        {ENOTDIR, "a part of the path is not a directory"},
        {ELOOP, "too many symbolic links"},
        {EMFILE, "too many open files"},
        {ENFILE, "too many open files in the system"},
        {ENAMETOOLONG, "the name is too long"},
        {EIO, "input/output error"},
        {ENXIO, "no such device"},
        {EINVAL, "it is not a regular file"},
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (texts[i].error == error)
            return texts[i].text;
    }
    return "it cannot be read";
}

struct contents {
    struct cp_arena *arena;
    char *bytes;
    size_t length, capacity;
};

/* Room for one byte more at least, and for a NUL behind it. */
static bool make_room(struct contents *contents)
{
    size_t capacity = contents->capacity;
    char *bytes;

    if (contents->bytes && contents->length < capacity)
        return true;
    if (contents->bytes) {
        if (capacity > SIZE_MAX / 2 - 1)
            return false;
        capacity *= 2;
    }
    bytes = cp_arena_allocate(contents->arena, capacity + 1);
    if (!bytes)
        return false;
    if (contents->length)
        memcpy(bytes, contents->bytes, contents->length);
    contents->bytes = bytes;
    contents->capacity = capacity;
    return true;
}

/* Reads until the end. */
static int read_all(int file, struct contents *contents, uint64_t limit, int *out_error)
{
    for (;;) {
        ssize_t count;

        if (!make_room(contents))
            return CALPOL_ERROR_NO_MEMORY;
        count =
            read(file, contents->bytes + contents->length, contents->capacity - contents->length);
        if (count == 0)
            return CALPOL_OK;
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0) {
            *out_error = errno;
            return CALPOL_ERROR_IO;
        }
        contents->length += (size_t)count;
        if (contents->length > limit)
            return CALPOL_ERROR_LIMIT;
    }
}

/* How much to make room for: the size and one byte, so that the end is seen without growing. */
static size_t capacity_for(const struct stat *status)
{
    if (!S_ISREG(status->st_mode) || status->st_size <= 0 ||
        (uint64_t)status->st_size >= SIZE_MAX / 2)
        return FIRST_BYTES;
    return (size_t)status->st_size + 1;
}

int cp_file_read(const char *path,
                 struct cp_arena *arena,
                 uint64_t limit,
                 struct cp_text *out_text,
                 int *out_error)
{
    struct contents contents = {.arena = arena};
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), result = CALPOL_ERROR_IO;

    if (file < 0) {
        *out_error = errno;
        return CALPOL_ERROR_IO;
    }
    if (fstat(file, &status)) {
        *out_error = errno;
    } else if (S_ISREG(status.st_mode) && (uint64_t)status.st_size > limit) {
        result = CALPOL_ERROR_LIMIT;
    } else {
        contents.capacity = capacity_for(&status);
        result = read_all(file, &contents, limit, out_error);
    }
    close(file);
    if (result)
        return result;
    contents.bytes[contents.length] = '\0';
    *out_text = cp_text_make(contents.bytes, contents.length);
    return CALPOL_OK;
}
