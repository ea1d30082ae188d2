/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services as destinations (kubernetes.md, section 9): from a flow to the flows that a packet may
 * become behind a Service's address, a nodePort or a hostPort.
 *
 * A flow that nothing rewrites has one leg, itself. Otherwise each backend is a leg. Where the flow
 * does not tell port or protocol, every rewriting that they leave open has legs, and so has the
 * flow as it is: the legs are then not backends of which one is chosen, but cases of which one
 * holds.
 */
#ifndef CP_EVALUATE_SERVICE_H
#define CP_EVALUATE_SERVICE_H

#include "evaluate/backends.h"
#include "evaluate/flow.h"
#include "evaluate/tri.h"
#include "evaluate/world.h"

enum cp_via { CP_VIA_NOTHING, CP_VIA_SERVICE, CP_VIA_HOST_PORT };

/* One flow behind the rewriting. */
struct cp_leg {
    enum cp_via via;
    bool refused;          /* nobody is there: a Service without backends (K8-113) */
    uint32_t service;      /* CP_VIA_SERVICE: its number */
    uint32_t service_port; /* and the index of its port */
    struct cp_flow flow; /* with the backend's address, port and pre_dnat; as it was, if refused */
};

/*
 * The legs of a flow, one after the other; there is at least one.
 *
 *     struct cp_leg_walk walk = {0};
 *
 *     while (cp_next_leg(world, flow, &walk, &leg))
 *         look at leg
 */
struct cp_leg_walk {
    uint32_t phase, service, port;
    struct cp_backend_walk backend;
    bool inside;        /* between the backends of a port */
    bool is_served;     /* a backend of the port, which is one for certain, is out */
    struct cp_tri fit;  /* of the port, or hostPort */
    bool settled;       /* a rewriting applies for certain: there are no others */
    uint32_t leg_count; /* so far */
    uint8_t family;     /* of the legs, once known */
    bool is_open;       /* after the last leg: the legs are cases */
    uint32_t depends;   /* of the cases, so far */
    uint32_t
        changed; /* after the last leg: 1 + an owner whose labels leave the backends open; or 0 */
    bool port_is_missing; /* after the last leg: a Service's address, but no port of it (K8-112) */
};

bool cp_next_leg(const struct cp_world *world,
                 const struct cp_flow *flow,
                 struct cp_leg_walk *walk,
                 struct cp_leg *out_leg);

/* Marks a flow whose destination may be rewritten. Part of resolving. */
void cp_flow_find_rewrite(const struct cp_world *world, struct cp_flow *flow);

#endif
