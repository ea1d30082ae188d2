/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses as numbers of 128 bits, the first bit of an address on top. IPv4 addresses are the
 * upper 32 bits, so that a network is a number of first bits in both families.
 */
#ifndef CP_NET_ADDRESS_KEY_H
#define CP_NET_ADDRESS_KEY_H

#include "net/address.h"

struct cp_address_key {
    uint64_t high, low;
};

static inline uint64_t cp_address_key_word(const uint8_t bytes[8])
{
    uint64_t word = 0;

    for (int i = 0; i < 8; i++)
        word = word << 8 | bytes[i];
    return word;
}

static inline struct cp_address_key cp_address_key_of(const struct calpol_address *address)
{
    struct cp_address_key key = {cp_address_key_word(address->bytes),
                                 cp_address_key_word(address->bytes + 8)};

    return key;
}

/* The first bits, at most 64, of a word. */
static inline uint64_t cp_first_bits(uint64_t word, unsigned count)
{
    return count == 0 ? 0 : word & UINT64_MAX << (64 - count);
}

/* The first length bits of a key, the rest zero. */
static inline struct cp_address_key cp_address_key_first(struct cp_address_key key, unsigned length)
{
    struct cp_address_key first = {cp_first_bits(key.high, length < 64 ? length : 64),
                                   cp_first_bits(key.low, length < 64 ? 0 : length - 64)};

    return first;
}

/* The last key that begins with the first length bits of key. */
static inline struct cp_address_key cp_address_key_last(struct cp_address_key key, unsigned length)
{
    struct cp_address_key first = cp_address_key_first(key, length);
    struct cp_address_key last = {
        first.high | ~cp_first_bits(UINT64_MAX, length < 64 ? length : 64),
        first.low | ~cp_first_bits(UINT64_MAX, length < 64 ? 0 : length - 64)};

    return last;
}

static inline int cp_address_key_compare(struct cp_address_key a, struct cp_address_key b)
{
    if (a.high != b.high)
        return a.high < b.high ? -1 : 1;
    return (a.low > b.low) - (a.low < b.low);
}

#endif
