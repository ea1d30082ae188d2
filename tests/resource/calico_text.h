/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents in one line each, for tables of cases.
 */
#ifndef TESTS_RESOURCE_CALICO_TEXT_H
#define TESTS_RESOURCE_CALICO_TEXT_H

#define CALICO(kind, metadata, spec)                                                               \
    "apiVersion: projectcalico.org/v3\nkind: " kind "\nmetadata: {" metadata "}\nspec: {" spec "}" \
    "\n"

#define RAW(kind, metadata, spec)                                                                  \
    "apiVersion: crd.projectcalico.org/v1\nkind: " kind "\nmetadata: {" metadata "}\nspec: {" spec \
    "}\n"

#define POLICY(spec) CALICO("NetworkPolicy", "name: p, namespace: ns", spec)
#define GLOBAL_POLICY(spec) CALICO("GlobalNetworkPolicy", "name: p", spec)
#define INGRESS(rule) POLICY("ingress: [{" rule "}]")
#define EGRESS(rule) POLICY("egress: [{" rule "}]")
#define TIER(name, spec) CALICO("Tier", "name: " name, spec)

#endif
