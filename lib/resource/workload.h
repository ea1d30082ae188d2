/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Workload templates: Deployment and its kin, from which pods are made when no live ones are there
 * (kubernetes.md, section 5).
 */
#ifndef CP_RESOURCE_WORKLOAD_H
#define CP_RESOURCE_WORKLOAD_H

#include "resource/endpoint.h"

enum cp_template_kind {
    CP_TEMPLATE_DEPLOYMENT,
    CP_TEMPLATE_STATEFUL_SET,
    CP_TEMPLATE_DAEMON_SET,
    CP_TEMPLATE_REPLICA_SET,
    CP_TEMPLATE_REPLICATION_CONTROLLER,
    CP_TEMPLATE_JOB,
    CP_TEMPLATE_CRON_JOB
};

struct cp_template_spec {
    struct cp_metadata metadata;
    enum cp_template_kind kind;
    int64_t replicas;                      /* Job: parallelism */
    int64_t first_ordinal;                 /* StatefulSet */
    struct cp_text owner_kind, owner_name; /* controller owner reference; empty: none */
    struct cp_workload_spec pod;           /* labels and spec of the template; name not set */
};

#endif
