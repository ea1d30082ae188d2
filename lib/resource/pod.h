/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What pods have in common with the templates that pods are made from.
 */
#ifndef CP_RESOURCE_POD_H
#define CP_RESOURCE_POD_H

#include "resource/context.h"

/* Reads the spec of a pod: its node, service account and ports (K8-62). Sets what every pod has. */
void cp_read_pod_spec(struct cp_resource_reader *reader,
                      const struct cp_field *spec,
                      struct cp_workload_spec *workload);

/* Kind and name of the owner that controls an object; left alone if there is none. */
void cp_read_controller(struct cp_resource_reader *reader,
                        const struct cp_field *metadata,
                        struct cp_text *out_kind,
                        struct cp_text *out_name);

#endif
