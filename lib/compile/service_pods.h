/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pods by the labels that Services ask for, so that no Service has to look at every pod.
 */
#ifndef CP_COMPILE_SERVICE_PODS_H
#define CP_COMPILE_SERVICE_PODS_H

#include "compile/compiler.h"

/* A label in a namespace that some Service selects by. */
struct cp_wanted_label {
    struct cp_text namespace_name, key, value;
    CP_ARRAY(uint32_t) pods; /* that have it, by name: numbers of workloads */
};

struct cp_service_pods {
    CP_ARRAY(struct cp_wanted_label) labels;
    struct cp_index index;
};

/* Goes over all Services, and then over all pods in the order of sorted_workloads. */
int cp_service_pods_make(struct cp_compiler *compiler, struct cp_service_pods *out_pods);

/* Pods among which are all that the Service selects: those of its rarest label. NULL if it selects by
   no label. */
const struct cp_wanted_label *cp_service_pods_find(const struct cp_service_pods *pods,
                                                   const struct cp_service_object *service);

#endif
