/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding the files below a folder.
 *
 * Paths wait on a stack, the next one on top. The entries of a folder are put there in falling byte
 * order, folders compared with a "/" behind their name, so files come out in byte order of their
 * whole paths: a-b.yaml before a/x.yaml, since "-" is before "/".
 */
#include "api/file.h"
#include "base/hash.h"
#include "base/sort.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

struct entry {
    struct cp_text path; /* folders with a "/" behind, but for the one that was asked for */
    bool is_folder;
    int error; /* of something that looks like a file of ours */
    dev_t device;
    ino_t inode;
};

struct identity {
    dev_t device;
    ino_t inode;
};

struct search {
    struct cp_arena *arena;
    CP_ARRAY(struct entry) stack;
    CP_ARRAY(struct identity) seen;
    struct cp_index seen_index;
    struct cp_found_files *found;
};

static bool has_suffix(struct cp_text name)
{
    return cp_text_ends_with(name, CP_TEXT(".yaml")) || cp_text_ends_with(name, CP_TEXT(".yml")) ||
           cp_text_ends_with(name, CP_TEXT(".json"));
}

/* Notes that a file or folder was visited; *out_again: it was before. */
static int visit(struct search *search, dev_t device, ino_t inode, bool *out_again)
{
    uint64_t words[2] = {(uint64_t)device, (uint64_t)inode};
    uint64_t hash = cp_hash_bytes(words, sizeof(words), 0);
    struct identity *identity;

    *out_again = true;
    for (uint32_t i = cp_index_first(&search->seen_index, hash); i != CP_INDEX_END;
         i = cp_index_next(&search->seen_index, i)) {
        const struct identity *seen = &search->seen.items[cp_index_item(&search->seen_index, i)];

        if (seen->device == device && seen->inode == inode)
            return CALPOL_OK;
    }
    *out_again = false;
    identity = cp_array_push(search->arena, &search->seen);
    if (!identity)
        return CALPOL_ERROR_NO_MEMORY;
    *identity = (struct identity){device, inode};
    return cp_index_add(&search->seen_index, search->arena, hash, search->seen.count - 1)
               ? CALPOL_OK
               : CALPOL_ERROR_NO_MEMORY;
}

static int add_found(struct search *search, struct cp_text path, int error)
{
    struct cp_found_file *file = cp_array_push(search->arena, &search->found->items);

    if (!file)
        return CALPOL_ERROR_NO_MEMORY;
    *file = (struct cp_found_file){path.data, error};
    return CALPOL_OK;
}

/* folder/name, with a byte to spare for the "/" of a folder. NULL: no memory. */
static char *join(struct cp_arena *arena, struct cp_text folder, struct cp_text name)
{
    bool separate = folder.length && folder.data[folder.length - 1] != '/';
    char *path = cp_arena_allocate(arena, folder.length + name.length + 3);
    size_t length = folder.length;

    if (!path)
        return NULL;
    memcpy(path, folder.data, folder.length);
    if (separate)
        path[length++] = '/';
    memcpy(path + length, name.data, name.length);
    path[length + name.length] = '\0';
    return path;
}

/* Looks at an entry of a folder and puts it on the stack if it is a folder or a file of ours. */
static int add_entry(struct search *search, struct cp_text folder, struct cp_text name)
{
    struct entry entry = {.error = 0};
    char *path = join(search->arena, folder, name);
    struct stat status;
    struct entry *item;

    if (!path)
        return CALPOL_ERROR_NO_MEMORY;
    if (stat(path, &status))
        entry.error = errno;
    else if (S_ISDIR(status.st_mode))
        entry.is_folder = true;
    else if (!S_ISREG(status.st_mode))
        entry.error = EINVAL;
    if (!entry.is_folder && !has_suffix(name))
        return CALPOL_OK;
    entry.path = cp_text_from(path);
    if (entry.is_folder) {
        path[entry.path.length++] = '/';
        path[entry.path.length] = '\0';
    }
    if (!entry.error) {
        entry.device = status.st_dev;
        entry.inode = status.st_ino;
    }
    item = cp_array_push(search->arena, &search->stack);
    if (!item)
        return CALPOL_ERROR_NO_MEMORY;
    *item = entry;
    return CALPOL_OK;
}

static int compare_falling(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;

    return cp_text_compare(b->path, a->path);
}

/* Puts what a folder holds on the stack. */
static int open_folder(struct search *search, struct cp_text path)
{
    DIR *folder = opendir(path.data);
    uint32_t first = search->stack.count;
    int status = CALPOL_OK;

    if (!folder)
        return add_found(search, path, errno);
    while (!status) {
        const struct dirent *item;
        struct cp_text name;

        errno = 0;
        item = readdir(folder);
        if (!item)
            break;
        name = cp_text_from(item->d_name);
        if (!cp_text_is(name, ".") && !cp_text_is(name, ".."))
            status = add_entry(search, path, name);
    }
    if (!status && errno)
        status = add_found(search, path, errno);
    closedir(folder);
    if (!status && search->stack.count > first &&
        !cp_sort(search->stack.items + first, search->stack.count - first, sizeof(struct entry),
                 compare_falling, search->arena))
        status = CALPOL_ERROR_NO_MEMORY;
    return status;
}

/* The entry on top of the stack. */
static int take_next(struct search *search)
{
    struct entry entry = search->stack.items[--search->stack.count];
    bool again = false;
    int status = CALPOL_OK;

    if (!entry.error)
        status = visit(search, entry.device, entry.inode, &again);
    if (status || again)
        return status;
    if (entry.is_folder)
        return open_folder(search, entry.path);
    return add_found(search, entry.path, entry.error);
}

int cp_files_find(const char *path, struct cp_arena *arena, struct cp_found_files *out_files)
{
    struct search search = {.arena = arena, .found = out_files};
    struct cp_text start = cp_text_from(path);
    struct stat information;
    bool again;
    int status;

    start.data = cp_arena_text(arena, path, start.length);
    if (!start.data)
        return CALPOL_ERROR_NO_MEMORY;
    *out_files = (struct cp_found_files){.items.count = 0};
    if (stat(path, &information))
        return add_found(&search, start, errno);
    if (!S_ISDIR(information.st_mode))
        return add_found(&search, start, 0);
    status = visit(&search, information.st_dev, information.st_ino, &again);
    if (!status)
        status = open_folder(&search, start);
    while (!status && search.stack.count)
        status = take_next(&search);
    return status;
}
