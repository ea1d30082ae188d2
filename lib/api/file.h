/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files and folders, without streams.
 */
#ifndef CP_API_FILE_H
#define CP_API_FILE_H

#include "base/array.h"
#include "base/text.h"

/* One line on an error number of the system: "no such file or directory". */
const char *cp_file_error_text(int error);

/*
 * Reads a file whole into arena, with a NUL behind it; anything that is no folder, pipes included.
 * CALPOL_OK; CALPOL_ERROR_IO with *out_error set; CALPOL_ERROR_LIMIT if it has more than limit
 * bytes; CALPOL_ERROR_NO_MEMORY.
 */
int cp_file_read(const char *path,
                 struct cp_arena *arena,
                 uint64_t limit,
                 struct cp_text *out_text,
                 int *out_error);

/*
 * Writes a file whole: to a new one beside it, which then takes its name; into it, if it is no regular
 * file. CALPOL_OK; CALPOL_ERROR_IO with *out_error set; CALPOL_ERROR_NO_MEMORY.
 */
int cp_file_write(const char *path,
                  const struct calpol_allocator *allocator,
                  const char *bytes,
                  size_t size,
                  int *out_error);

/* A file to be loaded, or something that stands in the way (error is not 0). */
struct cp_found_file {
    const char *path;
    int error;
};

struct cp_found_files {
    CP_ARRAY(struct cp_found_file) items;
};

/*
 * All files below a path whose names end in .yaml, .yml or .json, in byte order of their paths; the
 * path itself, whatever its name, if it is no folder. Symbolic links are followed; a file or folder
 * that can be reached in several ways is taken once. CALPOL_OK or CALPOL_ERROR_NO_MEMORY.
 */
int cp_files_find(const char *path, struct cp_arena *arena, struct cp_found_files *out_files);

#endif
