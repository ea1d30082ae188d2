/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the readers of Kubernetes kinds share: how far lenient loading goes in a policy, and forms
 * of values that Kubernetes has and Calico has not.
 */
#ifndef CP_RESOURCE_K8S_VALUES_H
#define CP_RESOURCE_K8S_VALUES_H

#include "resource/context.h"

/*
 * How far lenient loading goes while something is read, between begin and end. K8-130: in a policy
 * it tolerates problems inside rules (CP_LENIENCY_RULE) and nothing else (CP_LENIENCY_NONE). Of the
 * other kinds it leaves out what it cannot read (CP_LENIENCY_ALL), as policy needs little of them.
 *
 * The end tells whether there were problems in between: a rule that has one must not be taken at
 * its word.
 */
struct cp_k8s_scope {
    enum cp_leniency leniency; /* outside */
    uint32_t problem_count;    /* at the begin */
};

struct cp_k8s_scope cp_k8s_begin(struct cp_resource_reader *reader, enum cp_leniency leniency);
bool cp_k8s_end(struct cp_resource_reader *reader, const struct cp_k8s_scope *scope);

/* Is there a mapping to read? Its members are checked against names (NULL: any name will do, but
   none twice). An absent field is false without a report. */
bool cp_k8s_read_object(struct cp_resource_reader *reader,
                        const struct cp_field *field,
                        const char *const *names);

/* Where a field stands. */
struct cp_origin cp_k8s_origin(const struct cp_resource_reader *reader,
                               const struct cp_field *field);

/* TCP, UDP or SCTP; TCP if the field is absent. Another text is reported, and false. */
bool cp_k8s_read_protocol(struct cp_resource_reader *reader,
                          const struct cp_field *field,
                          uint8_t *out_protocol);

/* address/length of at most max_length bytes, masked; set host bits are a warning (K8-122, section
   10). An absent field is reported like a bad one. */
bool cp_k8s_read_cidr(struct cp_resource_reader *reader,
                      const struct cp_field *field,
                      size_t max_length,
                      struct cp_prefix *out_prefix);

/* A port as number or as name (K8-37: digits in quotes are a name, and repaired). False if it is
   absent or has been reported. */
bool cp_k8s_read_port(struct cp_resource_reader *reader,
                      const struct cp_field *field,
                      struct cp_port_spec *out_port);

/* An integer that is there, from 1 to 65535. A missing one is reported as port-number. */
bool cp_k8s_read_port_number(struct cp_resource_reader *reader,
                             const struct cp_field *field,
                             uint16_t *out_port);

#endif
