/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IP addresses, read and printed.
 *
 * Read by hand: the functions of the C library differ in what they take between systems.
 */
#include "net/address.h"

#include "base/number.h"

#include <assert.h>

#define GROUP_COUNT 8u
#define NO_GAP SIZE_MAX

static const unsigned char mapped_start[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/* Four decimal octets without leading zeros. */
static bool parse_dotted(struct cp_text text, uint8_t out_bytes[4])
{
    for (int i = 0; i < 4; i++) {
        size_t end = i < 3 ? cp_text_find_byte(text, '.') : text.length;
        struct cp_text octet = cp_text_first(text, end);
        uint64_t value;

        if (end == SIZE_MAX || (octet.length > 1 && octet.data[0] == '0') ||
            !cp_number_parse_unsigned(octet, UINT8_MAX, &value))
            return false;
        out_bytes[i] = (uint8_t)value;
        text = cp_text_from_byte(text, end + 1);
    }
    return true;
}

static int hex_value(char byte)
{
    char lower = cp_lower(byte);

    if (cp_is_digit(byte))
        return byte - '0';
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* IPv6 groups being read. */
struct groups {
    uint8_t bytes[16];
    size_t count; /* bytes read */
    size_t gap;   /* where "::" stood, in bytes; NO_GAP */
};

/* One to four hexadecimal digits, which text is all of. */
static bool parse_group(struct cp_text text, struct groups *groups)
{
    unsigned value = 0;

    if (text.length < 1 || text.length > 4 || groups->count + 2 > sizeof(groups->bytes))
        return false;
    for (size_t i = 0; i < text.length; i++) {
        int digit = hex_value(text.data[i]);

        if (digit < 0)
            return false;
        value = value * 16 + (unsigned)digit;
    }
    groups->bytes[groups->count++] = (uint8_t)(value >> 8);
    groups->bytes[groups->count++] = (uint8_t)value;
    return true;
}

/* The last group: hexadecimal, or two groups as dotted IPv4. */
static bool parse_last(struct cp_text text, struct groups *groups)
{
    if (cp_text_find_byte(text, '.') == SIZE_MAX)
        return parse_group(text, groups);
    if (groups->count + 4 > sizeof(groups->bytes) ||
        !parse_dotted(text, groups->bytes + groups->count))
        return false;
    groups->count += 4;
    return true;
}

/* Takes "::" off the front, the only one. */
static bool take_gap(struct cp_text *text, struct groups *groups)
{
    if (groups->gap != NO_GAP || !cp_text_starts_with(*text, CP_TEXT("::")))
        return false;
    groups->gap = groups->count;
    *text = cp_text_from_byte(*text, 2);
    return true;
}

static bool parse_groups(struct cp_text text, struct groups *groups)
{
    if (take_gap(&text, groups) && !text.length)
        return true;
    for (;;) {
        size_t colon = cp_text_find_byte(text, ':');

        if (colon == SIZE_MAX)
            return parse_last(text, groups);
        if (!parse_group(cp_text_first(text, colon), groups))
            return false;
        text = cp_text_from_byte(text, colon);
        if (!take_gap(&text, groups))
            text = cp_text_from_byte(text, 1);
        else if (!text.length)
            return true;
    }
}

/* Opens the gap, which stands for one group at least. */
static bool fill_gap(struct groups *groups)
{
    const size_t size = sizeof(groups->bytes);
    size_t tail;

    if (groups->gap == NO_GAP)
        return groups->count == size;
    if (groups->count == size)
        return false;
    tail = groups->count - groups->gap;
    memmove(groups->bytes + size - tail, groups->bytes + groups->gap, tail);
    memset(groups->bytes + groups->gap, 0, size - groups->count);
    return true;
}

bool cp_address_parse(struct cp_text text, struct calpol_address *out_address, bool *out_mapped)
{
    struct calpol_address address = {.family = 4};
    struct groups groups = {.gap = NO_GAP};
    bool mapped = false;

    if (cp_text_find_byte(text, ':') == SIZE_MAX) {
        if (!parse_dotted(text, address.bytes))
            return false;
    } else {
        if (!parse_groups(text, &groups) || !fill_gap(&groups))
            return false;
        address.family = 6;
        memcpy(address.bytes, groups.bytes, sizeof(groups.bytes));
        mapped = cp_address_unmap(&address);
    }
    *out_address = address;
    if (out_mapped)
        *out_mapped = mapped;
    return true;
}

static bool is_mapped(const struct calpol_address *address)
{
    return address->family == 6 && memcmp(address->bytes, mapped_start, sizeof(mapped_start)) == 0;
}

bool cp_address_unmap(struct calpol_address *address)
{
    if (!is_mapped(address))
        return false;
    address->family = 4;
    memmove(address->bytes, address->bytes + 12, 4);
    memset(address->bytes + 4, 0, 12);
    return true;
}

static void print_dotted(const uint8_t bytes[4], struct cp_buffer *buffer)
{
    for (int i = 0; i < 4; i++) {
        if (i > 0)
            cp_buffer_add_byte(buffer, '.');
        cp_buffer_add_unsigned(buffer, bytes[i]);
    }
}

static unsigned group_at(const uint8_t bytes[16], unsigned index)
{
    const uint8_t *group = bytes + (size_t)2 * index;

    return (unsigned)group[0] << 8 | group[1];
}

/* The longest run of two or more zero groups, the first of several; length 0: there is none. */
static void find_gap(const uint8_t bytes[16], unsigned *out_start, unsigned *out_length)
{
    unsigned length = 0;

    *out_start = 0;
    *out_length = 0;
    for (unsigned i = 0; i < GROUP_COUNT; i++) {
        length = group_at(bytes, i) ? 0 : length + 1;
        if (length > 1 && length > *out_length) {
            *out_start = i + 1 - length;
            *out_length = length;
        }
    }
}

static void print_group(unsigned group, struct cp_buffer *buffer)
{
    static const char digits[] = "0123456789abcdef";
    int shift = 12;

    while (shift > 0 && !(group >> shift))
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        cp_buffer_add_byte(buffer, digits[group >> shift & 15]);
}

static void print_groups(const uint8_t bytes[16], struct cp_buffer *buffer)
{
    unsigned start, length;

    find_gap(bytes, &start, &length);
    for (unsigned i = 0; i < GROUP_COUNT; i++) {
        if (length && i == start) {
            cp_buffer_add_string(buffer, "::");
            i += length - 1;
            continue;
        }
        if (i > 0 && (!length || i != start + length))
            cp_buffer_add_byte(buffer, ':');
        print_group(group_at(bytes, i), buffer);
    }
}

void cp_address_print(const struct calpol_address *address, struct cp_buffer *buffer)
{
    assert(address->family == 4 || address->family == 6);
    if (address->family == 4) {
        print_dotted(address->bytes, buffer);
    } else if (is_mapped(address)) {
        cp_buffer_add_string(buffer, "::ffff:");
        print_dotted(address->bytes + 12, buffer);
    } else {
        print_groups(address->bytes, buffer);
    }
}

bool cp_address_equal(const struct calpol_address *a, const struct calpol_address *b)
{
    return cp_address_compare(a, b) == 0;
}

int cp_address_compare(const struct calpol_address *a, const struct calpol_address *b)
{
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    return memcmp(a->bytes, b->bytes, a->family == 4 ? 4 : sizeof(a->bytes));
}
