/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kubernetes policies in Calico's terms (kubernetes.md 6).
 */
#ifndef CP_COMPILE_CONVERT_K8S_H
#define CP_COMPILE_CONVERT_K8S_H

#include "resource/collection.h"

/* What conversion works with; set the first fields, clear the rest. One thread. */
struct cp_k8s_converter {
    struct cp_arena *arena; /* for what is made; texts of the policy are shared, not copied */
    struct cp_intern *names;
    enum calpol_dialect dialect;            /* settled: UPSTREAM or CALICO (K8-3) */
    const struct cp_collection *collection; /* for its nodes */
    struct calpol_diagnostics *diagnostics; /* for warnings; NULL: none */

    const struct cp_node_spec **nodes; /* by name; made when first needed */
};

/*
 * Converts a policy. A rule that cannot be converted fails closed (K8-100, K8-130); its
 * written_rule and those of the others are the numbers in the policy as written. An admin policy
 * without any converted rule has both types, as an empty list of types means to a dataplane
 * (K8-107), and types_given is false.
 *
 * CALPOL_OK or CALPOL_ERROR_NO_MEMORY.
 */
int cp_convert_k8s_policy(struct cp_k8s_converter *converter,
                          const struct cp_k8s_policy_spec *policy,
                          struct cp_policy_spec *out_policy);

/* The name that a policy had until Calico 3.31, "knp.default.web" (K8-70); empty for a staged
   policy. CALPOL_OK or CALPOL_ERROR_NO_MEMORY. */
int cp_k8s_legacy_name(const struct cp_k8s_policy_spec *policy,
                       struct cp_arena *arena,
                       struct cp_text *out_name);

#endif
