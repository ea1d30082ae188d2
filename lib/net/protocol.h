/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IP protocols by name and number.
 */
#ifndef CP_NET_PROTOCOL_H
#define CP_NET_PROTOCOL_H

#include "base/text.h"

enum {
    CP_PROTOCOL_ICMP = 1,
    CP_PROTOCOL_TCP = 6,
    CP_PROTOCOL_UDP = 17,
    CP_PROTOCOL_ICMPV6 = 58,
    CP_PROTOCOL_SCTP = 132,
    CP_PROTOCOL_UDPLITE = 136
};

/* The number of TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite in exactly this spelling; 0 for others. */
uint8_t cp_protocol_by_name(struct cp_text name);

/* The same, any letter case (EV-2). */
uint8_t cp_protocol_by_any_name(struct cp_text name);

/* The name of a number; NULL if it has none here. */
const char *cp_protocol_name(uint8_t protocol);

/* TCP, UDP, SCTP: the protocols that rules may name ports for (EV-86). */
static inline bool cp_protocol_has_ports(uint8_t protocol)
{
    return protocol == CP_PROTOCOL_TCP || protocol == CP_PROTOCOL_UDP ||
           protocol == CP_PROTOCOL_SCTP;
}

static inline bool cp_protocol_is_icmp(uint8_t protocol)
{
    return protocol == CP_PROTOCOL_ICMP || protocol == CP_PROTOCOL_ICMPV6;
}

#endif
