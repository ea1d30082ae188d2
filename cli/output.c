/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing for people and for programs.
 */
#include "output.h"

#include "progress.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const style_codes[] = {
    [CLI_PLAIN] = "",           [CLI_BOLD] = "\033[1m",      [CLI_RED] = "\033[1;31m",
    [CLI_GREEN] = "\033[1;32m", [CLI_YELLOW] = "\033[1;33m", [CLI_CYAN] = "\033[1;36m",
};

static bool wants_colour(FILE *file)
{
    const char *no_color = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");

    if (no_color && *no_color)
        return false;
    if (!terminal || !*terminal || strcmp(terminal, "dumb") == 0)
        return false;
    return isatty(fileno(file)) == 1;
}

struct cli_stream cli_stream_make(FILE *file, enum cli_colour when)
{
    struct cli_stream stream = {file, when == CLI_COLOUR_ALWAYS};

    if (when == CLI_COLOUR_AUTO)
        stream.colour = wants_colour(file);
    return stream;
}

/* Length of the control character at text: C0 and DEL, or C1 as UTF-8; 0 if it is something else.
 */
static size_t control_length(const char *text, size_t length)
{
    unsigned char first = (unsigned char)text[0];

    if (first == '\n' || first == '\t')
        return 0;
    if (first < 0x20 || first == 0x7f)
        return 1;
    if (first == 0xc2 && length > 1) {
        unsigned char second = (unsigned char)text[1];

        return second >= 0x80 && second < 0xa0 ? 2 : 0;
    }
    return 0;
}

void cli_put_length(const struct cli_stream *stream, const char *text, size_t length)
{
    size_t start = 0, i = 0;

    while (i < length) {
        size_t control = control_length(text + i, length - i);

        if (control == 0) {
            i++;
            continue;
        }
        fwrite(text + start, 1, i - start, stream->file);
        for (size_t end = i + control; i < end; i++)
            fprintf(stream->file, "\\x%02x", (unsigned char)text[i]);
        start = i;
    }
    fwrite(text + start, 1, length - start, stream->file);
}

void cli_put(const struct cli_stream *stream, const char *text)
{
    cli_put_length(stream, text, strlen(text));
}

static void put_styled_length(const struct cli_stream *stream,
                              enum cli_style style,
                              const char *text,
                              size_t length)
{
    bool styled = stream->colour && style != CLI_PLAIN;

    if (styled)
        fputs(style_codes[style], stream->file);
    cli_put_length(stream, text, length);
    if (styled)
        fputs("\033[0m", stream->file);
}

void cli_put_styled(const struct cli_stream *stream, enum cli_style style, const char *text)
{
    put_styled_length(stream, style, text, strlen(text));
}

/* Words that are coloured where they stand alone. */
static const struct {
    const char *word;
    enum cli_style style;
} verdict_words[] = {
    {"ALLOW", CLI_GREEN},  {"allow", CLI_GREEN},  {"allowed", CLI_GREEN},  {"DENY", CLI_RED},
    {"deny", CLI_RED},     {"denied", CLI_RED},   {"UNKNOWN", CLI_YELLOW}, {"unknown", CLI_YELLOW},
    {"MIXED", CLI_YELLOW}, {"mixed", CLI_YELLOW},
};

static enum cli_style word_style(const char *word, size_t length)
{
    for (size_t i = 0; i < sizeof(verdict_words) / sizeof(verdict_words[0]); i++)
        if (strlen(verdict_words[i].word) == length &&
            memcmp(verdict_words[i].word, word, length) == 0)
            return verdict_words[i].style;
    return CLI_PLAIN;
}

static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/* The next word of a line, with the blanks before it, coloured if it is a verdict. */
static size_t put_word(const struct cli_stream *stream, const char *text, size_t length)
{
    size_t start = 0, end;

    while (start < length && text[start] == ' ')
        start++;
    end = start;
    while (end < length && is_letter(text[end]))
        end++;
    cli_put_length(stream, text, start);
    put_styled_length(stream, word_style(text + start, end - start), text + start, end - start);
    return end;
}

/* "DENY  ..." or "  egress   deny  ...": the verdict is the first word or the second. */
static void put_line(const struct cli_stream *stream, const char *line, size_t length)
{
    size_t at = put_word(stream, line, length);

    at += put_word(stream, line + at, length - at);
    cli_put_length(stream, line + at, length - at);
}

void cli_put_answer(const struct cli_stream *stream, const char *text)
{
    while (*text) {
        const char *end = strchr(text, '\n');
        size_t length = end ? (size_t)(end - text) + 1 : strlen(text);

        put_line(stream, text, length);
        text += length;
    }
}

size_t cli_character_length(const char *text, size_t available)
{
    const unsigned char *byte = (const unsigned char *)text;
    size_t length = byte[0] < 0x80                      ? 1
                    : byte[0] >= 0xc2 && byte[0] < 0xe0 ? 2
                    : byte[0] >= 0xe0 && byte[0] < 0xf0 ? 3
                    : byte[0] >= 0xf0 && byte[0] < 0xf5 ? 4
                                                        : 0;

    if (length > available)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((byte[i] & 0xc0) != 0x80)
            return 0;
    if ((byte[0] == 0xe0 && byte[1] < 0xa0) || (byte[0] == 0xed && byte[1] >= 0xa0) ||
        (byte[0] == 0xf0 && byte[1] < 0x90) || (byte[0] == 0xf4 && byte[1] >= 0x90))
        return 0;
    return length;
}

/* Writes a character of two bytes or more and returns its length; what is no UTF-8, or no character
   at all, becomes U+FFFD. */
static size_t put_character(FILE *file, const char *text)
{
    size_t length = cli_character_length(text, 4); /* the NUL at the end stops it earlier */

    if (length == 0 || strncmp(text, "\xef\xbf\xbe", 3) == 0 ||
        strncmp(text, "\xef\xbf\xbf", 3) == 0)
        fputs("\xef\xbf\xbd", file);
    else
        fwrite(text, 1, length, file);
    return length ? length : 1;
}

void cli_put_json_inside(FILE *file, const char *text)
{
    while (*text) {
        unsigned char byte = (unsigned char)*text;

        if (byte >= 0x80) {
            text += put_character(file, text);
            continue;
        }
        if (byte == '"' || byte == '\\')
            fprintf(file, "\\%c", byte);
        else if (byte == '\n')
            fputs("\\n", file);
        else if (byte < 0x20)
            fprintf(file, "\\u%04x", byte);
        else
            fputc(byte, file);
        text++;
    }
}

void cli_put_json(FILE *file, const char *text)
{
    fputc('"', file);
    cli_put_json_inside(file, text);
    fputc('"', file);
}

static void put_xml_byte(FILE *file, unsigned char byte)
{
    switch (byte) {
    case '&':
        fputs("&amp;", file);
        break;
    case '<':
        fputs("&lt;", file);
        break;
    case '>':
        fputs("&gt;", file);
        break;
    case '"':
        fputs("&quot;", file);
        break;
    default:
        /* XML has no way to write control characters. */
        fprintf(file, byte < 0x20 || byte == 0x7f ? "\\x%02x" : "%c", byte);
        break;
    }
}

void cli_put_xml(FILE *file, const char *text)
{
    while (*text) {
        if ((unsigned char)*text >= 0x80)
            text += put_character(file, text);
        else
            put_xml_byte(file, (unsigned char)*text++);
    }
}

void cli_error(const char *format, ...)
{
    struct cli_stream stream = {stderr, false};
    char message[2048];
    va_list arguments;

    cli_progress_end();
    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    fputs("calpol: ", stderr);
    cli_put(&stream, message);
    fputc('\n', stderr);
}
