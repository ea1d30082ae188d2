/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ports of a Kubernetes rule, by protocol (K8-71, K8-75).
 */
#ifndef CP_COMPILE_K8S_PORTS_H
#define CP_COMPILE_K8S_PORTS_H

#include "resource/k8s_policy.h"

/* No protocol, SCTP, TCP, UDP: byte order of their names. */
#define CP_PORT_GROUPS 4u

struct cp_port_group {
    bool used;        /* the rule has entries of this group */
    uint8_t protocol; /* 0: none given */
    bool any_port;    /* then ports is empty */
    CP_ARRAY(struct cp_port_spec) ports;
};

/* Groups and merges the ports of a rule; one without ports is any port of no protocol. CALPOL_OK or
   CALPOL_ERROR_NO_MEMORY. */
int cp_group_k8s_ports(struct cp_arena *arena,
                       const struct cp_k8s_rule *rule,
                       struct cp_port_group out_groups[CP_PORT_GROUPS]);

#endif
