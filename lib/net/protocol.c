/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IP protocols by name and number.
 */
#include "net/protocol.h"

static const struct {
    uint8_t number;
    const char *name;
} protocols[] = {
    {CP_PROTOCOL_TCP, "TCP"},       {CP_PROTOCOL_UDP, "UDP"},   {CP_PROTOCOL_ICMP, "ICMP"},
    {CP_PROTOCOL_ICMPV6, "ICMPv6"}, {CP_PROTOCOL_SCTP, "SCTP"}, {CP_PROTOCOL_UDPLITE, "UDPLite"},
};

#define PROTOCOL_COUNT (sizeof(protocols) / sizeof(protocols[0]))

uint8_t cp_protocol_by_name(struct cp_text name)
{
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        if (cp_text_is(name, protocols[i].name))
            return protocols[i].number;
    }
    return 0;
}

uint8_t cp_protocol_by_any_name(struct cp_text name)
{
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        if (cp_text_equal_folded(name, cp_text_from(protocols[i].name)))
            return protocols[i].number;
    }
    return 0;
}

const char *cp_protocol_name(uint8_t protocol)
{
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        if (protocols[i].number == protocol)
            return protocols[i].name;
    }
    return NULL;
}
