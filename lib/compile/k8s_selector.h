/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Label selectors of Kubernetes as selectors of Calico: text and tree (K8-73).
 *
 * The tree is that of the text, but that in dialect upstream a pod selector sees nothing but pods'
 * own labels, whatever their keys are (K8-46).
 */
#ifndef CP_COMPILE_K8S_SELECTOR_H
#define CP_COMPILE_K8S_SELECTOR_H

#include "compile/convert_k8s.h"

/* A pod selector: pods, with what the selector says. selector may be one that is not given or NULL:
   all pods. CALPOL_OK or CALPOL_ERROR_NO_MEMORY, as below. */
int cp_convert_pod_selector(struct cp_k8s_converter *converter,
                            const struct cp_k8s_selector *selector,
                            struct cp_selector_field *out_field);

/* A namespace selector; "all()" if it is empty or not given. */
int cp_convert_namespace_selector(struct cp_k8s_converter *converter,
                                  const struct cp_k8s_selector *selector,
                                  struct cp_selector_field *out_field);

#endif
