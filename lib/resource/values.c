/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forms of values: names, lists of texts, protocols, ports. Addresses and networks are in nets.c.
 */
#include "resource/values.h"

#include "base/number.h"
#include "net/protocol.h"

#define LONGEST_LABEL 63u
#define LONGEST_SUBDOMAIN 253u
#define HIGHEST_PORT 65535

enum calpol_severity cp_soft(const struct cp_resource_reader *reader)
{
    return reader->base.lenient && reader->base.leniency != CP_LENIENCY_NONE
               ? CALPOL_SEVERITY_WARNING
               : CALPOL_SEVERITY_ERROR;
}

bool cp_field_given(const struct cp_field *field)
{
    return field->node && field->node->type != CP_NODE_NULL &&
           (field->node->length != 0 || field->node->flaw);
}

bool cp_read_given_text(struct cp_resource_reader *reader,
                        const struct cp_field *field,
                        struct cp_text *out_text)
{
    struct cp_text text;

    if (!cp_read_text(&reader->base, field, &text) || text.length == 0)
        return false;
    *out_text = text;
    return true;
}

/* ---- names ---- */

bool cp_is_dns_label(struct cp_resource_reader *reader, struct cp_text text)
{
    return text.length <= LONGEST_LABEL &&
           cp_patterns_match(reader->patterns, CP_PATTERN_DNS_LABEL, text);
}

bool cp_is_dns_subdomain(struct cp_resource_reader *reader, struct cp_text text)
{
    return text.length <= LONGEST_SUBDOMAIN &&
           cp_patterns_match(reader->patterns, CP_PATTERN_DNS_SUBDOMAIN, text);
}

bool cp_is_qualified_name(struct cp_resource_reader *reader, struct cp_text text)
{
    size_t slash = cp_text_find_byte(text, '/');

    if (slash != SIZE_MAX && slash > LONGEST_SUBDOMAIN)
        return false;
    return cp_patterns_match(reader->patterns, CP_PATTERN_QUALIFIED_NAME, text);
}

bool cp_is_label_value(struct cp_resource_reader *reader, struct cp_text text)
{
    return cp_patterns_match(reader->patterns, CP_PATTERN_LABEL_VALUE, text);
}

bool cp_is_port_name(struct cp_resource_reader *reader, struct cp_text text)
{
    return cp_patterns_match(reader->patterns, CP_PATTERN_PORT_NAME, text);
}

bool cp_is_domain(struct cp_resource_reader *reader, struct cp_text text)
{
    return cp_patterns_match(reader->patterns, CP_PATTERN_DOMAIN, text);
}

void cp_check_subdomain(struct cp_resource_reader *reader,
                        const struct cp_field *field,
                        struct cp_text text,
                        enum cp_code code,
                        const char *what)
{
    if (text.length > LONGEST_SUBDOMAIN) {
        cp_report(&reader->base, field, code, "%s of %U characters, at most %u are allowed", what,
                  (uint64_t)text.length, LONGEST_SUBDOMAIN);
    } else if (!cp_is_dns_subdomain(reader, text)) {
        cp_report(&reader->base, field, code,
                  "%q is not %s, expected lower-case letters, digits, \"-\" and \".\"", text, what);
    }
}

bool cp_read_subdomain(struct cp_resource_reader *reader,
                       const struct cp_field *field,
                       enum cp_code code,
                       const char *what,
                       struct cp_text *out_text)
{
    if (!cp_read_text(&reader->base, field, out_text))
        return false;
    cp_check_subdomain(reader, field, *out_text, code, what);
    return true;
}

/* ---- lists ---- */

bool cp_read_texts(struct cp_resource_reader *reader,
                   const struct cp_field *field,
                   struct cp_texts *out_texts)
{
    if (!cp_read_sequence(&reader->base, field))
        return false;
    for (uint32_t i = 0; i < cp_field_count(field); i++) {
        struct cp_field item = cp_field_item(field, i);
        struct cp_text text, *slot;

        if (!cp_read_text(&reader->base, &item, &text))
            continue;
        slot = cp_resource_push(reader, &out_texts->items);
        if (!slot)
            return false;
        *slot = text;
    }
    return true;
}

void cp_read_subdomains(struct cp_resource_reader *reader,
                        const struct cp_field *list,
                        enum cp_code code,
                        const char *what,
                        struct cp_texts *out_texts)
{
    if (!cp_read_sequence(&reader->base, list))
        return;
    for (uint32_t i = 0; i < cp_field_count(list); i++) {
        struct cp_field item = cp_field_item(list, i);
        struct cp_text text, *slot;

        if (!cp_read_subdomain(reader, &item, code, what, &text))
            continue;
        slot = cp_resource_push(reader, &out_texts->items);
        if (slot)
            *slot = text;
    }
}

static void check_domain(struct cp_resource_reader *reader, const struct cp_field *item)
{
    struct cp_text text;

    if (cp_read_text(&reader->base, item, &text) && !cp_is_domain(reader, text)) {
        cp_report(
            &reader->base, item, CP_CODE_DOMAIN_NAME,
            "%q is no domain name, expected labels joined by dots, perhaps one \"*\" among them",
            text);
    }
}

void cp_read_domains(struct cp_resource_reader *reader,
                     const struct cp_field *list,
                     struct cp_texts *out_domains)
{
    if (!cp_read_texts(reader, list, out_domains) || cp_field_count(list) == 0)
        return;
    cp_report(&reader->base, list, CP_CODE_EXTENSION,
              "%t is a field that no open-source release of Calico has", list->name);
    cp_check_repeats(reader, list, CP_CODE_DUPLICATE_ITEM);
    for (uint32_t i = 0; i < cp_field_count(list); i++) {
        struct cp_field item = cp_field_item(list, i);

        check_domain(reader, &item);
    }
}

void cp_check_count(struct cp_resource_reader *reader, const struct cp_field *list, uint32_t limit)
{
    uint32_t count = cp_field_count(list);

    if (count > limit) {
        cp_report(&reader->base, list, CP_CODE_TOO_MANY, "%u items, at most %u are allowed", count,
                  limit);
    }
}

/* The index of the first item of a list, before an end, that is the same text; the end if none. */
static uint32_t first_equal(const struct cp_index *seen,
                            const struct cp_node *list,
                            uint32_t end,
                            struct cp_text text,
                            uint64_t hash)
{
    for (uint32_t i = cp_index_first(seen, hash); i != CP_INDEX_END; i = cp_index_next(seen, i)) {
        if (cp_text_equal(cp_node_text(&list->items[cp_index_item(seen, i)]), text))
            return cp_index_item(seen, i);
    }
    return end;
}

void cp_check_repeats(struct cp_resource_reader *reader,
                      const struct cp_field *list,
                      enum cp_code code)
{
    struct cp_index seen = {0};

    if (!list->node || list->node->type != CP_NODE_SEQUENCE || list->node->length < 2)
        return;
    for (uint32_t i = 0; i < list->node->length; i++) {
        struct cp_field item = cp_field_item(list, i);
        struct cp_text text;
        uint64_t hash;
        uint32_t first;

        if (list->node->items[i].type != CP_NODE_TEXT)
            continue;
        text = cp_node_text(&list->node->items[i]);
        hash = cp_hash_text(text, 0);
        first = first_equal(&seen, list->node, i, text, hash);
        if (first != i)
            cp_report(&reader->base, &item, code, "%q stands at index %u already", text, first);
        else if (!cp_index_add(&seen, reader->base.arena, hash, i))
            cp_resource_no_memory(reader);
    }
}

/* ---- protocols ---- */

static void report_protocol(struct cp_resource_reader *reader,
                            const struct cp_field *field,
                            struct cp_text text)
{
    cp_report(
        &reader->base, field, CP_CODE_PROTOCOL,
        "unknown protocol %q, expected TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite or a number from "
        "1 to 255",
        text);
}

/* A name; one that is right but for its case is used by lenient loading. */
static bool read_protocol_name(struct cp_resource_reader *reader,
                               const struct cp_field *field,
                               struct cp_text text,
                               struct cp_protocol_spec *out_protocol)
{
    uint8_t number = cp_protocol_by_name(text);

    if (number == 0) {
        number = cp_protocol_by_any_name(text);
        if (number == 0) {
            report_protocol(reader, field, text);
            return false;
        }
        cp_report_as(&reader->base, field, CP_CODE_PROTOCOL, cp_soft(reader),
                     "unknown protocol %q, expected %s", text, cp_protocol_name(number));
    }
    *out_protocol = (struct cp_protocol_spec){.given = true, .by_name = true, .number = number};
    return true;
}

static bool is_all_digits(struct cp_text text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (!cp_is_digit(text.data[i]))
            return false;
    }
    return text.length > 0;
}

static bool read_protocol_text(struct cp_resource_reader *reader,
                               const struct cp_field *field,
                               struct cp_protocol_spec *out_protocol)
{
    struct cp_text text;
    uint64_t number;

    if (!cp_read_text(&reader->base, field, &text))
        return false;
    if (!is_all_digits(text))
        return read_protocol_name(reader, field, text, out_protocol);
    if (!cp_number_parse_unsigned(text, 255, &number) || number == 0) {
        report_protocol(reader, field, text);
        return false;
    }
    *out_protocol = (struct cp_protocol_spec){.given = true, .number = (uint8_t)number};
    return true;
}

bool cp_read_protocol(struct cp_resource_reader *reader,
                      const struct cp_field *field,
                      struct cp_protocol_spec *out_protocol)
{
    int64_t number;

    if (field->node && field->node->type == CP_NODE_TEXT)
        return read_protocol_text(reader, field, out_protocol);
    if (field->node && !cp_node_is_scalar(field->node) && field->node->flaw == CP_FLAW_NONE) {
        cp_report(&reader->base, field, CP_CODE_TYPE, "expected a protocol, found %s",
                  cp_node_type_text(field->node));
        return false;
    }
    if (!cp_read_integer(&reader->base, field, &number))
        return false;
    if (number < 1 || number > 255) {
        cp_report(&reader->base, field, CP_CODE_PROTOCOL, "protocol number %t, expected 1 to 255",
                  cp_node_text(field->node));
        return false;
    }
    *out_protocol = (struct cp_protocol_spec){.given = true, .number = (uint8_t)number};
    return true;
}

/* ---- ports ---- */

/* One port; 0 is what lenient loading lets pass. */
static bool check_port(struct cp_resource_reader *reader,
                       const struct cp_field *field,
                       bool is_good,
                       int64_t number,
                       struct cp_text text)
{
    bool is_zero = is_good && number == 0;

    if (is_good && number >= 1 && number <= HIGHEST_PORT)
        return true;
    cp_report_as(&reader->base, field, CP_CODE_PORT_NUMBER,
                 is_zero ? cp_soft(reader) : CALPOL_SEVERITY_ERROR, "port %t is not in 1 to 65535",
                 text);
    return is_zero;
}

/* Digits, as one end of a range or alone. */
static bool read_port_digits(struct cp_resource_reader *reader,
                             const struct cp_field *field,
                             struct cp_text text,
                             uint16_t *out_port)
{
    uint64_t number = 0;
    bool is_good = cp_number_parse_unsigned(text, HIGHEST_PORT, &number);

    if (!check_port(reader, field, is_good, (int64_t)number, cp_text_first(text, 20)))
        return false;
    *out_port = (uint16_t)number;
    return true;
}

static bool read_port_range(struct cp_resource_reader *reader,
                            const struct cp_field *field,
                            struct cp_text first,
                            struct cp_text last,
                            struct cp_port_spec *out_port)
{
    bool has_first = read_port_digits(reader, field, first, &out_port->first);

    if (!read_port_digits(reader, field, last, &out_port->last) || !has_first)
        return false;
    if (out_port->first > out_port->last) {
        cp_report(&reader->base, field, CP_CODE_PORT_RANGE_ORDER,
                  "port range %u:%u ends before it begins, expected %u:%u",
                  (uint32_t)out_port->first, (uint32_t)out_port->last, (uint32_t)out_port->last,
                  (uint32_t)out_port->first);
        return false;
    }
    return true;
}

/* Does it look like a range in another notation? */
static bool resembles_range(struct cp_text text)
{
    bool has_digit = false;

    for (size_t i = 0; i < text.length; i++) {
        if (cp_is_digit(text.data[i]))
            has_digit = true;
        else if (!strchr("-:., ", text.data[i]) || text.data[i] == '\0')
            return false;
    }
    return has_digit;
}

static void report_port_name(struct cp_resource_reader *reader,
                             const struct cp_field *field,
                             struct cp_text text)
{
    if (resembles_range(text)) {
        cp_report(
            &reader->base, field, CP_CODE_PORT_NAME,
            "%q is neither a port nor a range, ranges are written 80:90 and several ports are "
            "several items",
            text);
    } else {
        cp_report(&reader->base, field, CP_CODE_PORT_NAME,
                  "%q is no port name, expected 1 to 15 lower-case letters, digits and single "
                  "dashes, a letter among them",
                  text);
    }
}

static bool read_port_text(struct cp_resource_reader *reader,
                           const struct cp_field *field,
                           struct cp_port_spec *out_port)
{
    struct cp_text text, first, last;
    size_t colon;

    if (!cp_read_text(&reader->base, field, &text))
        return false;
    colon = cp_text_find_byte(text, ':');
    first = cp_text_first(text, colon);
    last = colon == SIZE_MAX ? first : cp_text_from_byte(text, colon + 1);
    if (is_all_digits(first) && is_all_digits(last))
        return read_port_range(reader, field, first, last, out_port);
    if (!cp_is_port_name(reader, text))
        report_port_name(reader, field, text);
    out_port->named = true;
    out_port->name = text;
    return true;
}

bool cp_read_port(struct cp_resource_reader *reader,
                  const struct cp_field *field,
                  struct cp_port_spec *out_port)
{
    struct cp_port_spec port = {0};
    int64_t number = 0;

    if (field->node && field->node->type == CP_NODE_TEXT) {
        if (!read_port_text(reader, field, &port))
            return false;
        *out_port = port;
        return true;
    }
    /* resources.md 2.5: a null item is port 0. */
    if (field->node && field->node->type == CP_NODE_NULL) {
        if (!check_port(reader, field, true, 0, CP_TEXT("0")))
            return false;
    } else if (!cp_read_integer(&reader->base, field, &number) ||
               !check_port(reader, field, true, number, cp_node_text(field->node))) {
        return false;
    }
    port.first = port.last = (uint16_t)number;
    *out_port = port;
    return true;
}

bool cp_read_port_number(struct cp_resource_reader *reader,
                         const struct cp_field *field,
                         uint16_t first,
                         enum cp_code code,
                         uint16_t *out_port)
{
    int64_t number;

    if (!cp_read_integer(&reader->base, field, &number))
        return false;
    if (number < first || number > HIGHEST_PORT) {
        cp_report(&reader->base, field, code, "port %t is not in %u to 65535",
                  cp_node_text(field->node), (uint32_t)first);
        return false;
    }
    *out_port = (uint16_t)number;
    return true;
}
