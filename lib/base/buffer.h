/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text being built, in an arena.
 *
 * Failure sticks: after one failed append the buffer takes nothing more, and the one check at the
 * end (cp_buffer_text, cp_buffer_string) tells. So callers append without looking.
 */
#ifndef CP_BASE_BUFFER_H
#define CP_BASE_BUFFER_H

#include "base/arena.h"
#include "base/text.h"

#include <stdarg.h>

struct cp_buffer {
    struct cp_arena *arena;
    char *data;
    size_t length;
    size_t capacity;
    bool failed;
};

void cp_buffer_init(struct cp_buffer *buffer, struct cp_arena *arena);

void cp_buffer_add(struct cp_buffer *buffer, struct cp_text text);
void cp_buffer_add_string(struct cp_buffer *buffer, const char *string);
void cp_buffer_add_byte(struct cp_buffer *buffer, char byte);
void cp_buffer_add_spaces(struct cp_buffer *buffer, size_t count);

/* Numbers in decimal. A double prints as the shortest decimal that reads back the same, whole
   numbers below 1e15 without a point. */
void cp_buffer_add_unsigned(struct cp_buffer *buffer, uint64_t value);
void cp_buffer_add_signed(struct cp_buffer *buffer, int64_t value);
void cp_buffer_add_double(struct cp_buffer *buffer, double value);

/* A JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD. */
void cp_buffer_add_json(struct cp_buffer *buffer, struct cp_text text);

/*
 * Formatted, with these directives only:
 *   %s  const char *      %t  struct cp_text     %q  struct cp_text, in double quotes, shortened
 *   %u  uint32_t          %d  int32_t            to 80 bytes, control characters as \xNN
 *   %U  uint64_t          %f  double             %%
 */
void cp_buffer_format(struct cp_buffer *buffer, const char *format, ...);
void cp_buffer_format_list(struct cp_buffer *buffer, const char *format, va_list *arguments);

/* What was built; {NULL, 0} after a failure. The arena owns it. */
struct cp_text cp_buffer_text(const struct cp_buffer *buffer);

/* The same, NUL-terminated; NULL after a failure. */
char *cp_buffer_string(struct cp_buffer *buffer);

#endif
