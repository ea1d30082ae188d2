/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comments that switch warnings and notes off.
 */
#include "base/ignores.h"

#include "base/lines.h"

/* Bounds that no real comment meets, so that a hostile text stays linear. */
#define LONGEST_CODES ((size_t)1024)
#define MOST_COMMENTS 32u

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

static struct cp_text skip_blanks(struct cp_text text)
{
    size_t count = 0;

    while (count < text.length && is_blank(text.data[count]))
        count++;
    return cp_text_from_byte(text, count);
}

/* Bytes of the code that the text begins with. */
static size_t code_length(struct cp_text text)
{
    size_t length = 0;

    while (length < text.length && ((text.data[length] >= 'a' && text.data[length] <= 'z') ||
                                    cp_is_digit(text.data[length]) || text.data[length] == '-'))
        length++;
    return length;
}

bool cp_codes_name(struct cp_text codes, const char *code)
{
    for (;;) {
        size_t length;

        codes = skip_blanks(codes);
        length = code_length(codes);
        if (cp_text_is(cp_text_first(codes, length), code))
            return length > 0;
        codes = skip_blanks(cp_text_from_byte(codes, length));
        if (!length || !codes.length || codes.data[0] != ',')
            return false;
        codes = cp_text_from_byte(codes, 1);
    }
}

/* Where a line begins, its number, and how far the text was looked at. */
struct line {
    size_t start;
    uint32_t number;
    size_t at;
};

/* Goes on to the line that has a byte in it; the byte begins no line break. */
static void find_line(struct cp_text text, size_t offset, struct line *line)
{
    while (line->at < offset) {
        size_t length = cp_line_break(cp_text_from_byte(text, line->at));

        line->at += length ? length : 1;
        if (length) {
            line->start = line->at;
            line->number++;
        }
    }
}

/* Is "calpol:" at an offset what a comment begins with? out_alone: nothing is in front of it. */
static bool begins_comment(struct cp_text text, size_t start, size_t offset, bool *out_alone)
{
    size_t hash = offset;

    while (hash > start && is_blank(text.data[hash - 1]))
        hash--;
    if (hash == start || text.data[hash - 1] != '#')
        return false;
    hash--;
    if (hash > start && !is_blank(text.data[hash - 1]))
        return false;
    while (hash > start && is_blank(text.data[hash - 1]))
        hash--;
    *out_alone = hash == start;
    return true;
}

/* "ignore CODES" up to the end of the line; no codes if it is something else. */
static struct cp_text read_codes(struct cp_text rest)
{
    const struct cp_text word = CP_TEXT("ignore");
    size_t length = 0;

    rest = skip_blanks(rest);
    if (!cp_text_starts_with(rest, word) || rest.length == word.length ||
        !is_blank(rest.data[word.length]))
        return CP_TEXT("");
    rest = skip_blanks(cp_text_from_byte(rest, word.length));
    rest = cp_text_first(rest, LONGEST_CODES);
    while (length < rest.length && !cp_line_break(cp_text_from_byte(rest, length)))
        length++;
    return cp_text_first(rest, length);
}

bool cp_ignores_read(struct cp_text text, struct cp_arena *arena, struct cp_ignores *out_ignores)
{
    const struct cp_text mark = CP_TEXT("calpol:");
    struct line line = {0, 1, 0};
    size_t offset = 0;

    *out_ignores = (struct cp_ignores){.items.count = 0};
    for (;;) {
        size_t found = cp_text_find(cp_text_from_byte(text, offset), mark);
        struct cp_ignore ignore, *item;

        if (found == SIZE_MAX)
            return true;
        offset += found;
        find_line(text, offset, &line);
        ignore = (struct cp_ignore){.line = line.number};
        if (begins_comment(text, line.start, offset, &ignore.alone))
            ignore.codes = read_codes(cp_text_from_byte(text, offset + mark.length));
        offset += mark.length;
        if (!ignore.codes.length)
            continue;
        item = cp_array_push(arena, &out_ignores->items);
        if (!item)
            return false;
        *item = ignore;
    }
}

bool cp_ignores_hold(const struct cp_ignores *ignores, uint32_t line, const char *code)
{
    uint32_t low = 0, high = ignores->items.count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (ignores->items.items[middle].line <= line)
            low = middle + 1;
        else
            high = middle;
    }
    /* Upwards from the last comment that is not below the line. */
    for (uint32_t i = 0; i < MOST_COMMENTS && low-- > 0; i++) {
        const struct cp_ignore *ignore = &ignores->items.items[low];

        if (ignore->line != line && !(ignore->alone && ignore->line + 1 == line))
            return false;
        if (cp_codes_name(ignore->codes, code))
            return true;
        line = ignore->line;
    }
    return false;
}
