/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resources in one line each, to be put behind each other in string literals.
 */
#ifndef TESTS_SUPPORT_SNIPPETS_H
#define TESTS_SUPPORT_SNIPPETS_H

#define RESOURCE(api, kind, metadata, rest)                                                        \
    "apiVersion: " api "\nkind: " kind "\nmetadata: {" metadata "}\n" rest "\n---\n"

#define CALICO(kind, metadata, spec)                                                               \
    RESOURCE("projectcalico.org/v3", kind, metadata, "spec: {" spec "}")

#define TIER(name, spec) CALICO("Tier", "name: " name, spec)
#define GLOBAL_POLICY(name, spec) CALICO("GlobalNetworkPolicy", "name: " name, spec)
#define POLICY(namespace, name, spec)                                                              \
    CALICO("NetworkPolicy", "name: " name ", namespace: " namespace, spec)
#define STAGED_POLICY(name, spec) CALICO("StagedGlobalNetworkPolicy", "name: " name, spec)
#define PROFILE(name, spec) CALICO("Profile", "name: " name, spec)
#define HOST_ENDPOINT(name, labels, spec)                                                          \
    CALICO("HostEndpoint", "name: " name ", labels: {" labels "}", spec)
#define NETWORK_SET(name, labels, spec)                                                            \
    CALICO("GlobalNetworkSet", "name: " name ", labels: {" labels "}", spec)
#define K8S_POLICY(namespace, name, spec)                                                          \
    RESOURCE("networking.k8s.io/v1", "NetworkPolicy", "name: " name ", namespace: " namespace,     \
             "spec: {" spec "}")

/* address may be empty: a planned pod. */
#define POD(namespace, name, labels, spec, address)                                                \
    RESOURCE("v1", "Pod", "name: " name ", namespace: " namespace ", labels: {" labels "}",        \
             "spec: {" spec "}\nstatus: {podIPs: [" address "]}")
#define NODE(name, addresses)                                                                      \
    RESOURCE("v1", "Node", "name: " name, "status: {addresses: [" addresses "]}")
#define INTERNAL(address) "{type: InternalIP, address: '" address "'}"
#define SERVICE(namespace, name, spec)                                                             \
    RESOURCE("v1", "Service", "name: " name ", namespace: " namespace, "spec: {" spec "}")

#endif
