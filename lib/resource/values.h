/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forms of values that many kinds share: names, ports, protocols, addresses, networks (resources.md
 * 7).
 *
 * The readers here return true and write *out if the field is there and there is something to use.
 * What is wrong is reported; then a value that lenient loading would use is given all the same,
 * since an object with errors is not used anyway. A null item of a list counts as an empty text.
 */
#ifndef CP_RESOURCE_VALUES_H
#define CP_RESOURCE_VALUES_H

#include "resource/context.h"

/* CALPOL_SEVERITY_WARNING in a lenient load, where it tolerates anything, else an error: for
   cp_report_as where a code is softened for some values only. */
enum calpol_severity cp_soft(const struct cp_resource_reader *reader);

/* Is a field there, and neither an empty text nor an empty list or mapping? It need not be good. */
bool cp_field_given(const struct cp_field *field);

/* Reads a text that is not empty; false without a report if it is absent or empty. */
bool cp_read_given_text(struct cp_resource_reader *reader,
                        const struct cp_field *field,
                        struct cp_text *out_text);

/* Is the text a DNS label of at most 63, a DNS subdomain of at most 253 (resources.md 7.5)? */
bool cp_is_dns_label(struct cp_resource_reader *reader, struct cp_text text);
bool cp_is_dns_subdomain(struct cp_resource_reader *reader, struct cp_text text);

/* Is the text a qualified name, a label value (resources.md 7.6)? */
bool cp_is_qualified_name(struct cp_resource_reader *reader, struct cp_text text);
bool cp_is_label_value(struct cp_resource_reader *reader, struct cp_text text);

/* A domain name pattern (resources.md 5.7). */
bool cp_is_domain(struct cp_resource_reader *reader, struct cp_text text);

/* A list of texts as written, null items as empty texts. True if it is there, perhaps empty. */
bool cp_read_texts(struct cp_resource_reader *reader,
                   const struct cp_field *field,
                   struct cp_texts *out_texts);

/* Reports items of a list of texts that stand further ahead in it, as text. */
void cp_check_repeats(struct cp_resource_reader *reader,
                      const struct cp_field *list,
                      enum cp_code code);

/* Reports a list of more than limit items (too-many). */
void cp_check_count(struct cp_resource_reader *reader, const struct cp_field *list, uint32_t limit);

/* Reports a text that is no DNS subdomain. what names it: "a node name". */
void cp_check_subdomain(struct cp_resource_reader *reader,
                        const struct cp_field *field,
                        struct cp_text text,
                        enum cp_code code,
                        const char *what);

/* A DNS subdomain; another text is reported with code and given. */
bool cp_read_subdomain(struct cp_resource_reader *reader,
                       const struct cp_field *field,
                       enum cp_code code,
                       const char *what,
                       struct cp_text *out_text);

/* A list of DNS subdomains, each read like this. */
void cp_read_subdomains(struct cp_resource_reader *reader,
                        const struct cp_field *list,
                        enum cp_code code,
                        const char *what,
                        struct cp_texts *out_texts);

/* A list of domain name patterns without repeats: domains, allowedEgressDomains (5.7). A list that
   is not empty is warned of as an extension. */
void cp_read_domains(struct cp_resource_reader *reader,
                     const struct cp_field *list,
                     struct cp_texts *out_domains);

/* protocol and notProtocol of Calico's (7.1). */
bool cp_read_protocol(struct cp_resource_reader *reader,
                      const struct cp_field *field,
                      struct cp_protocol_spec *out_protocol);

/* An item of a rule's ports (7.2). */
bool cp_read_port(struct cp_resource_reader *reader,
                  const struct cp_field *field,
                  struct cp_port_spec *out_port);

/* A port as integer, first..65535; another number is reported with code, and false. */
bool cp_read_port_number(struct cp_resource_reader *reader,
                         const struct cp_field *field,
                         uint16_t first,
                         enum cp_code code,
                         uint16_t *out_port);

/* Is the text a port name (7.2)? */
bool cp_is_port_name(struct cp_resource_reader *reader, struct cp_text text);

/* An address without length. family 0: any; what is wrong is reported as address, and false. */
bool cp_read_address(struct cp_resource_reader *reader,
                     const struct cp_field *field,
                     uint8_t family,
                     struct calpol_address *out_address);

/* What a network field takes (the table of 7.3). */
enum cp_net_form {
    CP_NET_BARE = 1u << 0,      /* an address without length is the network of it */
    CP_NET_HOST_BITS = 1u << 1, /* host bits are masked off without a word */
    CP_NET_STRICT = 1u << 2     /* no leading zeros in the length (K8-122) */
};

/* A network, masked. */
bool cp_read_net(struct cp_resource_reader *reader,
                 const struct cp_field *field,
                 unsigned form,
                 struct cp_prefix *out_net);

#endif
