/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text being built in memory. Failure sticks: after it nothing more is added, and one look at the
 * end tells.
 */
#ifndef CLI_BYTES_H
#define CLI_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that lie somewhere else. */
struct cli_span {
    const char *text; /* NULL: there is nothing, not even an empty text */
    size_t length;
};

struct cli_bytes {
    char *text;
    size_t length, capacity;
    bool failed; /* no memory */
};

void cli_bytes_free(struct cli_bytes *bytes);

/* Room for so many bytes behind what is there; NULL after a failure. The caller adds to length. */
char *cli_bytes_room(struct cli_bytes *bytes, size_t length);

void cli_bytes_add(struct cli_bytes *bytes, const char *text, size_t length);
void cli_bytes_add_text(struct cli_bytes *bytes, const char *text);
void cli_bytes_add_number(struct cli_bytes *bytes, int64_t number);

/* A string of JSON with its quotes; bytes that are no UTF-8 become U+FFFD. */
void cli_bytes_add_json(struct cli_bytes *bytes, const char *text, size_t length);

bool cli_span_is(struct cli_span span, const char *text);

#endif
