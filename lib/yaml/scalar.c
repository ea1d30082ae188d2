/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the text of a scalar means.
 */
#include "yaml/scalar.h"

#include "base/number.h"

/* Numbers with "_" in them are read from a copy without, which has room for this many bytes; what
   is longer is text, that is, refused wherever a number is wanted. */
#define LONGEST_UNDERSCORED 512u

#define WORD_BYTES 8u

struct word {
    char text[WORD_BYTES]; /* filled up with NUL */
    uint8_t type;          /* enum cp_node_type */
    bool boolean;
};

/* resources.md 2.1, rows one to four. */
static const struct word words[] = {
    {"", CP_NODE_NULL, false},         {"~", CP_NODE_NULL, false},
    {"null", CP_NODE_NULL, false},     {"Null", CP_NODE_NULL, false},
    {"NULL", CP_NODE_NULL, false},     {"y", CP_NODE_BOOLEAN, true},
    {"Y", CP_NODE_BOOLEAN, true},      {"yes", CP_NODE_BOOLEAN, true},
    {"Yes", CP_NODE_BOOLEAN, true},    {"YES", CP_NODE_BOOLEAN, true},
    {"true", CP_NODE_BOOLEAN, true},   {"True", CP_NODE_BOOLEAN, true},
    {"TRUE", CP_NODE_BOOLEAN, true},   {"on", CP_NODE_BOOLEAN, true},
    {"On", CP_NODE_BOOLEAN, true},     {"ON", CP_NODE_BOOLEAN, true},
    {"n", CP_NODE_BOOLEAN, false},     {"N", CP_NODE_BOOLEAN, false},
    {"no", CP_NODE_BOOLEAN, false},    {"No", CP_NODE_BOOLEAN, false},
    {"NO", CP_NODE_BOOLEAN, false},    {"false", CP_NODE_BOOLEAN, false},
    {"False", CP_NODE_BOOLEAN, false}, {"FALSE", CP_NODE_BOOLEAN, false},
    {"off", CP_NODE_BOOLEAN, false},   {"Off", CP_NODE_BOOLEAN, false},
    {"OFF", CP_NODE_BOOLEAN, false},   {".inf", CP_NODE_FLOAT, false},
    {".Inf", CP_NODE_FLOAT, false},    {".INF", CP_NODE_FLOAT, false},
    {"+.inf", CP_NODE_FLOAT, false},   {"+.Inf", CP_NODE_FLOAT, false},
    {"+.INF", CP_NODE_FLOAT, false},   {"-.inf", CP_NODE_FLOAT, false},
    {"-.Inf", CP_NODE_FLOAT, false},   {"-.INF", CP_NODE_FLOAT, false},
    {".nan", CP_NODE_FLOAT, false},    {".NaN", CP_NODE_FLOAT, false},
    {".NAN", CP_NODE_FLOAT, false},
};

#define LONGEST_WORD 5u

static const struct word *find_word(struct cp_text text)
{
    char bytes[WORD_BYTES] = "";

    if (text.length > LONGEST_WORD)
        return NULL;
    if (text.length)
        memcpy(bytes, text.data, text.length);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        /* What ends with a NUL of its own is no word. */
        if (memcmp(bytes, words[i].text, WORD_BYTES) == 0)
            return text.length && !bytes[text.length - 1] ? NULL : &words[i];
    }
    return NULL;
}

static unsigned digit_value(char byte)
{
    if (cp_is_digit(byte))
        return (unsigned)(byte - '0');
    byte = cp_lower(byte);
    return byte >= 'a' && byte <= 'f' ? (unsigned)(byte - 'a') + 10 : 16;
}

/* One or more digits of a base, in 64 bits. */
static bool read_digits(struct cp_text digits, unsigned base, uint64_t *out_value)
{
    uint64_t value = 0;

    for (size_t i = 0; i < digits.length; i++) {
        unsigned digit = digit_value(digits.data[i]);

        if (digit >= base || value > (UINT64_MAX - digit) / base)
            return false;
        value = value * base + digit;
    }
    *out_value = value;
    return digits.length > 0;
}

/* Base and digits of an integer without sign. "0" alone is decimal, "010" is octal, "08" nothing.
 */
static unsigned split_base(struct cp_text *digits)
{
    unsigned base = 8;

    if (digits->length < 2 || digits->data[0] != '0')
        return 10;
    switch (cp_lower(digits->data[1])) {
    case 'x':
        base = 16;
        break;
    case 'b':
        base = 2;
        break;
    case 'o':
        break;
    default:
        *digits = cp_text_from_byte(*digits, 1);
        return 8;
    }
    *digits = cp_text_from_byte(*digits, 2);
    return base;
}

/* An integer in text without "_". A "+" makes it signed: then 64 bits hold half as much. */
static bool read_integer(struct cp_text text, bool *out_negative, uint64_t *out_magnitude)
{
    bool is_signed = text.length && (text.data[0] == '+' || text.data[0] == '-');
    bool negative = is_signed && text.data[0] == '-';
    struct cp_text digits = cp_text_from_byte(text, is_signed ? 1 : 0);
    unsigned base = split_base(&digits);
    uint64_t magnitude;

    if (!read_digits(digits, base, &magnitude))
        return false;
    if (is_signed && magnitude > (uint64_t)INT64_MAX + (negative ? 1 : 0))
        return false;
    *out_negative = negative;
    *out_magnitude = magnitude;
    return true;
}

/* The text itself if it has no "_", else a copy without them; {NULL, 0} if that is too long. */
static struct cp_text without_underscores(struct cp_text text, char room[LONGEST_UNDERSCORED])
{
    size_t length = 0;

    if (cp_text_find_byte(text, '_') == SIZE_MAX)
        return text;
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '_')
            continue;
        if (length == LONGEST_UNDERSCORED)
            return cp_text_make(NULL, 0);
        room[length++] = text.data[i];
    }
    return cp_text_make(room, length);
}

static bool starts_like_integer(struct cp_text text)
{
    return text.length && (cp_is_digit(text.data[0]) || text.data[0] == '+' || text.data[0] == '-');
}

bool cp_scalar_integer(struct cp_text text, bool *out_negative, uint64_t *out_magnitude)
{
    char room[LONGEST_UNDERSCORED];

    if (!starts_like_integer(text))
        return false;
    return read_integer(without_underscores(text, room), out_negative, out_magnitude);
}

bool cp_scalar_float(struct cp_text text, double *out_value)
{
    char room[LONGEST_UNDERSCORED];

    /* Behind a leading point the "_" stay, and then it is no number. */
    if (starts_like_integer(text))
        text = without_underscores(text, room);
    return cp_number_parse_double(text, out_value);
}

/* May such a byte begin anything but text? */
static const bool begins_others[256] = {
    ['~'] = true, ['n'] = true, ['N'] = true, ['y'] = true, ['Y'] = true, ['t'] = true,
    ['T'] = true, ['o'] = true, ['O'] = true, ['f'] = true, ['F'] = true, ['.'] = true,
    ['+'] = true, ['-'] = true, ['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true,
    ['4'] = true, ['5'] = true, ['6'] = true, ['7'] = true, ['8'] = true, ['9'] = true,
};

static enum cp_node_type word_or_number(struct cp_text text, bool *out_boolean)
{
    const bool is_number = starts_like_integer(text);
    const struct word *word = is_number && cp_is_digit(text.data[0]) ? NULL : find_word(text);
    uint64_t magnitude;
    double value;
    bool negative;

    if (word) {
        *out_boolean = word->boolean;
        return (enum cp_node_type)word->type;
    }
    if (!is_number && text.data[0] != '.')
        return CP_NODE_TEXT;
    if (cp_scalar_integer(text, &negative, &magnitude))
        return CP_NODE_INTEGER;
    return cp_scalar_float(text, &value) ? CP_NODE_FLOAT : CP_NODE_TEXT;
}

enum cp_node_type cp_scalar_type(struct cp_text text, bool *out_boolean)
{
    if (text.length && !begins_others[(unsigned char)text.data[0]])
        return CP_NODE_TEXT;
    return word_or_number(text, out_boolean);
}

#define CORE_TAG "tag:yaml.org,2002:"

struct scalar_tag {
    const char *tag;
    uint8_t type; /* enum cp_node_type */
};

static const struct scalar_tag scalar_tags[] = {
    {CORE_TAG "str", CP_NODE_TEXT},    {CORE_TAG "int", CP_NODE_INTEGER},
    {CORE_TAG "float", CP_NODE_FLOAT}, {CORE_TAG "bool", CP_NODE_BOOLEAN},
    {CORE_TAG "null", CP_NODE_NULL},
};

static const struct scalar_tag *find_tag(struct cp_text tag)
{
    for (size_t i = 0; i < sizeof(scalar_tags) / sizeof(scalar_tags[0]); i++) {
        if (cp_text_is(tag, scalar_tags[i].tag))
            return &scalar_tags[i];
    }
    return NULL;
}

bool cp_scalar_tagged_type(struct cp_text text,
                           struct cp_text tag,
                           enum cp_node_type *out_type,
                           bool *out_boolean)
{
    const struct scalar_tag *known = find_tag(tag);
    enum cp_node_type type = CP_NODE_TEXT;

    if (!known)
        return false;
    if (known->type != CP_NODE_TEXT) {
        type = cp_scalar_type(text, out_boolean);
        /* An integer is a float too, and stays one, for its digits may be hexadecimal. */
        if (type != known->type && !(known->type == CP_NODE_FLOAT && type == CP_NODE_INTEGER))
            return false;
    }
    *out_type = type;
    return true;
}

bool cp_scalar_is_sequence_tag(struct cp_text tag)
{
    return cp_text_is(tag, CORE_TAG "seq");
}

bool cp_scalar_is_mapping_tag(struct cp_text tag)
{
    return cp_text_is(tag, CORE_TAG "map");
}

void cp_scalar_add_tag(struct cp_buffer *buffer, struct cp_text tag)
{
    if (cp_text_starts_with(tag, CP_TEXT(CORE_TAG)))
        cp_buffer_format(buffer, "!!%t", cp_text_from_byte(tag, sizeof(CORE_TAG) - 1));
    else if (cp_text_starts_with(tag, CP_TEXT("!")))
        cp_buffer_add(buffer, tag);
    else
        cp_buffer_format(buffer, "!<%t>", tag);
}
