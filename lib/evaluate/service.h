/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services as destinations (kubernetes.md, section 9): from a flow to the flows that a packet may
 * become behind a Service's address, a nodePort or a hostPort.
 *
 * A flow that nothing rewrites has one leg, itself. Where port or protocol are not known, every
 * rewriting that they leave open is a leg, and so is the flow as it is; the legs are then not
 * backends, of which one is chosen, but cases.
 */
#ifndef CP_EVALUATE_SERVICE_H
#define CP_EVALUATE_SERVICE_H

#include "evaluate/flow.h"
#include "evaluate/world.h"

enum cp_via { CP_VIA_NOTHING, CP_VIA_SERVICE, CP_VIA_HOST_PORT };

/* One flow behind the rewriting. */
struct cp_leg {
    enum cp_via via;
    uint32_t service;      /* CP_VIA_SERVICE: its number */
    uint32_t service_port; /* and the index of its port */
    struct cp_flow flow;   /* with destination, port and pre_dnat of the backend */
};

/* What a destination may become. */
struct cp_targets {
    uint32_t leg_count;   /* 0: a Service without backends (K8-113) */
    uint32_t service;     /* the Service; the first of several cases; CP_NONE: none */
    bool is_open;         /* the legs are cases */
    uint32_t depends;     /* what the cases hang on */
    bool port_is_missing; /* a Service's address, but no port of it (K8-112): one leg, as it is */
};

/* Marks the flow if its destination may be rewritten; part of resolving. */
void cp_flow_find_rewrite(const struct cp_world *world, struct cp_flow *flow);

/* Where cp_next_leg stands. Zero before the first. */
struct cp_leg_walk {
    uint32_t phase, service, port, backend;
    bool settled;
};

/* Counts the legs. */
void cp_find_targets(const struct cp_world *world,
                     const struct cp_flow *flow,
                     struct cp_targets *out_targets);

/* The next leg; false: no more. */
bool cp_next_leg(const struct cp_world *world,
                 const struct cp_flow *flow,
                 struct cp_leg_walk *walk,
                 struct cp_leg *out_leg);

#endif
