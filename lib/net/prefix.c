/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks, read, compared and printed.
 */
#include "net/prefix.h"

#include "base/number.h"

#include <assert.h>

/* The bits of byte number index that belong to the network. */
static uint8_t byte_mask(unsigned length, unsigned index)
{
    if (length >= 8 * index + 8)
        return 0xff;
    return length <= 8 * index ? 0 : (uint8_t)(0xff00u >> (length - 8 * index));
}

/* Do the first bits of two addresses agree? */
static bool agree(const struct calpol_address *a, const struct calpol_address *b, unsigned length)
{
    unsigned whole = length / 8;

    if (a->family != b->family || memcmp(a->bytes, b->bytes, whole) != 0)
        return false;
    return length % 8 == 0 || ((a->bytes[whole] ^ b->bytes[whole]) & byte_mask(length, whole)) == 0;
}

static bool parse_length(struct cp_text text, bool strict, unsigned limit, uint8_t *out_length)
{
    uint64_t length;

    if (strict && text.length > 1 && text.data[0] == '0')
        return false;
    if (!cp_number_parse_unsigned(text, limit, &length))
        return false;
    *out_length = (uint8_t)length;
    return true;
}

enum cp_prefix_problem cp_prefix_parse(struct cp_text text,
                                       bool strict_length,
                                       struct cp_prefix *out_prefix)
{
    size_t slash = cp_text_find_byte(text, '/');
    struct calpol_address address;
    struct cp_prefix prefix;
    bool mapped;

    if (!cp_address_parse(cp_text_first(text, slash), &address, &mapped))
        return CP_PREFIX_BAD;
    prefix = cp_prefix_of_address(&address);
    if (slash != SIZE_MAX) {
        uint8_t length;

        if (!parse_length(cp_text_from_byte(text, slash + 1), strict_length,
                          mapped ? 128 : cp_family_bits(address.family), &length))
            return CP_PREFIX_BAD;
        if (!mapped)
            prefix.length = length;
    }
    *out_prefix = prefix;
    if (mapped)
        return CP_PREFIX_MAPPED;
    return slash == SIZE_MAX ? CP_PREFIX_BARE : CP_PREFIX_OK;
}

struct cp_prefix cp_prefix_of_address(const struct calpol_address *address)
{
    struct cp_prefix prefix = {*address, (uint8_t)cp_family_bits(address->family)};

    return prefix;
}

bool cp_prefix_mask(struct cp_prefix *prefix)
{
    bool cleared = false;

    assert(prefix->length <= cp_family_bits(prefix->address.family));
    for (unsigned i = 0; i < sizeof(prefix->address.bytes); i++) {
        uint8_t *byte = &prefix->address.bytes[i];
        uint8_t mask = byte_mask(prefix->length, i);

        cleared = cleared || *byte & ~mask;
        *byte &= mask;
    }
    return cleared;
}

bool cp_prefix_contains(const struct cp_prefix *prefix, const struct calpol_address *address)
{
    return agree(&prefix->address, address, prefix->length);
}

bool cp_prefix_covers(const struct cp_prefix *outer, const struct cp_prefix *inner)
{
    return outer->length <= inner->length && agree(&outer->address, &inner->address, outer->length);
}

void cp_prefix_print(const struct cp_prefix *prefix, struct cp_buffer *buffer)
{
    cp_address_print(&prefix->address, buffer);
    cp_buffer_add_byte(buffer, '/');
    cp_buffer_add_unsigned(buffer, prefix->length);
}
