/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Just enough of UTF-8: lengths, validity, counting and cutting at characters.
 */
#ifndef CP_BASE_UTF8_H
#define CP_BASE_UTF8_H

#include "base/text.h"

/* Bytes of the well-formed character that the text starts with, 1 to 4; 0 if it starts with none.
 */
size_t cp_utf8_length(struct cp_text text);

/* Characters in the text; a byte that belongs to none counts as one. */
size_t cp_utf8_count(struct cp_text text);

/* The largest length up to limit at which the text can be cut without splitting a character. */
size_t cp_utf8_cut(struct cp_text text, size_t limit);

/* Writes a code point below 0x110000 that is no surrogate; returns its length, 1 to 4. */
size_t cp_utf8_encode(uint32_t code_point, char out_bytes[4]);

#endif
