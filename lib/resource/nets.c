/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses and networks as fields have them (resources.md 7.3).
 */
#include "resource/values.h"

/* Prints into a text for a message; an empty one if memory ran out, which sticks. */
static struct cp_text net_text(struct cp_resource_reader *reader, const struct cp_prefix *net)
{
    struct cp_buffer buffer;

    cp_buffer_init(&buffer, reader->base.arena);
    cp_prefix_print(net, &buffer);
    if (buffer.failed)
        cp_resource_no_memory(reader);
    return cp_buffer_text(&buffer);
}

/* Unquoted IPv6 text that ends with a colon is a mapping in YAML (resources.md 2.5). */
static bool read_net_text(struct cp_resource_reader *reader,
                          const struct cp_field *field,
                          struct cp_text *out_text)
{
    if (!field->node || field->node->type != CP_NODE_MAPPING || field->node->flaw)
        return cp_read_text(&reader->base, field, out_text);
    cp_report(&reader->base, field, CP_CODE_TYPE,
              "expected text, found a mapping; put IPv6 addresses and networks in quotes");
    return false;
}

bool cp_read_address(struct cp_resource_reader *reader,
                     const struct cp_field *field,
                     uint8_t family,
                     struct calpol_address *out_address)
{
    struct calpol_address address;
    struct cp_text text;

    if (!read_net_text(reader, field, &text))
        return false;
    if (!cp_address_parse(text, &address, NULL)) {
        cp_report(&reader->base, field, CP_CODE_ADDRESS, "%q is no IP address%s", text,
                  cp_text_find_byte(text, '/') == SIZE_MAX ? "" : ", expected one without length");
        return false;
    }
    if (family && address.family != family) {
        cp_report(&reader->base, field, CP_CODE_ADDRESS, "%q is no IPv%u address", text,
                  (uint32_t)family);
        return false;
    }
    *out_address = address;
    return true;
}

/* What cannot be read is left out by lenient loading, as a dataplane would; this may widen a rule,
   so the message says it. */
static bool report_unreadable(struct cp_resource_reader *reader,
                              const struct cp_field *field,
                              struct cp_text text,
                              const char *what)
{
    cp_report_as(&reader->base, field, CP_CODE_CIDR, cp_soft(reader), "%q is %s%s", text, what,
                 reader->base.lenient ? "; left out, which may widen what matches" : "");
    return false;
}

bool cp_read_net(struct cp_resource_reader *reader,
                 const struct cp_field *field,
                 unsigned form,
                 struct cp_prefix *out_net)
{
    struct cp_prefix net;
    struct cp_text text;

    if (!read_net_text(reader, field, &text))
        return false;
    switch (cp_prefix_parse(text, (form & CP_NET_STRICT) != 0, &net)) {
    case CP_PREFIX_BAD:
        return report_unreadable(reader, field, text,
                                 "no network, expected an address, \"/\" and a prefix length");
    case CP_PREFIX_MAPPED:
        return report_unreadable(reader, field, text,
                                 "an IPv4-mapped IPv6 network, expected the IPv4 network itself");
    case CP_PREFIX_BARE:
        if (!(form & CP_NET_BARE)) {
            cp_report_as(&reader->base, field, CP_CODE_CIDR, cp_soft(reader),
                         "%q has no prefix length, expected %t%s", text, net_text(reader, &net),
                         reader->base.lenient ? "; taken as that" : "");
        }
        break;
    case CP_PREFIX_OK:
        if (cp_prefix_mask(&net) && !(form & CP_NET_HOST_BITS)) {
            cp_report(&reader->base, field, CP_CODE_CIDR_HOST_BITS,
                      "%q has bits set behind its prefix, expected %t", text,
                      net_text(reader, &net));
        }
        break;
    }
    *out_net = net;
    return true;
}
