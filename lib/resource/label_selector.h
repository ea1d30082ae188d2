/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Label selectors of Kubernetes: matchLabels and matchExpressions (K8-23, K8-123).
 */
#ifndef CP_RESOURCE_LABEL_SELECTOR_H
#define CP_RESOURCE_LABEL_SELECTOR_H

#include "resource/context.h"

/* Reads a selector; an absent field leaves *out_selector not given. */
void cp_k8s_read_selector(struct cp_resource_reader *reader,
                          const struct cp_field *field,
                          struct cp_k8s_selector *out_selector);

/* Does it hold for the labels? One that is not given or empty selects everything. */
bool cp_k8s_selector_matches(const struct cp_k8s_selector *selector, const struct cp_pairs *labels);

#endif
