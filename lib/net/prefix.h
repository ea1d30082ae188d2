/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks: an address and a prefix length.
 */
#ifndef CP_NET_PREFIX_H
#define CP_NET_PREFIX_H

#include "net/address.h"

struct cp_prefix {
    struct calpol_address address;
    uint8_t length;
};

enum cp_prefix_problem {
    CP_PREFIX_OK,
    CP_PREFIX_BAD,   /* not address/length */
    CP_PREFIX_BARE,  /* an address without length: *out_prefix is the host network */
    CP_PREFIX_MAPPED /* IPv4-mapped IPv6, with or without length, which no network field takes
                        (resources.md 7.3): *out_prefix is the host network of the IPv4 address */
};

/*
 * address "/" length, the length in decimal digits, leading zeros tolerated unless
 * strict_length (Kubernetes, K8-122). Host bits are kept; see cp_prefix_mask. *out_prefix is
 * written for OK, BARE and MAPPED.
 */
enum cp_prefix_problem cp_prefix_parse(struct cp_text text,
                                       bool strict_length,
                                       struct cp_prefix *out_prefix);

/* The network of one address. */
struct cp_prefix cp_prefix_of_address(const struct calpol_address *address);

/* Clears the bits behind the length; true if some were set. */
bool cp_prefix_mask(struct cp_prefix *prefix);

/* Does the network contain the address? Host bits do not matter. Never across families. */
bool cp_prefix_contains(const struct cp_prefix *prefix, const struct calpol_address *address);

/* Does outer contain all of inner? Equal networks do. */
bool cp_prefix_covers(const struct cp_prefix *outer, const struct cp_prefix *inner);

/* "10.0.0.0/8" */
void cp_prefix_print(const struct cp_prefix *prefix, struct cp_buffer *buffer);

#endif
