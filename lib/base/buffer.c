/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text being built.
 */
#include "base/buffer.h"

#include "base/number.h"
#include "base/utf8.h"

#include <assert.h>

#define FIRST_CAPACITY ((size_t)64)
#define QUOTED_LIMIT ((size_t)80)

static const char hex_digits[] = "0123456789abcdef";

void cp_buffer_init(struct cp_buffer *buffer, struct cp_arena *arena)
{
    *buffer = (struct cp_buffer){.arena = arena};
}

/* Room for more bytes and a NUL. */
static bool reserve(struct cp_buffer *buffer, size_t more)
{
    size_t wanted = buffer->capacity ? buffer->capacity : FIRST_CAPACITY;
    char *grown;

    if (buffer->failed)
        return false;
    if (more < buffer->capacity - buffer->length)
        return true;
    if (more >= SIZE_MAX / 2 - buffer->length) {
        buffer->failed = true;
        return false;
    }
    while (wanted - buffer->length <= more)
        wanted *= 2;
    grown = cp_arena_allocate(buffer->arena, wanted);
    if (!grown) {
        buffer->failed = true;
        return false;
    }
    if (buffer->length)
        memcpy(grown, buffer->data, buffer->length);
    buffer->data = grown;
    buffer->capacity = wanted;
    return true;
}

void cp_buffer_add(struct cp_buffer *buffer, struct cp_text text)
{
    if (!text.length || !reserve(buffer, text.length))
        return;
    memcpy(buffer->data + buffer->length, text.data, text.length);
    buffer->length += text.length;
}

void cp_buffer_add_string(struct cp_buffer *buffer, const char *string)
{
    cp_buffer_add(buffer, cp_text_from(string));
}

void cp_buffer_add_byte(struct cp_buffer *buffer, char byte)
{
    cp_buffer_add(buffer, cp_text_make(&byte, 1));
}

void cp_buffer_add_spaces(struct cp_buffer *buffer, size_t count)
{
    while (count--)
        cp_buffer_add_byte(buffer, ' ');
}

void cp_buffer_add_unsigned(struct cp_buffer *buffer, uint64_t value)
{
    char digits[20];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    cp_buffer_add(buffer, cp_text_make(digits + at, sizeof(digits) - at));
}

void cp_buffer_add_signed(struct cp_buffer *buffer, int64_t value)
{
    if (value < 0) {
        cp_buffer_add_byte(buffer, '-');
        cp_buffer_add_unsigned(buffer, 0 - (uint64_t)value);
    } else {
        cp_buffer_add_unsigned(buffer, (uint64_t)value);
    }
}

void cp_buffer_add_double(struct cp_buffer *buffer, double value)
{
    char digits[CP_DOUBLE_TEXT_BYTES];

    cp_buffer_add(buffer, cp_text_make(digits, cp_number_print_double(value, digits)));
}

static void add_hex_byte(struct cp_buffer *buffer, const char *prefix, unsigned char byte)
{
    cp_buffer_add_string(buffer, prefix);
    cp_buffer_add_byte(buffer, hex_digits[byte >> 4]);
    cp_buffer_add_byte(buffer, hex_digits[byte & 15]);
}

static void add_json_byte(struct cp_buffer *buffer, char byte)
{
    static const char escaped[] = "\"\\\b\f\n\r\t";
    static const char letters[] = "\"\\bfnrt";
    const char *found = byte ? strchr(escaped, byte) : NULL;

    if (found) {
        cp_buffer_add_byte(buffer, '\\');
        cp_buffer_add_byte(buffer, letters[found - escaped]);
    } else if ((unsigned char)byte < 0x20 || byte == 0x7f) {
        add_hex_byte(buffer, "\\u00", (unsigned char)byte);
    } else {
        cp_buffer_add_byte(buffer, byte);
    }
}

void cp_buffer_add_json(struct cp_buffer *buffer, struct cp_text text)
{
    cp_buffer_add_byte(buffer, '"');
    for (size_t i = 0; i < text.length;) {
        size_t length = cp_utf8_length(cp_text_from_byte(text, i));

        if (!length) {
            cp_buffer_add_string(buffer, "\\ufffd");
            length = 1;
        } else if (length == 1) {
            add_json_byte(buffer, text.data[i]);
        } else {
            cp_buffer_add(buffer, cp_text_make(text.data + i, length));
        }
        i += length;
    }
    cp_buffer_add_byte(buffer, '"');
}

static void add_quoted(struct cp_buffer *buffer, struct cp_text text)
{
    struct cp_text shown = text;

    if (text.length > QUOTED_LIMIT)
        shown = cp_text_first(text, cp_utf8_cut(text, QUOTED_LIMIT - 3));
    cp_buffer_add_byte(buffer, '"');
    for (size_t i = 0; i < shown.length; i++) {
        unsigned char byte = (unsigned char)shown.data[i];

        if (byte < 0x20 || byte == 0x7f)
            add_hex_byte(buffer, "\\x", byte);
        else
            cp_buffer_add_byte(buffer, shown.data[i]);
    }
    cp_buffer_add_string(buffer, shown.length < text.length ? "...\"" : "\"");
}

/* Whether a va_list is handed on as a copy depends on the machine, hence the pointer. */
static void add_directive(struct cp_buffer *buffer, char directive, va_list *arguments)
{
    switch (directive) {
    case 's':
        cp_buffer_add_string(buffer, va_arg(*arguments, const char *));
        break;
    case 't':
        cp_buffer_add(buffer, va_arg(*arguments, struct cp_text));
        break;
    case 'q':
        add_quoted(buffer, va_arg(*arguments, struct cp_text));
        break;
    case 'u':
        cp_buffer_add_unsigned(buffer, va_arg(*arguments, uint32_t));
        break;
    case 'd':
        cp_buffer_add_signed(buffer, va_arg(*arguments, int32_t));
        break;
    case 'U':
        cp_buffer_add_unsigned(buffer, va_arg(*arguments, uint64_t));
        break;
    case 'f':
        cp_buffer_add_double(buffer, va_arg(*arguments, double));
        break;
    default:
        assert(directive == '%');
        cp_buffer_add_byte(buffer, '%');
        break;
    }
}

void cp_buffer_format_list(struct cp_buffer *buffer, const char *format, va_list *arguments)
{
    for (const char *at = format; *at; at++) {
        const char *directive = strchr(at, '%');

        if (!directive) {
            cp_buffer_add_string(buffer, at);
            return;
        }
        cp_buffer_add(buffer, cp_text_make(at, (size_t)(directive - at)));
        at = directive + 1;
        add_directive(buffer, *at, arguments);
    }
}

void cp_buffer_format(struct cp_buffer *buffer, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    cp_buffer_format_list(buffer, format, &arguments);
    va_end(arguments);
}

struct cp_text cp_buffer_text(const struct cp_buffer *buffer)
{
    if (buffer->failed)
        return cp_text_make(NULL, 0);
    return cp_text_make(buffer->data ? buffer->data : "", buffer->length);
}

char *cp_buffer_string(struct cp_buffer *buffer)
{
    if (!reserve(buffer, 1))
        return NULL;
    buffer->data[buffer->length] = '\0';
    return buffer->data;
}
