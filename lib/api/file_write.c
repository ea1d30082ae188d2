/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing a file so that its name always leads to a whole one.
 */
#include "api/file.h"

#include "base/buffer.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Declared in stdio.h, which the library does without. */
int rename(const char *from, const char *to);

#define MOST_NAMES 100u

static bool write_all(int file, const char *bytes, size_t size)
{
    while (size) {
        ssize_t count = write(file, bytes, size);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return false;
        bytes += count;
        size -= (size_t)count;
    }
    return true;
}

/* Writes into what is there. False: it fails, errno is set. */
static bool write_into(const char *path, const char *bytes, size_t size)
{
    int file = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY), error;
    bool is_written;

    if (file < 0)
        return false;
    is_written = write_all(file, bytes, size);
    error = errno;
    if (close(file) && is_written)
        return false;
    errno = error;
    return is_written;
}

/* A new file beside another one; -1 with errno set. *out_name is in arena, NULL: no memory. */
static int create_beside(const char *path, struct cp_arena *arena, const char **out_name)
{
    for (uint32_t i = 0; i < MOST_NAMES; i++) {
        struct cp_buffer buffer;
        int file;

        cp_buffer_init(&buffer, arena);
        cp_buffer_format(&buffer, "%s.%U-%u.new", path, (uint64_t)getpid(), i);
        *out_name = cp_buffer_string(&buffer);
        if (!*out_name)
            return -1;
        file = open(*out_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0666);
        if (file >= 0 || errno != EEXIST)
            return file;
    }
    return -1;
}

/* Writes the new file and gives it the name; on failure it is gone. */
static bool replace(int file, const char *name, const char *path, const char *bytes, size_t size)
{
    bool is_done = write_all(file, bytes, size) && fsync(file) == 0;
    int error = errno;

    if (close(file) && is_done) {
        is_done = false;
        error = errno;
    }
    if (is_done && rename(name, path) == 0)
        return true;
    if (is_done)
        error = errno;
    unlink(name);
    errno = error;
    return false;
}

int cp_file_write(const char *path,
                  const struct calpol_allocator *allocator,
                  const char *bytes,
                  size_t size,
                  int *out_error)
{
    const char *name = NULL;
    struct cp_arena arena;
    struct stat status;
    bool is_written;
    int file;

    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
        is_written = write_into(path, bytes, size);
        *out_error = errno;
        return is_written ? CALPOL_OK : CALPOL_ERROR_IO;
    }
    cp_arena_init(&arena, allocator);
    file = create_beside(path, &arena, &name);
    is_written = file >= 0 && replace(file, name, path, bytes, size);
    *out_error = errno;
    cp_arena_finish(&arena);
    if (!name)
        return CALPOL_ERROR_NO_MEMORY;
    return is_written ? CALPOL_OK : CALPOL_ERROR_IO;
}
