/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict readers that build nothing.
 */
#include "wellformed.h"

#include <stdint.h>
#include <string.h>

#define MOST_LEVELS 64u

/* What is left of a text. */
struct rest {
    const char *at, *end;
};

static bool ends(const struct rest *rest)
{
    return rest->at == rest->end;
}

static bool takes(struct rest *rest, const char *word)
{
    size_t length = strlen(word);

    if ((size_t)(rest->end - rest->at) < length || memcmp(rest->at, word, length) != 0)
        return false;
    rest->at += length;
    return true;
}

/* Takes as many bytes as there are of a set. */
static size_t take_any(struct rest *rest, const char *set)
{
    const char *start = rest->at;

    while (!ends(rest) && *rest->at && strchr(set, *rest->at))
        rest->at++;
    return (size_t)(rest->at - start);
}

/* Takes a character; 0: there is none that is well-formed. */
static uint32_t take_character(struct rest *rest)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first;
    size_t length;
    uint32_t value;

    if (ends(rest))
        return 0;
    first = (unsigned char)*rest->at;
    length = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (!length || first > 0xf4 || (size_t)(rest->end - rest->at) < length)
        return 0;
    value = length == 1 ? first : first & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if (((unsigned char)rest->at[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | ((unsigned char)rest->at[i] & 0x3f);
    }
    if (value < least[length] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
        return 0;
    rest->at += length;
    return value;
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static bool take_json_string(struct rest *rest)
{
    if (!takes(rest, "\""))
        return false;
    while (!takes(rest, "\"")) {
        if (takes(rest, "\\u")) {
            const char *start = rest->at;

            if (take_any(rest, "0123456789abcdefABCDEF") < 4)
                return false;
            rest->at = start + 4;
        } else if (takes(rest, "\\")) {
            if (ends(rest) || !*rest->at || !strchr("\"\\/bfnrt", *rest->at++))
                return false;
        } else if (take_character(rest) < 0x20) {
            return false;
        }
    }
    return true;
}

static bool take_json_number(struct rest *rest)
{
    static const char digits[] = "0123456789";

    takes(rest, "-");
    if (!takes(rest, "0") && !take_any(rest, digits))
        return false;
    if (takes(rest, ".") && !take_any(rest, digits))
        return false;
    if (takes(rest, "e") || takes(rest, "E")) {
        if (!takes(rest, "+"))
            takes(rest, "-");
        return take_any(rest, digits) > 0;
    }
    return true;
}

static bool take_json(struct rest *rest, unsigned level);

/* Behind an opening bracket. */
static bool take_json_items(struct rest *rest, unsigned level, bool is_object, const char *close)
{
    take_any(rest, " \t\r\n");
    if (takes(rest, close))
        return true;
    do {
        take_any(rest, " \t\r\n");
        if (is_object) {
            if (!take_json_string(rest))
                return false;
            take_any(rest, " \t\r\n");
            if (!takes(rest, ":"))
                return false;
        }
        if (!take_json(rest, level + 1))
            return false;
    } while (takes(rest, ","));
    return takes(rest, close);
}

static bool take_json(struct rest *rest, unsigned level)
{
    bool is_good;

    if (level > MOST_LEVELS)
        return false;
    take_any(rest, " \t\r\n");
    if (takes(rest, "{"))
        is_good = take_json_items(rest, level, true, "}");
    else if (takes(rest, "["))
        is_good = take_json_items(rest, level, false, "]");
    else if (!ends(rest) && *rest->at == '"')
        is_good = take_json_string(rest);
    else
        is_good = takes(rest, "true") || takes(rest, "false") || takes(rest, "null") ||
                  take_json_number(rest);
    take_any(rest, " \t\r\n");
    return is_good;
}

bool is_json(const char *text, size_t length)
{
    struct rest rest = {text, text + length};

    return take_json(&rest, 0) && ends(&rest);
}

/* ---- XML ------------------------------------------------------------------------------------- */

#define NAME_BYTES "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:"

static bool is_xml_character(uint32_t value)
{
    return value == '\t' || value == '\n' || value == '\r' ||
           (value >= 0x20 && value != 0xfffe && value != 0xffff);
}

static bool take_reference(struct rest *rest)
{
    static const char *const names[] = {"amp;", "lt;", "gt;", "quot;", "apos;"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (takes(rest, names[i]))
            return true;
    }
    if (takes(rest, "#x"))
        return take_any(rest, "0123456789abcdefABCDEF") && takes(rest, ";");
    return takes(rest, "#") && take_any(rest, "0123456789") && takes(rest, ";");
}

/* Text up to one of two bytes, which stays. */
static bool take_xml_text(struct rest *rest, char end, char other_end)
{
    while (!ends(rest) && *rest->at != end && *rest->at != other_end) {
        if (takes(rest, "]]>"))
            return false;
        if (takes(rest, "&") ? !take_reference(rest) : !is_xml_character(take_character(rest)))
            return false;
    }
    return true;
}

/* Behind the name in a start tag, or in the declaration, up to its end. */
static bool take_attributes(struct rest *rest)
{
    while (take_any(rest, " \t\r\n")) {
        if (!take_any(rest, NAME_BYTES))
            break;
        if (!takes(rest, "=\"") || !take_xml_text(rest, '"', '<') || !takes(rest, "\""))
            return false;
    }
    return true;
}

/* Behind "<". Opens or closes an element; open holds those that are. */
static bool take_tag(struct rest *rest, struct rest *open, unsigned *depth)
{
    bool is_end = takes(rest, "/");
    const char *start = rest->at;
    struct rest name;

    if (!take_any(rest, NAME_BYTES))
        return false;
    name = (struct rest){start, rest->at};
    if (is_end) {
        const struct rest *last = *depth ? &open[--*depth] : NULL;

        take_any(rest, " \t\r\n");
        return last && last->end - last->at == name.end - name.at &&
               memcmp(last->at, name.at, (size_t)(name.end - name.at)) == 0 && takes(rest, ">");
    }
    if (!take_attributes(rest))
        return false;
    if (takes(rest, "/>"))
        return true;
    if (*depth == MOST_LEVELS)
        return false;
    open[(*depth)++] = name;
    return takes(rest, ">");
}

bool is_xml(const char *text, size_t length)
{
    struct rest rest = {text, text + length}, open[MOST_LEVELS];
    unsigned depth = 0;

    if (takes(&rest, "<?xml") && (!take_attributes(&rest) || !takes(&rest, "?>")))
        return false;
    take_any(&rest, " \t\r\n");
    do {
        if (!takes(&rest, "<") || !take_tag(&rest, open, &depth))
            return false;
        if (depth && !take_xml_text(&rest, '<', '<'))
            return false;
    } while (depth);
    take_any(&rest, " \t\r\n");
    return ends(&rest);
}
