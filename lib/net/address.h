/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IP addresses: struct calpol_address of the public interface, read and printed.
 *
 * An IPv4 address has family 4 and its bytes in bytes[0..3], the rest zero. An IPv4-mapped IPv6
 * address is the IPv4 address (EV-7).
 */
#ifndef CP_NET_ADDRESS_H
#define CP_NET_ADDRESS_H

#include "base/buffer.h"
#include "calpol/evaluate.h"

/* IPv4 in four decimal octets without leading zeros, or IPv6 in any standard form without zone
   (resources.md 7.3). *out_mapped (may be NULL) tells whether the text was IPv4-mapped IPv6. */
bool cp_address_parse(struct cp_text text, struct calpol_address *out_address, bool *out_mapped);

/* Makes an IPv4-mapped IPv6 address the IPv4 address; true if it was one. */
bool cp_address_unmap(struct calpol_address *address);

/* Dotted decimal, or IPv6 as RFC 5952 wants it. The address has a family. */
void cp_address_print(const struct calpol_address *address, struct cp_buffer *buffer);

bool cp_address_equal(const struct calpol_address *a, const struct calpol_address *b);

/* IPv4 before IPv6, then by bytes. */
int cp_address_compare(const struct calpol_address *a, const struct calpol_address *b);

/* Bits of an address of a family: 32 or 128. */
static inline unsigned cp_family_bits(uint8_t family)
{
    return family == 4 ? 32 : 128;
}

#endif
