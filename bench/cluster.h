/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Generated clusters, as YAML, from a fixed seed.
 *
 *   W1  1,000 endpoints, 100 label classes, 1,000 policies
 *   W2  100,000 endpoints, 3,000 classes, 10,000 policies in 500 namespaces
 *   W3  the shape of Calico's own scale benchmark: 294 policies of 68 rules on every endpoint,
 * 3,708 network sets with 256,000 members; what matches nothing is asked of all of them W4 5-tuples
 * in ClassBench's styles, as global policies with nets and ports W5  W2's policies with 1,000,000
 * endpoints W6  as many policies as asked for, as many of them on each endpoint as in W2
 */
#ifndef BENCH_CLUSTER_H
#define BENCH_CLUSTER_H

#include "text.h"

/* A cluster of W1's and W2's kind. */
struct mesh {
    uint32_t endpoints, namespaces, apps; /* apps: in each namespace, so many classes of labels */
    uint32_t k8s_policies, policies, global_policies;
    uint32_t
        teams; /* global policies select by team, so each endpoint has 1 in teams * 3 of them */
};

extern const struct mesh mesh_w1, mesh_w2;

void write_mesh(struct text *text, const struct mesh *mesh);

/* W3. The endpoints are w/e0 ... w/e9. */
void write_production(struct text *text);

/* W4: the styles of filters. The endpoint is fw/gate, its policy's rules name source and
   destination nets, protocol and ports. */
enum filter_style { FILTER_ACL, FILTER_FW, FILTER_IPC };

struct filter {
    uint32_t source, source_length, destination, destination_length;
    uint8_t protocol; /* 0: any */
    uint16_t source_first, source_last, destination_first, destination_last;
    uint8_t action; /* enum calpol_action */
};

void make_filters(struct filter *filters, uint32_t count, enum filter_style style);
void write_filters(struct text *text, const struct filter *filters, uint32_t count);

#endif
