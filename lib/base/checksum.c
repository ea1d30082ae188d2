/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Eight sums at once, for one alone would wait for its own multiplications. Each step is one to one
 * in the state and in the word, so a lane in which one word differs never comes to the same again.
 */
#include "base/checksum.h"

#include <string.h>

#define STRIPE (CP_CHECKSUM_LANES * 8)

/* Bytes that are asked for so far ahead are there in time; processors that look ahead by themselves
   stop at the end of a page. */
#define AHEAD 4096u

/* Odd numbers; the sums of lanes are one to one in what was added. */
static const uint64_t factor = 0x9e3779b97f4a7c15u;
static const uint64_t last_factor = 0xd6e8feb86659fd93u;

/* Words are read as little-endian numbers, so that a sum is the same everywhere. */
static inline uint64_t read_word(const unsigned char *bytes)
{
    uint64_t word;

    memcpy(&word, bytes, sizeof(word));
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

static inline uint64_t step(uint64_t lane, uint64_t word)
{
    lane = (lane ^ word) * factor;
    return lane ^ lane >> 32;
}

void cp_checksum_init(struct cp_checksum *checksum)
{
    *checksum = (struct cp_checksum){.length = 0};
    for (unsigned i = 0; i < CP_CHECKSUM_LANES; i++)
        checksum->lanes[i] = (i + 1) * last_factor;
}

static void add_stripes(struct cp_checksum *checksum, const unsigned char *bytes, size_t count)
{
    uint64_t lanes[CP_CHECKSUM_LANES];

    memcpy(lanes, checksum->lanes, sizeof(lanes));
    for (; count; count--, bytes += STRIPE) {
        __builtin_prefetch((const void *)((uintptr_t)bytes + AHEAD));
        for (unsigned i = 0; i < CP_CHECKSUM_LANES; i++)
            lanes[i] = step(lanes[i], read_word(bytes + (size_t)i * 8));
    }
    memcpy(checksum->lanes, lanes, sizeof(lanes));
}

void cp_checksum_add(struct cp_checksum *checksum, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    size_t waiting = checksum->length % STRIPE;

    checksum->length += length;
    if (waiting) {
        size_t missing = STRIPE - waiting, taken = length < missing ? length : missing;

        memcpy(checksum->rest + waiting, at, taken);
        at += taken;
        length -= taken;
        if (taken < missing)
            return;
        add_stripes(checksum, checksum->rest, 1);
    }
    add_stripes(checksum, at, length / STRIPE);
    if (length % STRIPE)
        memcpy(checksum->rest, at + length / STRIPE * STRIPE, length % STRIPE);
}

uint64_t cp_checksum_value(const struct cp_checksum *checksum)
{
    struct cp_checksum last = *checksum;
    size_t waiting = last.length % STRIPE;
    uint64_t value = last.length * last_factor;

    if (waiting) {
        memset(last.rest + waiting, 0, STRIPE - waiting);
        add_stripes(&last, last.rest, 1);
    }
    for (unsigned i = 0; i < CP_CHECKSUM_LANES; i++) {
        value = (value ^ last.lanes[i]) * last_factor;
        value ^= value >> 29;
    }
    return value;
}
