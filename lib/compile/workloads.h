/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pods made from workload templates (kubernetes.md 5).
 */
#ifndef CP_COMPILE_WORKLOADS_H
#define CP_COMPILE_WORKLOADS_H

#include "resource/collection.h"

/*
 * Adds to the collection's workloads one or two pods for each template that has no live pods in it
 * and is not controlled by another workload (K8-63 to K8-65). Linear in their number. Everything
 * new is in arena; diagnostics (may be NULL) gets a note for each workload of no replicas.
 * CALPOL_OK or CALPOL_ERROR_NO_MEMORY.
 */
int cp_expand_templates(struct cp_collection *collection,
                        struct cp_arena *arena,
                        struct calpol_diagnostics *diagnostics);

#endif
