/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file file.h
 * Compiled rulesets: a ruleset in a file, which opens in milliseconds where its YAML takes seconds to
 * load.
 *
 * A compiled ruleset answers whatever the ruleset that it was made of answers, in the same words, but
 * cannot be updated. Its bytes hang on the ruleset alone, so equal input makes equal files.
 *
 * **Who can read it.** Only a library whose structs are the same, on a machine of the same kind: the
 * file is memory as it is. Others refuse it and say why. It is a cache of YAML and no replacement.
 *
 * **Trust.** Nothing in a file is believed: a checksum tells whether it is damaged, and everything that
 * evaluation follows is checked, so bytes of whatever origin make a ruleset that is safe to ask or none.
 * They may be any policy, of course, as any YAML file may.
 *
 * **While it is open**, a file is mapped and must not be changed in place. calpol_ruleset_save() writes
 * another file and renames it, so whoever has the old one open keeps it. Where others can write to the
 * file, read it and use calpol_ruleset_open_bytes().
 */
#ifndef CALPOL_FILE_H
#define CALPOL_FILE_H

#include "calpol/load.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Writes a ruleset to a file: to a new one beside it, which then takes its name. What is no regular
 * file, such as a pipe, is written to.
 * @return CALPOL_OK; CALPOL_ERROR_IO, and errno says why; CALPOL_ERROR_NO_MEMORY; CALPOL_ERROR_LIMIT if
 *         a file cannot be so large; CALPOL_ERROR_INVALID_ARGUMENT
 */
CALPOL_API int calpol_ruleset_save(const calpol_ruleset *ruleset, const char *path);

/**
 * The bytes that calpol_ruleset_save() writes.
 * @param out_text  calpol_text_length() bytes, among them NULs; free it with calpol_text_free()
 * @return CALPOL_OK, CALPOL_ERROR_NO_MEMORY, CALPOL_ERROR_LIMIT, CALPOL_ERROR_INVALID_ARGUMENT
 */
CALPOL_API int calpol_ruleset_write(const calpol_ruleset *ruleset, calpol_text **out_text);

/**
 * Opens a compiled ruleset. The file is mapped, not read, and stays mapped until the last reference to
 * the ruleset is gone; the pages are shared with others who have it open.
 * @param allocator     copied; NULL: malloc
 * @param out_ruleset   the ruleset with one reference
 * @param message       room for one line that says why a file was refused, such as "damaged: its
 *                      checksum does not fit", cut to fit; empty on success. May be NULL.
 * @param message_size  of message, in bytes
 * @return CALPOL_OK; CALPOL_ERROR_INVALID_INPUT if the file is none of this library's or damaged;
 *         CALPOL_ERROR_IO; CALPOL_ERROR_NO_MEMORY; CALPOL_ERROR_INVALID_ARGUMENT
 */
CALPOL_API int calpol_ruleset_open(const char *path,
                                   const struct calpol_allocator *allocator,
                                   calpol_ruleset **out_ruleset,
                                   char *message,
                                   size_t message_size);

/**
 * The same of bytes in memory, which are copied.
 * @return as calpol_ruleset_open(), but for CALPOL_ERROR_IO
 */
CALPOL_API int calpol_ruleset_open_bytes(const void *bytes,
                                         size_t size,
                                         const struct calpol_allocator *allocator,
                                         calpol_ruleset **out_ruleset,
                                         char *message,
                                         size_t message_size);

/**
 * Do the first bytes of a file say that it is a compiled ruleset? Eight are enough; whether it can be
 * opened is another question.
 */
CALPOL_API int calpol_is_compiled(const void *bytes, size_t size);

#ifdef __cplusplus
}
#endif

#endif
