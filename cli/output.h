/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing for people and for programs: colour, text that cannot harm a terminal, JSON strings.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* When to colour. */
enum cli_colour { CLI_COLOUR_AUTO, CLI_COLOUR_ALWAYS, CLI_COLOUR_NEVER };

enum cli_style { CLI_PLAIN, CLI_BOLD, CLI_RED, CLI_GREEN, CLI_YELLOW, CLI_CYAN };

struct cli_stream {
    FILE *file;
    bool colour;
};

/* A stream with colour if asked for; by itself only on a terminal, and not if NO_COLOR is set. */
struct cli_stream cli_stream_make(FILE *file, enum cli_colour when);

/*
 * Writes text, with control characters other than line feed and tab as \xNN: names in policy files
 * are other people's text, and a terminal obeys what is in it.
 */
void cli_put(const struct cli_stream *stream, const char *text);
void cli_put_length(const struct cli_stream *stream, const char *text, size_t length);

/* The same in a style. */
void cli_put_styled(const struct cli_stream *stream, enum cli_style style, const char *text);

/* Writes an answer of the library's, its verdicts coloured. */
void cli_put_answer(const struct cli_stream *stream, const char *text);

/* Length of the character that text begins with, which has available bytes, more than 0; 0 if it is
   no UTF-8. */
size_t cli_character_length(const char *text, size_t available);

/* Writes a JSON string with its quotes, and without. What is no UTF-8 becomes U+FFFD. */
void cli_put_json(FILE *file, const char *text);
void cli_put_json_inside(FILE *file, const char *text);

/* Writes text of an XML document or of an attribute in double quotes. Control characters are
   written as \xNN, what is no UTF-8 as U+FFFD. */
void cli_put_xml(FILE *file, const char *text);

/* "calpol: " and a message to standard error, with a line feed. */
void cli_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
