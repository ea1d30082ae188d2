/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A checksum of 64 bits against damage, not against malice: whoever can change a file can change its
 * checksum too.
 *
 * Bytes may come in pieces; how they are cut does not matter. Any change of bytes that lie in one
 * aligned word of 8 is found for certain, any other one but for a chance of one in 2^64. About as fast
 * as memory is read.
 */
#ifndef CP_BASE_CHECKSUM_H
#define CP_BASE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#define CP_CHECKSUM_LANES 8u

struct cp_checksum {
    uint64_t lanes[CP_CHECKSUM_LANES]; /* word i of a stripe goes to lane i */
    uint64_t length;
    unsigned char rest[CP_CHECKSUM_LANES * 8]; /* of a stripe that is not complete yet */
};

void cp_checksum_init(struct cp_checksum *checksum);
void cp_checksum_add(struct cp_checksum *checksum, const void *bytes, size_t length);

/* The sum of all bytes added so far. */
uint64_t cp_checksum_value(const struct cp_checksum *checksum);

#endif
